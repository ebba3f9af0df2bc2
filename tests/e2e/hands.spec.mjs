// Hands: commands by name and by key, a focus that is never lost, names that tell columns apart, fields that speak while one types.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFake } from "./fake_provider.mjs";
import { startMisbehaving } from "./faulty_host.mjs";
import { axeViolations, openLab, until } from "./harness.mjs";
import { LIGHTHOUSE, QUESTION, addEndpoint, addFiles, ask, columns, ended, openAddColumn, openProviders, prepared, settled, textFile } from "./steps.mjs";

/** What has the focus: its name, or its text, or its tag. */
const focused = (page) =>
  page.evaluate(() => {
    const at = document.activeElement;
    return at.getAttribute("aria-label") ?? at.labels?.[0]?.innerText ?? (at.innerText?.trim().slice(0, 60) || at.tagName);
  });

/** Waits until the focus is on something of that name. */
const focusOn = (page, name) => {
  const fits = async () => (name instanceof RegExp ? name.test(await focused(page)) : (await focused(page)) === name);
  return until(fits, { what: `the focus on ${name}` }).catch(async () => assert.fail(`the focus is on ${await focused(page)}, not on ${name}`));
};

/** Waits until the page is at rest, and fails if the focus has fallen to its body by then. */
const keepsFocus = async (page, what) => {
  // The code that keeps it works in frames.
  const at = await page.evaluate(async () => {
    for (let frame = 0; frame < 4; frame += 1) await new Promise((done) => requestAnimationFrame(done));
    return document.activeElement?.tagName;
  });
  assert.notEqual(at, "BODY", `${what}: the focus has fallen to the page's body`);
};

/** A key as a German layout makes it: the character and its modifiers, not the place on the keyboard. */
const germanKey = (page, init) =>
  page.evaluate((init) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init })), init);

const palette = (page) => page.getByRole("dialog", { name: "Command palette" });
const option = (page, name) => palette(page).getByRole("option", { name });

/** Opens the palette, and does the command that a query finds first. */
async function command(page, query) {
  await page.keyboard.press("Control+k");
  const field = palette(page).getByRole("combobox", { name: "Command" });
  await field.waitFor();
  await field.fill(query);
  await page.keyboard.press("Enter");
  await palette(page).waitFor({ state: "detached" });
}

/** A page with a document and three columns, two of them of one model. */
async function three(lab, fake) {
  const tab = await prepared(lab, [fake]);
  for (const model of ["fake-echo", "fake-reasoning", "fake-echo"]) await addEndpoint(tab.page, { url: fake.url, model });
  return tab;
}

describe("hands", () => {
  let lab;
  let fake;
  let host;
  before(async () => {
    [lab, fake, host] = await Promise.all([openLab(), startFake(), startMisbehaving()]);
  });
  after(async () => {
    await lab?.close();
    await Promise.all([fake?.close(), host?.close()]);
  });

  it("find every command by its name, with arrows and Enter, and leave by Escape", async () => {
    const tab = await prepared(lab);
    const { page } = tab;
    await page.getByRole("button", { name: "Commands" }).click();
    const field = palette(page).getByRole("combobox", { name: "Command" });
    await focusOn(page, "Command");
    const selected = () => palette(page).getByRole("option", { selected: true }).innerText();
    const first = await selected();
    await page.keyboard.press("ArrowDown");
    const second = await selected();
    assert.notEqual(second, first);
    const active = await field.getAttribute("aria-activedescendant");
    assert.equal((await page.locator(`#${active}`).innerText()).trim(), second.trim());
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    assert.equal(await selected(), await palette(page).getByRole("option").last().innerText());
    assert.equal(await option(page, /^Export run/).count(), 0, "offered without a run");
    await field.fill("vault");
    assert.deepEqual(await palette(page).getByRole("option").allInnerTexts(), ["Providers"]);
    await field.fill("no such thing");
    await palette(page).getByText("No command found.").waitFor();
    assert.deepEqual(await axeViolations(page), []);
    await page.keyboard.press("Escape");
    await palette(page).waitFor({ state: "detached" });
    await focusOn(page, /^Commands/);
    for (const [query, dialog] of [["settings", "Settings"], ["hist", "History"], ["compare", "Compare hosts"], ["paste", "Paste text"], ["keyboard", "Keyboard shortcuts"]]) {
      await command(page, query);
      await page.getByRole("dialog", { name: dialog }).waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await focusOn(page, /^Commands/);
    }
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    const before = await theme();
    await command(page, "theme");
    await until(async () => (await theme()) !== before, { what: "another theme" });
    await command(page, "hide evidence");
    await page.getByRole("region", { name: "Evidence" }).waitFor({ state: "hidden" });
    await command(page, "show evidence");
    await page.getByRole("region", { name: "Evidence" }).waitFor();
    const chooser = page.waitForEvent("filechooser");
    await command(page, "add doc");
    await (await chooser).setFiles([textFile("second.txt", "Another text.")]);
    await settled(page, 2);
    await command(page, "open second");
    await page.getByRole("document", { name: "Document text" }).getByText("Another text.").waitFor();
    tab.assertClean();
    await tab.close();
  });

  it("work by single keys, whatever the layout, and never while typing", async () => {
    const tab = await three(lab, fake);
    const { page } = tab;
    await ask(page, QUESTION);
    for (const at of [0, 1]) assert.equal(await ended(columns(page, "fake-echo").nth(at)), "done");
    const question = page.getByRole("textbox", { name: "Question" });
    await question.fill("");
    await question.pressSequentially("j/k?");
    assert.equal(await question.inputValue(), "j/k?");
    assert.equal(await page.getByRole("dialog").count(), 0);
    await page.locator("main").focus();
    await page.keyboard.press("j");
    await focusOn(page, "fake-echo");
    await page.keyboard.press("j");
    await focusOn(page, "fake-reasoning");
    // Not with a modifier, nor while an input method puts a text together.
    for (const init of [{ key: "j", ctrlKey: true }, { key: "j", altKey: true }, { key: "j", metaKey: true }, { key: "j", isComposing: true }]) await germanKey(page, init);
    await focusOn(page, "fake-reasoning");
    await page.keyboard.press("j");
    await focusOn(page, "fake-echo (2)");
    await page.keyboard.press("k");
    await focusOn(page, "fake-reasoning");
    await page.keyboard.press("j");
    const cited = () => page.evaluate(() => document.activeElement.closest("article")?.getAttribute("aria-label"));
    await germanKey(page, { key: "]", code: "Digit9", ctrlKey: true, altKey: true, modifierAltGraph: true });
    await focusOn(page, /^Citation \d/);
    assert.equal(await cited(), "fake-echo (2)");
    await germanKey(page, { key: "[", code: "Digit8", modifierAltGraph: true });
    await focusOn(page, /^Citation \d/);
    await page.keyboard.press("Enter");
    const text = page.getByRole("document", { name: "Document text" });
    await text.waitFor();
    await page.keyboard.press("Escape");
    await text.waitFor({ state: "detached" });
    await focusOn(page, /^Citation \d/);
    await germanKey(page, { key: "/", code: "Digit7", shiftKey: true });
    await focusOn(page, "Question");
    // One after the other, faster than a frame: the way back from a document does not take the focus from what was asked for next.
    await page.keyboard.press("Escape");
    await page.locator("main").focus();
    await germanKey(page, { key: "j" });
    await germanKey(page, { key: "]" });
    await page.keyboard.press("Enter");
    await text.waitFor();
    await page.evaluate(() => {
      for (const key of ["Escape", "/"]) document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, key }));
    });
    await text.waitFor({ state: "detached" });
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    assert.equal(await focused(page), "Question");
    tab.assertClean();
    await tab.close();
  });

  it("change every key, switch single ones off, and keep that", async () => {
    const tab = await prepared(lab);
    const { page } = tab;
    const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    const open = async () => {
      await page.locator("main").focus();
      await command(page, "keyboard shortcuts");
      await dialog.waitFor();
    };
    const leave = async () => {
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      await page.locator("main").focus();
    };
    await page.locator("main").focus();
    await page.keyboard.press("?");
    await dialog.waitFor();
    assert.deepEqual(await axeViolations(page), []);
    const key = dialog.getByRole("textbox", { name: "Shortcut of Go to the question" });
    await key.focus();
    await page.keyboard.press("j");
    await dialog.getByRole("alert").getByText(/Next column/).waitFor();
    assert.equal(await key.inputValue(), "/");
    await page.keyboard.press("q");
    assert.equal(await key.inputValue(), "q");
    await leave();
    await page.keyboard.press("/");
    assert.notEqual(await focused(page), "Question");
    await page.keyboard.press("q");
    await focusOn(page, "Question");
    await page.reload();
    await columns(page, "x").count();
    await page.getByRole("textbox", { name: "Question" }).waitFor();
    await page.locator("main").focus();
    await page.keyboard.press("q");
    await focusOn(page, "Question");
    await open();
    await dialog.getByRole("checkbox", { name: /^Single-key shortcuts/ }).uncheck();
    await leave();
    await page.keyboard.press("q");
    await page.keyboard.press("?");
    assert.equal(await page.getByRole("dialog").count(), 0);
    assert.notEqual(await focused(page), "Question");
    await open();
    await dialog.getByRole("button", { name: "Reset shortcuts" }).click();
    assert.equal(await key.inputValue(), "/");
    await leave();
    await page.keyboard.press("/");
    await focusOn(page, "Question");
    tab.assertClean();
    await tab.close();
  });

  it("count a key that follows Escape at once as typed on the page", async () => {
    const tab = await prepared(lab);
    const { page } = tab;
    await page.locator("main").focus();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    // The page is slow over Escape, so that the next key waits before the browser says that the dialog is closed.
    await page.evaluate(() => {
      const slow = ({ key }) => {
        const until = performance.now() + (key === "Escape" ? 500 : 0);
        while (performance.now() < until);
      };
      addEventListener("keydown", slow, { capture: true });
    });
    await Promise.all([page.keyboard.press("Escape"), page.keyboard.press("/")]);
    await focusOn(page, "Question");
    assert.equal(await page.getByRole("dialog").count(), 0);
    tab.assertClean();
    await tab.close();
  });

  it("never lose the focus: documents", async () => {
    const tab = await lab.open();
    const { page } = tab;
    const sample = page.getByRole("button", { name: "Try the sample" });
    await sample.click({ trial: true });
    await sample.focus();
    await page.keyboard.press("Enter");
    await settled(page, 14);
    await keepsFocus(page, "Try the sample");
    await ended(columns(page, "Extractive quotes"));
    await keepsFocus(page, "the sample's answer");
    const remove = page.getByRole("button", { name: /^Remove .*\.\w+$/ });
    for (const which of ["first", "last"]) {
      const button = remove[which]();
      const name = await button.getAttribute("aria-label");
      await button.focus();
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name, exact: true }).waitFor({ state: "detached" });
      await keepsFocus(page, name);
    }
    const undo = page.getByRole("button", { name: /^Undo removing/ }).first();
    const undone = await undo.getAttribute("aria-label");
    await undo.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: undone, exact: true }).waitFor({ state: "detached" });
    await keepsFocus(page, "Undo");
    tab.assertClean();
    await tab.close();
  });

  it("never lose the focus: dialogs, columns, viewer, stop", async () => {
    const tab = await prepared(lab, [fake, host]);
    const { page } = tab;
    const invited = page.getByRole("button", { name: "Choose a model" });
    await invited.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Add column" });
    await dialog.getByLabel(/^Base URL/).fill(fake.url);
    await dialog.getByRole("combobox", { name: /^Model/ }).fill("fake-echo");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await keepsFocus(page, "Add this column");
    await addEndpoint(page, { url: fake.url, model: "fake-reasoning" });
    await keepsFocus(page, "Add this column by pointer");
    await page.getByRole("button", { name: "Settings", exact: true }).focus();
    await page.keyboard.press("Enter");
    const settings = page.getByRole("dialog", { name: "Settings" });
    await settings.getByRole("button", { name: "Save" }).focus();
    await page.keyboard.press("Enter");
    await settings.waitFor({ state: "detached" });
    await focusOn(page, "Settings");
    await ask(page, QUESTION);
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    // By the list of documents: there is nothing to lead back to once the row is gone.
    const row = page.getByRole("button", { name: "lighthouse.txt", exact: true });
    await row.focus();
    await page.keyboard.press("Enter");
    const text = page.getByRole("document", { name: "Document text" });
    await text.waitFor();
    await page.getByRole("button", { name: "Evidence", exact: true }).first().focus();
    await page.keyboard.press("Enter");
    await text.waitFor({ state: "detached" });
    await focusOn(page, "lighthouse.txt");
    // From a passage, which is drawn anew.
    const passage = page.locator(".passage-head").first();
    await passage.focus();
    await page.keyboard.press("Enter");
    await text.waitFor();
    await page.getByRole("button", { name: "Evidence", exact: true }).first().focus();
    await page.keyboard.press("Enter");
    await text.waitFor({ state: "detached" });
    await keepsFocus(page, "Back");
    await until(() => page.evaluate(() => document.activeElement.classList.contains("passage-head")), { what: "the focus on the passage" });
    const remove = page.getByRole("button", { name: "Remove column fake-echo" });
    await remove.focus();
    await page.keyboard.press("Enter");
    await remove.waitFor({ state: "detached" });
    await focusOn(page, "fake-reasoning");
    await page.getByRole("button", { name: "Hide evidence" }).focus();
    await page.keyboard.press("Enter");
    await focusOn(page, "Show evidence");
    await page.getByRole("button", { name: "Remove column fake-reasoning" }).focus();
    await page.keyboard.press("Enter");
    await keepsFocus(page, "the last column");
    tab.assertClean();
    await tab.close();
  });

  it("never lose the focus: what is stopped", async () => {
    const tab = await prepared(lab, [host]);
    const { page } = tab;
    await addEndpoint(page, { url: host.base, model: "hang" });
    for (const name of ["Stop hang", "Stop all"]) {
      await ask(page, QUESTION);
      await until(() => page.getByRole("button", { name: "Stop hang" }).isVisible(), { what: "the waiting" });
      await page.getByRole("button", { name, exact: true }).focus();
      await page.keyboard.press("Enter");
      assert.equal(await ended(columns(page, "hang")), "stopped");
      await keepsFocus(page, name);
    }
    tab.assertClean();
    await tab.close();
  });

  it("tell columns of one model apart", async () => {
    const tab = await three(lab, fake);
    const { page } = tab;
    for (const name of ["fake-echo", "fake-echo (2)", "fake-reasoning"]) {
      assert.equal(await page.getByRole("article", { name, exact: true }).count(), 1, name);
      assert.equal(await page.getByRole("button", { name: `Remove column ${name}`, exact: true }).count(), 1, name);
    }
    await command(page, "column fake-echo (2)");
    await focusOn(page, "fake-echo (2)");
    await page.getByRole("button", { name: "Remove column fake-echo", exact: true }).click();
    await until(async () => (await page.getByRole("article", { name: "fake-echo", exact: true }).count()) === 1, { what: "the name without a number" });
    tab.assertClean();
    await tab.close();
  });

  it("hear number fields while one types", async () => {
    const tab = await prepared(lab);
    const { page } = tab;
    await page.getByRole("button", { name: "Settings", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Settings" });
    const size = dialog.getByRole("spinbutton", { name: "Chunk size (tokens)" });
    const save = dialog.getByRole("button", { name: "Save" });
    await size.focus();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("1");
    await dialog.getByText(/The chunk size is 1 token/).waitFor();
    assert.ok(await save.isDisabled());
    await page.keyboard.type("90");
    await until(() => save.isEnabled(), { what: "Save, while the field still has the focus" });
    assert.equal(await dialog.getByText(/The chunk size is/).count(), 0);
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Backspace");
    assert.equal(await size.inputValue(), "");
    assert.ok(await save.isDisabled());
    await page.keyboard.type("180");
    await save.click();
    await dialog.waitFor({ state: "detached" });
    tab.assertClean();
    await tab.close();
  });

  it("see that providers are loading, and a list that stays at its top", async () => {
    const tab = await lab.open();
    const { page } = tab;
    let release;
    const held = new Promise((done) => (release = done));
    await tab.context.route(/courier/, async (route) => {
      await held;
      await route.continue();
    });
    const dialog = await openAddColumn(page);
    await dialog.getByText("Loading providers…").waitFor();
    release();
    await dialog.getByText("Loading providers…").waitFor({ state: "detached" });
    await dialog.getByRole("radio").nth(20).waitFor({ state: "attached" });
    assert.equal(await dialog.locator(".provider-list").evaluate((list) => list.scrollTop), 0);
    tab.assertClean();
    await tab.close();
  });

  it("read few calls as counts, a failed one in proportion", async () => {
    const tab = await prepared(lab, [host]);
    const { page } = tab;
    await addEndpoint(page, { url: host.base, model: "no-model" });
    await ask(page, QUESTION);
    assert.equal(await ended(columns(page, "no-model")), "failed");
    const panel = await openProviders(page, "Health");
    const marks = panel.getByRole("img");
    await marks.first().waitFor();
    assert.match(await marks.first().getAttribute("aria-label"), /^\d calls?: 0 succeeded, \d failed$/);
    assert.equal(await panel.locator("svg.plot").count(), 0, "a plot of so few calls");
    const { width } = await panel.locator(".health-mark.failed").first().boundingBox();
    assert.ok(width < 40, `a failed call is ${width} px wide`);
    assert.deepEqual(await axeViolations(page), []);
    await tab.close();
  });

  it("copy the exact request, where a short key spoils nothing", async () => {
    const tab = await prepared(lab, [fake], { permissions: ["clipboard-read", "clipboard-write"] });
    const { page } = tab;
    await addEndpoint(page, { url: fake.url, model: "fake-reasoning", key: "k" });
    await ask(page, QUESTION);
    await ended(columns(page, "fake-reasoning"));
    await page.getByRole("button", { name: "View request of fake-reasoning" }).click();
    const dialog = page.getByRole("dialog", { name: "Request" });
    const text = await dialog.locator("pre").innerText();
    assert.match(text, /Bearer ••••••••/);
    assert.match(text, /"fake-reasoning"/);
    await dialog.getByRole("button", { name: "Copy request" }).click();
    await dialog.getByText("Copied.").waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text);
    tab.assertClean();
    await tab.close();
  });
});
