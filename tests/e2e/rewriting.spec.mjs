// Query rewriting: off until chosen, asked once before the search, shown with the evidence, and never passed over when it fails.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFake } from "./fake_provider.mjs";
import { axeViolations, openLab, until } from "./harness.mjs";
import { addEndpoint, ask, chats, clearColumns, columns, ended, evidenceOf, withModels, QUESTION } from "./steps.mjs";

const press = (scope, name) => scope.getByRole("button", { name, exact: true }).click();
const evidencePane = (page) => page.getByRole("region", { name: "Evidence", exact: true });
const searchedFor = (page) => evidencePane(page).getByRole("list", { name: "Searched for" }).getByRole("listitem");
const promptOf = ({ json }) => json.messages.map(({ content }) => content).join("\n");
const QUERIES = ["lighthouse engineer", "constructor of the Skarv lighthouse", "Ingrid Aas 1874"];

/** Opens the form of a recipe, and gives the dialog and the group of its query rewriting. */
async function editing(page, recipe = "Balanced") {
  await press(page, "Recipes");
  const dialog = page.getByRole("dialog", { name: "Recipes" });
  await press(dialog, `Edit recipe ${recipe}`);
  const group = dialog.getByRole("group", { name: "Query rewriting", exact: true });
  await group.waitFor();
  return { dialog, group };
}

async function saved(page, dialog) {
  await press(dialog, "Save");
  await dialog.getByRole("list", { name: "Recipes" }).waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
}

/** Has a model rewrite the questions of a recipe. */
async function rewriteBy(page, kind, model) {
  const { dialog, group } = await editing(page);
  await group.getByRole("combobox", { name: "Query rewriting", exact: true }).selectOption({ label: kind });
  const models = group.getByRole("combobox", { name: "Model", exact: true });
  const labels = await models.locator("option").allInnerTexts();
  await models.selectOption({ label: labels.find((label) => label.startsWith(`${model} ·`)) });
  await saved(page, dialog);
}

describe("query rewriting", () => {
  let lab;
  let fake;
  before(async () => {
    [lab, fake] = await Promise.all([openLab(), startFake()]);
  });
  after(async () => {
    await lab?.close();
    await fake?.close();
  });

  it("asks once before the answers, for all columns of a recipe, and the evidence says what was searched for", async () => {
    const tab = await withModels(lab, fake, "fake-echo", "fake-queries");
    const { page } = tab;
    await rewriteBy(page, "Several queries", "fake-queries");
    await ask(page, QUESTION);
    for (const model of ["fake-echo", "fake-queries"]) assert.equal(await ended(columns(page, model)), "done");
    const [first, ...rest] = chats(fake);
    assert.equal(chats(fake).length, 3, "one call for the queries, one a column");
    assert.equal(first.json.model, "fake-queries");
    assert.ok(promptOf(first).endsWith(`Question: ${QUESTION}`), promptOf(first));
    assert.match(promptOf(first), /^Write 3 different search queries/);
    assert.equal(first.json.temperature, 0);
    assert.equal(evidenceOf(first), null, "passages were sent before there was a search");
    for (const request of rest) assert.match(evidenceOf(request), /Ingrid Aas/);
    // The question is searched with them.
    assert.deepEqual(await searchedFor(page).allInnerTexts(), [QUESTION, ...QUERIES]);
    const more = evidencePane(page).locator("details").filter({ hasText: "Query rewriting by fake-queries" });
    await more.locator("summary").click();
    assert.match(await more.innerText(), /\d+ tokens in, \d+ out · cost .*Prompt sent.*Write 3 different search queries.*Answer.*Sure! Here are three queries/si);
    assert.deepEqual(await axeViolations(page), []);
    // A column that is run again keeps the evidence: nobody rewrites anything.
    await columns(page, "fake-echo").getByRole("button", { name: /^Run .* again$/ }).click();
    await until(() => chats(fake).length === 4, { what: "the second request of the column" });
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    assert.equal(chats(fake).filter((request) => evidenceOf(request) === null).length, 1);
    tab.assertClean();
    await tab.close();
  });

  it("is off by default, and its prompt is edited, checked and reset", async () => {
    const tab = await withModels(lab, fake, "fake-echo", "fake-queries");
    const { page } = tab;
    await ask(page, QUESTION);
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    assert.equal(await ended(columns(page, "fake-queries")), "done");
    assert.equal(chats(fake).length, 2);
    assert.equal(await searchedFor(page).count(), 0);

    const { dialog, group } = await editing(page);
    const kind = group.getByRole("combobox", { name: "Query rewriting", exact: true });
    assert.deepEqual(await kind.locator("option").allInnerTexts(), ["None", "Rewrite the question", "Several queries", "Hypothetical answer (HyDE)"]);
    await kind.selectOption({ label: "Hypothetical answer (HyDE)" });
    const prompt = group.getByRole("textbox", { name: "Prompt", exact: true });
    assert.match(await prompt.inputValue(), /^Write a short passage[\s\S]*\{\{question\}\}$/);
    await kind.selectOption({ label: "Rewrite the question" });
    assert.match(await prompt.inputValue(), /^Rewrite the question as one search query/);
    const save = dialog.getByRole("button", { name: "Save", exact: true });
    await prompt.fill("Search!");
    await dialog.getByRole("alert").getByText("the prompt for query rewriting does not contain {{question}}").waitFor();
    assert.ok(await save.isDisabled());
    await press(group, "Reset prompt");
    assert.ok(await save.isEnabled());
    assert.equal(await group.getByRole("button", { name: "Reset prompt" }).count(), 0);
    await prompt.fill("Query for: {{question}}");
    assert.deepEqual(await axeViolations(page), []);
    await saved(page, dialog);

    fake.requests.length = 0;
    await ask(page, "What about {{question}}?");
    await until(() => chats(fake).length === 3, { what: "the queries and both answers" });
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    // A question in braces is not filled again.
    assert.equal(promptOf(chats(fake)[0]), "Query for: What about {{question}}?");
    tab.assertClean();
    await tab.close();
  });

  it("that fails is said, and nothing is searched until it is tried again", async () => {
    const tab = await withModels(lab, fake, "fake-echo", "fake-404");
    const { page } = tab;
    await rewriteBy(page, "Rewrite the question", "fake-404");
    await page.getByRole("button", { name: "Remove column fake-404" }).click();
    await ask(page, QUESTION);
    const column = columns(page, "fake-echo");
    assert.equal(await ended(column), "failed");
    const alert = page.getByRole("region", { name: "Run", exact: true }).getByRole("alert");
    assert.match(await alert.innerText(), /fake-404 could not rewrite the question, so nothing was searched: .*fake-404/s);
    assert.ok(chats(fake).every(({ json }) => json.model === "fake-404"), "a column was asked without a search");
    assert.equal(await evidencePane(page).locator(".passage").count(), 0);
    // It is tried again with the column: the model is asked again.
    const before = chats(fake).length;
    await column.getByRole("button", { name: /^Run .* again$/ }).click();
    await until(() => chats(fake).length > before, { what: "the second try" });
    assert.equal(await ended(column), "failed");
    await tab.close();
  });

  it("is stopped with the search, and its answer without a query is said", async () => {
    const tab = await withModels(lab, fake, "fake-echo", "fake-hang");
    const { page } = tab;
    await rewriteBy(page, "Several queries", "fake-hang");
    await page.getByRole("button", { name: "Remove column fake-hang" }).click();
    await ask(page, QUESTION);
    await until(() => chats(fake).length === 1, { what: "the request that hangs" });
    await press(page, "Stop all");
    assert.equal(await ended(columns(page, "fake-echo")), "stopped");
    await until(() => chats(fake)[0].aborted, { what: "the end of the request" });
    assert.equal(chats(fake).length, 1);
    await addEndpoint(page, { url: fake.url, model: "fake-tool" });
    await rewriteBy(page, "Several queries", "fake-tool");
    await page.getByRole("button", { name: "Remove column fake-tool" }).click();
    await ask(page, QUESTION);
    await evidencePane(page).getByText("The model's answer holds no other query: the question alone was searched for.").waitFor();
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    await tab.close();
  });

  it("sends the question where the badge says, and is compared on Enter alone", async () => {
    const tab = await withModels(lab, fake, "fake-queries");
    const { page } = tab;
    await rewriteBy(page, "Several queries", "fake-queries");
    await clearColumns(page);
    const badge = page.locator(".header-privacy");
    await until(async () => (await badge.innerText()).trim() === `Questions go to ${new URL(fake.url).host}`, { what: "the badge of a model that rewrites" });
    // Two recipes are what a comparison takes.
    await press(page, "Recipes");
    const dialog = page.getByRole("dialog", { name: "Recipes" });
    await press(dialog, "Add Keywords only");
    await dialog.getByRole("heading", { name: "Keywords only", exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Compare retrieval" }).click();
    const region = page.getByRole("region", { name: "Compare retrieval" });
    await region.getByText("Press Enter to search: a model rewrites the question first.").waitFor();
    const question = page.getByRole("textbox", { name: "Question" });
    await question.fill(QUESTION);
    assert.equal(chats(fake).length, 0, "something was sent without Enter");
    await question.press("Enter");
    const list = region.getByRole("region", { name: "Evidence of Balanced" }).getByRole("list", { name: "Searched for" });
    await list.getByText(QUERIES[0]).waitFor();
    // Keywords only asks no model.
    assert.deepEqual(chats(fake).map((request) => promptOf(request).endsWith(`Question: ${QUESTION}`)), [true]);
    tab.assertClean();
    await tab.close();
  });
});
