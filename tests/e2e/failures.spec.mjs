// Providers that are down, slow, cut, refused or closed to pages: each column says why, and stops no other.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFake } from "./fake_provider.mjs";
import { openLab } from "./harness.mjs";
import { QUESTION, addEndpoint, addFiles, ask, clearColumns, columns, ended, prepared, settled, textFile } from "./steps.mjs";

describe("a provider that fails", () => {
  let lab;
  let fake;
  let closed;
  let dead;
  before(async () => {
    [lab, fake, closed, dead] = await Promise.all([openLab(), startFake(), startFake({ cors: false }), startFake()]);
    await dead.close();
  });
  after(async () => {
    await Promise.all([lab?.close(), fake?.close(), closed?.close()]);
  });

  const FAILURES = [
    ["fake-cut", /cut|ended|incomplete|before/i],
    ["fake-error", /./],
    ["fake-401", /key/i],
    ["fake-404", /model|not found/i],
    ["fake-429", /limit|quota/i],
    ["fake-500", /server|host|500/i],
    ["fake-html", /web page|HTML|format/i],
  ];

  it("is shown in the column, and the other columns go on", async () => {
    const tab = await lab.open({ allow: [fake, closed, dead].map(({ url }) => new URL(url).origin) });
    const { page } = tab;
    await clearColumns(page);
    await addFiles(page, [textFile("bakery.txt", "The bakery opens at five in the morning.\n")]);
    await settled(page, 1);
    for (const [model] of FAILURES) await addEndpoint(page, { url: fake.url, model });
    await addEndpoint(page, { url: fake.url, model: "fake-echo" });
    await ask(page, "When does the bakery open?");
    for (const [model, words] of FAILURES) {
      const column = columns(page, model);
      assert.equal(await ended(column), "failed", model);
      assert.match(await column.locator(".notice.bad").innerText(), words, model);
    }
    assert.notEqual((await columns(page, "fake-cut").locator(".answer").innerText()).trim(), "", "the text so far is lost");
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    await tab.close();
  });

  it("is distinguished: closed to pages, or not there at all", async () => {
    const tab = await lab.open({ allow: [fake, closed, dead].map(({ url }) => new URL(url).origin) });
    const { page } = tab;
    await clearColumns(page);
    await addFiles(page, [textFile("bakery.txt", "The bakery opens at five in the morning.\n")]);
    await settled(page, 1);
    await addEndpoint(page, { url: closed.url, model: "fake-echo" });
    await addEndpoint(page, { url: dead.url, model: "fake-slow" });
    await ask(page, "When does the bakery open?");
    assert.equal(await ended(columns(page, "fake-echo")), "failed");
    assert.equal(await ended(columns(page, "fake-slow")), "failed");
    assert.match(await columns(page, "fake-echo").locator(".notice.bad").innerText(), /CORS|other origins|pages/i);
    assert.match(await columns(page, "fake-slow").locator(".notice.bad").innerText(), /nothing|not answer|no answer|start/i);
    await tab.close();
  });

  it("is not an empty answer: one that only asks for a tool says so", async () => {
    const tab = await prepared(lab, [fake]);
    const { page } = tab;
    await addEndpoint(page, { url: fake.url, model: "fake-tool" });
    await ask(page, QUESTION);
    const column = columns(page, "fake-tool");
    assert.equal(await ended(column), "done");
    assert.match(await column.locator(".notice.warn").innerText(), /asked to call a tool.*tool_calls[\s\S]*choose another model/);
    tab.assertClean();
    await tab.close();
  });

  it("is found by Test connection, which lists the models of one that works", async () => {
    const tab = await lab.open({ allow: [fake, closed, dead].map(({ url }) => new URL(url).origin) });
    const { page } = tab;
    await page.getByRole("button", { name: "Add column" }).click();
    const dialog = page.getByRole("dialog", { name: "Add column" });
    const check = async (url) => {
      await dialog.getByLabel("Base URL").fill(url);
      await dialog.getByRole("button", { name: "Test connection" }).click();
      const outcome = dialog.getByRole("status").locator(".notice");
      await outcome.waitFor();
      return outcome.innerText();
    };
    assert.match(await check(fake.url), /Connected, \d+ models/);
    await dialog.getByRole("button", { name: "fake-echo" }).click();
    assert.equal(await dialog.getByRole("combobox", { name: "Model" }).inputValue(), "fake-echo");
    assert.match(await check(closed.url), /CORS|other origins|pages/i);
    assert.match(await check(dead.url), /nothing|not answer|no answer|start/i);
    assert.match(await check("not a url"), /is not a valid URL.*Start with https/);
    await tab.close();
  });
});
