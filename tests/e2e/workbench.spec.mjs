// What a person does around the answers: sees where things go, reads in any script, finds the way back, takes answers away.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { startFake } from "./fake_provider.mjs";
import { axeViolations, openLab, until } from "./harness.mjs";
import { LIGHTHOUSE, addEndpoint, addFiles, ask, chooseProvider, columns, ended, openAddColumn, prepared, settled, textFile } from "./steps.mjs";

/** A page with one document and the column of quotations. */
async function withQuotes(lab, { document = LIGHTHOUSE, ...options } = {}) {
  const tab = await lab.open(options);
  const { page } = tab;
  await addFiles(page, [textFile("document.txt", document)]);
  assert.deepEqual((await settled(page, 1)).map(({ state }) => state), ["ready"]);
  return tab;
}

const focused = (page) => page.evaluate(() => document.activeElement?.textContent?.trim() || document.activeElement?.tagName);

describe("the workbench", () => {
  let lab;
  let fake;
  before(async () => {
    fake = await startFake();
    lab = await openLab();
  });
  after(async () => {
    await lab?.close();
    await fake?.close();
  });

  it("says where passages and questions go before anything is sent", async () => {
    const tab = await prepared(lab, [fake]);
    const { page } = tab;
    const badge = page.locator(".header-privacy");
    assert.equal((await badge.innerText()).trim(), "Local only");
    await addEndpoint(page, { url: fake.url, model: "fake-echo", documents: false });
    const host = new URL(fake.url).host;
    await until(async () => (await badge.innerText()).trim() === `Questions go to ${host}`, { what: "the badge of a column without documents" });
    await addEndpoint(page, { url: fake.url, model: "fake-fast" });
    await until(async () => (await badge.innerText()).trim() === `Passages go to ${host}`, { what: "the badge of a column with documents" });
    assert.equal(fake.chats().length, 0);
    for (const width of [1440, 360]) {
      await page.setViewportSize({ width, height: 800 });
      assert.ok(await badge.isVisible(), `hidden at ${width} px`);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    for (const name of ["fake-fast", "fake-echo"]) await page.getByRole("button", { name: `Remove column ${name}`, exact: true }).click();
    await until(async () => (await badge.innerText()).trim() === "Local only", { what: "the badge without remote columns" });
    assert.deepEqual(await axeViolations(page), []);
    tab.assertClean();
    await tab.close();
  });

  it("writes from right to left what is written so", async () => {
    const tab = await withQuotes(lab, { document: "تغادر العبارة الميناء عند الظهر كل يوم. يكلف التذكرة اثني عشر يورو." });
    const { page } = tab;
    const direction = (locator) => locator.evaluate((node) => getComputedStyle(node).direction);
    const question = page.getByRole("textbox", { name: "Question" });
    await ask(page, "متى تغادر العبارة الميناء؟");
    assert.equal(await direction(question), "rtl");
    const column = columns(page, "Extractive quotes");
    assert.equal(await ended(column), "done");
    assert.equal(await direction(page.locator(".passage-text").first()), "rtl");
    assert.equal(await direction(column.locator(".answer :is(p, li)").filter({ hasText: "العبارة" }).first()), "rtl");
    await question.fill("When does the ferry leave?");
    assert.equal(await direction(question), "ltr");
    tab.assertClean();
    await tab.close();
  });

  it("leads back from a document by Escape, to the citation that opened it", async () => {
    const tab = await withQuotes(lab);
    const { page } = tab;
    await ask(page, "Who built the lighthouse?");
    const column = columns(page, "Extractive quotes");
    assert.equal(await ended(column), "done");
    for (const width of [1440, 360]) {
      await page.setViewportSize({ width, height: 800 });
      const citation = column.locator("button.cite").first();
      await citation.click();
      const text = page.getByRole("document", { name: "Document text" });
      await text.waitFor();
      await page.keyboard.press("Escape");
      await text.waitFor({ state: "detached" });
      assert.ok(await citation.isVisible(), `the answer is not back at ${width} px`);
      await until(() => citation.evaluate((node) => node === document.activeElement), { what: `the focus at ${width} px (${await focused(page)})` });
    }
    tab.assertClean();
    await tab.close();
  });

  it("starts dialogs on their first field", async () => {
    const tab = await prepared(lab);
    const { page } = tab;
    for (const name of ["Add column", "Settings", "Paste text"]) {
      await page.getByRole("button", { name, exact: true }).click();
      const dialog = page.getByRole("dialog");
      await dialog.waitFor();
      await until(() => dialog.evaluate((node) => node.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")), {
        what: `the focus on a field of ${name}`,
      });
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    }
    tab.assertClean();
    await tab.close();
  });

  it("copies an answer and exports the run", async () => {
    const tab = await withQuotes(lab, { permissions: ["clipboard-read", "clipboard-write"] });
    const { page } = tab;
    await ask(page, "Who built the lighthouse?");
    const column = columns(page, "Extractive quotes");
    assert.equal(await ended(column), "done");
    await column.getByText("Done", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Copy answer of Extractive quotes" }).click();
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await until(async () => /Ingrid Aas.*\[1\]/s.test(await clipboard()), { what: "the answer on the clipboard" });
    await page.getByRole("button", { name: "Export run" }).click();
    const dialog = page.getByRole("dialog", { name: "Export run" });
    const hash = await column.getAttribute("data-evidence-sha256");
    for (const [name, file] of [["Markdown", "who-built-the-lighthouse.md"], ["JSON", "who-built-the-lighthouse.json"]]) {
      const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: `Download ${name}` }).click()]);
      assert.equal(download.suggestedFilename(), file);
      const text = await readFile(await download.path(), "utf8");
      assert.ok(text.includes(hash) && text.includes("Ingrid Aas"), text.slice(0, 500));
      if (name === "JSON") assert.equal(JSON.parse(text).run.question, "Who built the lighthouse?");
      await dialog.getByRole("button", { name: `Copy ${name}` }).click();
      await until(async () => (await clipboard()) === text, { what: `${name} on the clipboard` });
    }
    assert.deepEqual(await axeViolations(page), []);
    tab.assertClean();
    await tab.close();
  });

  it("asks before a key goes to another machine unencrypted", async () => {
    const tab = await prepared(lab);
    const { page } = tab;
    const dialog = await openAddColumn(page);
    await chooseProvider(dialog, "Custom endpoint");
    await dialog.getByLabel(/^Base URL/).fill("http://192.0.2.7:8080/v1");
    await dialog.getByLabel(/^API key/).fill("sk-0123456789abcdef");
    await dialog.getByRole("combobox", { name: /^Model/ }).fill("m");
    const questions = [];
    page.on("dialog", (question) => {
      questions.push(question.message());
      return questions.length === 1 ? question.dismiss() : question.accept();
    });
    const add = dialog.getByRole("button", { name: "Add this column" });
    await add.click();
    await dialog.getByText(/192\.0\.2\.7:8080 is reached over plain http/).waitFor();
    assert.equal(await columns(page, "m").count(), 0);
    await add.click();
    await columns(page, "m").waitFor();
    assert.equal(questions.length, 2);
    assert.ok(questions.every((question) => question.includes("192.0.2.7:8080")), questions[0]);
    tab.assertClean();
    await tab.close();
  });
});
