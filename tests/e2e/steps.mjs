// The steps that journeys share, by the roles and names that people and screen readers use.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./harness.mjs";

/** The shared data, or nothing: suites that need it say that they skip. */
export const DATA = (() => {
  const folder = process.env.SIDECITE_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url));
  return existsSync(folder) ? folder : null;
})();

export const sha256 = (text) => createHash("sha256").update(text).digest("hex");

/** The row of a document. */
export const row = (page, name) =>
  page.getByRole("list", { name: "Documents" }).getByRole("listitem").filter({ hasText: name });

/** Adds files by the button's picker. */
export async function addFiles(page, files) {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Add documents" }).click();
  await (await chooser).setFiles(files);
}

/** A text file made on the spot. */
export const textFile = (name, text) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });

/** Waits until no row is under way, and gives each row's name and state. */
export async function settled(page, count, timeout = 120_000) {
  await page.waitForFunction(
    (count) => {
      const rows = [...document.querySelectorAll(".document-row")];
      return rows.length >= count && rows.every((row) => ["ready", "failed", "cancelled"].includes(row.dataset.state));
    },
    count,
    { timeout },
  );
  return page.$$eval(".document-row", (rows) =>
    rows.map((row) => ({ name: row.querySelector("bdi").textContent, state: row.dataset.state, text: row.innerText })),
  );
}

/** Asks by the textbox and the button. */
export async function ask(page, question) {
  await page.getByRole("textbox", { name: "Question" }).fill(question);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
}

const literally = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The columns named by a model; those of the same model have a number: "m", "m (2)". */
export const columns = (page, name) => page.getByRole("article", { name: new RegExp(`^${literally(name)}( \\(\\d+\\))*$`) });

/** Waits until a column has ended, and gives its state. */
export async function ended(column, timeout = 60_000) {
  const page = column.page();
  const handle = await column.elementHandle();
  await page.waitForFunction(
    (article) => ["done", "stopped", "failed", "interrupted"].includes(article.dataset.state),
    handle,
    { timeout },
  );
  return column.getAttribute("data-state");
}

/** Removes every column but leaves the page as it is. */
export async function clearColumns(page) {
  const remove = page.getByRole("button", { name: /^Remove column/ });
  // A page that has just been opened has its columns in a moment.
  await remove.first().waitFor();
  for (let left = await remove.count(); left > 0; left -= 1) await remove.first().click();
}

/** The labels of the dialects in the select "API". */
export const API = {
  "openai-chat": "OpenAI chat completions",
  "openai-responses": "OpenAI Responses",
  anthropic: "Anthropic Messages",
  gemini: "Gemini generateContent",
  "cohere-v2": "Cohere v2 chat",
  "bedrock-converse": "Bedrock Converse",
  ollama: "Ollama /api/chat",
};

/** The option of "Key is sent as" that signs. */
export const SIGNED = "AWS signature (SigV4)";

/** Opens the dialog "Add column". */
export async function openAddColumn(page) {
  await page.getByRole("button", { name: "Add column" }).click();
  return page.getByRole("dialog", { name: "Add column" });
}

/** Chooses a provider by its name, through the search box; `group` tells apart those whose names begin alike. */
export async function chooseProvider(dialog, name, group) {
  await dialog.getByRole("searchbox", { name: "Find a provider" }).fill(name);
  const place = group ? dialog.getByRole("group", { name: group, exact: true }) : dialog;
  await place.getByRole("radio", { name: new RegExp(`^${literally(name)}`) }).first().check();
}

/** Opens the `<details>` that holds what is rarely needed. */
export async function openMore(dialog) {
  const more = dialog.locator("details").filter({ has: dialog.page().locator("summary", { hasText: /^More/ }) }).first();
  if ((await more.getAttribute("open")) === null) await more.locator("summary").click();
}

/**
 * Adds a column for a model behind an endpoint. `url` is the base URL of a custom endpoint (with `dialect`), or of a system on
 * the own machine; with `provider` of any other system it is the gateway's. `blanks` = {label: value}; `auth` is an option of
 * "Key is sent as" (SIGNED); a `key` of three parts {id, secret, token} goes into the three fields of a signature.
 */
export async function addEndpoint(page, options) {
  const { url, model, key = "", documents = true, dialect, provider = "Custom endpoint", blanks = {}, auth, temperature, maxTokens } = options;
  const dialog = await openAddColumn(page);
  await chooseProvider(dialog, provider);
  if (dialect) await dialog.getByRole("combobox", { name: "API", exact: true }).selectOption({ label: API[dialect] });
  const base = dialog.getByLabel(/^Base URL/);
  if (url && (await base.count()) > 0) {
    await base.fill(url);
  } else if (url) {
    await openMore(dialog);
    await dialog.getByLabel(/^Gateway base URL/).fill(url);
  }
  for (const [label, value] of Object.entries(blanks)) await dialog.getByLabel(new RegExp(`^${label}`)).fill(value);
  if (auth) {
    await openMore(dialog);
    await dialog.getByRole("combobox", { name: /^Key is sent as/ }).selectOption({ label: auth });
  }
  if (typeof key === "object") {
    await dialog.getByLabel(/^Access key ID/).fill(key.id);
    await dialog.getByLabel(/^Secret access key/).fill(key.secret);
    if (key.token) await dialog.getByLabel(/^Session token/).fill(key.token);
  } else if (key) {
    await dialog.getByLabel(/^API key/).fill(key);
  }
  await dialog.getByRole("combobox", { name: /^Model/ }).fill(model);
  if (temperature !== undefined) await dialog.getByLabel(/^Temperature/).fill(String(temperature));
  if (maxTokens !== undefined) await dialog.getByLabel(/^Max output tokens/).fill(String(maxTokens));
  if (!documents) await dialog.getByRole("checkbox", { name: /With documents/ }).uncheck();
  await dialog.getByRole("button", { name: "Add this column" }).click();
  await dialog.waitFor({ state: "detached" });
}

export const LIGHTHOUSE =
  "The lighthouse of Skarv was built in 1874 by the engineer Ingrid Aas. Its lamp burns rapeseed oil.\n\n" +
  "Every keeper stays for nine weeks. The keeper writes the weather into a blue book at six in the morning.\n";
export const QUESTION = "Who built the lighthouse?";

/** A tab with one document and no columns. `allow` are the hosts it may talk to. */
export async function prepared(lab, allow = [], { document = LIGHTHOUSE, ...options } = {}) {
  const tab = await lab.open({ allow: allow.map(({ origin }) => origin), ...options });
  await clearColumns(tab.page);
  await addFiles(tab.page, [textFile("lighthouse.txt", document)]);
  assert.deepEqual((await settled(tab.page, 1)).map(({ state }) => state), ["ready"]);
  return tab;
}

/** What a column says it took: {"In": "1200", …}. */
/** A tab with one document and these models of `fake` as columns. */
export async function withModels(lab, fake, ...models) {
  fake.requests.length = 0;
  const tab = await prepared(lab, [fake]);
  for (const model of models) await addEndpoint(tab.page, { url: fake.url, model });
  return tab;
}

export const metrics = (column) =>
  column.locator("dl.metrics > div").evaluateAll((rows) =>
    Object.fromEntries(rows.map((row) => [row.querySelector("dt").textContent.trim(), row.querySelector("dd").textContent.trim()])),
  );

/** The number in a metric, thin spaces and all: "≈ 1 234" → 1234. */
export const number = (text) => Number((text ?? "").replace(/[^0-9.]/g, ""));

/** What is left of a text when layout, marks and markers are taken off: for comparing what was sent with what is shown. */
export const letters = (text) => text.replace(/[^\p{L}]/gu, "");

/** The answer of a column, as shown. */
export const answerOf = (column) => column.locator(".answer").innerText();

/** Why a column failed, as shown: message and hint. */
export const noticeOf = (column) => column.locator(".notice.bad").innerText();

/** Opens the dialog "Providers" at a tab, and gives the tab's panel. */
export async function openProviders(page, tab) {
  const dialog = page.getByRole("dialog", { name: "Providers" });
  if ((await dialog.count()) === 0) await page.getByRole("button", { name: "Providers", exact: true }).click();
  await dialog.getByRole("tab", { name: tab }).click();
  return dialog.getByRole("tabpanel").filter({ visible: true });
}

/** Closes whatever dialog is open. */
export async function closeDialog(page) {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}

/** What a request put between the evidence tags, or nothing. */
export function evidenceOf(request) {
  const text = request.json.messages.map(({ content }) => content).join("\n");
  return /<evidence>\n([\s\S]*)\n<\/evidence>/.exec(text)?.[1] ?? null;
}

/** A key that is searched for where it must not be. */
export const KEY = "sk-CANARY-7f3a9c51e2b84d06";
export const PASSPHRASE = "nine weeks of rapeseed oil";

/** Begins to remember keys under a passphrase. */
export async function remember(page, passphrase = PASSPHRASE) {
  const panel = await openProviders(page, "Keys");
  await panel.getByLabel("Passphrase", { exact: true }).fill(passphrase);
  await panel.getByLabel(/^Repeat passphrase/).fill(passphrase);
  await panel.getByRole("button", { name: "Create vault" }).click();
  await panel.getByText(/in the vault/).first().waitFor();
  await closeDialog(page);
}

/** Opens the vault after a reload. */
export async function unlock(page, passphrase = PASSPHRASE) {
  const panel = await openProviders(page, "Keys");
  // The panel learns in a moment that there is a vault; until then its fields are those of a new one.
  await panel.getByRole("button", { name: "Unlock", exact: true }).waitFor();
  await panel.getByLabel("Passphrase", { exact: true }).fill(passphrase);
  await panel.getByRole("button", { name: "Unlock", exact: true }).click();
  await panel.getByRole("button", { name: "Lock", exact: true }).waitFor();
  await closeDialog(page);
}

/** Chat requests that a fake provider has seen. */
export const chats = (fake) => fake.requests.filter(({ method, path }) => method === "POST" && path.endsWith("/chat/completions"));

/** Every file of a folder of the shared data. */
export function dataFiles(folder) {
  assert.ok(DATA);
  return readdirSync(`${DATA}/${folder}`).sort().map((name) => `${DATA}/${folder}/${name}`);
}

/** Kills the browser that owns a profile, as a power cut would; it is ours, found by its lock. */
export async function cutPower(profile) {
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
