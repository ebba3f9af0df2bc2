// Columns as things: named, edited, copied, ordered, removed and brought back, kept as sets.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFake } from "./fake_provider.mjs";
import { axeViolations, openLab, until } from "./harness.mjs";
import { addEndpoint, ask, chats, chooseProvider, columns, ended, openAddColumn, withModels } from "./steps.mjs";

const names = (page) => page.locator("article.column h3").allInnerTexts();
const shows = (page, expected) => until(async () => JSON.stringify(await names(page)) === JSON.stringify(expected), { what: `columns ${expected.join(", ")}` });
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

describe("the columns", () => {
  let lab;
  let fake;
  before(async () => {
    [lab, fake] = await Promise.all([openLab(), startFake()]);
  });
  after(async () => {
    await lab?.close();
    await fake?.close();
  });

  it("are edited: name, parameters and model, in their place", async () => {
    const tab = await withModels(lab, fake, "fake-echo", "fake-fast");
    const { page } = tab;
    await ask(page, "Who built the lighthouse?");
    await ended(columns(page, "fake-echo"));
    await press(page, "Edit column fake-echo");
    let dialog = page.getByRole("dialog", { name: "Edit column" });
    assert.equal(await dialog.getByRole("combobox", { name: /^Model/ }).inputValue(), "fake-echo");
    assert.deepEqual(await axeViolations(page), []);
    await dialog.getByLabel("Name").fill("Cold");
    await press(dialog, "Save column");
    await dialog.waitFor({ state: "detached" });
    await shows(page, ["Cold", "fake-fast"]);
    // Only another name: the answer stays.
    assert.equal(await columns(page, "Cold").getAttribute("data-state"), "done");

    await press(page, "Edit column Cold");
    dialog = page.getByRole("dialog", { name: "Edit column" });
    await dialog.getByLabel(/^Temperature/).fill("0.3");
    await dialog.getByLabel(/^Max output tokens/).fill("77");
    await press(dialog, "Save column");
    await dialog.waitFor({ state: "detached" });
    await shows(page, ["Cold", "fake-fast"]);
    await ended(columns(page, "Cold"));
    const sent = chats(fake).at(-1).json;
    assert.equal(sent.model, "fake-echo");
    assert.ok(Math.abs(sent.temperature - 0.3) < 1e-6, `temperature ${sent.temperature}`);
    assert.equal(sent.max_tokens ?? sent.max_completion_tokens, 77);

    await press(page, "Edit column Cold");
    dialog = page.getByRole("dialog", { name: "Edit column" });
    assert.equal(await dialog.getByLabel(/^Max output tokens/).inputValue(), "77");
    await dialog.getByRole("combobox", { name: /^Model/ }).fill("fake-quote");
    await dialog.getByLabel("Name").fill("");
    await press(dialog, "Save column");
    await shows(page, ["fake-quote", "fake-fast"]);
    tab.assertClean();
    await page.reload();
    await shows(page, ["fake-quote", "fake-fast"]);
    await tab.close();
  });

  it("are duplicated, and what differs between two of one model stands in their headers", async () => {
    const tab = await withModels(lab, fake, "fake-echo");
    const { page } = tab;
    await press(page, "Duplicate column fake-echo");
    await shows(page, ["fake-echo", "fake-echo"]);
    const about = (at) => page.locator("article.column").nth(at).locator(".column-title").innerText();
    assert.doesNotMatch(await about(0), /temperature/);
    await page.getByRole("button", { name: /^Edit column fake-echo/ }).nth(1).click();
    const dialog = page.getByRole("dialog", { name: "Edit column" });
    await dialog.getByLabel(/^Temperature/).fill("0.9");
    await press(dialog, "Save column");
    await dialog.waitFor({ state: "detached" });
    await until(async () => /temperature default/.test(await about(0)) && /temperature 0\.9/.test(await about(1)), { what: "the difference" });
    await tab.close();
  });

  it("move by button, keeping the focus, and by drag, and stay so", async () => {
    const tab = await withModels(lab, fake, "fake-echo", "fake-fast", "fake-quote");
    const { page } = tab;
    await page.getByRole("button", { name: "Move column fake-quote left", exact: true }).focus();
    await page.keyboard.press("Enter");
    await shows(page, ["fake-echo", "fake-quote", "fake-fast"]);
    await until(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label") === "Move column fake-quote left"), { what: "the focus on the button" });
    await page.keyboard.press("Enter");
    await shows(page, ["fake-quote", "fake-echo", "fake-fast"]);
    await press(page, "Move column fake-quote right");
    await shows(page, ["fake-echo", "fake-quote", "fake-fast"]);
    // Both ends of the drag are in sight.
    await page.setViewportSize({ width: 1920, height: 900 });
    await columns(page, "fake-fast").getByRole("heading").dragTo(columns(page, "fake-echo").getByRole("heading"));
    await shows(page, ["fake-fast", "fake-echo", "fake-quote"]);
    await page.reload();
    await shows(page, ["fake-fast", "fake-echo", "fake-quote"]);
    tab.assertClean();
    await tab.close();
  });

  it("come back with their answer when removing is undone", async () => {
    const tab = await withModels(lab, fake, "fake-echo", "fake-fast");
    const { page } = tab;
    await ask(page, "Who built the lighthouse?");
    await ended(columns(page, "fake-echo"));
    const answer = await columns(page, "fake-echo").locator(".answer").innerText();
    await press(page, "Remove column fake-echo");
    await shows(page, ["fake-fast"]);
    await press(page, "Undo removing column fake-echo");
    await shows(page, ["fake-echo", "fake-fast"]);
    await until(async () => (await columns(page, "fake-echo").locator(".answer").innerText()) === answer, { what: "the answer" });
    assert.equal(await page.getByRole("button", { name: /^Undo removing/ }).count(), 0);
    // Not into another run, whose question it did not answer.
    await press(page, "Remove column fake-fast");
    await ask(page, "When was it built?");
    await ended(columns(page, "fake-echo"));
    assert.equal(await page.getByRole("button", { name: /^Undo removing/ }).count(), 0);
    await page.reload();
    await shows(page, ["fake-echo"]);
    await tab.close();
  });

  it("are kept under a name, loaded, and a deleted set comes back", async () => {
    const tab = await withModels(lab, fake, "fake-echo", "fake-fast");
    const { page } = tab;
    await press(page, "Column sets");
    let dialog = page.getByRole("dialog", { name: "Column sets" });
    await dialog.getByLabel("Name of the set").fill("Two fakes");
    await press(dialog, "Save current columns");
    await dialog.getByText("2 columns: fake-echo, fake-fast").waitFor();
    assert.deepEqual(await axeViolations(page), []);
    await press(dialog, "Delete Two fakes");
    await press(dialog, "Undo");
    await dialog.getByText("2 columns: fake-echo, fake-fast").waitFor();
    await press(dialog, "Close");
    await press(page, "Remove column fake-echo");
    await page.reload();
    await shows(page, ["fake-fast"]);
    await press(page, "Column sets");
    dialog = page.getByRole("dialog", { name: "Column sets" });
    await press(dialog, "Load Two fakes");
    await shows(page, ["fake-echo", "fake-fast"]);
    await ask(page, "Who built the lighthouse?");
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    tab.assertClean();
    await tab.close();
  });

  it("of several models are added at once", async () => {
    const tab = await withModels(lab, fake, );
    const { page } = tab;
    const dialog = await openAddColumn(page);
    await chooseProvider(dialog, "Custom endpoint");
    await dialog.getByLabel(/^Base URL/).fill(fake.url);
    await press(dialog, "Test connection");
    await dialog.getByText("Add several models at once").click();
    for (const name of ["fake-echo", "fake-json", "fake-quote"]) await dialog.getByRole("checkbox", { name: new RegExp(`^${name}`) }).check();
    await press(dialog, "Add 3 columns");
    await shows(page, ["fake-echo", "fake-json", "fake-quote"]);
    await tab.close();
  });
});
