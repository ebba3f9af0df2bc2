// Embedders and rerankers of hosts: chosen in Settings and nowhere else, every text sent once, failures in the host's words.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startVectors } from "./fake_vectors.mjs";
import { axeViolations, openLab, until } from "./harness.mjs";
import { addFiles, ask, settled, textFile } from "./steps.mjs";

const KEY = "sk-canary-0123456789abcdef";
const LIGHTHOUSE =
  "The lighthouse of Skarv was built in 1874 by the engineer Ingrid Aas. Its lamp burns rapeseed oil.\n\n" +
  "Every keeper stays for nine weeks. The keeper writes the weather into a blue book at six in the morning.\n";
const BAKERY = "The bakery opens at five. Its rye bread is baked for eleven hours in a wood oven. It is the favourite of the keeper.\n";
// Far more chunks than fit one batch of 32.
const LONG = Array.from({ length: 400 }, (_, at) =>
  `Entry ${at} of the harbour journal: ship number ${at} came in with ${at * 3} barrels of ${["salt", "oil", "rye", "herring"][at % 4]}.` +
  ` Its master reported ${["fog", "ice", "calm seas", "a gale"][(at * 7) % 4]} near buoy ${at % 13}, and paid ${at + 11} crowns.`).join("\n\n");

const settings = (page) => page.getByRole("dialog", { name: "Settings" });

async function choose(page, what, { option, model, base, key = "", dimensions = "" }) {
  const group = settings(page).getByRole("group", { name: what === "Embedder" ? "Embedding" : "Reranking" });
  await group.getByLabel(what, { exact: true }).selectOption({ label: option });
  await group.getByLabel(what === "Embedder" ? "Embedding model" : "Reranking model").waitFor();
  const gateway = group.locator("details.more");
  if ((await gateway.count()) && !(await gateway.getAttribute("open").then((open) => open !== null))) await gateway.locator("summary").click();
  await group.getByLabel(/^(Gateway b|B)ase URL$/).fill(base);
  await group.getByLabel("API key").fill(key);
  await group.getByLabel(what === "Embedder" ? "Embedding model" : "Reranking model").fill(model);
  if (dimensions) await group.getByLabel("Embedding dimensions").fill(dimensions);
  return group;
}

/** Opens Settings, lets `change` fill it in, saves. */
async function set(page, change) {
  await page.getByRole("button", { name: "Settings" }).click();
  await change(settings(page));
  await settings(page).getByRole("button", { name: "Save" }).click();
  await settings(page).waitFor({ state: "detached" });
}

const embedBy = (page, host) => set(page, () => choose(page, "Embedder", host));
const rerankBy = (page, host) => set(page, () => choose(page, "Reranker", host));
const openai = (fake, more = {}) =>
  ({ option: "Another address (OpenAI's API)", model: "bag-of-words", base: `${fake.url}/v1`, key: KEY, ...more });

/** Waits for the evidence of a question, and gives its passages. */
async function evidence(page, question) {
  await ask(page, question);
  await page.waitForFunction(() => document.querySelector(".evidence-about")?.textContent.includes(" chunks in "));
  return page.$$eval(".passage", (all) =>
    all.map((one) => ({ text: one.querySelector(".passage-text").textContent, scores: one.querySelector(".passage-scores").textContent })));
}

const noneTwice = (texts) => assert.equal(new Set(texts).size, texts.length, "a text was sent twice");

describe("embedders and rerankers of hosts", () => {
  let lab;
  let fake;
  before(async () => {
    lab = await openLab();
  });
  after(async () => {
    await lab?.close();
  });

  async function withFake(body, options = { key: KEY }) {
    fake = await startVectors(options);
    const tab = await lab.open({ allow: [fake.url] });
    try {
      await body(tab, tab.page);
    } finally {
      await tab.close();
      await fake.close();
    }
  }

  it("get nothing unless they are chosen", () => withFake(async (tab, page) => {
    await addFiles(page, [textFile("lighthouse.txt", LIGHTHOUSE)]);
    await settled(page, 1);
    await page.getByRole("button", { name: "Settings" }).click();
    const group = await choose(page, "Embedder", openai(fake));
    await group.getByText(/will be sent to 127\.0\.0\.1/).waitFor();
    assert.deepEqual(await axeViolations(page), []);
    await page.keyboard.press("Escape");
    const [first] = await evidence(page, "Who built the lighthouse?");
    assert.match(first.text, /Ingrid Aas/);
    assert.deepEqual(fake.requests, []);
    tab.assertClean();
  }));

  it("take over what is stored, find it, and are sent every text once", () => withFake(async (tab, page) => {
    await addFiles(page, [textFile("lighthouse.txt", LIGHTHOUSE), textFile("bakery.txt", BAKERY)]);
    await settled(page, 2);
    await embedBy(page, openai(fake));
    await until(() => fake.texts().length >= 2, { what: "the passages' way to the host" });
    await settled(page, 2);
    noneTwice(fake.texts());
    const passages = fake.texts().length;
    const [first] = await evidence(page, "How long is rye bread baked?");
    assert.match(first.text, /eleven hours/);
    assert.match(first.scores, /Dense #1/);
    assert.equal(fake.texts().length, passages + 1, "the question, and nothing else");
    assert.ok(fake.requests.filter(({ method }) => method === "POST").every(({ headers }) => headers.authorization === `Bearer ${KEY}`));
    // A file added later goes the same way; after a reload nothing is sent again.
    await addFiles(page, [textFile("later.txt", "The customs house closes at dusk and sells no stamps.")]);
    await settled(page, 3);
    noneTwice(fake.texts());
    const sent = fake.requests.length;
    await page.reload();
    await settled(page, 3);
    assert.equal(fake.requests.length, sent);
    const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    assert.doesNotMatch(stored, /canary/);
    tab.assertClean();
  }));

  it("that ask to wait are waited for; a failure keeps what is finished, and Retry asks for the rest", () => withFake(async (_tab, page) => {
    await embedBy(page, openai(fake));
    fake.behave({ limitAt: 2, wait: 0.3 });
    await addFiles(page, [textFile("journal.txt", LONG)]);
    assert.deepEqual((await settled(page, 1)).map(({ state }) => state), ["ready"]);
    const limited = fake.requests.filter(({ status }) => status === 429);
    assert.equal(limited.length, 1);
    assert.ok(fake.requests.every(({ texts }) => !texts || texts.length <= 32));
    assert.ok(fake.texts().length > 64, `${fake.texts().length} texts`);
    noneTwice(fake.texts());
    // Refused for good: the host's words are shown, and what came stays.
    const before = fake.texts().length;
    fake.behave({ limitAt: 0, breakAt: 3 });
    await addFiles(page, [textFile("other.txt", LONG.replaceAll("Entry", "Line"))]);
    const other = (await settled(page, 2)).find(({ name }) => name === "other.txt");
    assert.equal(other.state, "failed");
    assert.match(other.text, /not to my taste/);
    assert.equal(fake.texts().length, before + 64);
    fake.behave({ breakAt: 0 });
    await page.getByRole("button", { name: "Retry other.txt" }).click();
    await page.waitForFunction(() => [...document.querySelectorAll(".document-row")].every((row) => row.dataset.state === "ready"));
    noneTwice(fake.texts());
  }));

  it("that answer another width are refused with both numbers, and a search that fails says why", () => withFake(async (_tab, page) => {
    await embedBy(page, openai(fake));
    await addFiles(page, [textFile("lighthouse.txt", LIGHTHOUSE)]);
    await settled(page, 1);
    fake.behave({ width: 48 });
    await addFiles(page, [textFile("bakery.txt", BAKERY)]);
    const bakery = (await settled(page, 2)).find(({ name }) => name === "bakery.txt");
    assert.match(bakery.text, /48[^]*96/);
    fake.behave({ width: 96, refuse: 400 });
    await ask(page, "Who built the lighthouse?");
    await page.getByText(/overloaded, says the fake/).first().waitFor();
    assert.equal(await page.locator(".passage").count(), 0, "a silent fallback");
  }));

  it("that rerank have the last word, with the score shown", () => withFake(async (tab, page) => {
    await addFiles(page, [textFile("lighthouse.txt", LIGHTHOUSE), textFile("bakery.txt", BAKERY)]);
    await settled(page, 2);
    const [before] = await evidence(page, "Who built the lighthouse of Skarv?");
    assert.match(before.text, /Ingrid Aas/);
    await rerankBy(page, { option: "Cohere", model: "rerank-v3.5", base: fake.url, key: KEY });
    const [first] = await evidence(page, "Who was the engineer of Skarv's lighthouse?");
    assert.match(first.text, /favourite/);
    assert.match(first.scores, /reranked 1/);
    assert.match(await page.locator(".evidence-about").innerText(), /reranker/);
    const [request] = fake.reranks();
    assert.equal(request.json.query, "Who was the engineer of Skarv's lighthouse?");
    assert.equal(request.path, "/v2/rerank");
    assert.deepEqual(fake.texts(), []);
    tab.assertClean();
  }));

  const shapes = [
    { option: "Cohere", model: "embed-v4.0", purpose: true },
    { option: "Google Gemini API", model: "gemini-embedding-001", purpose: true },
    { option: "Ollama", model: "nomic-embed-text", rerank: { option: "Jina AI", path: "/rerank" } },
    { option: "Text Embeddings Inference", model: "any", rerank: { option: "Text Embeddings Inference", path: "/rerank" } },
  ];
  for (const { option, model, purpose, rerank } of shapes) {
    it(`are spoken to as ${option} wants`, () => withFake(async (tab, page) => {
      await embedBy(page, { option, model, base: fake.url, key: KEY });
      await addFiles(page, [textFile("lighthouse.txt", LIGHTHOUSE), textFile("bakery.txt", BAKERY)]);
      assert.deepEqual((await settled(page, 2)).map(({ state }) => state), ["ready", "ready"]);
      if (rerank) await rerankBy(page, { option: rerank.option, model: "any", base: fake.url, key: KEY });
      const [first] = await evidence(page, "How long is rye bread baked?");
      assert.match(first.text, /eleven hours/);
      if (purpose) assert.deepEqual(fake.questions(), ["How long is rye bread baked?"]);
      if (rerank) assert.deepEqual(fake.reranks().map(({ path }) => path), [rerank.path]);
      noneTwice(fake.texts());
      tab.assertClean();
    }));
  }
});
