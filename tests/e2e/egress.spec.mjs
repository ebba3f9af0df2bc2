// "Network log": every request that a host saw, with where, why, how much, and what came of it. And nothing else left.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { keyOf, startDialect } from "./fake_dialects.mjs";
import { axeViolations, openLab, until } from "./harness.mjs";
import { QUESTION, addEndpoint, ask, chooseProvider, closeDialog, columns, ended, openAddColumn, openProviders, prepared } from "./steps.mjs";
import { startMisbehaving } from "./faulty_host.mjs";

/** "1.2 kB" → 1200. */
function bytesOf(text) {
  const [, number, unit] = /^\D*([\d.]+)\s*(B|kB|MB|GB)/.exec(text) ?? assert.fail(`no size: ${text}`);
  return Number(number) * { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 }[unit];
}

/** The rows of the table, newest first. */
function rowsOf(panel) {
  // Head and body are read in one step: between two the table may be drawn again.
  return panel.getByRole("table").evaluateAll(([table]) => {
    const texts = (cells) => [...cells].map((cell) => cell.innerText.trim());
    const names = table ? texts(table.tHead.rows[0].cells) : [];
    const rows = table ? [...table.tBodies[0].rows] : [];
    return rows.map((row) => Object.fromEntries(texts(row.cells).map((cell, at) => [names[at], cell])));
  });
}

describe("what left this page", () => {
  let lab;
  before(async () => {
    lab = await openLab();
  });
  after(() => lab?.close());

  it("is nothing at first", async () => {
    const tab = await lab.open();
    const panel = await openProviders(tab.page, "Network log");
    await panel.getByText("Nothing has left this page.").waitFor();
    assert.equal(await panel.getByRole("table").locator("tbody tr").count(), 0);
    tab.assertClean();
    await tab.close();
  });

  it("is every request that a host saw, and no other", async () => {
    const [chat, gemini, broken, closed] = await Promise.all([
      startDialect("openai-chat", { key: keyOf("openai-chat") }),
      startDialect("gemini", { key: keyOf("gemini") }),
      startMisbehaving(),
      startMisbehaving({ cors: false }),
    ]);
    const all = [chat, gemini, broken, closed];
    const tab = await prepared(lab, all);
    const { page } = tab;
    const dialog = await openAddColumn(page);
    await chooseProvider(dialog, "Custom endpoint");
    await dialog.getByLabel(/^Base URL/).fill(chat.base);
    await dialog.getByLabel(/^API key/).fill(keyOf("openai-chat"));
    await dialog.getByRole("button", { name: "Test connection", exact: true }).click();
    await dialog.getByText("Connected, 4 models").waitFor();
    await closeDialog(page);
    await addEndpoint(page, { url: chat.base, dialect: "openai-chat", model: "fake-echo" });
    await addEndpoint(page, { url: gemini.base, dialect: "gemini", model: "fake-think", key: keyOf("gemini") });
    await addEndpoint(page, { url: broken.base, dialect: "openai-chat", model: "no-model" });
    await addEndpoint(page, { url: broken.base, dialect: "openai-chat", model: "busy-twice" });
    await addEndpoint(page, { url: closed.base, dialect: "openai-chat", model: "shut" });
    await ask(page, QUESTION);
    for (const name of ["fake-echo", "fake-think", "no-model", "busy-twice", "shut"]) await ended(columns(page, name));

    const panel = await openProviders(page, "Network log");
    // Preflights are the browser's own; a page cannot see them. A blocked POST never gets past its preflight.
    const seen = all.flatMap(({ origin, requests }) => requests.filter(({ method }) => method !== "OPTIONS").map((request) => ({ origin, ...request })));
    const rows = await until(async () => {
      const rows = await rowsOf(panel);
      return rows.length > seen.length && rows;
    }, { what: "as many rows as requests" });
    const purposeOf = ({ method, path }) => (method === "POST" ? /chat|answer/i : /models$/.test(path) && method === "GET" ? /models|probe/i : /probe/i);
    const left = [...rows];
    for (const request of seen) {
      const at = left.findIndex((row) => row.Origin.includes(request.origin.replace("http://", "")) && purposeOf(request).test(row.Purpose) && (request.status === null || row.Status.includes(String(request.status)) || /probe/i.test(row.Purpose)));
      assert.notEqual(at, -1, `no row for ${request.method} ${request.origin}${request.path} (${request.status}): ${JSON.stringify(left)}`);
      const [row] = left.splice(at, 1);
      if (request.method === "POST") {
        const sent = bytesOf(row.Sent);
        assert.ok(Math.abs(sent - request.body.length) <= Math.max(60, request.body.length * 0.06), `${row.Sent} for ${request.body.length} bytes`);
        if (request.status === 200) assert.ok(bytesOf(row.Received) > 300, row.Received);
      }
    }
    // What is left are the attempts at the host that lets no page in: they ended at their preflight.
    assert.ok(left.length > 0);
    for (const row of left) assert.ok(row.Origin.includes(closed.origin.replace("http://", "")) && /chat|answer/i.test(row.Purpose), JSON.stringify(row));
    // Newest first.
    assert.match(rows.at(-1).Purpose, /models/i);
    assert.doesNotMatch(await panel.innerText(), /sk-/);
    assert.deepEqual(await axeViolations(page), []);

    // The list goes on while it is open.
    const before = rows.length;
    await closeDialog(page);
    await page.getByRole("button", { name: "Run fake-echo again" }).click();
    const again = await openProviders(page, "Network log");
    await until(async () => (await rowsOf(again)).length === before + 1, { what: "the new row" });
    await tab.close();
    await Promise.all(all.map((host) => host.close()));
  });

  it("is nothing on a cold load and in a minute of doing nothing", async () => {
    const tab = await lab.open({ go: false });
    const { page } = tab;
    const asked = [];
    tab.context.on("request", (request) => asked.push(request.url()));
    await page.goto(lab.site.url, { waitUntil: "load" });
    await page.getByRole("button", { name: "Add column" }).waitFor();
    // A minute of the page's timers passes as fast as the machine can; workers of this page have none while idle.
    const cdp = await tab.context.newCDPSession(page);
    const passed = new Promise((done) => cdp.once("Emulation.virtualTimeBudgetExpired", done));
    await cdp.send("Emulation.setVirtualTimePolicy", { policy: "advance", budget: 60_000 });
    await passed;
    assert.ok(asked.length > 3, "the page loaded nothing");
    assert.deepEqual(asked.filter((url) => !url.startsWith(lab.site.origin) && !/^(data|blob):/.test(url)), []);
    tab.assertClean();
    await tab.close();
  });
});
