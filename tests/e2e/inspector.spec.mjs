// What a search found, why, and what it lost; and the settings of a recipe that decide it.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { axeViolations, openLab } from "./harness.mjs";
import { addFiles, ask, settled, textFile } from "./steps.mjs";

const HARBOUR =
  "# Harbour\n\nThe ferry leaves the old pier at noon and comes back before dark.\n\nTickets for the ferry cost nine crowns at the red kiosk.\n\n" +
  "# Mill\n\nRye bread is baked for eleven hours in the wood oven behind the mill.\n";
const NOTES = Array.from({ length: 40 }, (_, at) => `# Note ${at}\n\nThe crane at dock ${at} was checked on a rainy morning, and nothing was found that had to be repaired.`).join("\n\n");
const CODES = Array.from({ length: 20 }, (_, at) => `Pump ${at} shows the fault code QZ-${4100 + at * 7}; the valve behind it must be opened slowly.`);

const evidenceOf = (page) => page.getByRole("region", { name: "Evidence", exact: true });
const inspectorOf = (page) => page.getByRole("region", { name: "Inspector" });
const passages = (page) => evidenceOf(page).locator(".passage");

/** Changes the first recipe in the settings and saves. */
async function settings(page, change) {
  await page.getByRole("button", { name: "Settings" }).click();
  const dialog = page.getByRole("dialog", { name: "Settings" });
  await change(dialog);
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}

async function answered(page, question) {
  await ask(page, question);
  await page.locator('article.column[data-state="done"]').first().waitFor({ timeout: 60_000 });
}

describe("the inspector", () => {
  let lab;
  before(async () => {
    lab = await openLab();
  });
  after(() => lab?.close());

  async function prepared(files, options = {}) {
    const tab = await lab.open(options);
    await addFiles(tab.page, files);
    assert.ok((await settled(tab.page, files.length)).every(({ state }) => state === "ready"));
    return tab;
  }

  it("lists every candidate with its ranks, and says why any other chunk is not here", async () => {
    const tab = await prepared([textFile("harbour.md", HARBOUR), textFile("notes.md", NOTES)]);
    const { page } = tab;
    await settings(page, (dialog) => dialog.getByRole("spinbutton", { name: "Passages (top k)" }).fill("3"));
    await answered(page, "What does a ferry ticket cost at the kiosk?");
    const shown = await passages(page).count();
    await evidenceOf(page).getByRole("button", { name: "Inspect" }).click();
    const inspector = inspectorOf(page);
    const table = inspector.getByRole("table", { name: /Candidates/ });
    await table.waitFor();
    assert.deepEqual(await axeViolations(page), []);
    const results = await table.locator("tbody tr .inspector-result").allTextContents();
    const numbered = results.flatMap((text) => /^passage (\d+)$/.exec(text)?.[1] ?? []);
    assert.deepEqual(numbered.sort(), Array.from({ length: shown }, (_, at) => String(at + 1)).sort());
    assert.ok(results.some((text) => /^lost at fusion: rank \d+ of \d+$/.test(text)), results.join("\n"));
    const first = await table.locator("tbody tr").first().innerText();
    assert.match(first, /harbour\.md.*#1 · \d/s);
    // A hit: its words, and the meanings nearest to it.
    await table.getByRole("button", { name: /^Explain harbour\.md \d+$/ }).first().click();
    const explained = inspector.getByRole("status");
    await explained.getByRole("heading", { name: /Words of the question/ }).waitFor();
    assert.match(await explained.innerText(), /ticket[\s\S]*\d\.\d{3}/i);
    await explained.getByRole("heading", { name: /Nearest meanings/ }).waitFor();
    // Any chunk of any document, by its words.
    await inspector.getByRole("combobox", { name: "Document" }).selectOption({ label: "notes.md" });
    await inspector.getByRole("textbox", { name: "Words of the passage" }).fill("crane at dock 37 was");
    await inspector.getByRole("button", { name: "Why not here?" }).click();
    await explained.getByText("dock 37").waitFor();
    assert.match(await explained.innerText(), /(lost (before|at) fusion|passage \d)[\s\S]*Dense #\d+/);
    await inspector.getByRole("textbox", { name: "Words of the passage" }).fill("no such words anywhere");
    await inspector.getByRole("button", { name: "Why not here?" }).click();
    await inspector.getByRole("alert").getByText(/no chunk of the document has/i).waitFor();
    tab.assertClean();
    await tab.close();
  });

  it("shows what a filter leaves out", async () => {
    const tab = await prepared([textFile("harbour.md", HARBOUR), textFile("notes.txt", NOTES)]);
    const { page } = tab;
    await settings(page, (dialog) => dialog.getByRole("group", { name: "Types" }).getByRole("checkbox", { name: "Markdown" }).check());
    await answered(page, "Which crane was checked in the rain?");
    const names = await passages(page).locator(".passage-name").allTextContents();
    assert.ok(names.length > 0 && names.every((name) => name === "harbour.md"), names.join());
    await evidenceOf(page).getByRole("button", { name: "Inspect" }).click();
    const inspector = inspectorOf(page);
    await inspector.getByRole("combobox", { name: "Document" }).selectOption({ label: "notes.txt" });
    await inspector.getByRole("textbox", { name: "Words of the passage" }).fill("crane at dock 3 was");
    await inspector.getByRole("button", { name: "Why not here?" }).click();
    await inspector.getByRole("status").getByText(/lost at the filter/).waitFor();
    tab.assertClean();
    await tab.close();
  });

  it("reranks in the tab by late interaction, in its own time, and sends nothing", async () => {
    const tab = await prepared([textFile("harbour.md", HARBOUR), textFile("notes.md", NOTES)]);
    const { page } = tab;
    await settings(page, (dialog) => dialog.getByRole("combobox", { name: "Reranker" }).selectOption({ label: "Built in: late interaction, in this tab" }));
    await page.getByText("Local only").first().waitFor();
    await answered(page, "When does the ferry leave?");
    await evidenceOf(page).getByText(/reranker \d/).waitFor();
    assert.match(await passages(page).first().locator(".passage-scores").innerText(), /reranked/);
    assert.match(await passages(page).first().innerText(), /noon/);
    // The token vectors of hits are kept: asked again, the reranker reads only the question.
    const millis = async () => {
      const [, amount, unit] = /reranker ([\d.,]+)\s*(ms|s)/.exec(await evidenceOf(page).locator(".evidence-about").first().innerText());
      return Number(amount.replace(",", "")) * (unit === "s" ? 1000 : 1);
    };
    const cold = await millis();
    await answered(page, "When does the ferry leave the pier?");
    const warm = await millis();
    console.log(`late interaction: ${cold} ms cold, ${warm} ms with the token vectors kept`);
    assert.ok(warm < cold, `${warm} ms, before ${cold} ms`);
    tab.assertClean();
    await tab.close();
  });

  it("folds near-duplicates, and opens each", async () => {
    const copy = HARBOUR.replace("# Harbour", "# Port");
    const tab = await prepared([textFile("harbour.md", HARBOUR), textFile("copy.md", copy)]);
    const { page } = tab;
    await answered(page, "How long is rye bread baked?");
    const fold = passages(page).filter({ hasText: "Rye bread" }).getByText("1 more like this");
    await fold.click();
    assert.equal(await passages(page).filter({ hasText: "Rye bread" }).count(), 1);
    await passages(page).getByRole("button", { name: /^(harbour|copy)\.md \d/ }).last().click();
    await page.getByRole("document", { name: "Document text" }).getByText("Rye bread").first().waitFor();
    tab.assertClean();
    await tab.close();
  });

  it("finds identifiers and Chinese first in the default mode, with the embedder loaded", async () => {
    const chinese = "渡轮中午从旧码头出发，天黑前返回。\n\n黑麦面包在磨坊后面的柴炉里烤十一个小时。\n\n每年春天，双桅船安娜号运盐过海峡。\n";
    const tab = await prepared([...CODES.map((text, at) => textFile(`pump${at}.txt`, text)), textFile("zh.txt", chinese)]);
    const { page } = tab;
    for (const at of [3, 11, 19]) {
      await answered(page, `What must be done at QZ-${4100 + at * 7}?`);
      await passages(page).first().getByText(`QZ-${4100 + at * 7}`).waitFor();
    }
    await evidenceOf(page).getByText(/embedding \d/).waitFor();
    await answered(page, "黑麦面包烤多长时间？");
    assert.match(await passages(page).first().innerText(), /黑麦面包/);
    tab.assertClean();
    await tab.close();
  });

  it("cuts a document in the form, as saved and as typed, and keeps what is typed", async () => {
    const tab = await prepared([textFile("notes.md", NOTES)]);
    const { page } = tab;
    await page.getByRole("button", { name: "Settings" }).click();
    const dialog = page.getByRole("dialog", { name: "Settings" });
    await dialog.getByText("Preview of the chunks").click();
    const saved = dialog.getByRole("region", { name: "As saved" });
    await saved.getByText(/\d+ chunks?, \d+ to \d+ tokens, median \d+/).waitFor();
    await dialog.getByRole("spinbutton", { name: "Chunk size (tokens)" }).fill("40");
    await dialog.getByRole("spinbutton", { name: "Overlap (tokens)" }).fill("0");
    const typed = dialog.getByRole("region", { name: "As typed" });
    await typed.getByText(/chunks, \d+ to (3\d|40|2\d) tokens/).waitFor();
    assert.ok((await typed.getByRole("list", { name: "Chunk sizes" }).getByRole("listitem").count()) > 1);
    for (const strategy of ["Fixed", "Sentence window"]) {
      await dialog.getByRole("combobox", { name: "Strategy" }).selectOption({ label: (await dialog.locator("option", { hasText: new RegExp(`^${strategy}`) }).textContent()) });
      await typed.getByText(/\d+ chunks?, \d+ to (3\d|40|2\d) tokens/).waitFor();
    }
    assert.deepEqual(await axeViolations(page), []);
    assert.equal(await dialog.getByRole("spinbutton", { name: "Chunk size (tokens)" }).inputValue(), "40");
    tab.assertClean();
    await tab.close();
  });

  it("sends parents and neighbours of what it found", async () => {
    const tab = await prepared([textFile("harbour.md", HARBOUR)]);
    const { page } = tab;
    await settings(page, async (dialog) => {
      await dialog.getByRole("spinbutton", { name: "Chunk size (tokens)" }).fill("16");
      await dialog.getByRole("spinbutton", { name: "Overlap (tokens)" }).fill("0");
      await dialog.getByRole("spinbutton", { name: "Passages (top k)" }).fill("1");
      await dialog.getByText("More retrieval settings").click();
      await dialog.getByRole("combobox", { name: "Text sent" }).selectOption({ label: "Its parent: the section around it" });
      await dialog.getByRole("spinbutton", { name: "Parent size (tokens)" }).fill("200");
    });
    await page.waitForFunction(() => document.querySelector(".document-row").dataset.state !== "ready");
    await settled(page, 1);
    await answered(page, "What does a ticket cost?");
    const text = await passages(page).first().locator(".passage-text").innerText();
    assert.ok(text.includes("noon") && text.includes("kiosk") && !text.includes("Rye"), text);
    tab.assertClean();
    await tab.close();
  });
});
