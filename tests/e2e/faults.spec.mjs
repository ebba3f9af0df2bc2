// Hosts that misbehave: each column ends in words that help, what came is kept, and no other column notices.
// The counting of tries and the waits between them are the host's own notes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, describe, it } from "node:test";
import { refused, startDialect } from "./fake_dialects.mjs";
import { openLab, until } from "./harness.mjs";
import { QUESTION, addEndpoint, answerOf, ask, chooseProvider, columns, ended, letters, noticeOf, openAddColumn, prepared } from "./steps.mjs";
import { CASES, PARTIAL, UNTAKEN, deadOrigin, startEvil, startMisbehaving } from "./faulty_host.mjs";

/** Asserts that a column ended as its case says. */
async function judged(page, host, name) {
  const { state, says, text, tries, gaps, within } = CASES[name];
  const column = columns(page, name);
  assert.equal(await ended(column), state, `${name}: ${state === "done" ? await column.innerText() : "it must fail"}`);
  if (says) assert.match(await noticeOf(column), says, name);
  if (text) {
    const shown = await answerOf(column);
    assert.ok(letters(shown).includes(letters(text)), `${name}: the text is lost: ${shown}`);
  }
  const seen = host.seen(name);
  if (tries) assert.equal(seen.length, tries, `${name}: tries`);
  for (const [at, least] of (gaps ?? []).entries()) {
    const gap = seen[at + 1].arrived - seen[at].arrived;
    console.log(`${name}: ${gap} ms before try ${at + 2}`);
    assert.ok(gap >= least, `${name}: try ${at + 2} came after ${gap} ms, expected ${least} at least`);
  }
  if (within) assert.ok(seen.at(-1).arrived - seen[0].arrived <= within, `${name}: the hint was not believed`);
}

describe("hosts that misbehave", () => {
  let lab;
  let host;
  let evil;
  before(async () => {
    [lab, evil] = await Promise.all([
      openLab({ args: ["--proxy-bypass-list=127.0.0.1;localhost;[::1];*.invalid", "--host-resolver-rules=MAP *.invalid ~NOTFOUND"] }),
      startEvil(),
    ]);
    host = await startMisbehaving({ elsewhere: evil.origin });
  });
  after(async () => {
    await lab?.close();
    await Promise.all([host?.close(), evil?.close()]);
  });

  // A column that must wait for its next try would hold up what is timed beside it: those run alone, below.
  const alone = Object.keys(CASES).filter((name) => CASES[name].gaps || name === "drip");
  const together = Object.keys(CASES).filter((name) => !alone.includes(name));
  for (let from = 0; from < together.length; from += 7) {
    const names = together.slice(from, from + 7);
    it(`are reported, beside a column that goes on: ${names.join(", ")}`, async () => {
      host.requests.length = 0;
      evil.hits.length = 0;
      const tab = await prepared(lab, [host, evil]);
      const { page } = tab;
      for (const name of names) await addEndpoint(page, { url: host.base, model: name, key: "sk-fault-0123456789" });
      await addEndpoint(page, { url: host.base, model: "fine" });
      await ask(page, QUESTION);
      assert.equal(await ended(columns(page, "fine")), "done");
      for (const name of names) await judged(page, host, name);
      assert.deepEqual(evil.hits, [], "a redirect was followed");
      await tab.close();
    });
  }

  for (const name of alone) {
    it(`are tried again as they ask, or waited for: ${name}`, async () => {
      host.requests.length = 0;
      const tab = await prepared(lab, [host]);
      await addEndpoint(tab.page, { url: host.base, model: name });
      await ask(tab.page, QUESTION);
      await judged(tab.page, host, name);
      await tab.close();
    });
  }

  it("are not stormed: eight columns at a host that limits all finish, and none is early", async () => {
    const limited = await startMisbehaving({ stormStarts: 2, stormMillis: 600 });
    const tab = await prepared(lab, [limited]);
    const { page } = tab;
    const names = Array.from({ length: 8 }, (_, at) => `storm-${at + 1}`);
    for (const name of names) await addEndpoint(page, { url: limited.base, model: name });
    await ask(page, QUESTION);
    for (const name of names) assert.equal(await ended(columns(page, name)), "done", name);
    const sent = limited.requests.filter(({ method }) => method === "POST");
    const refused = sent.filter(({ status }) => status === 429);
    console.log(`storm: ${refused.length} refusals; arrivals ${sent.map(({ arrived, status }) => `${arrived - sent[0].arrived}${status === 429 ? "!" : ""}`).join(" ")} ms`);
    assert.ok(refused.length > 0, "the limit was never met: this proves nothing");
    assert.ok(refused.length <= 8, `${refused.length} refusals: the columns do not share what they learn`);
    for (const name of names) {
      const seen = limited.seen(name);
      assert.ok(seen.length <= 3, `${name}: ${seen.length} tries`);
      for (let at = 1; at < seen.length; at += 1) {
        const [gap, asked] = [seen[at].arrived - seen[at - 1].arrived, seen[at - 1].waitMillis];
        assert.ok(gap >= asked, `${name} came back after ${gap} ms, asked to wait ${asked}`);
      }
    }
    await tab.close();
    await limited.close();
  });

  it("feel Stop within half a second, before the first word and in the middle", async () => {
    host.requests.length = 0;
    const tab = await prepared(lab, [host]);
    const { page } = tab;
    await page.evaluate(() => addEventListener("click", () => (globalThis.__clicked = Date.now()), { capture: true }));
    for (const name of ["stall", "hang"]) await addEndpoint(page, { url: host.base, model: name });
    await ask(page, QUESTION);
    const stalled = columns(page, "stall");
    await stalled.locator(".answer p").first().waitFor();
    await until(() => host.seen("hang").length === 1, { what: "the request that hangs" });
    for (const name of ["stall", "hang"]) {
      await page.getByRole("button", { name: `Stop ${name}` }).click();
      const clicked = await page.evaluate(() => globalThis.__clicked);
      const { closed } = await until(() => host.seen(name).find(({ closed }) => closed !== null), { what: "the closing of the socket" });
      console.log(`Stop ${name}: the host saw it after ${closed - clicked} ms`);
      assert.ok(closed - clicked <= 500, `${closed - clicked} ms`);
      assert.equal(await ended(columns(page, name)), "stopped");
      assert.equal(host.seen(name).length, 1, "a stopped request was tried again");
    }
    assert.ok(letters(await answerOf(stalled)).includes(letters(PARTIAL)));
    tab.assertClean();
    await tab.close();
  });

  for (const [name, { parameter }] of Object.entries(UNTAKEN)) {
    it(`that do not take ${parameter} are asked again without it, and that is remembered`, async () => {
      host.requests.length = 0;
      const tab = await prepared(lab, [host]);
      const { page } = tab;
      await addEndpoint(page, { url: host.base, model: name, temperature: 0.2, maxTokens: 64 });
      await ask(page, QUESTION);
      const column = columns(page, name);
      assert.equal(await ended(column), "failed");
      assert.match(await noticeOf(column), new RegExp(parameter));
      assert.equal(host.seen(name).length, 1, "a refused request was sent again unasked");
      await column.getByRole("button", { name: `Run again without ${parameter}` }).or(column.getByRole("button", { name: `Run again without \`${parameter}\`` })).click();
      await until(async () => (await column.getAttribute("data-state")) === "done", { what: "the second try" });
      assert.equal(host.seen(name).length, 2);
      const again = host.seen(name)[1].json;
      assert.ok(!Object.hasOwn(again, parameter), "it was sent again");
      assert.equal(again[parameter === "temperature" ? "max_tokens" : "temperature"], parameter === "temperature" ? 64 : 0.2, "more was left out than was refused");
      await ask(page, "And what burns in its lamp?");
      await until(() => host.seen(name).length === 3, { what: "the next question" });
      assert.equal(await ended(column), "done");
      await page.reload();
      await columns(page, name).waitFor();
      await page.getByText("lighthouse.txt").first().waitFor();
      await ask(page, QUESTION);
      assert.equal(await ended(columns(page, name)), "done", "forgotten with the tab");
      assert.equal(host.seen(name).length, 4);
      await tab.close();
    });
  }
});

describe("hosts that a page cannot reach", () => {
  let lab;
  let closed;
  let dead;
  before(async () => {
    [lab, closed, dead] = await Promise.all([
      openLab({ args: ["--proxy-bypass-list=127.0.0.1;localhost;[::1];*.invalid", "--host-resolver-rules=MAP *.invalid ~NOTFOUND"] }),
      startMisbehaving({ cors: false }),
      deadOrigin(),
    ]);
  });
  after(async () => {
    await lab?.close();
    await closed?.close();
  });

  it("are distinguished: closed to pages, nothing there, no such name", async () => {
    const tab = await prepared(lab, [closed, { origin: dead }, { origin: "https://no-such-host.invalid" }]);
    const { page } = tab;
    await addEndpoint(page, { url: closed.base, model: "closed", key: "sk-fault-0123456789" });
    await addEndpoint(page, { url: `${dead}/v1`, model: "dead" });
    await addEndpoint(page, { url: "https://no-such-host.invalid/v1", model: "nameless" });
    await ask(page, QUESTION);
    for (const [name, words] of [["closed", /CORS|does not allow|other origins/i], ["dead", /nothing answers|start the server/i], ["nameless", /nothing answers|spelling/i]]) {
      assert.equal(await ended(columns(page, name)), "failed", name);
      assert.match(await noticeOf(columns(page, name)), words, name);
    }
    // What repairs it can be copied, and names this page's origin.
    const fixes = await columns(page, "closed").locator("pre").allInnerTexts();
    assert.ok(fixes.join("\n").includes(lab.site.origin), `no fix names this page: ${fixes}`);
    assert.ok((await columns(page, "closed").getByRole("button", { name: /^Copy / }).count()) > 0);
    const probes = closed.requests.filter(({ method }) => method === "GET" || method === "HEAD");
    for (const { headers } of probes) assert.ok(!JSON.stringify(headers).includes("sk-fault"), "the probe carried the key");
    await tab.close();
  });

  it("of Anthropic: calls from browsers forbidden by the organisation, and a host that wants to hear of the browser", async () => {
    const words = "CORS requests are not allowed for this Organization because of its settings.";
    const forbidding = await startDialect("anthropic", {
      intercept(request, response, record) {
        if (request.method !== "POST") return false;
        record.model = record.json?.model;
        response.writeHead(401, { "content-type": "application/json", "access-control-allow-origin": request.headers.origin }).end(JSON.stringify(refused("anthropic", 401, words)));
        return true;
      },
    });
    const bare = await startDialect("anthropic", {
      intercept(request, response, record) {
        if (request.method !== "POST" || request.headers["anthropic-dangerous-direct-browser-access"]) return false;
        record.model = record.json?.model;
        response.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify(refused("anthropic", 401, "CORS requests must set 'anthropic-dangerous-direct-browser-access' header")));
        return true;
      },
    });
    const tab = await prepared(lab, [forbidding, bare]);
    const { page } = tab;
    await addEndpoint(page, { url: forbidding.base, dialect: "anthropic", model: "forbidden-model", key: "sk-fault-0123456789" });
    await addEndpoint(page, { url: bare.base, dialect: "anthropic", model: "bare-model", key: "sk-fault-0123456789" });
    await ask(page, QUESTION);
    assert.equal(await ended(columns(page, "forbidden-model")), "failed");
    assert.match(await noticeOf(columns(page, "forbidden-model")), /organi[sz]ation|browser/i);
    assert.doesNotMatch(await noticeOf(columns(page, "forbidden-model")), /refused the key/i, "the key is not to blame");
    assert.equal(await ended(columns(page, "bare-model")), "failed");
    assert.match(await noticeOf(columns(page, "bare-model")), /CORS|does not allow|other origins|pages|key/i);
    await tab.close();
    await Promise.all([forbidding.close(), bare.close()]);
  });

  it("over plain http from a page over https: said so, without a request", async () => {
    // The site is put under an https address by the driver; nothing listens there.
    const dist = process.env.SIDECITE_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
    const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png" };
    const tab = await lab.open({ go: false, allow: ["https://sidecite.example"] });
    await tab.context.route("https://sidecite.example/**", (route) => {
      const asked = decodeURIComponent(new URL(route.request().url()).pathname);
      const file = path.join(dist, asked.endsWith("/") ? `${asked}index.html` : asked);
      try {
        return route.fulfill({ body: readFileSync(file), contentType: types[path.extname(file)] ?? "application/octet-stream" });
      } catch {
        return route.fulfill({ status: 404, body: "" });
      }
    });
    const { page } = tab;
    await page.goto("https://sidecite.example/");
    const dialog = await openAddColumn(page);
    await chooseProvider(dialog, "Custom endpoint");
    await dialog.getByLabel(/^Base URL/).fill("http://192.0.2.7:8000/v1");
    await dialog.getByRole("button", { name: "Test connection", exact: true }).click();
    await dialog.getByRole("status").getByText(/https/i).first().waitFor();
    assert.match(await dialog.getByRole("status").innerText(), /plain http|mixed|https address/i);
    await tab.close();
  });
});
