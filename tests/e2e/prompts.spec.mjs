// Prompt templates: edited for all columns or for one, checked, kept in versions, shown as they are sent, and kept within
// what a model's context takes.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFake } from "./fake_provider.mjs";
import { axeViolations, openLab, until } from "./harness.mjs";
import { addEndpoint, ask, chats, columns, ended, evidenceOf, openAddColumn, chooseProvider, prepared, withModels, QUESTION } from "./steps.mjs";

const press = (scope, name) => scope.getByRole("button", { name, exact: true }).click();
const systemOf = (request) => request.json.messages.find(({ role }) => role === "system")?.content;
const userOf = (request) => request.json.messages.find(({ role }) => role === "user").content;

/** Opens a dialog by a button and gives its two prompt fields. */
async function promptIn(page, opener, name) {
  await press(page, opener);
  const dialog = page.getByRole("dialog", { name });
  await dialog.waitFor();
  return {
    dialog,
    system: dialog.getByRole("textbox", { name: "System prompt", exact: true }),
    user: dialog.getByRole("textbox", { name: "Prompt", exact: true }),
    check: dialog.getByRole("status", { name: "Prompt check" }),
  };
}

async function save(dialog, label) {
  await press(dialog, label);
  await dialog.waitFor({ state: "detached" });
}

describe("prompt templates", () => {
  let lab;
  let fake;
  before(async () => {
    [lab, fake] = await Promise.all([openLab(), startFake({ contextTokens: 700 })]);
  });
  after(async () => {
    await lab?.close();
    await fake?.close();
  });

  it("are the recipe's, and a column's own goes before it", async () => {
    const tab = await withModels(lab, fake, "fake-echo", "fake-quote");
    const { page } = tab;
    let { dialog, system, user } = await promptIn(page, "Settings", "Settings");
    assert.match(await system.inputValue(), /passages/);
    assert.match(await user.inputValue(), /<evidence>\s*\{\{evidence\}\}/);
    await system.fill("Today is {{date}}. Cite as [1].");
    await user.fill("{{evidence}}\n\nQ: {{question}}");
    await save(dialog, "Save");

    ({ dialog, system, user } = await promptIn(page, "Edit column fake-quote", "Edit column"));
    assert.equal(await system.inputValue(), "Today is {{date}}. Cite as [1].");
    await system.fill("Be brief. Cite as [1].");
    assert.deepEqual(await axeViolations(page), []);
    await save(dialog, "Save column");
    await until(async () => (await columns(page, "fake-quote").innerText()).includes("custom prompt"), { what: "the header of a column with a prompt of its own" });
    assert.ok(!(await columns(page, "fake-echo").innerText()).includes("custom prompt"));

    await ask(page, QUESTION);
    for (const name of ["fake-echo", "fake-quote"]) assert.equal(await ended(columns(page, name)), "done");
    const [echo, fast] = ["fake-echo", "fake-quote"].map((model) => chats(fake).find(({ json }) => json.model === model));
    const today = await page.evaluate(() => new Date().toLocaleDateString("sv"));
    assert.equal(systemOf(echo), `Today is ${today}. Cite as [1].`);
    assert.equal(systemOf(fast), "Be brief. Cite as [1].");
    for (const request of [echo, fast]) {
      assert.ok(userOf(request).startsWith("[1] lighthouse.txt") && userOf(request).endsWith(`Q: ${QUESTION}`), userOf(request));
      assert.equal(evidenceOf(request), null);
    }
    const hashes = await page.locator("article[data-evidence-sha256]").evaluateAll((all) => all.map((one) => one.dataset.evidenceSha256));
    assert.equal(new Set(hashes).size, 1);

    // Both prompts are there after a reload.
    await page.reload();
    ({ dialog, system } = await promptIn(page, "Edit column fake-quote", "Edit column"));
    assert.equal(await system.inputValue(), "Be brief. Cite as [1].");
    await press(dialog, "Use the recipe's prompt");
    assert.equal(await system.inputValue(), "Today is {{date}}. Cite as [1].");
    await save(dialog, "Save column");
    await until(async () => !(await columns(page, "fake-quote").innerText()).includes("custom prompt"), { what: "the header without" });
    tab.assertClean();
    await tab.close();
  });

  it("are checked while they are typed, and one without the question is not saved", async () => {
    const tab = await withModels(lab, fake, "fake-echo");
    const { page } = tab;
    const { dialog, system, user, check } = await promptIn(page, "Settings", "Settings");
    const says = (pattern) => until(async () => pattern.test(await check.innerText()), { what: `${pattern} in the check` });
    await user.fill("{{question}}");
    await says(/No evidence/);
    await user.fill("{{evidence}} {{question}} {{context}}");
    await says(/Unknown placeholder \{\{context\}\}/);
    await system.fill("Answer.");
    await says(/No citation format/);
    await user.fill("{{evidence}}");
    await says(/question is missing/);
    assert.ok(await dialog.getByRole("button", { name: "Save", exact: true }).isDisabled());
    await user.fill("");
    await press(dialog, "Insert {{question}}: the question");
    assert.equal(await user.inputValue(), "{{question}}");
    await save(dialog, "Save");
    // Without the placeholder no passage leaves, and nothing claims that one did.
    await ask(page, QUESTION);
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    assert.equal(userOf(chats(fake).at(-1)), QUESTION);
    tab.assertClean();
    await tab.close();
  });

  it("are kept in versions", async () => {
    const tab = await withModels(lab, fake, "fake-echo");
    const { page } = tab;
    let { dialog, system } = await promptIn(page, "Settings", "Settings");
    const saved = () => dialog.locator("summary", { hasText: /^Saved prompts/ });
    await saved().click();
    const name = dialog.getByRole("textbox", { name: "Save as" });
    for (const text of ["One. [1]", "Two. [1]", "Two. [1]"]) {
      await system.fill(text);
      await name.fill("Brief");
      await press(dialog, "Save prompt");
    }
    const list = dialog.getByRole("list", { name: "Saved prompts" });
    assert.equal(await list.getByRole("listitem").count(), 1);
    assert.deepEqual(await list.getByRole("button").allInnerTexts().then((all) => all.filter(Boolean)), ["v2", "v1"]);
    await press(dialog, "Use v1 of Brief");
    assert.equal(await system.inputValue(), "One. [1]");
    assert.deepEqual(await axeViolations(page), []);

    // Kept whatever becomes of the dialog, and a deletion can be undone.
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.reload();
    ({ dialog, system } = await promptIn(page, "Settings", "Settings"));
    assert.match(await system.inputValue(), /passages/);
    await saved().click();
    await press(dialog, "Delete Brief");
    await press(dialog, "Undo");
    await press(dialog, "Use v2 of Brief");
    assert.equal(await system.inputValue(), "Two. [1]");
    tab.assertClean();
    await tab.close();
  });

  it("are shown as they are sent, by the origin of their text, with a token budget", async () => {
    const tab = await withModels(lab, fake, "fake-echo");
    const { page } = tab;
    const { dialog } = await promptIn(page, "Settings", "Settings");
    await dialog.locator("summary", { hasText: "Final prompt" }).click();
    await until(async () => (await dialog.locator(".prompt-content .origin.of-passage").allInnerTexts()).includes("{{evidence}}"), { what: "the template before a question" });
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });

    await ask(page, QUESTION);
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    await press(page, "View request of fake-echo");
    const request = page.getByRole("dialog", { name: "Request" });
    await request.locator(".prompt-content").first().waitFor();
    const shown = await request.locator(".prompt-content").allTextContents();
    assert.deepEqual(shown, chats(fake).at(-1).json.messages.map(({ content }) => content));
    assert.equal(await request.locator(".prompt-content .origin.of-question").textContent(), QUESTION);
    assert.match(await request.locator(".prompt-content .origin.of-passage").first().textContent(), /^\[1\] lighthouse\.txt/);
    const budget = await request.getByRole("figure", { name: "Token budget" }).innerText();
    for (const part of [/Instructions \d/, /Evidence \d/, /Question \d/, /Answer \d/]) assert.match(budget, part);
    assert.deepEqual(await axeViolations(page), []);
    tab.assertClean();
    await tab.close();
  });

  it("say before a question what a model's context will cut, and raise its limit by one click", async () => {
    fake.requests.length = 0;
    const long = Array.from({ length: 12 }, (_, at) => `Keeper ${at} of the lighthouse wrote about storms. `.repeat(24)).join("\n\n");
    const tab = await prepared(lab, [fake], { document: long });
    const { page } = tab;
    // The limit that the provider lists.
    let dialog = await openAddColumn(page);
    await chooseProvider(dialog, "Custom endpoint");
    await dialog.getByLabel(/^Base URL/).fill(fake.url);
    await press(dialog, "Test connection");
    await dialog.getByText(/Connected, \d+ models/).waitFor();
    await dialog.getByRole("combobox", { name: /^Model/ }).fill("fake-echo");
    await press(dialog, "Add this column");
    await dialog.waitFor({ state: "detached" });
    const limits = page.getByRole("status", { name: "Context limits" });
    await until(async () => /fake-echo: about \d of 6 passages will fit \(its provider lists 700 tokens/.test(await limits.innerText()), { what: "the guard" });
    assert.deepEqual(await axeViolations(page), []);

    await ask(page, "What did the keepers write?");
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    assert.match(await columns(page, "fake-echo").innerText(), /Context limit: sent \d of \d passages/);
    // The prompt shown is the one that was cut.
    await press(page, "View request of fake-echo");
    const request = page.getByRole("dialog", { name: "Request" });
    const shown = await request.locator(".prompt-content").allTextContents();
    assert.deepEqual(shown, chats(fake).at(-1).json.messages.map(({ content }) => content));
    assert.equal(await request.getByText(/cut elsewhere/).count(), 0);
    await page.keyboard.press("Escape");
    await request.waitFor({ state: "detached" });
    const cut = evidenceOf(chats(fake).at(-1)).length;

    // A limit of the column's own, raised to what is needed.
    await page.getByRole("button", { name: "Remove column fake-echo", exact: true }).click();
    await addEndpoint(page, { url: fake.url, model: "fake-quote" });
    ({ dialog } = await promptIn(page, "Edit column fake-quote", "Edit column"));
    await dialog.getByLabel("Context limit (tokens)").fill("900");
    await save(dialog, "Save column");
    const raise = limits.getByRole("button", { name: /^Raise the limit of fake-quote to/ });
    await raise.click();
    await raise.waitFor({ state: "detached" });
    await until(async () => (await columns(page, "fake-quote").getAttribute("data-state")) === "done", { what: "the answer with the raised limit" });
    const whole = evidenceOf(chats(fake).at(-1)).length;
    assert.ok(whole > cut, `${whole} bytes of evidence after, ${cut} before`);
    assert.ok(!(await columns(page, "fake-quote").innerText()).includes("Context limit"));

    // The tab's own model: the same click, for the setting; its limit is raised from the answer, too, but not in a run from history.
    await page.getByRole("button", { name: "Remove column fake-quote", exact: true }).click();
    await press(page, "SmolLM2 in this tab (98 MB, weak)");
    const small = columns(page, "SmolLM2 135M");
    assert.equal(await ended(small, 180_000), "done");
    const again = small.getByRole("button", { name: /^Raise the limit to \d+ and run again$/ });
    await again.waitFor();
    await press(page, "History");
    await page.getByRole("list", { name: "Runs" }).getByRole("listitem").first().locator(".history-open").click();
    await page.getByText("From history.").waitFor();
    await small.getByText(/Context limit: sent/).waitFor();
    assert.equal(await again.count(), 0);
    tab.assertClean();
    await tab.close();
  });
});
