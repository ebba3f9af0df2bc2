// Dialogs, answers and the code of every action are a wasm of their own in a release build: loaded after the first view, and when it cannot be
// loaded, the page says so and recovers. A developer's build has no such file: the tests that need it are skipped.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { after, before, describe, it } from "node:test";
import { openLab, until } from "./harness.mjs";

const DIST = process.env.SIDECITE_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
const isDeferred = (path) => /\/deferred-[0-9a-f]+\.wasm$/.test(path);
const skip = readdirSync(DIST).some((name) => isDeferred(`/${name}`)) ? false : "the site was built without splitting";

describe("the deferred part of the page", { skip }, () => {
  let lab;
  let broken = false;
  let held;
  before(async () => {
    const intercept = async (request, response, path) => {
      if (!isDeferred(path)) return false;
      await held;
      if (broken) response.writeHead(404).end();
      return broken;
    };
    lab = await openLab({ site: { prefix: "/x/y/", headers: true, intercept } });
  });
  after(() => lab?.close());

  const settings = (page) => page.getByRole("button", { name: "Settings", exact: true });

  it("comes with the first sign of a person, not with the first view, and works offline from then on", async () => {
    const tab = await lab.open();
    await tab.page.locator("main").waitFor();
    await tab.page.waitForLoadState("networkidle");
    const arrived = () => lab.site.requests.filter(({ path }) => isDeferred(path)).length;
    assert.equal(arrived(), 0);
    await tab.page.mouse.move(300, 300);
    await until(() => arrived() === 1, { what: "loading the rest" });
    const order = lab.site.requests.map(({ path }) => path);
    assert.ok(order.findIndex((path) => path.endsWith("_bg.wasm")) < order.findIndex(isDeferred));
    await tab.page.waitForLoadState("networkidle");
    await tab.context.setOffline(true);
    await settings(tab.page).click();
    await tab.page.getByRole("dialog", { name: "Settings" }).waitFor();
    assert.equal(arrived(), 1);
    tab.assertClean();
    await tab.close();
  });

  it("that cannot be loaded is reported, and tried again at the next opening", async () => {
    broken = true;
    const tab = await lab.open();
    await settings(tab.page).click();
    const failure = tab.page.getByRole("dialog", { name: "Could not be loaded" });
    await failure.getByRole("link", { name: "Reload the page" }).waitFor();
    await failure.getByRole("button", { name: "Close" }).click();
    broken = false;
    await settings(tab.page).click();
    await tab.page.getByRole("dialog", { name: "Settings" }).waitFor();
    assert.deepEqual(tab.foreign, []);
    await tab.close();
  });

  it("is waited for by what was done before it came", async () => {
    let release;
    held = new Promise((resolve) => (release = resolve));
    const tab = await lab.open();
    await tab.page.getByRole("textbox", { name: "Question" }).fill("What is a cableway?");
    await tab.page.getByRole("button", { name: "Ask", exact: true }).click();
    assert.equal(await tab.page.getByRole("region", { name: "Run" }).count(), 0);
    // What is taken off the screen goes at once.
    const remove = tab.page.getByRole("button", { name: /^Remove column/ });
    await remove.click();
    assert.equal(await remove.count(), 0);
    release();
    held = undefined;
    await tab.page.getByRole("region", { name: "Run" }).getByRole("heading", { name: "What is a cableway?" }).waitFor();
    tab.assertClean();
    await tab.close();
  });

  it("that cannot be loaded when a question is asked is reported, and the question can be asked again", async () => {
    broken = true;
    const tab = await lab.open();
    await tab.page.getByRole("textbox", { name: "Question" }).fill("What is a cableway?");
    const ask = tab.page.getByRole("button", { name: "Ask", exact: true });
    await ask.click();
    await tab.page.getByText("Sidecite could not be loaded completely.").waitFor();
    broken = false;
    await ask.click();
    await tab.page.getByRole("region", { name: "Run" }).waitFor();
    await tab.page.getByRole("button", { name: "History", exact: true }).click();
    const runs = tab.page.getByRole("dialog").getByRole("list", { name: "Runs" });
    await until(async () => (await runs.getByRole("listitem").count()) === 1, { what: "one run in history" });
    await tab.close();
  });
});
