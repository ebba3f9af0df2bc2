// A key goes to the origin it was entered for, and nowhere else: not by an address, not by what is stored, not by a redirect;
// and it lies nowhere in clear.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { openLab, until } from "./harness.mjs";
import { LIGHTHOUSE, QUESTION, addEndpoint, addFiles, ask, clearColumns, closeDialog, columns, ended, noticeOf, openProviders, prepared, settled, textFile } from "./journey.mjs";
import { startEvil, startMisbehaving } from "./misbehave.mjs";

const KEY = "sk-CANARY-7f3a9c51e2b84d06";
const PASSPHRASE = "nine weeks of rapeseed oil";

/** Begins to remember keys under a passphrase. */
async function remember(page, passphrase = PASSPHRASE) {
  const panel = await openProviders(page, "Keys");
  await panel.getByLabel("Passphrase", { exact: true }).fill(passphrase);
  await panel.getByLabel(/^Repeat passphrase/).fill(passphrase);
  await panel.getByRole("button", { name: "Remember keys" }).click();
  await panel.getByText(/in the vault/).first().waitFor();
  await closeDialog(page);
}

/** Opens the vault after a reload. */
async function unlock(page, passphrase = PASSPHRASE) {
  const panel = await openProviders(page, "Keys");
  // The panel learns in a moment that there is a vault; until then its fields are those of a new one.
  await panel.getByRole("button", { name: "Unlock", exact: true }).waitFor();
  await panel.getByLabel("Passphrase", { exact: true }).fill(passphrase);
  await panel.getByRole("button", { name: "Unlock", exact: true }).click();
  await panel.getByRole("button", { name: "Lock", exact: true }).waitFor();
  await closeDialog(page);
}

/** Addresses that try to bend the page to `evil`; `good` is where the key belongs. */
function crafted(good, evil) {
  const [goodHost, evilHost] = [new URL(good).host, new URL(evil).host];
  const url = `${evil}/v1`;
  const coded = encodeURIComponent(url);
  const endpoint = { id: 1, name: goodHost, provider: "", dialect: "openai-chat", blanks: {}, base_url: url, auth: "usual" };
  const settings = encodeURIComponent(JSON.stringify({ endpoints: [endpoint], key: "", url, base_url: url }));
  return {
    "names of parameters that others obey": [
      ...["base_url", "baseUrl", "apiUrl", "api_url", "endpoint", "url", "host", "server", "proxy", "gateway", "openai_base_url"].map((name) => `?${name}=${coded}`),
      `?base_url=${url}&key=`,
    ],
    "fragments and routes": [
      `#settings=${settings}`, `#/?settings=${settings}`, `#base_url=${coded}`, `#apiUrl=${coded}`, `#/endpoint/${coded}`, `#${coded}`, `#${settings}`, `?settings=${settings}`, `?state=${settings}`,
      `?import=${coded}`, `?config=${coded}`, `?share=${Buffer.from(decodeURIComponent(settings)).toString("base64url")}`,
    ],
    "addresses that look like the good one": [
      `?base_url=http://${goodHost}@${evilHost}/v1`, `?base_url=http://user:pass@${evilHost}/v1`, `?base_url=${evil}/?q=${goodHost}`, `?base_url=${evil}/v1%23${goodHost}`, `?base_url=${evil}/${goodHost}/v1`,
      `?base_url=http://${goodHost.replace(":", ".localhost:")}/v1`, `?base_url=http://127.0.0.1.:${new URL(evil).port}/v1`, `?base_url=HTTP://${evilHost.toUpperCase()}/V1`, `?base_url=http://127.1:${new URL(evil).port}/v1`,
      `?base_url=http://2130706433:${new URL(evil).port}/v1`,
    ],
    "stranger ones": [
      `?base_url=http://%6c%6fcalhost:${new URL(evil).port}/v1`, `?base_url=http://ⓛocalhost:${new URL(evil).port}/v1`, `?base_url=http://xn--localhost-:${new URL(evil).port}/v1`, `?base_url=//${evilHost}/v1`, `?base_url=\\\\${evilHost}\\v1`,
      `?base_url=http:/${evilHost}/v1`, `?base_url=${coded}&base_url=${encodeURIComponent(`${good}/v1`)}`, `?base_url[]=${coded}`, `?__proto__[base_url]=${coded}`, `?base_url=javascript:fetch('${evil}')`, `?next=${coded}&redirect=${coded}`,
    ],
  };
}

/** Base URLs that look like `good` but lead to `evil`, for settings altered by hand. */
function lookalikes(good, evil) {
  const [goodHost, { host: evilHost, port }] = [new URL(good).host, new URL(evil)];
  return [
    `${evil}/v1`, `http://${goodHost}@${evilHost}/v1`, `http://user:pass@${evilHost}/v1`, `${evil}/v1?q=${goodHost}`, `${evil}/v1#${goodHost}`, `${evil}/${goodHost}/v1`, `http://127.0.0.1.localhost:${port}/v1`, `http://good.localhost:${port}/v1`,
    `http://127.0.0.1.:${port}/v1`, `HTTP://LOCALHOST:${port}/v1`, `http://127.1:${port}/v1`, `http://2130706433:${port}/v1`, `http://0x7f000001:${port}/v1`, `http://[::ffff:127.0.0.1]:${port}/v1`, `http:${evilHost}/v1`, `http:\\\\${evilHost}\\v1`,
    ` ${evil}/v1`, `http://%31%32%37.0.0.1:${port}/v1`, `http://ⓛocalhost:${port}/v1`, `http://localhost.:${port}/v1`, `${evil}:80@${goodHost}/v1`, `http://${goodHost}%2f@${evilHost}/v1`, `http://${goodHost}\\@${evilHost}/v1`, `http://${goodHost}/../@${evilHost}/v1`,
  ];
}

/** No request that the other server saw carries the key, in whatever form. */
function assertKeyless(evil, what) {
  const text = JSON.stringify(evil.hits);
  for (const form of [KEY, KEY.toLowerCase(), encodeURIComponent(KEY), Buffer.from(KEY).toString("base64").slice(0, 24), "CANARY"]) assert.ok(!text.includes(form), `${what}: the key left: ${text}`);
  for (const { headers, url, method } of evil.hits) {
    assert.ok(!headers.authorization && !headers["x-api-key"] && !headers["x-goog-api-key"] && !headers["api-key"], `${what}: credentials to ${method} ${url}`);
  }
}

describe("a key is bound to its origin", () => {
  let lab;
  let good;
  let evil;
  before(async () => {
    [lab, evil] = await Promise.all([openLab(), startEvil()]);
    good = await startMisbehaving({ elsewhere: evil.origin });
  });
  after(async () => {
    await lab?.close();
    await Promise.all([good?.close(), evil?.close()]);
  });

  const groups = crafted("http://127.0.0.1:1", "http://127.0.0.1:2");
  assert.ok(Object.values(groups).flat().length >= 40, "too few addresses");
  for (const group of Object.keys(groups)) {
    it(`against addresses of the page: ${group}`, async () => {
      evil.hits.length = 0;
      const tab = await prepared(lab, [good, evil]);
      const { page } = tab;
      await addEndpoint(page, { url: good.base, dialect: "openai-chat", model: "fine", key: KEY });
      await remember(page);
      const kept = await page.evaluate(() => localStorage.getItem("sidecite.settings"));
      for (const suffix of crafted(good.origin, evil.origin)[group]) {
        good.requests.length = 0;
        // A fragment alone would not load the page anew; a visitor's link does.
        await page.goto("about:blank");
        await page.goto(lab.site.url + suffix);
        await columns(page, "fine").waitFor();
        await unlock(page);
        await page.getByText("lighthouse.txt").first().waitFor();
        await ask(page, QUESTION);
        assert.equal(await ended(columns(page, "fine")), "done", suffix);
        assert.equal(good.seen("fine").length, 1, suffix);
        assert.equal(good.seen("fine")[0].headers.authorization, `Bearer ${KEY}`);
        assert.deepEqual(evil.hits, [], suffix);
        assert.equal(await page.evaluate(() => localStorage.getItem("sidecite.settings")), kept, `${suffix} changed the settings`);
        // While the page is open, too.
        await page.evaluate((hash) => (location.hash = hash), suffix.slice(1));
      }
      assert.deepEqual(evil.hits, []);
      tab.assertClean();
      await tab.close();
    });
  }

  it("against settings altered by hand: another origin gets no key", async () => {
    evil.hits.length = 0;
    const tab = await prepared(lab, [good, evil]);
    const { page } = tab;
    await addEndpoint(page, { url: good.base, dialect: "openai-chat", model: "fine", key: KEY });
    await remember(page);
    const all = lookalikes(good.origin, evil.origin);
    for (let from = 0; from < all.length; from += 8) {
      const some = all.slice(from, from + 8);
      await page.evaluate((urls) => {
        const settings = JSON.parse(localStorage.getItem("sidecite.settings"));
        const [endpoint] = settings.endpoints;
        const [column] = settings.columns;
        settings.endpoints = urls.map((base_url, at) => ({ ...endpoint, id: at + 1, base_url }));
        settings.columns = urls.map((_, at) => ({ ...column, id: at + 1, model: { Remote: { endpoint: at + 1, model: "fine" } } }));
        localStorage.setItem("sidecite.settings", JSON.stringify(settings));
      }, some);
      await page.reload();
      await columns(page, "fine").nth(some.length - 1).waitFor();
      await unlock(page);
      await page.getByText("lighthouse.txt").first().waitFor();
      await ask(page, QUESTION);
      for (let at = 0; at < some.length; at += 1) await ended(columns(page, "fine").nth(at));
      assertKeyless(evil, some.join(" "));
    }
    assert.ok(evil.hits.length > 0, "not one of the altered addresses was called: this proves nothing");
    await tab.close();
  });

  it("against redirects of its own host, whatever their number", async () => {
    evil.hits.length = 0;
    const tab = await prepared(lab, [good, evil]);
    const { page } = tab;
    for (const status of [301, 302, 303, 307, 308]) await addEndpoint(page, { url: good.base, dialect: "openai-chat", model: `redirect-${status}`, key: KEY });
    await ask(page, QUESTION);
    for (const status of [301, 302, 303, 307, 308]) assert.equal(await ended(columns(page, `redirect-${status}`)), "failed");
    assert.deepEqual(evil.hits, []);
    await tab.close();
  });

  it("against an endpoint of the same host on another port, or under its other name", async () => {
    evil.hits.length = 0;
    const tab = await prepared(lab, [good, evil, { origin: evil.origin.replace("127.0.0.1", "localhost") }]);
    const { page } = tab;
    await addEndpoint(page, { url: good.base, dialect: "openai-chat", model: "fine", key: KEY });
    await addEndpoint(page, { url: `${evil.origin}/v1`, dialect: "openai-chat", model: "other-port" });
    await ask(page, QUESTION);
    assert.equal(await ended(columns(page, "fine")), "done");
    assert.equal(await ended(columns(page, "other-port")), "done");
    assert.ok(evil.hits.some(({ method }) => method === "POST"));
    assertKeyless(evil, "another port");
    tab.assertClean();
    await tab.close();
  });
});

/** Everything a page can read of what is kept in this browser, as one text. */
const stored = (page) =>
  page.evaluate(async () => {
    const text = (value) => {
      if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return new TextDecoder("latin1").decode(value);
      if (value instanceof CryptoKey) return `CryptoKey ${value.extractable}`;
      if (value && typeof value === "object") return Object.entries(value).map(([key, value]) => `${key}:${text(value)}`).join(",");
      return String(value);
    };
    const parts = [location.href, document.referrer, document.title, document.cookie, text(history.state), text({ ...localStorage }), text({ ...sessionStorage }), document.documentElement.outerHTML];
    for (const input of document.querySelectorAll("input, textarea")) parts.push(input.value);
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise((done, fail) => Object.assign(indexedDB.open(name), { onsuccess: (event) => done(event.target.result), onerror: fail }));
      for (const store of db.objectStoreNames) {
        const objects = db.transaction(store).objectStore(store);
        for (const ask of [objects.getAll(), objects.getAllKeys()]) parts.push(text(await new Promise((done, fail) => Object.assign(ask, { onsuccess: () => done(ask.result), onerror: fail }))));
      }
      db.close();
    }
    for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) parts.push(request.url);
    for await (const [name] of (await navigator.storage.getDirectory()).entries()) parts.push(name);
    return parts.join("\n");
  });

/** Whether any file of a folder holds `word`, in one or two bytes a letter. */
function holds(folder, word) {
  const forms = [Buffer.from(word), Buffer.from(word, "utf16le")];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file);
      return forms.some((form) => bytes.includes(form));
    });
}

/** Kills the browser that owns a profile, as a power cut would; it is ours, found by its lock. */
async function cutPower(profile) {
  const pid = Number(readlinkSync(path.join(profile, "SingletonLock")).split("-").at(-1));
  process.kill(pid, "SIGKILL");
  await until(() => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  }, { what: "the browser's end" });
}

describe("a key at rest", () => {
  let lab;
  let host;
  before(async () => {
    [lab, host] = await Promise.all([openLab(), startMisbehaving()]);
  });
  after(async () => {
    await lab?.close();
    await host?.close();
  });

  for (const vault of [false, true]) {
    it(`is nowhere in clear, ${vault ? "remembered in the vault" : "held in memory"}`, async (t) => {
      const profile = mkdtempSync(path.join(tmpdir(), "sidecite-profile-"));
      t.after(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));
      const tab = await lab.open({ allow: [host.origin], profile, permissions: ["clipboard-read", "clipboard-write"], go: false });
      const { page } = tab;
      const heard = [];
      page.on("console", (message) => heard.push(message.text()));
      page.on("download", async (download) => heard.push(readFileSync(await download.path(), "utf8")));
      await page.goto(lab.site.url);
      await clearColumns(page);
      // A marker that must be found: a search that finds nothing anywhere proves nothing.
      await page.evaluate(() => localStorage.setItem("marker", "MARKER-5d1c77aa0be94f32"));
      await addEndpoint(page, { url: host.base, dialect: "openai-chat", model: "fine", key: KEY });
      if (vault) await remember(page);
      await addEndpoint(page, { url: host.base, dialect: "openai-chat", model: "echo-key" });
      await addEndpoint(page, { url: host.base, dialect: "openai-chat", model: "redirect-302" });
      await addFiles(page, [textFile("lighthouse.txt", LIGHTHOUSE)]);
      await settled(page, 1);
      await ask(page, QUESTION);
      for (const model of ["fine", "echo-key", "redirect-302"]) await ended(columns(page, model).last());
      assert.equal(host.seen("fine").at(-1).headers.authorization, `Bearer ${KEY}`, "the key was not used");
      assert.match(await noticeOf(columns(page, "echo-key")), /key/i);

      const seen = [await stored(page)];
      await page.getByRole("button", { name: "Request of fine" }).last().click();
      seen.push(await page.getByRole("dialog", { name: "Request" }).innerText());
      for (const copy of await page.getByRole("dialog").getByRole("button", { name: /^Copy/ }).all()) {
        await copy.click();
        seen.push(await page.evaluate(() => navigator.clipboard.readText()));
      }
      await closeDialog(page);
      for (const name of ["Keys", "What left this page", "Spending", "Health"]) seen.push(await (await openProviders(page, name)).innerText());
      await closeDialog(page);
      // No global of the page leads to it.
      seen.push(await page.evaluate(() => {
        const reached = new Set();
        const walk = (value, depth) => {
          if (depth > 3 || reached.has(value) || (typeof value !== "object" && typeof value !== "function") || value === null) return typeof value === "string" ? value : "";
          reached.add(value);
          return Object.getOwnPropertyNames(value).map((name) => {
            try {
              return walk(value[name], depth + 1);
            } catch {
              return "";
            }
          }).join("\n");
        };
        return walk(globalThis, 0);
      }));
      seen.push(...heard);
      assert.doesNotMatch(seen.join("\n"), /CANARY/);
      await until(() => holds(profile, "MARKER-5d1c77aa0be94f32").length > 0, { what: "the marker on the disk" });
      await cutPower(profile);
      assert.deepEqual(holds(profile, "CANARY-7f3a9c51"), []);
      assert.deepEqual(holds(profile, PASSPHRASE), []);
    });
  }

  it("in the vault is locked after a reload, opens with its passphrase only, and is used again", async () => {
    const tab = await prepared(lab, [host]);
    const { page } = tab;
    await addEndpoint(page, { url: host.base, dialect: "openai-chat", model: "fine", key: KEY });
    const first = await openProviders(page, "Keys");
    await first.getByText(host.origin).first().waitFor();
    await first.getByText(/in memory/).first().waitFor();
    await closeDialog(page);
    await remember(page);
    await page.reload();
    await columns(page, "fine").waitFor();
    const panel = await openProviders(page, "Keys");
    await panel.getByText(/locked/i).first().waitFor();
    await panel.getByLabel("Passphrase", { exact: true }).fill("not the passphrase");
    await panel.getByRole("button", { name: "Unlock", exact: true }).click();
    await panel.getByText(/wrong|not the passphrase|does not open|passphrase is/i).first().waitFor();
    await closeDialog(page);
    host.requests.length = 0;
    await page.getByText("lighthouse.txt").first().waitFor();
    await ask(page, QUESTION);
    await ended(columns(page, "fine"));
    assert.ok(host.seen("fine").every(({ headers }) => !headers.authorization), "a key out of a locked vault");
    await unlock(page);
    await ask(page, QUESTION);
    await until(() => host.seen("fine").some(({ headers }) => headers.authorization === `Bearer ${KEY}`), { what: "the key's use" });
    assert.equal(await ended(columns(page, "fine")), "done");

    // Lock: out of the memory at once.
    const open = await openProviders(page, "Keys");
    await open.getByRole("button", { name: "Lock", exact: true }).click();
    await open.getByRole("button", { name: "Unlock", exact: true }).waitFor();
    await closeDialog(page);
    host.requests.length = 0;
    await ask(page, QUESTION);
    await ended(columns(page, "fine"));
    assert.ok(host.seen("fine").every(({ headers }) => !headers.authorization), "a key after Lock");
    await tab.close();
  });

  it("can be forgotten, one and all, and the vault with them", async () => {
    const second = await startMisbehaving();
    const tab = await prepared(lab, [host, second]);
    const { page } = tab;
    await addEndpoint(page, { url: host.base, dialect: "openai-chat", model: "fine", key: KEY });
    await addEndpoint(page, { url: second.base, dialect: "openai-chat", model: "other-model", key: `${KEY}-2` });
    await remember(page);
    const panel = await openProviders(page, "Keys");
    await panel.getByRole("button", { name: `Forget key of ${host.origin}` }).click();
    await panel.getByRole("button", { name: `Forget key of ${host.origin}` }).waitFor({ state: "detached" });
    await panel.getByRole("button", { name: `Forget key of ${second.origin}` }).waitFor();
    await closeDialog(page);
    const sent = async () => {
      host.requests.length = 0;
      second.requests.length = 0;
      await ask(page, QUESTION);
      await until(() => host.seen("fine").length > 0 && second.seen("other-model").length > 0, { what: "both requests" });
      return [host.seen("fine")[0].headers.authorization, second.seen("other-model")[0].headers.authorization];
    };
    assert.deepEqual(await sent(), [undefined, `Bearer ${KEY}-2`]);
    const again = await openProviders(page, "Keys");
    await again.getByRole("button", { name: "Forget all keys" }).click();
    await again.getByRole("button", { name: /^Forget key of/ }).first().waitFor({ state: "detached" });
    await closeDialog(page);
    assert.deepEqual(await sent(), [undefined, undefined]);
    await page.reload();
    await columns(page, "fine").waitFor();
    const last = await openProviders(page, "Keys");
    if ((await last.getByRole("button", { name: "Forget the vault" }).count()) > 0) await last.getByRole("button", { name: "Forget the vault" }).click();
    await last.getByRole("button", { name: "Remember keys" }).waitFor();
    await tab.close();
    await second.close();
  });

  it("opens under a changed passphrase, and no more under the old one", async () => {
    const tab = await prepared(lab, [host]);
    const { page } = tab;
    await addEndpoint(page, { url: host.base, dialect: "openai-chat", model: "fine", key: KEY });
    await remember(page);
    const panel = await openProviders(page, "Keys");
    const fields = panel.getByLabel(/passphrase/i);
    // Old one first, then the new one, twice where it asks for that.
    await fields.nth(0).fill(PASSPHRASE);
    for (let at = 1; at < (await fields.count()); at += 1) await fields.nth(at).fill("eleven hours in a wood oven");
    await panel.getByRole("button", { name: "Change passphrase" }).click();
    await panel.getByText(/changed|new passphrase/i).first().waitFor();
    await page.reload();
    await columns(page, "fine").waitFor();
    const locked = await openProviders(page, "Keys");
    await locked.getByRole("button", { name: "Unlock", exact: true }).waitFor();
    await locked.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
    await locked.getByRole("button", { name: "Unlock", exact: true }).click();
    await locked.getByText(/wrong|does not open|passphrase is/i).first().waitFor();
    await closeDialog(page);
    await unlock(page, "eleven hours in a wood oven");
    await tab.close();
  });
});
