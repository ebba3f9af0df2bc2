// The picker: every promised system can be found and chosen, retired ones are named with their successor, and all of it can be
// used by everybody, in both themes and on a phone.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { axeViolations, openLab, until } from "./harness.mjs";
import { SIGNED, chooseProvider, closeDialog, openAddColumn, openProviders } from "./steps.mjs";

/** What PRODUCT.md promises to reach: what a person types, and how the found row's name begins. */
const SYSTEMS = [
  ["OpenAI", /^OpenAI/], ["Azure OpenAI", /^(Microsoft )?Azure OpenAI/], ["Foundry", /Foundry/], ["Bedrock", /Bedrock/], ["Gemini", /Gemini/], ["Vertex", /Vertex/], ["Anthropic", /^Anthropic/], ["Mistral", /^Mistral/], ["Cohere", /^Cohere/], ["Grok", /xAI/], ["Meta", /Meta|Llama/],
  ["Ollama", /^Ollama/], ["LM Studio", /^LM Studio/], ["llama.cpp", /^llama\.cpp/], ["vLLM", /^vLLM/], ["Hugging Face", /Hugging Face/], ["Inference Endpoint", /Inference Endpoint/], ["Baseten", /^Baseten/], ["CoreWeave", /CoreWeave|W&B/], ["DigitalOcean", /DigitalOcean/], ["OpenRouter", /^OpenRouter/],
  ["Groq", /^Groq/], ["Together", /^Together/], ["Fireworks", /^Fireworks/], ["DeepSeek", /^DeepSeek/], ["Cerebras", /^Cerebras/], ["Perplexity", /^Perplexity/], ["NVIDIA", /NVIDIA/], ["Custom endpoint", /^Custom endpoint/], ["Chrome", /Chrome/], ["SmolLM2", /^SmolLM2/], ["Extractive", /^Extractive/],
];

describe("the picker of providers", () => {
  let lab;
  before(async () => {
    lab = await openLab();
  });
  after(() => lab?.close());

  it("finds and chooses every promised system", async () => {
    const tab = await lab.open();
    const dialog = await openAddColumn(tab.page);
    const search = dialog.getByRole("searchbox", { name: "Find a provider" });
    await dialog.getByRole("radio", { name: /^OpenRouter/ }).waitFor();
    const whole = await dialog.getByRole("radio").count();
    for (const [typed, name] of SYSTEMS) {
      await search.fill(typed);
      const radio = dialog.getByRole("radio", { name }).first();
      await radio.waitFor();
      await until(async () => (await dialog.getByRole("radio").count()) < whole, { what: `filtering by ${typed}` });
      // Chrome's own model can be chosen only where the browser has one.
      if (typed === "Chrome") continue;
      assert.equal(await radio.isDisabled(), false, typed);
      await radio.check();
      await dialog.getByRole("button", { name: "Add this column" }).waitFor();
    }
    await search.fill("zzzz-no-such-provider");
    assert.equal(await dialog.getByRole("radio", { name: /^Groq/ }).count(), 0);
    tab.assertClean();
    await tab.close();
  });

  it("is grouped, tells what is known of calls from a page, and links to where keys are made", async () => {
    const tab = await lab.open();
    const dialog = await openAddColumn(tab.page);
    for (const group of ["Built in", "Model providers", "Clouds", "Inference providers", "Local", "Custom"]) await dialog.getByRole("group", { name: group, exact: true }).waitFor();
    for (const badge of ["Works in the browser", "Enable CORS on the server", "Not verified", "Needs a proxy"]) await dialog.getByText(badge).first().waitFor();
    await chooseProvider(dialog, "Groq");
    const link = dialog.getByRole("link", { name: /Get a key/ });
    assert.match(await link.getAttribute("href"), /^https:\/\//);
    assert.equal(await link.getAttribute("target"), "_blank");
    assert.equal(await link.getAttribute("rel"), "noopener noreferrer nofollow");
    await chooseProvider(dialog, "Ollama", "Local");
    assert.match(await dialog.getByLabel(/^Base URL/).inputValue(), /^http:\/\/(localhost|127\.0\.0\.1):11434/);
    tab.assertClean();
    await tab.close();
  });

  it("names retired systems with their successor, and does not offer them", async () => {
    const tab = await lab.open();
    const dialog = await openAddColumn(tab.page);
    assert.equal(await dialog.getByRole("radio", { name: /^GitHub Models/ }).count(), 0, "shown unasked");
    await dialog.getByRole("searchbox", { name: "Find a provider" }).fill("GitHub Models");
    const radio = dialog.getByRole("radio", { name: /^GitHub Models/ });
    await radio.waitFor();
    assert.ok(await radio.isDisabled());
    await dialog.getByText(/retired|no longer|2026-07/i).first().waitFor();
    await tab.close();
  });

  it("needs what a provider needs: blanks, three parts of a key, a choice of APIs", async () => {
    const tab = await lab.open();
    const dialog = await openAddColumn(tab.page);
    await chooseProvider(dialog, "OpenAI");
    const apis = await dialog.getByRole("combobox", { name: "API", exact: true }).locator("option").allInnerTexts();
    assert.ok(apis.some((name) => /Responses/.test(name)) && apis.some((name) => /chat/i.test(name)), String(apis));
    await chooseProvider(dialog, "AWS Bedrock");
    await dialog.getByLabel(/^Region/).waitFor();
    await dialog.locator("summary", { hasText: /^More/ }).first().click();
    await dialog.getByRole("combobox", { name: /^Key is sent as/ }).selectOption({ label: SIGNED });
    for (const name of [/^Access key ID/, /^Secret access key/, /^Session token/]) {
      const field = dialog.getByLabel(name);
      await field.waitFor();
      if (!/^Access/.test(name.source.slice(1))) assert.equal(await field.getAttribute("type"), "password", String(name));
    }
    tab.assertClean();
    await tab.close();
  });

  for (const colorScheme of ["light", "dark"]) {
    for (const viewport of [{ width: 1280, height: 800 }, { width: 360, height: 740 }]) {
      it(`is clean in ${colorScheme} at ${viewport.width} px, and so is every dialog around it`, async () => {
        const tab = await lab.open({ colorScheme, viewport });
        const { page } = tab;
        const judge = async (what) => {
          assert.deepEqual(await axeViolations(page), [], what);
          const over = await page.evaluate(() => {
            const dialog = document.querySelector("dialog[open]");
            return [document.documentElement.scrollWidth - innerWidth, dialog ? dialog.scrollWidth - dialog.clientWidth : 0];
          });
          assert.ok(over.every((pixels) => pixels <= 1), `${what} is wider than its place: ${over}`);
        };
        const dialog = await openAddColumn(page);
        await judge("Add column");
        for (const provider of ["Custom endpoint", "AWS Bedrock", "Azure OpenAI", "Groq"]) {
          await chooseProvider(dialog, provider);
          await judge(provider);
        }
        await dialog.getByRole("button", { name: "Compare hosts" }).click();
        await page.getByRole("dialog", { name: "Compare hosts" }).getByRole("table").first().waitFor();
        await judge("Compare hosts");
        await closeDialog(page);
        for (const name of ["Keys", "Network log", "Spending", "Health"]) {
          await openProviders(page, name);
          await judge(name);
        }
        tab.assertClean();
        await tab.close();
      });
    }
  }

  it("works by keyboard alone", async () => {
    const tab = await lab.open();
    const { page } = tab;
    await page.getByRole("button", { name: "Providers", exact: true }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Providers" });
    await dialog.getByRole("tab", { name: "Keys" }).focus();
    await page.keyboard.press("ArrowRight");
    assert.equal(await dialog.getByRole("tab", { name: "Network log" }).getAttribute("aria-selected"), "true");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement?.textContent?.trim() || document.activeElement?.getAttribute("aria-label")), "Providers");
    await tab.close();
  });
});
