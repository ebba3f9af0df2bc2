// Firefox: the site opens clean, every dialect streams, and a key stays with its origin.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DIALECTS, MANNERS, USAGE, closeAll, evidenceIn, keyOf, startDialects } from "./fake_dialects.mjs";
import { firefoxPath, openFirefox } from "./firefox.mjs";
import { until } from "./harness.mjs";
import { LIGHTHOUSE, QUESTION, number, sha256 } from "./steps.mjs";
import { startEvil, startMisbehaving } from "./faulty_host.mjs";

const skip = firefoxPath() ? false : "no Firefox";
if (skip) console.log("SKIPPED: Firefox (none found; set FIREFOX to its path)");

describe("in Firefox", { skip }, () => {
  let lab;
  before(async () => {
    lab = await openFirefox();
  });
  after(() => lab?.close());

  it("the site opens clean and the sample is answered with citations", async () => {
    const tab = await lab.open();
    assert.equal(await tab.page.title(), "Sidecite");
    await tab.press("button", "Try the sample", { exact: "part" });
    const cites = await until(
      () => tab.page.evaluate(() => {
        const column = [...document.querySelectorAll("article")].find((one) => one.getAttribute("aria-label") === "Extractive quotes");
        return column?.dataset.state === "done" && [...column.querySelectorAll("button.cite")].map((cite) => cite.getAttribute("aria-label"));
      }),
      { timeout: 120_000, what: "the quotes" },
    );
    assert.ok(cites.some((label) => /^Citation 1/.test(label)), String(cites));
    tab.assertClean();
    await tab.close();
  });

  it("every dialect streams, with the same evidence, its usage and its citations", async () => {
    const hosts = await startDialects({ keyed: true });
    const tab = await lab.open({ allow: [...hosts.values()].map(({ origin }) => origin) });
    await tab.clearColumns();
    await tab.addFile("lighthouse.txt", LIGHTHOUSE);
    for (const [dialect, host] of hosts) await tab.addEndpoint({ url: host.base, dialect, model: dialect === "anthropic" || dialect === "cohere-v2" ? "fake-cite" : "fake-think", key: keyOf(dialect) });
    await tab.ask(QUESTION);
    const all = await tab.ended(DIALECTS.length);
    const hashes = new Set();
    for (const [at, [dialect, host]] of [...hosts].entries()) {
      const { state, sha256: shown, answer, cites, metrics, notice } = all[at];
      assert.equal(state, "done", `${dialect}: ${notice}`);
      assert.match(answer, /You asked|The documents say/, dialect);
      assert.ok(cites.some((label) => /^Citation 1/.test(label)), dialect);
      assert.deepEqual([number(metrics.In), number(metrics.Out)], [USAGE.input, USAGE.output], dialect);
      const [request] = host.chats();
      assert.equal(shown, sha256(evidenceIn(dialect, request.json)), dialect);
      hashes.add(shown);
      const { keyHeader } = MANNERS[dialect];
      assert.equal(request.headers[keyHeader], keyHeader === "authorization" ? `Bearer ${keyOf(dialect)}` : keyOf(dialect));
    }
    assert.equal(hashes.size, 1, "different evidence");
    tab.assertClean();
    await tab.close();
    await closeAll(hosts);
  });

  it("a key goes to its origin only: not along a redirect, not to another port, not by an address", async () => {
    const evil = await startEvil();
    const good = await startMisbehaving({ elsewhere: evil.origin });
    const key = "sk-CANARY-firefox-0123456789";
    const tab = await lab.open({ allow: [good.origin, evil.origin], path: `?base_url=${encodeURIComponent(`${evil.origin}/v1`)}#settings=${encodeURIComponent(evil.origin)}` });
    await tab.clearColumns();
    await tab.addFile("lighthouse.txt", LIGHTHOUSE);
    await tab.addEndpoint({ url: good.base, dialect: "openai-chat", model: "fine", key });
    for (const status of [302, 307, 308]) await tab.addEndpoint({ url: good.base, dialect: "openai-chat", model: `redirect-${status}` });
    await tab.ask(QUESTION);
    const first = await tab.ended(4);
    assert.deepEqual(first.map(({ state }) => state), ["done", "failed", "failed", "failed"], JSON.stringify(first.map(({ notice }) => notice)));
    assert.equal(good.seen("fine")[0].headers.authorization, `Bearer ${key}`);
    assert.deepEqual(evil.hits, []);
    await tab.addEndpoint({ url: `${evil.origin}/v1`, dialect: "openai-chat", model: "other-port" });
    await tab.ask("And what burns in its lamp?");
    await until(() => evil.hits.some(({ method }) => method === "POST"), { timeout: 30_000, what: "the call of the other port" });
    assert.ok(!JSON.stringify(evil.hits).includes("CANARY"), "the key left");
    const kept = await tab.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href, document.documentElement.outerHTML]));
    assert.doesNotMatch(kept, /CANARY/);
    await tab.close();
    await Promise.all([good.close(), evil.close()]);
  });

  it("Stop closes the connection within half a second, and the text so far stays", async () => {
    const host = await startMisbehaving();
    const tab = await lab.open({ allow: [host.origin] });
    await tab.clearColumns();
    await tab.addFile("lighthouse.txt", LIGHTHOUSE);
    await tab.addEndpoint({ url: host.base, dialect: "openai-chat", model: "stall" });
    await tab.ask(QUESTION);
    await until(() => tab.page.evaluate(() => document.querySelector("article .answer")?.innerText.includes("first half")), { timeout: 30_000, what: "the first words" });
    await tab.page.evaluate(() => addEventListener("click", () => (globalThis.__clicked = Date.now()), { capture: true }));
    await tab.press("button", "Stop stall");
    const [{ state, answer }] = await tab.ended(1);
    const clicked = await tab.page.evaluate(() => globalThis.__clicked);
    const { closed } = await until(() => host.seen("stall").find(({ closed }) => closed !== null), { what: "the closing of the socket" });
    console.log(`Stop in Firefox: the host saw it after ${closed - clicked} ms`);
    assert.ok(closed - clicked <= 500, `${closed - clicked} ms`);
    assert.equal(state, "stopped");
    assert.match(answer, /first half/);
    await tab.close();
    await host.close();
  });
});
