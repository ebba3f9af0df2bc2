// The whole journey without a pointer: documents, a model, a question, its citations, another column, the run to take away.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFake } from "./fake_provider.mjs";
import { openLab } from "./harness.mjs";
import { LIGHTHOUSE, QUESTION, columns, ended, settled } from "./steps.mjs";

/** What has the focus: its name, or its text. */
const focused = (page) =>
  page.evaluate(() => {
    const at = document.activeElement;
    return (at?.getAttribute("aria-label") ?? at?.labels?.[0]?.innerText ?? at?.innerText ?? "").trim();
  });

/** Presses a key until the focus is on something of that name. */
async function until(page, name, key = "Tab") {
  const names = [];
  for (let presses = 0; presses < 120; presses += 1) {
    await page.keyboard.press(key);
    names.push(await focused(page));
    if (name.test(names.at(-1))) return;
    names[names.length - 1] = names.at(-1).slice(0, 40);
  }
  assert.fail(`no way by ${key} to ${name}: ${names.join(" | ")}`);
}

/** Types into the field of that name in place of what is there. */
async function type(page, name, text) {
  await until(page, name);
  await page.keyboard.press("Control+A");
  await page.keyboard.type(text);
}

describe("the journey by keyboard alone", () => {
  let lab;
  let fake;
  before(async () => {
    [lab, fake] = await Promise.all([openLab(), startFake()]);
  });
  after(async () => {
    await lab?.close();
    await fake?.close();
  });

  it("leads from a document to a run to take away", async () => {
    const tab = await lab.open({ allow: [fake.origin] });
    const { page } = tab;
    const dialog = (name) => page.getByRole("dialog", { name, exact: true });
    // A document.
    await page.getByRole("button", { name: "Add documents" }).waitFor();
    await until(page, /^Paste text$/);
    await page.keyboard.press("Enter");
    await dialog("Paste text").waitFor();
    assert.equal(await focused(page), "Name");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("lighthouse.txt");
    await type(page, /^Text$/, LIGHTHOUSE.split("\n").join(" "));
    await until(page, /^Add as document$/);
    await page.keyboard.press("Enter");
    await settled(page, 1);
    // A model, found by name, with its address.
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Command" }).waitFor();
    await page.keyboard.type("add column");
    await page.keyboard.press("Enter");
    await dialog("Add column").waitFor();
    await type(page, /^Find a provider$/, "custom endpoint");
    await until(page, /^Custom endpoint/);
    await page.keyboard.press("Space");
    await type(page, /^Base URL/, fake.url);
    await type(page, /^Model$/, "fake-echo");
    await until(page, /^Add this column$/);
    await page.keyboard.press("Enter");
    await dialog("Add column").waitFor({ state: "detached" });
    await columns(page, "fake-echo").waitFor();
    // A question, and an answer with citations.
    await page.keyboard.press("/");
    assert.equal(await focused(page), "Question");
    await page.keyboard.type(QUESTION);
    await page.keyboard.press("Enter");
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    await page.locator("main").focus();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    assert.equal(await focused(page).then((text) => text.split("\n")[0]), "fake-echo");
    await page.keyboard.press("]");
    assert.match(await focused(page), /^Citation 1: lighthouse.txt/);
    await page.keyboard.press("Enter");
    await page.locator(".passage-here").first().waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".passage-here").first().waitFor({ state: "detached" });
    assert.match(await focused(page), /^Citation 1: lighthouse.txt/);
    // The column beside itself without documents, renamed, moved.
    await until(page, /^Add baseline of fake-echo without documents$/, "Shift+Tab");
    await page.keyboard.press("Enter");
    assert.equal(await ended(columns(page, "fake-echo").nth(1)), "done");
    await until(page, /^Edit column fake-echo \(2\)$/);
    await page.keyboard.press("Enter");
    await dialog("Edit column").waitFor();
    await type(page, /^Name$/, "Baseline");
    await until(page, /^Save column$/);
    await page.keyboard.press("Enter");
    await dialog("Edit column").waitFor({ state: "detached" });
    await until(page, /^Move column Baseline left$/);
    await page.keyboard.press("Enter");
    const names = () => page.getByRole("article").evaluateAll((all) => all.map((article) => article.getAttribute("aria-label")));
    assert.deepEqual(await names(), ["Extractive quotes", "Baseline", "fake-echo"]);
    // The run, to take away and to find again.
    await until(page, /^Export run$/, "Shift+Tab");
    await page.keyboard.press("Enter");
    await dialog("Export run").waitFor();
    const download = page.waitForEvent("download");
    await until(page, /^Download Markdown$/);
    await page.keyboard.press("Enter");
    assert.match((await download).suggestedFilename(), /\.md$/);
    await page.keyboard.press("Escape");
    await dialog("Export run").waitFor({ state: "detached" });
    assert.equal(await focused(page), "Export run");
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Command" }).waitFor();
    await page.keyboard.type("history");
    await page.keyboard.press("Enter");
    await dialog("History").waitFor();
    await until(page, new RegExp(`^${QUESTION.slice(0, 20)}`));
    await page.keyboard.press("Enter");
    await dialog("History").waitFor({ state: "detached" });
    await page.getByRole("region", { name: "Run" }).getByText("From history.").waitFor();
    tab.assertClean();
    await tab.close();
  });
});
