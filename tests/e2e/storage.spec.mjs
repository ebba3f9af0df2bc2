// What is stored: a profile of version 1 is taken over without loss, damage costs one document, a newer database is left
// alone, removal can be undone, and a full disk is reported.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { openLab, until } from "./harness.mjs";
import { change, dump, restore } from "./profile.mjs";
import { LIGHTHOUSE, addFiles, ask, closeDialog, columns, ended, openProviders, prepared, row, settled, textFile, unlock } from "./steps.mjs";

const fixture = (name) => JSON.parse(readFileSync(new URL(`../data/store/v1/${name}.json`, import.meta.url)));
const OLD = { sidecite: fixture("corpus"), "sidecite-courier": fixture("courier") };
const SETTINGS = fixture("settings");
const NAMES = ["broken.pdf", "ferry.html", "harbour.txt", "lighthouse.md"];

const bytesOf = (value) => Buffer.from(value.bytes, "base64");

/** Goes to a page of the origin that runs nothing of the site. */
async function goQuiet(page, lab) {
  // A page without an icon of its own asks for this one.
  await page.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
  await page.goto(new URL("sample/index.json", lab.site.url).href);
}

/** A tab with a profile of an earlier version, opened after it was put there. */
async function withProfile(lab, databases = OLD, options = {}) {
  const tab = await lab.open({ go: false, ...options });
  await goQuiet(tab.page, lab);
  await tab.page.evaluate(restore, { databases, settings: SETTINGS.settings });
  await tab.page.goto(lab.site.url, { waitUntil: "load" });
  return tab;
}

/** The names of the site's databases, by what they hold. */
const databasesOf = (page) => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name).sort());

const states = (rows) => Object.fromEntries(rows.map(({ name, state }) => [name, state]));

describe("what is stored", () => {
  let lab;
  before(async () => {
    lab = await openLab();
  });
  after(() => lab?.close());

  it("by version 1 is taken over: nothing lost, nothing embedded again", async () => {
    const tab = await withProfile(lab);
    const { page } = tab;
    const rows = await settled(page, NAMES.length);
    assert.deepEqual(states(rows), { "broken.pdf": "failed", "ferry.html": "ready", "harbour.txt": "ready", "lighthouse.md": "ready" });
    assert.ok(rows.find(({ name }) => name === "broken.pdf").text.length > 40, "the reason of the failure is lost");
    await until(async () => !(await databasesOf(page)).includes("sidecite"), { what: "the old corpus database's end" });
    const { databases } = await page.evaluate(dump);
    const corpus = databases["sidecite:/corpus"].tables;
    for (const [key, value] of OLD.sidecite.tables.vectors) {
      const [[, now]] = corpus.vectors.filter(([name]) => name.startsWith(key));
      assert.ok(bytesOf(now).subarray(-bytesOf(value).length).equals(bytesOf(value)), "embeddings have changed");
    }
    assert.deepEqual(corpus.embeddings.map(([key]) => key), OLD.sidecite.tables.cache.map(([key]) => key));
    assert.deepEqual(corpus.originals.map(([key]) => key), OLD.sidecite.tables.files.map(([key]) => key));
    // The host of its column is gone.
    await page.getByRole("button", { name: /^Remove column.*fake-echo/ }).click();
    await ask(page, "Who built the lighthouse?");
    assert.equal(await ended(columns(page, "Extractive quotes")), "done");
    await page.getByRole("region", { name: "Evidence" }).getByText(/Ingrid Aas/).first().waitFor();

    // The courier's data: limits, spending and the vault.
    const spending = await openProviders(page, "Spending");
    assert.equal(await spending.getByLabel(/^Daily limit/).inputValue(), "4");
    await spending.getByRole("row").filter({ hasText: "127.0.0.1" }).first().waitFor();
    await closeDialog(page);
    await unlock(page, SETTINGS.passphrase);
    await until(async () => !(await databasesOf(page)).includes("sidecite-courier"), { what: "the courier's old database's end" });
    tab.assertClean();

    // Once more: there is nothing to do.
    await page.reload();
    assert.deepEqual(states(await settled(page, NAMES.length)), states(rows));
    tab.assertClean();
    await tab.close();
  });

  it("by version 1 and half taken over before a crash is taken over to the end", async () => {
    const tab = await withProfile(lab);
    const { page } = tab;
    await settled(page, NAMES.length);
    await until(async () => !(await databasesOf(page)).includes("sidecite"), { what: "the old database's end" });
    const { databases } = await page.evaluate(dump);
    // As if the crash came after one document: the others are only in the old database.
    const [first] = OLD.sidecite.tables.manifests;
    const corpus = databases["sidecite:/corpus"];
    for (const [table, rows] of Object.entries(corpus.tables)) corpus.tables[table] = rows.filter(([key]) => key.startsWith(first[0]));
    const half = await withProfile(lab, { ...OLD, "sidecite:/corpus": corpus });
    assert.equal((await settled(half.page, NAMES.length)).filter(({ state }) => state === "ready").length, 3);
    await until(async () => !(await databasesOf(half.page)).includes("sidecite"), { what: "the old database's end" });
    await half.close();
    await tab.close();
  });

  for (const table of ["manifests", "documents", "chunk_sets", "vectors", "embeddings", "uploads", "originals"]) {
    it(`and damaged in ${table} costs at most one document; the others open and new files are taken`, async () => {
      const tab = await prepared(lab);
      const { page } = tab;
      await addFiles(page, [textFile("ferry.txt", "The ferry leaves at noon.")]);
      await settled(page, 2);
      const { databases } = await page.evaluate(dump);
      const rows = databases["sidecite:/corpus"].tables[table];
      const lighthouse = databases["sidecite:/corpus"].tables.uploads.find(([, value]) => bytesOf(value).includes("lighthouse.txt"))[0];
      const [key] = rows.find(([key]) => key.startsWith(lighthouse)) ?? rows[0];
      await goQuiet(page, lab);
      await page.evaluate(change, { name: "sidecite:/corpus", rows: [[table, key, { bytes: Buffer.from([9, 9, 9]).toString("base64") }]] });
      await page.goto(lab.site.url);
      await addFiles(page, [textFile("new.txt", "A new file comes in all the same.")]);
      const after = states(await settled(page, 3));
      assert.equal(after["ferry.txt"], "ready");
      assert.equal(after["new.txt"], "ready");
      if (["manifests", "documents", "chunk_sets", "vectors"].includes(table)) {
        const failed = page.locator(".document-row[data-state=failed]");
        assert.equal(await failed.count(), 1);
        await failed.getByText(/damaged/).waitFor();
        await failed.getByRole("button", { name: /^Read again/ }).click();
        await until(async () => (await page.locator(".document-row[data-state=ready]").count()) === 3, { what: "the document read again" });
        await page.reload();
        assert.deepEqual(new Set(Object.values(states(await settled(page, 3)))), new Set(["ready"]));
      }
      tab.assertClean();
      await tab.close();
    });
  }

  it("as an older reader read it says so, and is read again, one or all", async () => {
    const tab = await prepared(lab);
    const { page } = tab;
    await addFiles(page, [textFile("ferry.txt", "The ferry leaves at noon.")]);
    await settled(page, 2);
    const { databases } = await page.evaluate(dump);
    // The reader's version is the last field of a manifest, and its last byte.
    const rows = databases["sidecite:/corpus"].tables.manifests.map(([key, value]) => {
      const bytes = bytesOf(value);
      assert.ok(bytes.at(-1) >= 1);
      return ["manifests", key, { bytes: Buffer.from([...bytes.subarray(0, -1), 0]).toString("base64") }];
    });
    await goQuiet(page, lab);
    await page.evaluate(change, { name: "sidecite:/corpus", rows });
    await page.goto(lab.site.url);
    await page.getByText("2 documents were read by an older reader.").waitFor();
    const old = page.locator(".document-row").filter({ hasText: "read by an older reader" });
    assert.equal(await old.count(), 2);
    await page.getByRole("button", { name: "Read again ferry.txt", exact: true }).click();
    await page.getByText("1 document was read by an older reader.").waitFor();
    await page.getByRole("button", { name: "Read all again", exact: true }).click();
    await until(async () => (await old.count()) === 0, { what: "both documents read again" });
    assert.deepEqual(new Set(Object.values(states(await settled(page, 2)))), new Set(["ready"]));
    await page.reload();
    await settled(page, 2);
    assert.equal(await old.count(), 0);
    tab.assertClean();
    await tab.close();
  });

  it("and damaged can be removed where its file is gone", async () => {
    const tab = await prepared(lab);
    const { page } = tab;
    const { databases } = await page.evaluate(dump);
    const [[key]] = databases["sidecite:/corpus"].tables.documents;
    await goQuiet(page, lab);
    await page.evaluate(change, { name: "sidecite:/corpus", rows: [["documents", key, { bytes: "" }], ["originals", key, null], ["uploads", key, null]] });
    await page.goto(lab.site.url);
    const failed = row(page, "lighthouse.txt");
    await failed.getByText(/damaged/).waitFor();
    assert.equal(await failed.getByRole("button", { name: /^Read again/ }).count(), 0);
    await failed.getByRole("button", { name: "Remove lighthouse.txt" }).click();
    await page.getByText(/^Removed/).waitFor();
    assert.equal(await page.locator(".document-row").count(), 0);
    await page.reload();
    await page.getByRole("button", { name: "Try the sample" }).waitFor();
    tab.assertClean();
    await tab.close();
  });

  for (const name of ["sidecite:/corpus", "sidecite"]) {
    it(`by a newer version in ${name} is left untouched, and said so`, async () => {
      const newer = { [name]: { version: 99, tables: { manifests: [["k", "of the future"]], future: [["a", "b"]] } } };
      const tab = await withProfile(lab, newer);
      const { page } = tab;
      const banner = page.getByRole("alert").filter({ hasText: "This browser holds data of a newer version of Sidecite" });
      await banner.waitFor();
      assert.equal(await page.getByText(/blocks storage/).count(), 0);
      await addFiles(page, [textFile("new.txt", "It is not taken into a database that would be lost.")]);
      await row(page, "new.txt").getByText(/newer version/).waitFor();
      const { databases } = await page.evaluate(dump);
      assert.deepEqual(databases[name], newer[name]);
      await Promise.all([page.waitForEvent("load"), banner.getByRole("button", { name: "Reload" }).click()]);
      await banner.waitFor();
      await tab.close();
    });
  }

  it("is let go when a newer version in another tab takes it over", async () => {
    const tab = await prepared(lab);
    const { page } = tab;
    const other = await tab.context.newPage();
    await goQuiet(other, lab);
    await other.evaluate(
      () =>
        new Promise((done, fail) => {
          const request = indexedDB.open("sidecite:/corpus", 99);
          Object.assign(request, { onsuccess: () => done(request.result.close()), onerror: () => fail(request.error), onblocked: () => fail(new Error("blocked")) });
        }),
    );
    await page.getByRole("alert").filter({ hasText: "newer version of Sidecite" }).waitFor();
    await addFiles(page, [textFile("late.txt", "Too late for this page.")]);
    const late = row(page, "late.txt");
    await late.getByText(/newer version/).waitFor();
    assert.doesNotMatch(await late.innerText(), /InvalidStateError/);
    await tab.close();
  });

  it("and removed stays away where the page is closed before a busy database has the removal", async () => {
    const tab = await lab.open();
    const { page } = tab;
    await addFiles(page, [textFile("lighthouse.txt", LIGHTHOUSE), textFile("ferry.txt", "The ferry leaves at noon.")]);
    await settled(page, 2);
    await page.evaluate(
      () =>
        new Promise((busy) => {
          indexedDB.open("sidecite:/corpus").onsuccess = ({ target }) => {
            const table = target.result.transaction("tombstones", "readwrite").objectStore("tombstones");
            const read = () => {
              table.get("nothing").onsuccess = read;
              busy();
            };
            read();
          };
        }),
    );
    await page.getByRole("button", { name: "Remove lighthouse.txt" }).click();
    assert.equal(await page.locator(".document-row").count(), 1);
    await page.reload();
    assert.deepEqual((await settled(page, 1)).map(({ name }) => name), ["ferry.txt"]);
    await page.reload();
    assert.deepEqual((await settled(page, 1)).map(({ name }) => name), ["ferry.txt"]);
    tab.assertClean();
    await tab.close();
  });

  it("and removed comes back by Undo; it stays away after a reload, and what it used is collected", async () => {
    const tab = await lab.open();
    const { page } = tab;
    await addFiles(page, [textFile("lighthouse.txt", LIGHTHOUSE), textFile("ferry.txt", "The ferry leaves at noon.")]);
    await settled(page, 2);
    await page.getByRole("button", { name: "Remove lighthouse.txt" }).click();
    assert.equal(await page.locator(".document-row").count(), 1);
    await page.getByRole("button", { name: "Undo removing lighthouse.txt" }).click();
    assert.deepEqual((await settled(page, 2)).map(({ name }) => name), ["lighthouse.txt", "ferry.txt"]);
    await ask(page, "Who built the lighthouse?");
    await page.getByRole("region", { name: "Evidence" }).getByText(/Ingrid Aas/).first().waitFor();
    await page.getByRole("button", { name: "Remove lighthouse.txt" }).click();
    await page.getByText(/^Removed/).waitFor();
    await page.reload();
    assert.deepEqual((await settled(page, 1)).map(({ name }) => name), ["ferry.txt"]);
    // The mark is older than the time to undo at the next start.
    const [[key]] = (await page.evaluate(dump)).databases["sidecite:/corpus"].tables.tombstones;
    await goQuiet(page, lab);
    await page.evaluate(change, { name: "sidecite:/corpus", rows: [["tombstones", key, { bytes: Buffer.from([2, 7, 1]).toString("base64") }]] });
    await page.goto(lab.site.url);
    await settled(page, 1);
    const { databases } = await page.evaluate(dump);
    const tables = databases["sidecite:/corpus"].tables;
    for (const table of ["manifests", "documents", "chunk_sets", "vectors", "embeddings", "embedding_owners", "uploads", "originals"]) {
      assert.equal(tables[table].length, 1, `${table}: ${tables[table].map(([key]) => key)}`);
    }
    assert.deepEqual(tables.tombstones, []);
    tab.assertClean();
    await tab.close();
  });

  it("of two copies of the site on one origin stays apart", async () => {
    const tab = await prepared(lab);
    const names = await databasesOf(tab.page);
    assert.ok(names.includes("sidecite:/corpus"), `${names}`);
    await tab.close();
    const below = await openLab({ site: { prefix: "/x/y/" } });
    try {
      const other = await prepared(below, [], { document: LIGHTHOUSE });
      assert.ok((await databasesOf(other.page)).includes("sidecite:/x/y/corpus"));
      await other.close();
    } finally {
      await below.close();
    }
  });

  it("has a trace of every file that was chosen, however early the page goes", async () => {
    const tab = await lab.open();
    const { page } = tab;
    await page.getByRole("button", { name: "Add documents" }).waitFor();
    // Reading a file takes for ever: the page goes while all are being hashed.
    await page.evaluate(() => {
      Blob.prototype.arrayBuffer = () => new Promise(() => {});
    });
    await addFiles(page, ["a", "b", "c"].map((name) => textFile(`${name}.txt`, `The file ${name}.`)));
    await until(async () => (await page.locator(".document-row").count()) === 3, { what: "the rows" });
    await until(async () => (await page.evaluate(dump)).databases["sidecite:/corpus"].tables.uploads.length === 3, { what: "the rows on disk" });
    await page.reload();
    const rows = await settled(page, 3);
    assert.deepEqual(rows.map(({ name }) => name), ["a.txt", "b.txt", "c.txt"]);
    for (const { text } of rows) assert.match(text, /not stored before the page was closed/);
    await addFiles(page, [textFile("a.txt", "The file a.")]);
    await until(async () => (await page.locator(".document-row[data-state=ready]").count()) === 1, { what: "the file added again" });
    tab.assertClean();
    await tab.close();
  });

  it("where there is no room for a file says so, keeps the file for the tab, and the row for ever", async () => {
    const tab = await lab.open();
    const { page } = tab;
    await page.getByRole("button", { name: "Add documents" }).waitFor();
    const session = await tab.context.newCDPSession(page);
    const { usage } = await session.send("Storage.getUsageAndQuota", { origin: lab.site.origin });
    await session.send("Storage.overrideQuotaForOrigin", { origin: lab.site.origin, quotaSize: Math.ceil(usage) + 4_000_000 });
    // Its row fits, its bytes do not. The tab has the file: it is read all the same.
    const big = `${"x".repeat(9_000_000)}\n\nThe big file tells of the ferry at noon.`;
    await addFiles(page, [textFile("big.txt", big), textFile("small.txt", "A small file fits.")]);
    await page.locator(".document-row[data-state=reading], .document-row[data-state=embedding]").filter({ hasText: "big.txt" }).waitFor();
    const { tables } = (await page.evaluate(dump)).databases["sidecite:/corpus"];
    assert.ok(tables.originals.every(([, { blob }]) => blob.length < 1_000), "the big file was stored after all");
    await page.reload();
    await page.locator(".document-row[data-state=failed]").filter({ hasText: "big.txt" }).waitFor();
    assert.match(await row(page, "big.txt").innerText(), /no room to store the file|not stored before the page was closed/);
    await row(page, "small.txt").waitFor();
    assert.equal(await row(page, "big.txt").getByRole("button", { name: /^Retry/ }).count(), 0, "Retry is offered without a file");
    await tab.close();
  });
});
