// Keys at rest: nowhere in clear, and in the vault only under its passphrase.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { openLab, until } from "./harness.mjs";
import { KEY, LIGHTHOUSE, PASSPHRASE, QUESTION, addEndpoint, addFiles, ask, clearColumns, closeDialog, columns, cutPower, ended, noticeOf, openProviders, prepared, remember, settled, textFile, unlock } from "./steps.mjs";
import { startMisbehaving } from "./faulty_host.mjs";

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
      await page.getByRole("button", { name: "View request of fine" }).last().click();
      seen.push(await page.getByRole("dialog", { name: "Request" }).innerText());
      for (const copy of await page.getByRole("dialog").getByRole("button", { name: /^Copy/ }).all()) {
        await copy.click();
        seen.push(await page.evaluate(() => navigator.clipboard.readText()));
      }
      await closeDialog(page);
      for (const name of ["Keys", "Network log", "Spending", "Health"]) seen.push(await (await openProviders(page, name)).innerText());
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
    await panel.getByRole("button", { name: "Unlock", exact: true }).waitFor();
    await panel.getByText("locked", { exact: true }).first().waitFor();
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
    await panel.getByRole("button", { name: `Delete key of ${host.origin}` }).click();
    await panel.getByRole("button", { name: `Delete key of ${host.origin}` }).waitFor({ state: "detached" });
    await panel.getByRole("button", { name: `Delete key of ${second.origin}` }).waitFor();
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
    await again.getByRole("button", { name: "Delete all keys" }).click();
    await again.getByRole("button", { name: /^Delete key of/ }).first().waitFor({ state: "detached" });
    await closeDialog(page);
    assert.deepEqual(await sent(), [undefined, undefined]);
    await page.reload();
    await columns(page, "fine").waitFor();
    const last = await openProviders(page, "Keys");
    // The courier says how the vault stands; until then the panel offers nothing.
    await last.getByRole("button", { name: "Delete vault" }).click();
    await last.getByRole("button", { name: "Create vault" }).waitFor();
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
    await panel.getByText(/passphrase is changed/i).first().waitFor();
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
