// The renderer is fed by strangers and may die: answers then go on where they were, and what cannot be rendered twice is
// shown as the text it is. No column fails over it.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startEndless } from "./endless_host.mjs";
import { openLab, until } from "./harness.mjs";
import { QUESTION, addEndpoint, ask, columns, ended, prepared } from "./steps.mjs";

const SHAPE = "list";
const BROKEN = "export default async () => { throw new Error('the renderer is broken'); };";

describe("a renderer that dies", () => {
  let lab;
  let host;
  /** How many times its script is broken before it is as it was built. */
  let broken = 0;
  before(async () => {
    const intercept = (request, response, path) => {
      if (path !== "/workers/glue/renderer.js" || broken === 0) return false;
      broken -= 1;
      response.writeHead(200, { "content-type": "text/javascript", "cache-control": "no-store" }).end(BROKEN);
      return true;
    };
    [lab, host] = await Promise.all([openLab({ site: { intercept } }), startEndless()]);
  });
  after(async () => {
    await lab?.close();
    await host?.close();
  });

  /** A tab whose one column is being answered, and that column. */
  async function asked({ bytes, rate }) {
    Object.assign(host, { bytes, rate });
    const tab = await prepared(lab, [host]);
    await addEndpoint(tab.page, { url: host.base, model: SHAPE });
    await ask(tab.page, QUESTION);
    return { tab, column: columns(tab.page, SHAPE) };
  }

  const letters = async (column) => (await column.locator(".answer").textContent()).replace(/[^\p{L}]/gu, "").length;

  it("in the middle of an answer goes unnoticed: all of it is shown, once", async () => {
    broken = 0;
    const { tab, column } = await asked({ bytes: 120_000, rate: 40_000 });
    const renderer = await until(() => tab.page.workers().find((worker) => worker.url().includes("/renderer.js")), { what: "the renderer" });
    await until(() => host.sent(SHAPE).bytes > 40_000, { what: "some of the answer" });
    await renderer.evaluate(() => void setTimeout(() => { throw new Error("killed by the test"); }));
    assert.equal(await ended(column), "done");
    assert.equal(await letters(column), host.sent(SHAPE).letters);
    assert.ok((await column.locator(".answer li").count()) > 100);
    assert.notEqual(tab.page.workers().find((worker) => worker.url().includes("/renderer.js")), renderer);
    await tab.close();
  });

  it("at its start is started again", async () => {
    broken = 1;
    const { tab, column } = await asked({ bytes: 2_000, rate: 100_000 });
    assert.equal(await ended(column), "done");
    assert.ok((await column.locator(".answer li").count()) > 10);
    await tab.close();
  });

  it("whenever it starts leaves the text as it is", async () => {
    broken = Infinity;
    const { tab, column } = await asked({ bytes: 20_000, rate: 100_000 });
    assert.equal(await ended(column), "done");
    assert.equal(await column.locator(".answer li").count(), 0);
    assert.match(await column.locator(".answer-plain").textContent(), /^- item 0: /);
    assert.equal(await letters(column), host.sent(SHAPE).letters);
    await tab.close();
  });
});
