// A thousand runs: how long history takes to open, and that all of them are there.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openLab, until } from "./harness.mjs";
import { prepared } from "./steps.mjs";
import { rounded } from "./trace.mjs";

const RUNS = 1000;

/** How many runs the page's databases hold. */
async function storedRuns() {
  const done = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(request.error) }));
  let count = 0;
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    if (database.objectStoreNames.contains("runs")) count += await done(database.transaction("runs").objectStore("runs").count());
    database.close();
  }
  return count;
}

describe("a thousand runs", () => {
  let lab;
  before(async () => {
    lab = await openLab();
  });
  after(() => lab?.close());

  it("open at once, are all there, and are searched as one types", { timeout: 280_000 }, async () => {
    const { page } = await prepared(lab, []);
    await page.evaluate(async (runs) => {
      const box = document.querySelector("#question");
      const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
      for (let run = 1; run <= runs; run += 1) {
        const question = `Question ${run}: who kept the lighthouse?`;
        set.call(box, question);
        box.dispatchEvent(new Event("input", { bubbles: true }));
        // The button follows the text a moment later.
        await new Promise((done) => setTimeout(done));
        await new Promise((done) => {
          const look = () => {
            const region = document.querySelector("section[aria-label=Run]");
            if (region?.querySelector(".run-question")?.textContent !== question || !region.querySelector("code")) return;
            observer.disconnect();
            done();
          };
          const observer = new MutationObserver(look);
          observer.observe(document.body, { subtree: true, childList: true, characterData: true });
          document.querySelector(".composer-ask").click();
        });
      }
    }, RUNS);
    // Written, too: a reload ends what is under way.
    await until(() => page.evaluate(storedRuns).then((count) => count === RUNS), { what: "all runs in the database", timeout: 60_000 });
    await page.reload();
    const history = page.getByRole("button", { name: "History", exact: true });
    await history.waitFor();
    // The code of the dialogs is loaded: what is measured is the list.
    await page.getByRole("button", { name: "Settings", exact: true }).click();
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    const opening = await page.evaluate(
      () =>
        new Promise((done) => {
          const began = performance.now();
          const look = () => {
            if (document.querySelector(".history-list li") === null) return;
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
          };
          const observer = new MutationObserver(look);
          observer.observe(document.body, { subtree: true, childList: true });
          [...document.querySelectorAll("button")].find((button) => button.textContent.trim() === "History").click();
        }),
    );
    console.log(`history of ${RUNS} runs: open and painted after ${rounded(opening)} ms`);
    const list = page.getByRole("list", { name: "Runs" });
    const more = page.getByRole("button", { name: /^Show \d+ more$/ });
    while (await more.isVisible()) await more.click();
    assert.equal(await list.getByRole("listitem").count(), RUNS);
    await page.getByRole("searchbox").fill("Question 777:");
    await until(async () => (await list.getByRole("listitem").count()) === 1, { what: "one run found" });
  });
});
