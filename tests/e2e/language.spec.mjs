// The languages of the interface: which one is used, that it is whole, and how it writes numbers and dates.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFake } from "./fake_provider.mjs";
import { axeViolations, openLab, until } from "./harness.mjs";
import { LIGHTHOUSE, QUESTION, ended, settled, textFile } from "./steps.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true }).first();

/** English texts of the page and what they are in that language, read from the file that the page loads. */
async function translated(site, code) {
  const file = await (await fetch(new URL(`languages/${code}.txt`, site.url))).text();
  const blocks = file.split("\n\n").map((block) => block.split("\n").filter((line) => line !== "" && !line.startsWith("#")));
  return new Map(blocks.filter((block) => block.length === 2));
}

/** Texts and names on the screen that stand among `english`. */
const english = (page, texts) =>
  page.evaluate((texts) => {
    const known = new Set(texts);
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) found.push(walk.currentNode.textContent);
    for (const element of document.querySelectorAll("*"))
      for (const name of ["aria-label", "title", "placeholder"]) found.push(element.getAttribute(name) ?? "");
    return [...new Set(found.map((text) => text.trim()).filter((text) => known.has(text)))];
  }, texts);

/** A page with a document, a model and an answer, in German. */
async function inGerman(lab, fake, options = {}) {
  const tab = await lab.open({ locale: "de-DE", allow: [fake.origin], ...options });
  const { page } = tab;
  const chooser = page.waitForEvent("filechooser");
  await button(page, "Dokumente hinzufügen").click();
  await (await chooser).setFiles([textFile("lighthouse.txt", LIGHTHOUSE)]);
  await settled(page, 1);
  await button(page, "Spalte hinzufügen").click();
  const dialog = page.getByRole("dialog", { name: "Spalte hinzufügen" });
  await dialog.getByRole("radio", { name: "Eigener Endpunkt" }).click();
  await dialog.getByLabel("Basis-URL", { exact: true }).fill(fake.url);
  await dialog.getByLabel("Modell", { exact: true }).fill("fake-echo");
  await dialog.getByRole("button", { name: "Diese Spalte hinzufügen" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("textbox", { name: "Frage" }).fill(QUESTION);
  await button(page, "Fragen").click();
  const column = page.getByRole("article", { name: "fake-echo" });
  assert.equal(await ended(column), "done");
  return { ...tab, column };
}

describe("the language of the interface", () => {
  let lab;
  let fake;
  before(async () => {
    [lab, fake] = await Promise.all([openLab(), startFake()]);
  });
  after(async () => {
    await lab?.close();
    await fake?.close();
  });

  it("is the browser's where the site has it, on every screen, and numbers and dates are written its way", async () => {
    const tab = await inGerman(lab, fake);
    const { page, column } = tab;
    // `system` is also the role of a message, which is called so in every language.
    const texts = [...(await translated(tab.site, "de"))].filter(([english, text]) => english !== text && english !== "system").map(([english]) => english);
    assert.ok(texts.length > 500, `${texts.length} texts`);
    assert.equal(await page.getAttribute("html", "lang"), "de");
    await column.getByText("Fertig").waitFor();
    assert.match(await page.locator(".run-about").innerText(), /^\d\d\.\d\d\.\d{4} \d\d:\d\d · \d+ Passagen?/);
    const screens = [
      ["the answered page", async () => {}],
      ...["Einstellungen", "Anbieter", "Verlauf", "Spalte hinzufügen", "Anschlussfrage", "Lauf exportieren", "Spaltensätze", "Befehle", "Text einfügen", "Spalte fake-echo bearbeiten", "Anfrage von fake-echo anzeigen"].map((name) => [name, () => button(page, name).click()]),
    ];
    for (const [name, open] of screens) {
      await open();
      if (name !== "the answered page") await page.getByRole("dialog").waitFor();
      assert.deepEqual(await english(page, texts), [], `English in: ${name}`);
      if (name === "Anbieter") {
        for (const panel of ["Netzwerkprotokoll", "Ausgaben", "Zustand"]) {
          await page.getByRole("tab", { name: panel }).click();
          await page.getByRole("tab", { name: panel, selected: true }).waitFor();
          assert.deepEqual(await english(page, texts), [], `English in: ${panel}`);
        }
      }
      if (name !== "the answered page") {
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "detached" });
      }
    }
    assert.deepEqual(await axeViolations(page), []);
    tab.assertClean();
    await tab.close();
  });

  it("tells what went wrong, and what to do", async () => {
    const tab = await lab.open({ locale: "de-AT" });
    const { page } = tab;
    const chooser = page.waitForEvent("filechooser");
    await button(page, "Dokumente hinzufügen").click();
    await (await chooser).setFiles([{ name: "empty.txt", mimeType: "text/plain", buffer: Buffer.from("") }]);
    const [row] = await settled(page, 1);
    assert.equal(row.state, "failed");
    assert.match(row.text, /Datei/);
    assert.doesNotMatch(row.text, /The file|failed/);
    await tab.close();
  });

  it("is changed in Settings at once, keeps what is on the screen, and is remembered", async () => {
    const tab = await inGerman(lab, fake);
    const { page, column } = tab;
    const answer = await column.locator(".answer").innerText();
    await page.getByRole("textbox", { name: "Frage" }).fill("Noch nicht gefragt?");
    await button(page, "Einstellungen").click();
    await page.getByRole("combobox", { name: "Sprache" }).selectOption({ label: "English" });
    await page.getByRole("dialog").getByRole("button", { name: "Speichern", exact: true }).click();
    await button(page, "Add documents").waitFor();
    assert.equal(await page.getAttribute("html", "lang"), "en");
    assert.equal(await page.getByRole("textbox", { name: "Question" }).inputValue(), "Noch nicht gefragt?");
    assert.equal(await page.getByRole("article", { name: "fake-echo" }).locator(".answer").innerText(), answer);
    const german = await translated(tab.site, "de");
    const still = [...german.values()].filter((text) => text.length > 3 && !german.has(text));
    const left = await page.evaluate(() => document.body.innerText.split("\n").map((line) => line.trim()));
    assert.deepEqual(left.filter((line) => still.includes(line)), [], "German that stayed");
    await page.reload();
    await button(page, "Add documents").waitFor();
    await button(page, "Settings").click();
    await page.getByRole("combobox", { name: "Language" }).selectOption({ label: "Deutsch" });
    await page.getByRole("dialog").getByRole("button", { name: "Save", exact: true }).click();
    await button(page, "Dokumente hinzufügen").waitFor();
    tab.assertClean();
    await tab.close();
  });

  it("is English where a language does not come, and where the site has none of the browser's", async () => {
    const tab = await lab.open({ locale: "de-DE", go: false });
    await tab.page.route("**/languages/**", (route) => route.abort());
    await tab.page.goto(tab.site.url);
    await button(tab.page, "Add documents").waitFor();
    assert.equal(await tab.page.getAttribute("html", "lang"), "en");
    await tab.close();
    const other = await lab.open({ locale: "ja-JP" });
    await button(other.page, "Add documents").waitFor();
    await until(async () => (await other.page.getAttribute("html", "lang")) === "en", { what: "English" });
    other.assertClean();
    await other.close();
  });
});
