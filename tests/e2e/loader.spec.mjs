// The loader of the workers, with glue of our own in the place of the compiled one: no message is lost while the wasm
// loads, and a worker that cannot start says so to the page.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openLab } from "./harness.mjs";

// What a compiled worker does: a slow start, then a message handler, installed before the start is over.
const ECHO = `
  export default async ({ module_or_path }) => {
    await new Promise((done) => setTimeout(done, 300));
    const from = String(module_or_path).split("/workers/")[1];
    self.addEventListener("message", ({ data, ports }) => ports[0].postMessage([data, from]));
  };`;
const BROKEN = "export default async () => { throw new Error('the wasm is broken'); };";
const LATER = `
  export default async () => {
    self.addEventListener("message", () => Promise.reject(new Error("it went wrong later")));
  };`;

describe("the loader of the workers", () => {
  let lab;
  before(async () => {
    const glue = new Map([
      ["/workers/glue/engine-simd.js", ECHO],
      ["/workers/glue/reader.js", BROKEN],
      ["/workers/glue/courier.js", LATER],
    ]);
    const intercept = (request, response, path) => {
      if (path === "/workers/glue/local_model-simd.js") {
        response.writeHead(404).end();
        return true;
      }
      if (!glue.has(path)) return false;
      response.writeHead(200, { "content-type": "text/javascript" }).end(glue.get(path));
      return true;
    };
    lab = await openLab({ site: { intercept } });
  });
  after(() => lab?.close());

  it("replays early messages in order, with their ports", async () => {
    const tab = await lab.open();
    const answers = await tab.page.evaluate(async () => {
      const worker = new Worker("workers/engine.js?build=simd&v=b1", { type: "module" });
      const ask = (question) => {
        const { port1, port2 } = new MessageChannel();
        worker.postMessage(question, [port2]);
        return new Promise((done) => (port1.onmessage = ({ data }) => done(data)));
      };
      const early = await Promise.all([ask("one"), ask("two"), ask("three")]);
      return [...early, await ask("late")];
    });
    const from = "glue/engine-simd_bg.wasm?v=b1";
    assert.deepEqual(answers, ["one", "two", "three", "late"].map((text) => [text, from]));
    tab.assertClean();
    await tab.close();
  });

  for (const [name, query, expected] of [
    ["reader", "", /the wasm is broken/],
    ["local_model", "?build=simd", /glue\/local_model-simd\.js/],
    ["courier", "", /it went wrong later/],
    ["engine", "?build=..%2f..%2fevil", /no worker is named/],
  ]) {
    it(`tells the page when the ${name} fails: ${expected.source}`, async () => {
      const tab = await lab.open();
      const message = await tab.page.evaluate(
        (address) =>
          new Promise((done) => {
            const worker = new Worker(address, { type: "module" });
            worker.onerror = (event) => done(event.message);
            worker.postMessage("hello");
          }),
        `workers/${name}.js${query}`,
      );
      assert.match(message, expected);
      await tab.close();
    });
  }
});
