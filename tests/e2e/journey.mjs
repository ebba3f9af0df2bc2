// The steps that journeys share, by the roles and names that people and screen readers use.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

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

/** The columns named by a model. */
export const columns = (page, name) => page.getByRole("article", { name, exact: true });

/** Waits until a column has ended, and gives its state. */
export async function ended(column, timeout = 60_000) {
  const page = column.page();
  const handle = await column.elementHandle();
  await page.waitForFunction(
    (article) => ["done", "stopped", "failed"].includes(article.dataset.state),
    handle,
    { timeout },
  );
  return column.getAttribute("data-state");
}

/** Removes every column but leaves the page as it is. */
export async function clearColumns(page) {
  const remove = page.getByRole("button", { name: /^Remove column/ });
  for (let left = await remove.count(); left > 0; left -= 1) await remove.first().click();
}

/** Adds a column for a model behind an endpoint. */
export async function addEndpoint(page, { url, model, key = "", documents = true }) {
  await page.getByRole("button", { name: "Add column" }).click();
  const dialog = page.getByRole("dialog", { name: "Add column" });
  await dialog.getByLabel("Base URL").fill(url);
  await dialog.getByLabel("API key").fill(key);
  await dialog.getByRole("combobox", { name: "Model" }).fill(model);
  if (!documents) await dialog.getByRole("checkbox", { name: /With documents/ }).uncheck();
  await dialog.getByRole("button", { name: "Add this column" }).click();
  await dialog.waitFor({ state: "detached" });
}

/** What a request put between the evidence tags, or nothing. */
export function evidenceOf(request) {
  const text = request.json.messages.map(({ content }) => content).join("\n");
  return /<evidence>\n([\s\S]*)\n<\/evidence>/.exec(text)?.[1] ?? null;
}

/** Chat requests that a fake provider has seen. */
export const chats = (fake) => fake.requests.filter(({ method, path }) => method === "POST" && path.endsWith("/chat/completions"));

/** Every file of a folder of the shared data. */
export function dataFiles(folder) {
  assert.ok(DATA);
  return readdirSync(`${DATA}/${folder}`).sort().map((name) => `${DATA}/${folder}/${name}`);
}
