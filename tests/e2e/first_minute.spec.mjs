// The first minute: documents are found by their words before the embedder has come, and by meaning as soon as it has.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { openLab } from "./harness.mjs";
import { LIGHTHOUSE, QUESTION, addFiles, ask, columns, ended, prepared, row, settled, textFile } from "./steps.mjs";

const DIST = process.env.SIDECITE_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
/** Bytes of the weights that come before they are released. */
const FIRST = 3 << 20;

describe("the first minute", () => {
  let lab;
  let weights;
  let release;
  let released;
  let refusals;
  /** Called when the weights are asked for. */
  let onWeights;

  /** The weights begin to come, and go on when the test lets them. */
  const intercept = async (request, response, path) => {
    if (!path.endsWith(".int8.bin")) return false;
    onWeights?.();
    if (refusals > 0) {
      refusals -= 1;
      response.writeHead(503).end();
      return true;
    }
    response.writeHead(200, { "content-type": "application/octet-stream", "content-length": weights.length });
    response.write(weights.subarray(0, FIRST));
    await released;
    response.end(weights.subarray(FIRST));
    return true;
  };

  before(async () => {
    weights = await readFile(`${DIST}/models/minilm-l6-v2.int8.bin`);
    lab = await openLab({ site: { intercept } });
  });
  beforeEach(() => {
    refusals = 0;
    onWeights = null;
    released = new Promise((done) => (release = done));
  });
  after(() => lab?.close());

  const evidence = (page) => page.getByRole("region", { name: "Evidence" });
  const byWords = /not embedded by the chosen embedder yet: searched by BM25 only/;

  it("answers the sample's question with citations before the embedder has come", async () => {
    const tab = await lab.open();
    const { page } = tab;
    // PDF's parser keeps a core busy while it loads: it comes behind the answer.
    const citedFirst = new Promise((done) =>
      page.on("worker", (worker) => {
        if (worker.url().includes("build=pdf")) done(page.evaluate(() => document.querySelector('button[aria-label^="Citation 1"]') !== null));
      }),
    );
    await page.getByRole("button", { name: "Try the sample" }).click();
    const quotes = columns(page, "Extractive quotes");
    await quotes.getByRole("button", { name: /^Citation 1/ }).first().waitFor();
    await evidence(page).getByText(byWords).waitFor();
    assert.equal(await evidence(page).getByText(/Dense #\d/).count(), 0);
    assert.ok(await citedFirst, "the parser of PDF was started before the first answer");
    const rows = page.locator(".document-row");
    assert.equal(await rows.count(), 14);
    await rows.filter({ hasText: /found by BM25 · loading the embedder: [1-3]\.\d MB of 2\d MB/ }).first().waitFor();
    assert.equal(await page.locator('.document-row[data-state="ready"]').count(), 0);
    // A cited document opens already.
    await quotes.getByRole("button", { name: /^Citation 1/ }).first().click();
    await evidence(page).locator(".passage-here mark").first().waitFor();
    await page.keyboard.press("Escape");
    release();
    const ready = await settled(page, 14);
    assert.deepEqual(ready.filter(({ state }) => state !== "ready"), []);
    await page.getByRole("button", { name: "Ask again" }).click();
    await evidence(page).getByText(/Dense #\d.* · fused \d\.\d{3}/).first().waitFor();
    assert.doesNotMatch(await evidence(page).innerText(), byWords);
    assert.equal(await ended(quotes.first()), "done");
    tab.assertClean();
    await tab.close();
  });

  it("asks for the embedder's weights when every document of a burst is found by its words", async () => {
    const tab = await lab.open();
    const { page } = tab;
    const found = page.locator(".document-row").filter({ hasText: "found by BM25" });
    const whenAsked = new Promise((done) => (onWeights = () => done(found.count())));
    const names = Array.from({ length: 12 }, (_, at) => `note-${at}.txt`);
    await addFiles(page, names.map((name) => textFile(name, `${name}: ${LIGHTHOUSE}`)));
    // The page may be a row or two behind its engine.
    const count = await whenAsked;
    assert.ok(count >= names.length - 2, `asked for with ${count} of ${names.length} found`);
    // The last one waits with the others, and can be given up at once.
    await page.getByRole("button", { name: "Cancel note-11.txt" }).click();
    await row(page, "note-11.txt").getByText("cancelled").waitFor();
    await tab.close();
  });

  it("opens a log of five megabytes at its passage without laying out the whole", async () => {
    const tab = await lab.open();
    const { page } = tab;
    const line = "06:00 the keeper of the lighthouse writes what the weather was into a blue book and lights the lamp";
    const lines = Array.from({ length: 50_000 }, (_, at) => `${at} ${line}`);
    lines.splice(25_000, 0, "The zebra of Skarv is called Ulla.");
    await addFiles(page, [textFile("log.txt", lines.join("\n"))]);
    await row(page, "log.txt").getByText("found by BM25").waitFor({ timeout: 60_000 });
    await ask(page, "What is the zebra of Skarv called?");
    await evidence(page).getByTitle("Open in the document").first().click();
    const viewer = page.getByRole("document", { name: "Document text" });
    const passage = viewer.locator(".passage-here").first();
    await passage.waitFor();
    assert.match(await viewer.locator(".passage-here").allInnerTexts().then((texts) => texts.join("")), /called Ulla/);
    const { height, drawn, top } = await viewer.evaluate((element) => ({
      height: element.clientHeight,
      drawn: element.textContent.length,
      top: element.querySelector(".passage-here").getBoundingClientRect().top - element.getBoundingClientRect().top,
    }));
    assert.ok(drawn < 500_000, `${drawn} characters are laid out`);
    assert.ok(top > -height && top < height, `the passage is ${top} px from the top of ${height}`);
    await viewer.getByRole("button", { name: /^Show next 160 blocks/ }).click();
    assert.ok((await viewer.evaluate((element) => element.textContent.length)) > drawn);
    await tab.close();
  });

  it("does not find what was cancelled while it waited for the embedder, and goes on with the rest", async () => {
    const tab = await lab.open();
    const { page } = tab;
    const texts = ["lighthouse", "harbour", "mill", "bakery", "orchard"];
    await addFiles(page, texts.map((name) => textFile(`${name}.txt`, `The ${name} keeper is called Zacharias of the ${name}.`)));
    for (const name of texts) await row(page, `${name}.txt`).getByText(/found by BM25/).waitFor();
    await page.getByRole("button", { name: "Cancel harbour.txt" }).click();
    await ask(page, "What is the keeper of the harbour called?");
    assert.equal(await ended(columns(page, "Extractive quotes")), "done");
    const passages = await page.locator(".passage").allInnerTexts();
    assert.equal(passages.length, 4);
    assert.ok(!passages.some((passage) => passage.includes("harbour.txt")), passages.join("\n"));
    release();
    const rows = await settled(page, 5);
    assert.deepEqual(rows.map(({ state }) => state).sort(), ["cancelled", "ready", "ready", "ready", "ready"]);
    // What was embedded meanwhile is kept, what was cancelled is not.
    await page.reload();
    assert.equal((await settled(page, 4)).filter(({ state }) => state === "ready").length, 4);
    tab.assertClean();
    await tab.close();
  });

  it("tries again what was cancelled while the embedder was being loaded", async () => {
    const tab = await lab.open();
    const { page } = tab;
    await addFiles(page, [textFile("lighthouse.txt", LIGHTHOUSE)]);
    const document = row(page, "lighthouse.txt");
    await document.getByText(/loading the embedder/).waitFor();
    await page.getByRole("button", { name: "Cancel lighthouse.txt" }).click();
    await page.getByRole("button", { name: "Retry lighthouse.txt" }).click();
    // The first try ends only now, long after the second has begun.
    await document.getByText(/waiting for the embedder/).waitFor();
    release();
    assert.equal((await settled(page, 1))[0].state, "ready");
    tab.assertClean();
    await tab.close();
  });

  it("names the embedder's file when it does not come, and goes on by Retry", async () => {
    refusals = 1;
    release();
    const tab = await lab.open();
    const { page } = tab;
    await addFiles(page, [textFile("lighthouse.txt", LIGHTHOUSE)]);
    assert.equal((await settled(page, 1))[0].state, "failed");
    assert.match(await row(page, "lighthouse.txt").innerText(), /minilm-l6-v2\.int8\.bin[\s\S]*503/);
    await page.getByRole("button", { name: "Retry lighthouse.txt" }).click();
    await page.locator('.document-row[data-state="ready"]').waitFor();
    await ask(page, QUESTION);
    assert.equal(await ended(columns(page, "Extractive quotes")), "done");
    assert.doesNotMatch(await evidence(page).innerText(), byWords);
    await tab.close();
  });
});
