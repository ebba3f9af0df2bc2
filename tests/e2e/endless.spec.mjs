// Answers without an end, in every shape that Markdown has: they delay no other column, they stop on request, they leave
// the page free, and twice the answer is twice the work.
//
// Times of a column are taken in the page, from the click to what the page shows, and compared with those of the same
// column in the same run while nothing else went on; where the machine gives the page less than a whole processor, what is
// allowed grows by the ratio of the two clocks, as in streaming_latency.spec.mjs. Work is processor time (see trace.mjs). While it is taken the page
// is asked nothing by role or by text: to find an element that way reads all fifty thousand of them.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { SHAPES, startEndless } from "./endless_host.mjs";
import { startFake } from "./fake_provider.mjs";
import { openLab, until } from "./harness.mjs";
import { QUESTION, addEndpoint, ask, columns, ended, prepared } from "./steps.mjs";
import { longestRepeated, pagesCpu, percentile, rounded, slowness, startTrace, starvation, tasksOf } from "./trace.mjs";

const GOOD = "fake-echo";
const TRIES = 5;
/** How much of an endless answer there is before the others are looked at, and how much more before it is stopped. */
const LONG_BYTES = 300_000;
const MOST_DELAY_MILLIS = 100;
const MOST_STOP_MILLIS = 100;
const MOST_CPU_MILLIS = 50;
const SIZE_BYTES = 500_000;
const SIZE_RATE = 400_000;
const ROUNDS = 3;
const MOST_GROWTH = 2.2;

/** A column, by the name that `columns` goes by too. */
const articleOf = (page, name) => page.locator(`article[aria-label="${name}"]`);

/** Runs a column again by its button; milliseconds from the click to its first text on the page. Comes back at its end. */
const firstToken = (article, name) =>
  article.evaluate(async (article, name) => {
    const began = performance.now();
    article.querySelector(`button[aria-label="Run ${name} again"]`).click();
    return new Promise((done) => {
      let first = null;
      const look = () => {
        if (article.dataset.state !== "waiting" && article.querySelector(".answer").textContent !== "") first ??= performance.now() - began;
        if (article.dataset.state !== "done" || first === null) return;
        observer.disconnect();
        done(first);
      };
      const observer = new MutationObserver(look);
      observer.observe(article, { subtree: true, childList: true, characterData: true, attributes: true });
    });
  }, name);

/** The median of a few of them. */
async function firstTokens(page, name) {
  const times = [];
  for (let at = 0; at < TRIES; at += 1) times.push(await firstToken(articleOf(page, name), name));
  return percentile(times, 0.5);
}

/** Stops a column with the mouse; milliseconds from the browser's own time of the click to the column's new state. */
async function stop(page, name) {
  await articleOf(page, name).evaluate((article) => {
    globalThis.__stopped = new Promise((done) => {
      const clicked = ({ timeStamp }) => {
        const look = () => {
          if (article.dataset.state !== "stopped") return;
          observer.disconnect();
          done(performance.now() - timeStamp);
        };
        const observer = new MutationObserver(look);
        observer.observe(article, { attributes: true });
        look();
      };
      addEventListener("click", clicked, { capture: true, once: true });
    });
  });
  await articleOf(page, name).locator(`button[aria-label="Stop ${name}"]`).click();
  return page.evaluate(() => globalThis.__stopped);
}

/** Letters that a column shows, and its elements. */
const shown = (page, name) =>
  articleOf(page, name).evaluate((article) => {
    const text = [...article.querySelectorAll(".answer, .answer-reasoning p")].map((part) => part.textContent).join("");
    return { letters: text.replace(/[^\p{L}]/gu, "").length, elements: article.querySelectorAll("*").length };
  });

describe("an answer without an end", () => {
  let lab;
  let host;
  let fake;
  let good;
  let slow;
  before(async () => {
    [lab, host, fake] = await Promise.all([openLab(), startEndless(), startFake({ port: 0, cors: true })]);
    slow = await slowness(lab.browser);
    good = new URL(fake.url);
  });
  after(async () => {
    await lab?.close();
    await Promise.all([host?.close(), fake?.close()]);
  });

  for (const shape of Object.keys(SHAPES)) {
    it(`delays no other column, stops at once, leaves the page free: ${shape}`, async () => {
      host.bytes = Infinity;
      host.rate = 100_000;
      const tab = await prepared(lab, [host, good]);
      const { page } = tab;
      await addEndpoint(page, { url: fake.url, model: GOOD });
      await ask(page, QUESTION);
      assert.equal(await ended(columns(page, GOOD)), "done");
      const alone = await firstTokens(page, GOOD);

      // A column that is added to a run joins it.
      await addEndpoint(page, { url: host.base, model: shape });
      await startTrace(lab.browser, page);
      await until(() => host.sent(shape).bytes > LONG_BYTES, { timeout: 60_000, what: "a long answer" });
      const beside = await firstTokens(page, GOOD);
      await until(() => host.sent(shape).bytes > 2 * LONG_BYTES, { timeout: 60_000, what: "a longer answer" });
      const tasks = await tasksOf(lab.browser);
      assert.equal(await articleOf(page, shape).getAttribute("data-state"), "streaming");
      const { letters: sent } = host.sent(shape);
      const stopped = await stop(page, shape);
      await until(() => !host.sent(shape).isOpen, { what: "the host's end of the answer" });

      // What had come is shown, but for what was on its way.
      const { letters, elements } = await until(async () => {
        const now = await shown(page, shape);
        return now.letters >= sent * 0.9 && now;
      }, { what: "the answer so far" });
      const longest = longestRepeated(tasks);
      const starved = starvation(tasks);
      console.log(
        `endless ${shape}: first token ${rounded(beside)} ms, alone ${rounded(alone)} ms; stopped after ${rounded(stopped)} ms; ` +
          `longest task ${rounded(longest)} ms of the processor; the machine is ${rounded(slow)} times slow; tasks took ${rounded(starved)} times their processor time; ${letters} letters in ${elements} elements`,
      );
      // A slow machine shows in what a column alone takes: each of the threads that a token passes may be kept that long.
      assert.ok(beside - alone <= MOST_DELAY_MILLIS * starved + 4 * alone, `first token ${rounded(beside)} ms, alone ${rounded(alone)} ms`);
      assert.ok(stopped <= MOST_STOP_MILLIS * starved, `stopped after ${rounded(stopped)} ms`);
      assert.ok(longest <= MOST_CPU_MILLIS * slow, `a task took ${rounded(longest)} ms, allowed ${rounded(MOST_CPU_MILLIS * slow)} ms`);
      tab.assertClean();
      await tab.close();
    });

    it(`is twice the work when it is twice as long: ${shape}`, async () => {
      host.bytes = 1_000;
      host.rate = SIZE_RATE;
      const tab = await prepared(lab, [host]);
      const { page } = tab;
      await addEndpoint(page, { url: host.base, model: shape });
      await ask(page, QUESTION);
      assert.equal(await ended(columns(page, shape)), "done");
      const article = articleOf(page, shape);
      const again = async (bytes) => {
        host.bytes = bytes;
        const before = await pagesCpu(lab.browser);
        await article.locator(`button[aria-label="Run ${shape} again"]`).click();
        await until(() => article.getAttribute("data-state").then((state) => state === "done"), { timeout: 60_000, every: 200, what: "the end" });
        return (await pagesCpu(lab.browser)) - before;
      };
      // In turns, and the least of each: what the machine's other work adds is never negative.
      const sizes = [SIZE_BYTES, 2 * SIZE_BYTES];
      const work = [[], []];
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const [at, bytes] of sizes.entries()) {
          // The answer before is taken off the page at its own expense.
          await again(1_000);
          work[at].push(await again(bytes));
        }
      }
      const [once, twice] = work.map((millis) => Math.min(...millis));
      console.log(`endless ${shape}: ${SIZE_BYTES / 1000} kB took ${rounded(once)} ms of the processor, twice as much ${rounded(twice)} ms, ${(twice / once).toFixed(2)} times`);
      assert.ok(twice <= once * MOST_GROWTH, `${rounded(once)} ms, then ${rounded(twice)} ms`);
      tab.assertClean();
      await tab.close();
    });
  }
});
