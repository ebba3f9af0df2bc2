// Index engines: chosen in a recipe, built in a worker of their own while exact search answers, measured, cancelled.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { startFake } from "./fake_provider.mjs";
import { axeViolations, openLab, until } from "./harness.mjs";
import { addEndpoint, addFiles, ask, clearColumns, columns, ended, settled, textFile } from "./steps.mjs";

const paragraph = (at) =>
  `Chapter ${at}. The keeper of station ${at} counts ${at * 7 + 3} boats before noon, and writes the number into a blue book. ` +
  `In the evening the lamp of station ${at} is lit, and the wind is measured twice. Nobody at station ${at} leaves before the relief has come.`;
const LOG = Array.from({ length: 60 }, (_, at) => paragraph(at + 1)).join("\n\n");

const dialogOf = (page) => page.getByRole("dialog", { name: "Recipes" });
const card = (page) => dialogOf(page).getByRole("list", { name: "Recipes" }).getByRole("listitem").first();
const about = (page) => page.locator(".evidence-about").first();

async function openRecipes(page) {
  await page.getByRole("button", { name: "Recipes", exact: true }).click();
  await dialogOf(page).waitFor();
}

async function close(page) {
  await page.keyboard.press("Escape");
  await dialogOf(page).waitFor({ state: "detached" });
}

/** Chooses an engine for the first recipe, with parameters by their names. */
async function choose(page, engine, parameters = {}) {
  await openRecipes(page);
  const dialog = dialogOf(page);
  await card(page).getByRole("button", { name: /^Edit recipe/ }).click();
  await dialog.getByRole("combobox", { name: "Index engine" }).selectOption(engine);
  for (const [name, value] of Object.entries(parameters)) {
    await dialog.getByRole("spinbutton", { name, exact: true }).fill(String(value));
  }
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await card(page).waitFor();
}

/** Waits until the graph answers, and gives the line that says so with its figures. */
async function built(page, engine) {
  const line = card(page).getByText(new RegExp(`^${engine}: built in .* · .* · recall@10 [\\d.]+ on \\d+ chunks? and \\d+ questions?$`));
  await line.waitFor({ timeout: 60_000 });
  const text = await line.innerText();
  const [, recall, chunks, questions] = text.match(/recall@10 ([\d.]+) on (\d+) chunks? and (\d+) questions?/);
  return { recall: Number(recall), chunks: Number(chunks), questions: Number(questions) };
}

describe("index engines", () => {
  let lab;
  let fake;
  // What the graph's wasm waits for.
  let held = null;
  const hold = () => {
    let release;
    held = new Promise((done) => (release = done));
    return () => {
      held = null;
      release();
    };
  };
  const intercept = async (request, response, path) => {
    if (path.endsWith("/workers/glue/graph_bg.wasm")) await held;
  };
  /** How many workers for graphs the site has been asked for. */
  const started = () => lab.site.requests.filter(({ path }) => path.endsWith("/workers/graph.js")).length;
  before(async () => {
    [lab, fake] = await Promise.all([openLab({ site: { headers: true, intercept } }), startFake()]);
  });
  beforeEach(() => {
    held = null;
  });
  after(async () => {
    await lab?.close();
    await fake?.close();
  });

  async function prepared() {
    const tab = await lab.open({ allow: [new URL(fake.url).origin] });
    const { page } = tab;
    await clearColumns(page);
    await addFiles(page, [textFile("log.txt", LOG)]);
    assert.deepEqual((await settled(page, 1)).map(({ state }) => state), ["ready"]);
    await addEndpoint(page, { url: fake.url, model: "fake-echo" });
    return tab;
  }

  async function asked(page, question) {
    await ask(page, question);
    assert.equal(await ended(columns(page, "fake-echo").first()), "done");
  }

  it("are chosen in a recipe, measured, and named with what they found", async () => {
    const tab = await prepared();
    const { page } = tab;
    await asked(page, "Who lights the lamp of station 9?");
    await about(page).getByText("dense ", { exact: false }).waitFor();
    assert.doesNotMatch(await about(page).innerText(), /dense by/);
    for (const [engine, parameters] of [
      ["hnsw_rs", { M: 12, ef_construction: 100, ef_search: 80 }],
      ["instant-distance", { ef_construction: 100, ef_search: 80 }],
    ]) {
      await choose(page, engine, parameters);
      const { recall, chunks, questions } = await built(page, engine);
      assert.ok(recall >= 0.99, `${engine}: recall ${recall}`);
      assert.ok(chunks > 10 && chunks <= 64 && questions >= 1, `${engine}: ${chunks} chunks, ${questions} questions`);
      assert.deepEqual(await axeViolations(page), []);
      await close(page);
      await asked(page, `How many boats does ${engine} count at station 11?`);
      await until(async () => (await about(page).innerText()).includes(`dense by ${engine}`), { what: `evidence by ${engine}` });
    }
    // Documents that have come since are in the graph when it has been built again.
    await openRecipes(page);
    const { chunks } = await built(page, "instant-distance");
    await close(page);
    await addFiles(page, [textFile("bakery.txt", "The bakery opens at five. Its rye bread is baked for eleven hours in a wood oven.\n")]);
    await settled(page, 2);
    await openRecipes(page);
    await until(async () => (await built(page, "instant-distance")).chunks > chunks, { what: "the graph of both documents" });
    await close(page);
    await asked(page, "When does the bakery open?");
    assert.match(await about(page).innerText(), /dense by instant-distance/);
    tab.assertClean();
    await tab.close();
  });

  it("are built beside exact search, cancelled by ending their worker, and built after all", async () => {
    const tab = await prepared();
    const { page } = tab;
    const release = hold();
    await choose(page, "hnsw_rs");
    await card(page).getByText("hnsw_rs: building; exact search answers").waitFor();
    await close(page);
    await asked(page, "Who lights the lamp of station 3?");
    assert.match(await about(page).innerText(), /dense by exact/);
    await openRecipes(page);
    await card(page).getByRole("button", { name: /^Cancel hnsw_rs of / }).click();
    await card(page).getByText("hnsw_rs: cancelled; exact search answers").waitFor();
    release();
    await close(page);
    await asked(page, "Who lights the lamp of station 4?");
    assert.match(await about(page).innerText(), /dense by exact/);
    await openRecipes(page);
    await card(page).getByRole("button", { name: /^Retry hnsw_rs of / }).click();
    await built(page, "hnsw_rs");
    await close(page);
    await asked(page, "Who lights the lamp of station 5?");
    assert.match(await about(page).innerText(), /dense by hnsw_rs/);
    // Back to exact: nothing names an engine any more, and the graph's worker is gone, so the same choice makes a new one.
    await choose(page, "exact");
    await close(page);
    await asked(page, "Who lights the lamp of station 6?");
    assert.doesNotMatch(await about(page).innerText(), /dense by/);
    const before = started();
    await choose(page, "hnsw_rs");
    await built(page, "hnsw_rs");
    assert.equal(started(), before + 1);
    tab.assertClean();
    await tab.close();
  });
});
