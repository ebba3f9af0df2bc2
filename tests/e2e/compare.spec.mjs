// One model at several hosts, added at once. The hosts are foreign: the wall refuses every call, which is enough to see where
// each would go, that nothing goes before a person asks, and that each fails alone.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { axeViolations, openLab, until } from "./harness.mjs";
import { QUESTION, ask, columns, ended, openAddColumn, prepared } from "./steps.mjs";

async function openCompare(page) {
  await (await openAddColumn(page)).getByRole("button", { name: "Compare hosts" }).click();
  return page.getByRole("dialog", { name: "Compare hosts" });
}

/** Chooses a family by part of its name. */
async function chooseFamily(dialog, part) {
  const select = dialog.getByRole("combobox", { name: "Model", exact: true });
  await select.waitFor();
  const names = await select.locator("option").allInnerTexts();
  const name = names.find((name) => name.toLowerCase().includes(part));
  assert.ok(name, `no family ${part} among ${names}`);
  await select.selectOption({ label: name });
  return name;
}

describe("one model at several hosts", () => {
  let lab;
  before(async () => {
    lab = await openLab();
  });
  after(() => lab?.close());

  it("is added at once, asked at once, and goes to each host's own address", async () => {
    const tab = await prepared(lab);
    const { page } = tab;
    const dialog = await openCompare(page);
    await chooseFamily(dialog, "gpt-oss-120b");
    const known = [["Groq", "api.groq.com"], ["Together", "api.together.xyz"], ["OpenRouter", "openrouter.ai"]];
    for (const [name] of known) {
      await dialog.getByRole("checkbox", { name: new RegExp(`^${name}`) }).check();
      await dialog.getByLabel(new RegExp(`^API key of ${name}`)).fill(`sk-${name}-0123456789abcdef`);
    }
    assert.deepEqual(await axeViolations(page), []);
    const before = lab.wall.hits.length;
    await dialog.getByRole("button", { name: "Add 3 columns" }).click();
    await dialog.waitFor({ state: "detached" });
    assert.equal(await page.getByRole("article").count(), 3);
    assert.equal(lab.wall.hits.length, before, "something was asked before the question");
    await ask(page, QUESTION);
    for (let at = 0; at < 3; at += 1) assert.equal(await ended(page.getByRole("article").nth(at)), "failed");
    const called = lab.wall.hits.slice(before).join("\n");
    for (const [name, host] of known) assert.ok(called.includes(host), `${name} was not called: ${called}`);
    assert.doesNotMatch(called, /sk-/);
    const hashes = await page.$$eval("article", (all) => all.map((one) => one.dataset.evidenceSha256));
    assert.equal(new Set(hashes).size, 1);
    assert.match(hashes[0], /^[0-9a-f]{64}$/);
    await tab.close();
  });

  it("tells prices or n/a, and says when there is no room for more", async () => {
    const tab = await prepared(lab);
    const { page } = tab;
    const dialog = await openCompare(page);
    await chooseFamily(dialog, "gpt-oss-120b");
    const rows = dialog.getByRole("table").locator("tbody tr");
    assert.ok((await rows.count()) >= 3, "too few hosts");
    for (const text of await rows.allInnerTexts()) assert.match(text, /\d|n\/a/, text);
    const boxes = dialog.getByRole("table").getByRole("checkbox");
    const count = await boxes.count();
    for (let at = 0; at < Math.min(count, 9); at += 1) {
      if (await boxes.nth(at).isDisabled()) continue;
      await boxes.nth(at).check();
    }
    if (count > 8) await dialog.getByText(/8 columns|eight/i).first().waitFor();
    const chosen = await dialog.getByRole("table").getByRole("checkbox", { checked: true }).count();
    for (const region of await dialog.getByLabel(/^Region of /).all()) if ((await region.inputValue()) === "") await region.fill("us-east-1");
    if (chosen <= 8) {
      await dialog.getByRole("button", { name: `Add ${chosen} columns` }).click();
      await until(async () => (await page.getByRole("article").count()) === chosen, { what: "the columns" });
    } else {
      assert.ok(await dialog.getByRole("button", { name: /^Add \d+ columns/ }).isDisabled());
    }
    await tab.close();
  });

  it("comes back after a reload", async () => {
    const tab = await prepared(lab);
    const { page } = tab;
    const dialog = await openCompare(page);
    await chooseFamily(dialog, "gpt-oss-120b");
    for (const name of [/^Groq/, /^OpenRouter/]) await dialog.getByRole("checkbox", { name }).check();
    await dialog.getByRole("button", { name: "Add 2 columns" }).click();
    await dialog.waitFor({ state: "detached" });
    const places = await page.locator(".column-place").allInnerTexts();
    assert.ok(places.some((place) => /Groq/.test(place)) && places.some((place) => /OpenRouter/.test(place)), String(places));
    await page.reload();
    await page.getByRole("article").nth(1).waitFor();
    assert.deepEqual(await page.locator(".column-place").allInnerTexts(), places);
    assert.equal(await columns(page, "Extractive quotes").count(), 0);
    await tab.close();
  });
});
