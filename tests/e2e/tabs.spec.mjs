// Several tabs over one store: one ingests for all, each shows and finds what the others add and remove, and settings merge.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openLab, until } from "./harness.mjs";
import { dump } from "./profile.mjs";
import { LIGHTHOUSE, addFiles, ask, closeDialog, columns, ended, row, settled, textFile } from "./steps.mjs";

/** Long enough to be watched while it is embedded. */
const long = (about) => Array.from({ length: 150 }, (_, at) => `Paragraph ${at} tells of ${about} ${at * 7} and of the ${at * 3} ships that lie in it over winter.\n\n`).join("");

/** A second tab of the same browser. */
async function second(tab) {
  const page = await tab.context.newPage();
  await page.goto(tab.site.url, { waitUntil: "load" });
  await page.getByRole("button", { name: "Add documents" }).waitFor();
  return page;
}

/** How many tabs and workers hold, and wait for, the lock to ingest. */
const locks = (page) =>
  page.evaluate(async () => {
    const { held, pending } = await navigator.locks.query();
    const count = (list) => list.filter(({ name }) => name === "sidecite:/ingest").length;
    return { held: count(held), pending: count(pending) };
  });

/** The documents that a question finds in a tab. */
async function found(page, question) {
  await ask(page, question);
  await ended(columns(page, "Extractive quotes"));
  return page.getByRole("region", { name: "Evidence" }).innerText();
}

/** Copies of the one column that a page begins with, until there are three. */
async function threeColumns(page) {
  for (let count = 1; count < 3; count += 1) {
    await page.getByRole("button", { name: /^Duplicate column/ }).first().click();
    await until(async () => (await page.getByRole("button", { name: /^Remove column/ }).count()) === count + 1, { what: `${count + 1} columns` });
  }
}

describe("two tabs", () => {
  let lab;
  before(async () => {
    lab = await openLab();
  });
  after(() => lab?.close());

  it("show and find what either adds, within a second", async () => {
    const tab = await lab.open();
    const a = tab.page;
    const b = await second(tab);
    await addFiles(a, [textFile("lighthouse.txt", LIGHTHOUSE)]);
    await settled(a, 1);
    await row(b, "lighthouse.txt").waitFor({ timeout: 1_000 });
    await settled(b, 1);
    assert.match(await found(b, "Who built the lighthouse?"), /Ingrid Aas/);
    await addFiles(b, [textFile("ferry.txt", "The ferry leaves the old pier at noon.")]);
    await settled(b, 2);
    await row(a, "ferry.txt").waitFor({ timeout: 1_000 });
    await settled(a, 2);
    assert.match(await found(a, "When does the ferry leave?"), /old pier at noon/);
    tab.assertClean();
    await tab.close();
  });

  it("ingest one after the other: one holds the lock, both show the progress of all", async () => {
    const tab = await lab.open();
    const a = tab.page;
    const b = await second(tab);
    await addFiles(a, [textFile("harbour.txt", long("harbour"))]);
    // By the clock: a page that is busy or behind another draws no frame while the progress passes.
    await a.waitForFunction(() => /chunk [1-9]\d* of/.test(document.querySelector(".document-row")?.innerText ?? ""), null, { polling: 20 });
    await addFiles(b, [textFile("island.txt", long("island"))]);
    await row(a, "island.txt").waitFor();
    await b.waitForFunction(() => /chunk [1-9]\d* of/.test(document.querySelector(".document-row")?.innerText ?? ""), null, { polling: 20 });
    assert.equal((await locks(a)).held, 1);
    const [inA, inB] = await Promise.all([settled(a, 2), settled(b, 2)]);
    assert.deepEqual(inA.map(({ name, state }) => [name, state]), [["harbour.txt", "ready"], ["island.txt", "ready"]]);
    assert.deepEqual(inB.map(({ name, state }) => [name, state]), inA.map(({ name, state }) => [name, state]));
    await until(async () => (await locks(a)).held === 0, { what: "the lock's release" });
    tab.assertClean();
    await tab.close();
  });

  it("take over from each other when one is closed", async () => {
    const tab = await lab.open();
    const a = tab.page;
    const b = await second(tab);
    await addFiles(b, [textFile("harbour.txt", long("harbour")), textFile("next.txt", "Another file waits behind it.")]);
    await a.waitForFunction(() => /chunk [1-9]\d* of/.test(document.querySelector(".document-row")?.innerText ?? ""), null, { polling: 20 });
    await b.close();
    assert.deepEqual((await settled(a, 2)).map(({ name, state }) => [name, state]), [["harbour.txt", "ready"], ["next.txt", "ready"]]);
    tab.assertClean();
    await tab.close();
  });

  it("remove for each other: gone from both lists and both indexes at once, and back by Undo", async () => {
    const tab = await lab.open();
    const a = tab.page;
    await addFiles(a, [textFile("lighthouse.txt", LIGHTHOUSE), textFile("ferry.txt", "The ferry leaves the old pier at noon.")]);
    await settled(a, 2);
    const b = await second(tab);
    await settled(b, 2);
    assert.match(await found(b, "Who built the lighthouse?"), /Ingrid Aas/);
    await a.getByRole("button", { name: "Remove lighthouse.txt" }).click();
    await row(b, "lighthouse.txt").waitFor({ state: "detached", timeout: 1_000 });
    assert.doesNotMatch(await found(b, "Who built the lighthouse of Skarv?"), /Ingrid Aas/);
    await a.getByRole("button", { name: "Undo removing lighthouse.txt" }).click();
    await row(b, "lighthouse.txt").waitFor({ timeout: 2_000 });
    assert.match(await found(b, "Who built the lighthouse, then?"), /Ingrid Aas/);
    tab.assertClean();
    await tab.close();
  });

  it("do not bring back what one removes while the other ingests it", async () => {
    const tab = await lab.open();
    const a = tab.page;
    const b = await second(tab);
    await addFiles(a, [textFile("harbour.txt", long("harbour")), textFile("queued.txt", "This one waits behind it.")]);
    await b.waitForFunction(() => [...document.querySelectorAll(".document-row")].length === 2 && /chunk [1-9]\d* of/.test(document.querySelector(".document-row").innerText));
    for (const name of ["queued.txt", "harbour.txt"]) {
      await b.getByRole("button", { name: `Cancel ${name}` }).click();
      await b.getByRole("button", { name: `Remove ${name}` }).click();
    }
    await until(async () => (await a.locator(".document-row").count()) === 0, { what: "the rows' end in the other tab" });
    await addFiles(a, [textFile("last.txt", "After all that, one file comes in.")]);
    assert.deepEqual((await settled(a, 1)).map(({ name }) => name), ["last.txt"]);
    await Promise.all([a.reload(), b.reload()]);
    assert.deepEqual((await settled(a, 1)).map(({ name }) => name), ["last.txt"]);
    assert.deepEqual((await settled(b, 1)).map(({ name }) => name), ["last.txt"]);
    const { tables } = (await a.evaluate(dump)).databases["sidecite:/corpus"];
    // One that was stored just before it was cancelled is marked as removed, until it is collected.
    const removed = tables.tombstones.map(([id]) => id);
    assert.equal(tables.manifests.filter(([id]) => !removed.includes(id)).length, 1);
    tab.assertClean();
    await tab.close();
  });

  it("merge their settings", async () => {
    const tab = await lab.open();
    const a = tab.page;
    const b = await second(tab);
    await threeColumns(a);
    await until(async () => (await b.getByRole("button", { name: /^Remove column/ }).count()) === 3, { what: "three columns in the other tab" });
    await a.getByRole("button", { name: /^Theme/ }).click();
    await until(async () => (await b.getAttribute("html", "data-theme")) === "light", { what: "the theme in the other tab" });
    await b.getByRole("button", { name: "Settings" }).click();
    await b.getByRole("dialog", { name: "Settings" }).getByLabel("Passages (top k)").fill("3");
    await b.getByRole("dialog", { name: "Settings" }).getByRole("button", { name: "Save" }).click();
    await a.getByRole("button", { name: /^Remove column/ }).first().click();
    await until(async () => (await b.getByRole("button", { name: /^Remove column/ }).count()) === 2, { what: "the columns of the other tab" });
    const settings = await a.evaluate(() => JSON.parse(localStorage.getItem("sidecite.settings")));
    assert.deepEqual([settings.theme, settings.recipes.first.recipe.retrieval.top_k, settings.columns.length], ["Light", 3, 2]);
    await a.getByRole("button", { name: "Settings" }).click();
    assert.equal(await a.getByRole("dialog", { name: "Settings" }).getByLabel("Passages (top k)").inputValue(), "3");
    await closeDialog(a);
    // A name and a place, too.
    await a.getByRole("button", { name: /^Edit column/ }).last().click();
    await a.getByRole("dialog", { name: "Edit column" }).getByLabel("Name").fill("Second opinion");
    await a.getByRole("button", { name: "Save column" }).click();
    await a.getByRole("button", { name: "Move column Second opinion left" }).click();
    const headings = async (page) => (await page.locator("article.column h3").allInnerTexts()).join(", ");
    await until(async () => (await headings(b)) === "Second opinion, Extractive quotes", { what: "the name and the order in the other tab" });
    tab.assertClean();
    await tab.close();
  });

  it("lose one unknown setting, not all, and keep a copy", async () => {
    const tab = await lab.open();
    const { page } = tab;
    await threeColumns(page);
    await page.getByRole("button", { name: /^Theme/ }).click();
    const future = await page.evaluate(() => {
      const settings = JSON.parse(localStorage.getItem("sidecite.settings"));
      settings.recipes.first.recipe.chunking.strategy = "Semantic";
      settings.columns[0].model = "Oracle";
      const text = JSON.stringify(settings);
      localStorage.setItem("sidecite.settings", text);
      return text;
    });
    await page.reload();
    await page.getByRole("button", { name: /^Remove column/ }).first().waitFor();
    assert.equal(await page.getByRole("button", { name: /^Remove column/ }).count(), 2);
    assert.equal(await page.getAttribute("html", "data-theme"), "light");
    assert.equal(await page.evaluate(() => localStorage.getItem("sidecite.settings.unreadable")), future);
    tab.assertClean();
    await tab.close();
  });
});
