// Several recipes in one run: each has its own evidence, columns of one share it to the byte, and indexes are made once.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFake } from "./fake_provider.mjs";
import { axeViolations, openLab, until } from "./harness.mjs";
import { addEndpoint, addFiles, ask, chats, clearColumns, columns, ended, evidenceOf, settled, sha256, textFile } from "./steps.mjs";

const paragraph = (at) =>
  `Chapter ${at}. The keeper of station ${at} counts ${at * 7 + 3} boats before noon, and writes the number into a blue book. ` +
  `In the evening the lamp of station ${at} is lit, and the wind is measured twice. Nobody at station ${at} leaves before the relief has come.`;
const LOG = Array.from({ length: 12 }, (_, at) => paragraph(at + 1)).join("\n\n");
const BAKERY = "The bakery opens at five. Its rye bread is baked for eleven hours in a wood oven, lot QX-7731.\n";

const dialogOf = (page) => page.getByRole("dialog", { name: "Recipes" });
const recipe = (page, name) => dialogOf(page).getByRole("list", { name: "Recipes" }).getByRole("listitem").filter({ has: page.getByRole("heading", { name, exact: true }) });

async function openRecipes(page) {
  await page.getByRole("button", { name: "Recipes", exact: true }).click();
  await dialogOf(page).waitFor();
  return dialogOf(page);
}

/** Adds a recipe of so many tokens a chunk and passages. */
async function addRecipe(page, name, size, count) {
  const dialog = await openRecipes(page);
  await dialog.getByRole("button", { name: "Add recipe" }).click();
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill(name);
  await dialog.getByRole("spinbutton", { name: "Chunk size (tokens)" }).fill(String(size));
  await dialog.getByRole("spinbutton", { name: "Overlap (tokens)" }).fill("0");
  await dialog.getByRole("spinbutton", { name: "Passages (top k)" }).fill(String(count));
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await recipe(page, name).waitFor();
}

/** Waits until the index of a recipe is whole, and gives the line that says so. */
async function indexed(page, name) {
  const line = recipe(page, name).getByText(/\d+ chunks? · .* on disk/);
  await line.waitFor({ timeout: 60_000 });
  return line.innerText();
}

async function close(page) {
  await page.keyboard.press("Escape");
  await dialogOf(page).waitFor({ state: "detached" });
}

/** Gives a column another recipe. */
async function useRecipe(page, column, name) {
  await column.getByRole("button", { name: /^Edit column/ }).click();
  const dialog = page.getByRole("dialog", { name: "Edit column" });
  await dialog.getByRole("combobox", { name: "Recipe", exact: true }).selectOption({ label: name });
  await dialog.getByRole("button", { name: "Save column" }).click();
  await dialog.waitFor({ state: "detached" });
}

describe("recipes", () => {
  let lab;
  let fake;
  before(async () => {
    [lab, fake] = await Promise.all([openLab(), startFake()]);
  });
  after(async () => {
    await lab?.close();
    await fake?.close();
  });

  async function prepared(options = {}) {
    fake.requests.length = 0;
    const tab = await lab.open({ allow: [new URL(fake.url).origin], ...options });
    await clearColumns(tab.page);
    await addFiles(tab.page, [textFile("log.txt", LOG), textFile("bakery.txt", BAKERY)]);
    assert.deepEqual((await settled(tab.page, 2)).map(({ state }) => state), ["ready", "ready"]);
    return tab;
  }

  it("give each its evidence, and the columns of one the same bytes", async () => {
    const tab = await prepared();
    const { page } = tab;
    await addRecipe(page, "Small", 32, 4);
    await indexed(page, "Small");
    assert.deepEqual(await axeViolations(page), []);
    await close(page);
    for (const model of ["fake-echo", "fake-echo", "fake-slow", "fake-slow"]) await addEndpoint(page, { url: fake.url, model });
    for (const model of ["fake-echo", "fake-slow"]) await useRecipe(page, columns(page, model).nth(1), "Small");
    await ask(page, "How many boats does the keeper of station 9 count?");
    for (const article of await page.locator("article.column").all()) assert.equal(await ended(article), "done");
    const shown = await page.$$eval("article.column", (all) => all.map(({ dataset }) => [dataset.recipe, dataset.evidenceSha256]));
    const hashes = new Map();
    for (const [name, hash] of shown) hashes.set(name, [...(hashes.get(name) ?? []), hash]);
    assert.deepEqual([...hashes.keys()].sort(), ["Balanced", "Small"]);
    for (const [name, [first, second, ...more]] of hashes) {
      assert.deepEqual([second, more], [first, []], `the columns of ${name} have different evidence`);
    }
    const sent = chats(fake).map(evidenceOf);
    assert.equal(sent.length, 4);
    const texts = new Map(sent.map((text) => [sha256(text), text]));
    assert.deepEqual([...texts.keys()].sort(), [...hashes.values()].map(([hash]) => hash).sort(), "what was sent is not what is shown");
    const [small] = hashes.get("Small");
    assert.equal(texts.get(small).match(/^\[\d+\] /gm).length, 4);
    // The evidence pane has both.
    const evidence = page.getByRole("region", { name: "Evidence", exact: true });
    await evidence.getByRole("combobox", { name: "Recipe" }).selectOption({ label: "Small" });
    await evidence.getByText(/^4 of \d+ chunks in/).waitFor();
    assert.equal(await evidence.locator(".passage").count(), 4);
    tab.assertClean();
    await tab.close();
  });

  it("are indexed once: after a reload, and where chunks are the same, nothing is embedded again", async () => {
    const tab = await prepared();
    const { page } = tab;
    await addRecipe(page, "Small", 32, 4);
    const before = await indexed(page, "Small");
    const second = await addRecipeOfSameChunks(page);
    assert.equal(second, 0, "a recipe with the same chunks has an index of its own");
    await close(page);
    await page.reload();
    await settled(page, 2);
    await page.mouse.move(10, 10);
    await openRecipes(page);
    assert.equal(await indexed(page, "Small"), before);
    await close(page);
    await page.getByRole("textbox", { name: "Question" }).focus();
    tab.assertClean();
    await tab.close();
  });

  async function addRecipeOfSameChunks(page) {
    const dialog = dialogOf(page);
    await dialog.getByRole("button", { name: "Add Keywords only" }).click();
    await recipe(page, "Keywords only").waitFor();
    return recipe(page, "Keywords only").locator(".recipe-index").count();
  }

  it("are renamed, duplicated, edited, deleted and brought back", async () => {
    const tab = await prepared();
    const { page } = tab;
    const dialog = await openRecipes(page);
    await dialog.getByRole("button", { name: "Add Keywords only" }).click();
    await recipe(page, "Keywords only").getByText("retrieval hybrid → lexical").waitFor();
    await dialog.getByRole("button", { name: "Duplicate recipe Keywords only" }).click();
    await dialog.getByRole("button", { name: "Edit recipe Keywords only 2" }).click();
    await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("Exact words");
    await dialog.getByRole("spinbutton", { name: "Passages (top k)" }).fill("2");
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
    await recipe(page, "Exact words").getByText("retrieval hybrid → lexical, passages 6 → 2").waitFor();
    await dialog.getByRole("button", { name: "Delete recipe Keywords only", exact: true }).click();
    await recipe(page, "Keywords only").waitFor({ state: "detached" });
    await dialog.getByRole("button", { name: "Undo" }).click();
    await recipe(page, "Keywords only").waitFor();
    const names = () => dialog.getByRole("list", { name: "Recipes" }).locator("h3").allInnerTexts();
    assert.deepEqual(await names(), ["Balanced", "Keywords only", "Exact words"]);
    // The last one stays.
    await dialog.getByRole("button", { name: "Delete recipe Balanced" }).click();
    await dialog.getByRole("button", { name: "Delete recipe Keywords only" }).click();
    assert.ok(await dialog.getByRole("button", { name: "Delete recipe Exact words" }).isDisabled());
    await dialog.getByRole("button", { name: "Undo" }).click();
    assert.deepEqual(await names(), ["Keywords only", "Exact words"]);
    await close(page);
    tab.assertClean();
    await tab.close();
  });

  it("are compared without a model, as one types", async () => {
    const tab = await prepared();
    const { page } = tab;
    const dialog = await openRecipes(page);
    await dialog.getByRole("button", { name: "Add Keywords only" }).click();
    await recipe(page, "Keywords only").waitFor();
    await close(page);
    await page.getByRole("button", { name: "Compare retrieval" }).click();
    const region = page.getByRole("region", { name: "Compare retrieval" });
    const question = page.getByRole("textbox", { name: "Question" });
    await question.fill("boats at station 9");
    const of = (name) => region.getByRole("region", { name: `Evidence of ${name}` });
    await of("Balanced").getByText("66 boats").waitFor();
    await of("Keywords only").getByText("66 boats").waitFor();
    await region.getByText(/Balanced and Keywords only share \d+ passages?/).waitFor();
    // The next question replaces what is shown, without Enter.
    await question.fill("QX-7731");
    await of("Keywords only").getByText("wood oven").waitFor();
    const table = region.getByRole("table", { name: "Ranks" });
    assert.deepEqual(await table.getByRole("columnheader").allInnerTexts(), ["Passage", "Balanced", "Keywords only"]);
    assert.equal(chats(fake).length, 0);
    assert.deepEqual(await axeViolations(page), []);
    // Without one of them its evidence goes.
    await region.getByRole("checkbox", { name: "Balanced" }).uncheck();
    await of("Balanced").waitFor({ state: "detached" });
    await region.getByRole("button", { name: "Back to the answers" }).click();
    await page.getByRole("region", { name: "Add your model" }).waitFor();
    tab.assertClean();
    await tab.close();
  });

  it("make a grid of models and recipes in one run, each evidence searched once", async () => {
    const tab = await prepared();
    const { page } = tab;
    for (const model of ["fake-echo", "fake-cut", "fake-404", "fake-slow"]) await addEndpoint(page, { url: fake.url, model });
    const press = (dialog, name) => dialog.getByRole("button", { name, exact: true }).click();
    await page.getByRole("button", { name: "Vary", exact: true }).click();
    const vary = page.getByRole("dialog", { name: "Vary" });
    await vary.getByRole("combobox", { name: "What varies" }).selectOption({ label: "passages" });
    await vary.getByRole("textbox", { name: "Values" }).fill("1, 2, 3, 99999999");
    await vary.getByText("12 columns more, 16 in all: shown as a grid.").waitFor();
    assert.deepEqual(await axeViolations(page), []);
    await press(vary, "Make columns");
    await vary.waitFor({ state: "detached" });
    const grid = page.getByRole("region", { name: "Grid" });
    const rows = () => grid.getByRole("rowheader").allInnerTexts();
    assert.deepEqual(await rows(), ["Balanced", "Balanced, passages 1", "Balanced, passages 2", "Balanced, passages 3"]);
    assert.deepEqual(await grid.getByRole("columnheader").allInnerTexts(), ["Recipe", "fake-echo", "fake-cut", "fake-404", "fake-slow"]);
    await ask(page, "How many boats does the keeper of station 9 count?");
    const cell = (recipe, model) => grid.getByRole("row", { name: new RegExp(`^${recipe} `) }).getByRole("button", { name: new RegExp(`^Open ${model}`) });
    await page.waitForFunction(() => [...document.querySelectorAll(".grid-cell")].every(({ dataset }) => ["done", "failed"].includes(dataset.state)), null, { timeout: 60_000 });
    const states = await page.$$eval(".grid-cell", (cells) => cells.map(({ dataset }) => dataset.state));
    assert.deepEqual(states, Array(4).fill(["done", "failed", "failed", "done"]).flat());
    const sent = chats(fake).filter(({ body }) => body.includes("fake-echo")).map(evidenceOf);
    // Of six passages asked for by default there are five.
    assert.deepEqual(sent.map((text) => text.match(/^\[\d+\] /gm).length).sort(), [1, 2, 3, 5]);
    assert.match(await cell("Balanced, passages 2", "fake-echo").locator("xpath=..").innerText(), /4 citations/);
    assert.deepEqual(await axeViolations(page), []);
    await cell("Balanced, passages 3", "fake-echo").click();
    const article = page.locator("article.column");
    assert.equal(await article.getAttribute("data-recipe"), "Balanced, passages 3");
    await article.getByRole("button", { name: /^Collapse/ }).click();
    await grid.waitFor();
    // One that is removed makes room, and comes back.
    await cell("Balanced", "fake-404").click();
    await article.getByRole("button", { name: /^Remove column/ }).click();
    await grid.waitFor();
    assert.equal(await page.locator(".grid-cell").count(), 15);
    await page.getByRole("button", { name: /^Undo removing/ }).click();
    assert.equal(await page.locator(".grid-cell").count(), 16);
    tab.assertClean();
    await tab.close();
  });

  it("are indexed in the background: cancelled, gone on with, taken up after a reload, and no question waits", async () => {
    const tab = await prepared();
    const { page } = tab;
    const long = Array.from({ length: 360 }, (_, at) => paragraph(at + 100)).join("\n\n");
    await addFiles(page, [textFile("long.txt", long)]);
    await settled(page, 3);
    await addEndpoint(page, { url: fake.url, model: "fake-echo" });
    await addRecipe(page, "Small", 40, 3);
    const index = recipe(page, "Small").locator(".recipe-index");
    await index.getByText(/Indexing: chunk \d+ of \d+/).waitFor();
    await index.getByText(/about .* left/).waitFor();
    await index.getByRole("button", { name: "Cancel" }).click();
    await index.getByText("Indexing was cancelled; documents without vectors are found by BM25.").waitFor();
    await index.getByRole("button", { name: "Retry" }).click();
    await index.getByText(/Indexing: chunk \d+ of \d+/).waitFor();
    const reached = Number((await index.innerText()).match(/chunk (\d+)/)[1]);
    await close(page);
    // A question by the first recipe is answered meanwhile.
    await ask(page, "How many boats does the keeper of station 9 count?");
    assert.equal(await ended(columns(page, "fake-echo").first()), "done");
    await page.reload();
    await settled(page, 3);
    await page.mouse.move(10, 10);
    await openRecipes(page);
    // What was embedded before the reload is not embedded again.
    await index.getByText(/Indexing: chunk \d+ of \d+|on disk/).waitFor();
    const going = await index.innerText();
    if (!going.includes("on disk")) {
      const [, done, total] = going.match(/chunk (\d+) of (\d+)/).map(Number);
      assert.ok(done >= reached - 32, `${done} of ${total} after the reload, ${reached} before`);
    }
    assert.match(await indexed(page, "Small"), /^3 documents · \d+ chunks · [\d.]+ MB on disk$/);
    // Deleted, the recipe leaves nothing behind: rows of chunks and vectors are those of three documents again.
    const rows = () =>
      page.evaluate(async () => {
        const [{ name }] = (await indexedDB.databases()).filter(({ name }) => name.includes("corpus"));
        const database = await new Promise((done) => Object.assign(indexedDB.open(name), { onsuccess: ({ target }) => done(target.result) }));
        const count = (table) => new Promise((done) => Object.assign(database.transaction(table).objectStore(table).count(), { onsuccess: ({ target }) => done(target.result) }));
        const counts = [await count("chunk_sets"), await count("vectors")];
        database.close();
        return counts;
      });
    assert.deepEqual(await rows(), [6, 6]);
    await dialogOf(page).getByRole("button", { name: "Delete recipe Small" }).click();
    await until(async () => (await rows()).join() === "3,3", { what: "that the rows of the deleted recipe go" });
    tab.assertClean();
    await tab.close();
  });

  it("whose reranker is a host's are compared on Enter alone", async () => {
    const tab = await prepared();
    const { page } = tab;
    const dialog = await openRecipes(page);
    await dialog.getByRole("button", { name: "Add Keywords only" }).click();
    await dialog.getByRole("button", { name: "Edit recipe Keywords only" }).click();
    const group = dialog.getByRole("group", { name: "Reranking" });
    await group.getByLabel("Reranker", { exact: true }).selectOption({ label: "Another address (Cohere's API)" });
    await group.getByLabel("Base URL").fill(`${fake.url}/none`);
    await group.getByLabel("Reranking model").fill("m");
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
    await recipe(page, "Keywords only").waitFor();
    await close(page);
    await page.getByRole("button", { name: "Compare retrieval" }).click();
    const region = page.getByRole("region", { name: "Compare retrieval" });
    await region.getByText("Press Enter to search: a host embeds or reranks.").waitFor();
    const question = page.getByRole("textbox", { name: "Question" });
    await question.fill("boats at station 9");
    await region.getByText("Type a question.").waitFor();
    assert.equal(fake.requests.length, 0, "something was sent without Enter");
    await question.press("Enter");
    await region.getByRole("region", { name: "Evidence of Balanced" }).getByText("66 boats").waitFor();
    await region.getByRole("region", { name: "Evidence of Keywords only" }).getByRole("alert").waitFor();
    assert.ok(fake.requests.length > 0);
    assert.equal(chats(fake).length, 0);
    await tab.close();
  });
});
