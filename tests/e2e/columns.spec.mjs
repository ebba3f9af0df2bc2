// One question over several columns: the same bytes of evidence for all, none for the baseline.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFake } from "./fake_provider.mjs";
import { axeViolations, openLab, until } from "./harness.mjs";
import { addEndpoint, addFiles, ask, chats, clearColumns, columns, ended, evidenceOf, settled, sha256, textFile } from "./steps.mjs";

const LIGHTHOUSE =
  "The lighthouse of Skarv was built in 1874 by the engineer Ingrid Aas. Its lamp burns rapeseed oil.\n\n" +
  "Every keeper stays for nine weeks. The keeper writes the weather into a blue book at six in the morning.\n";
const BAKERY = "The bakery opens at five. Its rye bread is baked for eleven hours in a wood oven.\n";

describe("columns", () => {
  let lab;
  let fake;
  before(async () => {
    [lab, fake] = await Promise.all([openLab(), startFake({ key: "sk-canary-0123456789abcdef" })]);
  });
  after(async () => {
    await lab?.close();
    await fake?.close();
  });

  async function prepared() {
    fake.requests.length = 0;
    const tab = await lab.open({ allow: [new URL(fake.url).origin] });
    await clearColumns(tab.page);
    await addFiles(tab.page, [textFile("lighthouse.txt", LIGHTHOUSE), textFile("bakery.txt", BAKERY)]);
    assert.deepEqual((await settled(tab.page, 2)).map(({ state }) => state), ["ready", "ready"]);
    return tab;
  }

  for (const count of [2, 8]) {
    it(`${count} columns get the same evidence, byte for byte, and the baseline gets none`, async () => {
      const tab = await prepared();
      const { page } = tab;
      for (let at = 0; at < count - 1; at += 1) {
        await addEndpoint(page, { url: fake.url, model: "fake-echo", key: at === 0 ? "sk-canary-0123456789abcdef" : "" });
      }
      await columns(page, "fake-echo").first().getByRole("button", { name: /without documents/ }).click();
      assert.equal(await page.getByRole("article").count(), count);
      await ask(page, "Who built the lighthouse?");
      for (let at = 0; at < count; at += 1) {
        assert.equal(await ended(columns(page, "fake-echo").nth(at)), "done");
      }
      const sent = chats(fake);
      assert.equal(sent.length, count);
      const withDocuments = sent.filter((request) => evidenceOf(request) !== null);
      assert.equal(withDocuments.length, count - 1);
      const texts = new Set(withDocuments.map(evidenceOf));
      assert.equal(texts.size, 1, "different evidence");
      const [text] = texts;
      assert.match(text, /Ingrid Aas/);
      const shown = await page.$$eval("article[data-with-documents=true]", (all) => all.map((one) => one.dataset.evidenceSha256));
      assert.deepEqual(new Set(shown), new Set([sha256(text)]));
      const baseline = sent.find((request) => evidenceOf(request) === null);
      assert.doesNotMatch(baseline.body, /Ingrid Aas|rapeseed|rye bread/);
      const chips = columns(page, "fake-echo").first().getByRole("button", { name: /^Citation 1/ });
      await chips.first().click();
      await page.getByRole("region", { name: "Evidence" }).getByText("Ingrid Aas").waitFor();
      assert.deepEqual(await axeViolations(page), []);
      tab.assertClean();
      await tab.close();
    });
  }

  it("shows the exact request without the key, and keeps the key out of everything", async () => {
    const tab = await prepared();
    const { page } = tab;
    await addEndpoint(page, { url: fake.url, model: "fake-echo", key: "sk-canary-0123456789abcdef" });
    await ask(page, "Who built the lighthouse?");
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    await page.getByRole("button", { name: "View request of fake-echo" }).click();
    const shown = await page.getByRole("dialog", { name: "Request" }).locator("pre").innerText();
    const body = JSON.parse(shown.slice(shown.indexOf("\n{")));
    assert.deepEqual(body, chats(fake)[0].json);
    assert.equal(chats(fake)[0].headers.authorization, "Bearer sk-canary-0123456789abcdef");
    const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]));
    const everything = `${shown}${stored}${await page.content()}`;
    assert.doesNotMatch(everything, /canary/);
    tab.assertClean();
    await tab.close();
  });

  it("marks a citation of a passage that was not sent, and a quote that is not there", async () => {
    const tab = await prepared();
    const { page } = tab;
    await addEndpoint(page, { url: fake.url, model: "fake-cite-wrong", key: "sk-canary-0123456789abcdef" });
    await addEndpoint(page, { url: fake.url, model: "fake-quote" });
    await ask(page, "Who built the lighthouse?");
    await ended(columns(page, "fake-cite-wrong"));
    await ended(columns(page, "fake-quote"));
    await columns(page, "fake-cite-wrong").getByRole("note", { name: /no passage 99/ }).waitFor();
    await columns(page, "fake-quote").getByRole("button", { name: /the quote is not in the passage/ }).first().waitFor();
    await tab.close();
  });

  it("stops one, stops all, runs again, expands", async () => {
    const tab = await prepared();
    const { page } = tab;
    await addEndpoint(page, { url: fake.url, model: "fake-slow", key: "sk-canary-0123456789abcdef" });
    await addEndpoint(page, { url: fake.url, model: "fake-hang" });
    await addEndpoint(page, { url: fake.url, model: "fake-echo" });
    await ask(page, "Who built the lighthouse?");
    const slow = columns(page, "fake-slow");
    await slow.locator(".answer p").first().waitFor();
    await page.getByRole("button", { name: "Stop fake-slow" }).click();
    assert.equal(await ended(slow), "stopped");
    await until(() => chats(fake).some(({ json, aborted }) => json.model === "fake-slow" && aborted), { what: "the server noticing" });
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    assert.equal(await columns(page, "fake-hang").getAttribute("data-state"), "waiting");
    await page.getByRole("button", { name: "Stop all" }).click();
    assert.equal(await ended(columns(page, "fake-hang")), "stopped");
    const before = chats(fake).length;
    await page.getByRole("button", { name: "Run fake-echo again" }).click();
    await until(() => chats(fake).length === before + 1, { what: "the second request" });
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    const requests = chats(fake).filter(({ json }) => json.model === "fake-echo");
    assert.equal(evidenceOf(requests[0]), evidenceOf(requests[1]), "run again with other evidence");
    await page.getByRole("button", { name: "Expand fake-echo" }).click();
    assert.equal(await slow.isVisible(), false);
    await page.getByRole("button", { name: "Collapse fake-echo" }).click();
    assert.equal(await slow.isVisible(), true);
    tab.assertClean();
    await tab.close();
  });

  it("draws a hostile answer without a request, a script or a navigation", async () => {
    const tab = await prepared();
    const { page } = tab;
    await addEndpoint(page, { url: fake.url, model: "fake-exfil", key: "sk-canary-0123456789abcdef" });
    await ask(page, "Who built the lighthouse?");
    const column = columns(page, "fake-exfil");
    assert.equal(await ended(column), "done");
    assert.ok((await column.getByText(/blocked image/).count()) >= 3);
    assert.equal(await column.locator("img, iframe, form, style, link, script, svg image, video").count(), 0);
    assert.equal(await page.evaluate(() => window.__xss), undefined);
    const questions = [];
    page.on("dialog", (dialog) => {
      questions.push(dialog.message());
      dialog.dismiss();
    });
    const links = await column.locator("a").all();
    for (const link of links) {
      const url = await link.getAttribute("href");
      assert.match(url, /^(https?|mailto):/);
      await link.click();
      // All that would leave is in the question.
      assert.ok(questions.at(-1).includes(url), `${questions.at(-1)} does not show ${url}`);
    }
    assert.ok(links.length > 0 && questions.length === links.length);
    assert.equal(tab.context.pages().length, 1);
    tab.assertClean();
    await tab.close();
  });
});
