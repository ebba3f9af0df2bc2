// How long a newcomer waits: from the click on the sample to its first cited answer, from a server on this machine, and over
// 10 Mbit/s. A benchmark beside a smoke test: it prints, and fails only where no answer comes.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openLab } from "./harness.mjs";
import { LATENCY_MS, staticHost } from "./static_host.mjs";
import { columns } from "./steps.mjs";
import { percentile } from "./trace.mjs";

const RUNS = 3;

describe("the first minute of a newcomer", () => {
  let lab;
  const site = staticHost();
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
    const seconds = (numbers) => `${(percentile(numbers, 0.5) / 1000).toFixed(2)} s (${numbers.map((millis) => (millis / 1000).toFixed(2)).join(", ")})`;
    console.log(`sample click → first cited answer, local: ${seconds(warm)}`);
    console.log(`10 Mbit/s, ${LATENCY_MS} ms: page ready ${seconds(load)}, then click → first cited answer ${seconds(slow)}`);
    assert.ok(warm.length === RUNS && slow.length === RUNS);
  });
});
