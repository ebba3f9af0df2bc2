// The site opens at the top of a host and below a sub-path, with and without security headers, and starts its
// workers; nothing is logged as an error, nothing is missing, and nothing leaves the machine.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { axeViolations, openLab, until } from "./harness.mjs";

const PLACES = [
  { name: "at the top of a plain host", site: {} },
  { name: "below a sub-path of a plain host", site: { prefix: "/x/y/" } },
  { name: "at the top of a host that sends headers", site: { headers: true } },
];

// Two tiny modules, one of them only valid where relaxed SIMD is: the question the page asks, too.
const RELAXED = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253,
  128, 2, 11,
];

for (const { name, site } of PLACES) {
  describe(`the site ${name}`, () => {
    let lab;
    before(async () => {
      lab = await openLab({ site });
    });
    after(() => lab?.close());

    it("opens clean", async () => {
      const tab = await lab.open();
      assert.equal(await tab.page.title(), "Sidecite");
      const build = await tab.page.getAttribute('meta[name="sidecite-build"]', "content");
      assert.match(build, /^[0-9a-f]{16}$/);
      await until(() => lab.site.requests.some(({ path }) => path.endsWith("_bg.wasm")), { what: "loading the wasm" });
      assert.equal(await tab.page.locator("#start-failure:not([hidden])").count(), 0);
      const base = new URL(lab.site.url).pathname;
      const astray = lab.site.requests.filter(({ path }) => !path.startsWith(base));
      assert.deepEqual(astray, [], "addresses that are not relative");
      await tab.page.locator("main").waitFor();
      assert.deepEqual(await axeViolations(tab.page), []);
      assert.deepEqual(tab.failures, []);
      tab.assertClean();
      await tab.close();
    });

    it("starts every worker", async () => {
      const tab = await lab.open();
      const started = await tab.page.evaluate(async (relaxed) => {
        const v = document.querySelector('meta[name="sidecite-build"]').content;
        const simd = WebAssembly.validate(new Uint8Array(relaxed)) ? "relaxed" : "simd";
        const names = { reader: null, graph: null, courier: null, renderer: null, engine: simd, local_model: simd };
        const wrong = [];
        for (const [name, build] of [...Object.entries(names), ["reader", "pdf"]]) {
          const query = new URLSearchParams({ v, ...(build && { build }) });
          const worker = new Worker(new URL(`workers/${name}.js?${query}`, document.baseURI), { type: "module" });
          // A worker says nothing until it is asked: silence for a while after its wasm has come is success.
          await new Promise((done) => {
            worker.onerror = (event) => (wrong.push(`${name}: ${event.message}`), done());
            setTimeout(done, 1500);
          });
          worker.terminate();
        }
        return { wrong, simd };
      }, RELAXED);
      assert.deepEqual(started.wrong, []);
      for (const name of ["reader", "reader-pdf", "graph", "courier", "renderer", `engine-${started.simd}`, `local_model-${started.simd}`]) {
        const wasm = lab.site.requests.filter(({ path }) => path.endsWith(`/workers/glue/${name}_bg.wasm`));
        assert.equal(wasm.length, 1, name);
      }
      assert.deepEqual(tab.failures, []);
      tab.assertClean();
      await tab.close();
    });

    it("holds to its policy", async () => {
      const tab = await lab.open();
      const directives = new Set(["connect-src", "img-src", "script-src", "script-src-elem"]);
      const broken = await tab.page.evaluate(async (expected) => {
        const seen = [];
        const all = new Promise((done) => {
          addEventListener("securitypolicyviolation", (event) => {
            seen.push(event.effectiveDirective);
            if (new Set(seen).size === expected) done();
          });
          // What is missing then is named by the comparison.
          setTimeout(done, 10_000);
        });
        try {
          await fetch("http://127.0.0.1:9/");
          seen.push("a foreign fetch went through");
        } catch {}
        // Code that the driver runs may use eval; code that the page runs later may not.
        const evaluated = new Promise((done) => {
          setTimeout(() => {
            try {
              (0, eval)("1");
              seen.push("eval went through");
            } catch {}
            done();
          });
        });
        const image = new Image();
        image.src = "http://127.0.0.1:9/x.png";
        const script = document.createElement("script");
        script.textContent = "globalThis.injected = true";
        document.head.append(script);
        await Promise.all([all, evaluated]);
        if (globalThis.injected) seen.push("an inline script ran");
        return seen.sort();
      }, directives.size);
      assert.deepEqual(new Set(broken), directives);
      assert.deepEqual(tab.foreign.filter((url) => !url.startsWith("http://127.0.0.1:9/")), []);
      await tab.close();
    });
  });
}
