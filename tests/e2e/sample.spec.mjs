// A newcomer's first minute, with every foreign host blocked.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { axeViolations, openLab } from "./harness.mjs";
import { ask, columns, ended, row, settled } from "./steps.mjs";

describe("the sample", () => {
  let lab;
  before(async () => {
    lab = await openLab();
  });
  after(() => lab?.close());

  it("gives a cited answer within ten seconds of one click, and opens the passage", async () => {
    const tab = await lab.open();
    const { page } = tab;
    await page.getByRole("button", { name: "Try the sample" }).click({ trial: true });
    const clicked = Date.now();
    await page.getByRole("button", { name: "Try the sample" }).click();
    const cite = columns(page, "Extractive quotes").getByRole("button", { name: /^Citation 1/ }).first();
    await cite.waitFor({ timeout: 30_000 });
    const millis = Date.now() - clicked;
    console.log(`sample to cited answer: ${millis} ms`);
    assert.ok(millis < 10_000, `${millis} ms`);
    const evidence = page.getByRole("region", { name: "Evidence" });
    const first = await evidence.locator(".passage").first().locator("bdi").textContent();
    await cite.click();
    await evidence.getByRole("heading", { name: first }).waitFor();
    assert.ok((await evidence.locator(".passage-here mark").allTextContents()).length > 0, "no word is marked");
    const sha = await columns(page, "Extractive quotes").getAttribute("data-evidence-sha256");
    assert.match(sha, /^[0-9a-f]{64}$/);
    tab.assertClean();
    await tab.close();
  });

  it("brings its questions to pick from, with what is to be expected", async () => {
    const tab = await lab.open();
    const { page } = tab;
    await page.getByRole("button", { name: "Try the sample" }).click();
    await settled(page, 14);
    await page.getByRole("button", { name: "All questions", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Sample questions" });
    const list = dialog.getByRole("list", { name: "Sample questions" });
    await list.getByRole("listitem").first().waitFor();
    assert.equal(await list.getByRole("listitem").count(), 20);
    assert.ok(await dialog.getByRole("button", { name: "Run all questions" }).isDisabled());
    assert.deepEqual(await axeViolations(page), []);
    const question = "How many door switches were ordered in March 2025?";
    await list.getByRole("button", { name: question, exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("region", { name: "Run" }).getByRole("heading", { name: question }).waitFor();
    assert.equal(await ended(columns(page, "Extractive quotes")), "done");
    assert.match(await columns(page, "Extractive quotes").locator(".answer").innerText(), /three door switches/);
    tab.assertClean();
    await tab.close();
  });

  it("answers in the model of the tab, with the documents and without", async () => {
    const tab = await lab.open();
    const { page } = tab;
    const invitation = page.getByRole("region", { name: "Add your model" });
    await invitation.getByRole("button", { name: "SmolLM2 in this tab (98 MB, weak)" }).click();
    await page.getByRole("button", { name: "Add baseline of SmolLM2 135M without documents" }).click();
    await invitation.waitFor({ state: "detached" });
    const model = columns(page, "SmolLM2 135M");
    assert.equal(await model.count(), 2);
    await page.getByRole("button", { name: "Try the sample" }).click();
    assert.equal(await ended(model.first(), 120_000), "done");
    assert.equal(await ended(model.last(), 120_000), "done");
    assert.notEqual((await model.first().locator(".answer").innerText()).trim(), "");
    assert.equal(await model.last().getAttribute("data-evidence-sha256"), null);
    assert.equal(await model.last().getAttribute("data-with-documents"), "false");
    assert.match(await model.first().locator(".metrics").innerText(), /First token\s+[\d.]+ m?s[\s\S]*Tokens\/s\s+[\d.]+[\s\S]*Evidence\s+[0-9a-f]{8}/);
    assert.deepEqual(await axeViolations(page), []);
    tab.assertClean();
    await tab.close();
  });

  it("comes back after a reload and answers the next question without embedding again", async () => {
    const tab = await lab.open();
    const { page } = tab;
    await page.getByRole("button", { name: "Try the sample" }).click();
    const rows = await settled(page, 14);
    assert.deepEqual(rows.filter(({ state }) => state !== "ready"), []);
    await page.reload();
    const again = await settled(page, 14, 20_000);
    assert.deepEqual(again.map(({ name }) => name), rows.map(({ name }) => name));
    await ask(page, "How long does a crossing take?");
    assert.equal(await ended(columns(page, "Extractive quotes")), "done");
    assert.ok((await page.locator(".passage").count()) > 0);
    await page.getByRole("button", { name: `Remove ${rows[0].name}` }).click();
    await row(page, rows[0].name).waitFor({ state: "detached" });
    await page.reload();
    assert.equal((await settled(page, 13, 20_000)).length, 13);
    tab.assertClean();
    await tab.close();
  });
});
