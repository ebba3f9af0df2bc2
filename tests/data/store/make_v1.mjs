// Records a profile as the site of storage version 1 wrote it (commit 925b6e3): databases and settings, as JSON in `v1/`.
//
//   SIDECITE_DIST=path/to/that/site node tests/data/store/make_v1.mjs
//
// Run once, before storage version 2 was begun. A newer site writes another form, so running it again needs that commit.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startDialect } from "../../e2e/fake_dialects.mjs";
import { openLab, until } from "../../e2e/harness.mjs";
import { QUESTION, addEndpoint, addFiles, ask, closeDialog, columns, ended, openProviders, remember, settled, textFile, PASSPHRASE } from "../../e2e/steps.mjs";
import { dump } from "../../e2e/profile.mjs";

const KEY = "sk-fixture-of-storage-v1";
const FILES = [
  { name: "lighthouse.md", mimeType: "text/markdown", buffer: Buffer.from("# Skarv\n\n## The tower\n\nThe lighthouse of Skarv was built in 1874 by the engineer Ingrid Aas. Its lamp burns rapeseed oil.\n\n## The keepers\n\nEvery keeper stays for nine weeks and writes the weather into a blue book at six in the morning.\n") },
  { name: "ferry.html", mimeType: "text/html", buffer: Buffer.from("<!doctype html><title>Ferry</title><h1>Ferry</h1><p>The ferry leaves the old pier at noon and comes back before dark.</p><p>It carries forty people, two carts and the mail.</p>") },
  textFile("harbour.txt", "The harbour master of Skarv is called Bo. He measures the tide every six hours.\n"),
];

const lab = await openLab();
const host = await startDialect("openai-chat");
const tab = await lab.open({ allow: [host.origin] });
const { page } = tab;
await addFiles(page, FILES);
await settled(page, FILES.length);
await addFiles(page, [{ name: "broken.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7\nnot a pdf at all") }]);
const rows = await settled(page, FILES.length + 1);
assert.deepEqual(rows.map(({ state }) => state), ["ready", "ready", "ready", "failed"]);

await addEndpoint(page, { url: host.base, dialect: "openai-chat", model: "fake-echo", key: KEY });
await remember(page, PASSPHRASE);
const panel = await openProviders(page, "Spending");
await panel.getByLabel(/^Daily warning/).fill("1.5");
await panel.getByLabel(/^Daily limit/).fill("4");
await panel.getByRole("button", { name: "Save limits" }).click();
await closeDialog(page);
await ask(page, QUESTION);
assert.equal(await ended(columns(page, "fake-echo")), "done");
const stored = await until(async () => {
  const { databases } = await page.evaluate(dump);
  return databases["sidecite-courier"]?.tables.calls.length > 0 && databases;
}, { what: "the record of the call" });
assert.equal(stored.sidecite.tables.manifests.length, FILES.length);
const { databases, settings } = await page.evaluate(dump);
assert.ok(!JSON.stringify(databases).includes(KEY));

const folder = fileURLToPath(new URL("v1/", import.meta.url));
mkdirSync(folder, { recursive: true });
const write = (name, value) => writeFileSync(`${folder}${name}.json`, `${JSON.stringify(value, null, 1)}\n`);
write("corpus", databases.sidecite);
write("courier", databases["sidecite-courier"]);
write("settings", { settings, passphrase: PASSPHRASE, key_sha256: createHash("sha256").update(KEY).digest("hex"), host: host.base });
await tab.close();
await lab.close();
await host.close();
