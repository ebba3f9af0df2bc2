// How long a newcomer waits: from the click on the sample to its first cited answer, from a server on this machine, and over
// 10 Mbit/s. A benchmark beside a smoke test: it prints, and fails only where no answer comes.

import assert from "node:assert/strict";
import { readFile, realpath } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { openLab } from "./harness.mjs";
import { columns } from "./steps.mjs";

const DIST = process.env.SIDECITE_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".json": "application/json", ".svg": "image/svg+xml", ".txt": "text/plain" };
const BYTES_PER_MS = 10e6 / 8 / 1000;
const LATENCY_MS = 40;
const RUNS = 3;

/** Serves the site as a static host does: brotli, cached; `line` is the one line that all share, or nothing. */
function host() {
  const state = { line: null };
  const packed = new Map();
  const pack = async (name) => {
    const bytes = await readFile(path.join(await realpath(DIST), name));
    const plain = /\.(bin|gguf|png|pdf|docx)$/.test(name);
    return plain ? bytes : brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
  };
  const pause = (millis) => new Promise((done) => setTimeout(done, millis));
  const send = async (response, bytes) => {
    await pause(LATENCY_MS);
    for (let at = 0; at < bytes.length; at += 16_384) {
      const part = bytes.subarray(at, at + 16_384);
      // Every part takes its place behind all that was sent before it.
      const now = performance.now();
      state.line = Math.max(state.line, now) + part.length / BYTES_PER_MS;
      await pause(Math.max(0, state.line - now));
      response.write(part);
    }
    response.end();
  };
  const intercept = async (request, response, asked) => {
    const name = asked.endsWith("/") ? "index.html" : decodeURIComponent(asked.slice(1));
    if (!packed.has(name)) packed.set(name, pack(name));
    const bytes = await packed.get(name);
    const ending = path.extname(name);
    const isPlain = /\.(bin|gguf|png|pdf|docx)$/.test(name);
    response.writeHead(200, {
      "content-type": TYPES[ending] ?? "application/octet-stream",
      ...(!isPlain && { "content-encoding": "br" }),
      "cache-control": ending === ".html" ? "no-cache" : "max-age=31536000",
    });
    if (state.line === null) response.end(bytes);
    else await send(response, bytes);
    return true;
  };
  return { intercept, slow: () => (state.line = 0), fast: () => (state.line = null) };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

describe("the first minute of a newcomer", () => {
  let lab;
  const site = host();
  before(async () => {
    lab = await openLab({ site: { intercept: site.intercept } });
  });
  after(() => lab?.close());

  /** From the click to the first citation, in milliseconds. The page has stood there for a moment, as before a person clicks. */
  async function clicked(page) {
    const sample = page.getByRole("button", { name: "Try the sample" });
    await sample.click({ trial: true });
    // In the page, by its own events: what drives it polls, and takes its time on a busy machine.
    await page.evaluate(() => {
      globalThis.__cited = new Promise((done) => {
        let clicked;
        addEventListener("click", ({ timeStamp }) => (clicked = timeStamp), { capture: true, once: true });
        const observer = new MutationObserver(() => {
          if (document.querySelector('button[aria-label^="Citation 1"]') === null) return;
          observer.disconnect();
          done(performance.now() - clicked);
        });
        observer.observe(document.body, { subtree: true, childList: true });
      });
    });
    await sample.click();
    await columns(page, "Extractive quotes").getByRole("button", { name: /^Citation 1/ }).first().waitFor();
    return page.evaluate(() => globalThis.__cited);
  }

  it("brings a cited answer", { timeout: 280_000 }, async () => {
    site.fast();
    const warm = [];
    for (let run = 0; run < RUNS; run += 1) {
      const tab = await lab.open();
      warm.push(await clicked(tab.page));
      await tab.close();
    }
    const slow = [];
    const load = [];
    for (let run = 0; run < RUNS; run += 1) {
      site.slow();
      const tab = await lab.open({ go: false });
      const started = performance.now();
      await tab.page.goto(tab.site.url);
      await tab.page.getByRole("button", { name: "Try the sample" }).click({ trial: true });
      load.push(performance.now() - started);
      slow.push(await clicked(tab.page));
      await tab.close();
      site.fast();
    }
    const seconds = (numbers) => `${(median(numbers) / 1000).toFixed(2)} s (${numbers.map((millis) => (millis / 1000).toFixed(2)).join(", ")})`;
    console.log(`sample click → first cited answer, local: ${seconds(warm)}`);
    console.log(`10 Mbit/s, ${LATENCY_MS} ms: page ready ${seconds(load)}, then click → first cited answer ${seconds(slow)}`);
    assert.ok(warm.length === RUNS && slow.length === RUNS);
  });
});
