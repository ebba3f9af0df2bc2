// What the page can show, as a list of states: how each is entered from a page with an answered run, and left again.

import { startFake } from "./fake_provider.mjs";
import { addEndpoint, addFiles, ask, chooseProvider, columns, ended, openProviders, settled, textFile } from "./steps.mjs";

const MODEL = "fake-content";
const FERRY = "The ferry leaves at noon from the old pier. It takes forty minutes, and a ticket costs 12 euros.\n\n";

const press = (page, name) => page.getByRole("button", { name, exact: true }).first().click();
const dialog = (page) => page.getByRole("dialog");

/** A state of a dialog: opened by `open`, closed by Escape. */
const inDialog = (name, open) => ({
  name,
  enter: async (page, stage) => {
    await open(page, stage);
    await dialog(page).waitFor();
  },
  leave: async (page) => {
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "detached" });
  },
});

const byButton = (button, what = "", then = async () => {}) =>
  inDialog(`${button}${what && `: ${what}`}`, async (page, stage) => {
    await press(page, button);
    await dialog(page).waitFor();
    await then(page, stage);
  });

const providers = (tab) => inDialog(`Providers: ${tab}`, (page) => openProviders(page, tab));

/** Adds a column, which is removed again without a trace. */
const withColumn = (name, enter) => ({
  name,
  enter,
  leave: async (page, stage) => {
    await press(page, `Remove column ${stage.added}`);
    await press(page, "Dismiss");
  },
});

const named = (dialog, name) => dialog.getByRole("textbox", { name, exact: true });

export const STATES = [
  { name: "answered", enter: async () => {}, leave: async () => {} },
  { name: "documents", enter: (page, stage) => stage.pane("Documents"), leave: (page, stage) => stage.pane("Answers") },
  { name: "evidence", enter: (page, stage) => stage.pane("Evidence"), leave: (page, stage) => stage.pane("Answers") },
  {
    name: "the inspector",
    enter: async (page, stage) => {
      await stage.pane("Evidence");
      await press(page, "Inspect");
      const inspector = page.getByRole("region", { name: "Inspector" });
      await inspector.getByRole("button", { name: /^Explain / }).first().click();
      await inspector.getByText(/Words of the question/).waitFor();
    },
    leave: async (page, stage) => {
      await press(page, "Inspect");
      await stage.pane("Answers");
    },
  },
  byButton("Settings"),
  byButton("Settings", "a wrong prompt", async (page) => named(dialog(page), "Prompt").fill("Nothing but {{words}}")),
  byButton("Settings", "the final prompt", async (page) => dialog(page).locator("summary", { hasText: "Final prompt" }).click()),
  byButton("Settings", "the saved prompts", async (page) => dialog(page).locator("summary", { hasText: "Saved prompts" }).click()),
  byButton("Add column", "a custom endpoint", async (page) => chooseProvider(dialog(page), "Custom endpoint")),
  byButton("Add column", "the model of the tab", async (page) => chooseProvider(dialog(page), "SmolLM2")),
  byButton("Add column", "quotations", async (page) => chooseProvider(dialog(page), "Extractive")),
  byButton("Add column", "a signed provider", async (page) => chooseProvider(dialog(page), "AWS Bedrock")),
  byButton("Add column", "models found", async (page, { fake }) => {
    await chooseProvider(dialog(page), "Custom endpoint");
    await dialog(page).getByLabel(/^Base URL/).fill(fake.url);
    await press(dialog(page), "Test connection");
    await dialog(page).getByText(/Connected, \d+ models/).waitFor();
  }),
  byButton("Add column", "a server that is not there", async (page) => {
    await chooseProvider(dialog(page), "Custom endpoint");
    await dialog(page).getByLabel(/^Base URL/).fill("http://127.0.0.1:9/v1");
    await press(dialog(page), "Test connection");
    await dialog(page).locator(".notice.bad").first().waitFor();
  }),
  inDialog("Compare hosts", async (page) => {
    await press(page, "Add column");
    await press(page, "Compare hosts");
  }),
  byButton("Column sets"),
  byButton("Recipes"),
  byButton("Recipes", "a new one", async (page) => press(dialog(page), "Add recipe")),
  byButton("Vary"),
  {
    name: "Compare retrieval",
    enter: async (page) => {
      await press(page, "Compare retrieval");
      await page.getByRole("region", { name: "Compare retrieval" }).locator(".passage").first().waitFor();
    },
    leave: async (page) => press(page, "Back to the answers"),
  },
  byButton(`Edit column ${MODEL}`),
  byButton(`View request of ${MODEL}`),
  providers("Keys"),
  providers("Network log"),
  providers("Spending"),
  providers("Health"),
  byButton("History"),
  byButton("Follow up"),
  byButton("Export run"),
  {
    name: "Paste text",
    enter: async (page, stage) => {
      await stage.pane("Documents");
      await press(page, "Paste text");
      await dialog(page).waitFor();
    },
    leave: async (page, stage) => {
      await page.keyboard.press("Escape");
      await dialog(page).waitFor({ state: "detached" });
      await stage.pane("Answers");
    },
  },
  byButton("Commands"),
  byButton("Commands", "nothing found", async (page) => page.getByRole("combobox", { name: "Command" }).fill("no such command")),
  inDialog("Keyboard shortcuts", async (page) => {
    await press(page, "Commands");
    await page.getByRole("combobox", { name: "Command" }).fill("keyboard");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  }),
  {
    name: "a document in the viewer",
    enter: async (page, stage) => {
      await stage.pane("Documents");
      await press(page, "ferry.txt");
      await page.locator(".viewer-block").first().waitFor();
    },
    leave: async (page, stage) => {
      await page.keyboard.press("Escape");
      await page.locator(".viewer-block").first().waitFor({ state: "detached" });
      await stage.pane("Answers");
    },
  },
  {
    name: "a cited passage",
    enter: async (page) => {
      await page.getByRole("button", { name: /^Citation 1/ }).first().click();
      await page.locator(".passage-here").first().waitFor();
    },
    leave: async (page, stage) => {
      await page.keyboard.press("Escape");
      await page.locator(".viewer-block").first().waitFor({ state: "detached" });
      await stage.pane("Answers");
    },
  },
  {
    name: "a column over the whole strip",
    // Narrow pages show one column as it is.
    enter: async (page) => {
      if (await page.getByRole("button", { name: `Expand ${MODEL}`, exact: true }).isVisible()) await press(page, `Expand ${MODEL}`);
    },
    leave: async (page) => {
      if (await page.getByRole("button", { name: `Collapse ${MODEL}`, exact: true }).isVisible()) await press(page, `Collapse ${MODEL}`);
    },
  },
  {
    name: "a removed column",
    enter: (page) => press(page, `Remove column ${MODEL}`),
    leave: (page) => press(page, `Undo removing column ${MODEL}`),
  },
  withColumn("a failed column", async (page, stage) => {
    stage.added = "fake-401";
    await addEndpoint(page, { url: stage.fake.url, model: "fake-401" });
    await ended(columns(page, "fake-401"));
  }),
  withColumn("a column that streams", async (page, stage) => {
    stage.added = "fake-stall";
    await addEndpoint(page, { url: stage.fake.url, model: "fake-stall" });
    await columns(page, "fake-stall").and(page.locator('[data-state="streaming"]')).waitFor();
  }),
  {
    name: "a run from history",
    enter: async (page) => {
      await press(page, "History");
      await dialog(page).getByRole("list", { name: "Runs" }).getByRole("listitem").first().locator(".history-open").click();
      await page.getByText("From history.").waitFor();
    },
    leave: async (page) => {
      await press(page, "Back to current columns");
      await ask(page, "When does the ferry leave?");
      await ended(columns(page, MODEL));
    },
  },
];

/** A page with two documents, one of which cannot be read, and a run of two columns; `stage` is what states need. */
export async function answeredPage(lab, options) {
  const fake = await startFake();
  const tab = await lab.open({ allow: [new URL(fake.url).origin, "http://127.0.0.1:9"], ...options });
  const { page } = tab;
  const narrow = options.viewport.width <= 1000;
  const stage = {
    fake,
    pane: async (name) => {
      if (narrow) await page.getByRole("navigation", { name: "Panes" }).getByRole("button", { name, exact: true }).click();
    },
    close: () => Promise.all([tab.close(), fake.close()]),
  };
  await page.getByRole("textbox", { name: "Question" }).waitFor();
  await stage.pane("Documents");
  await addFiles(page, [textFile("ferry.txt", FERRY.repeat(30)), textFile("empty.txt", "")]);
  await settled(page, 2);
  await stage.pane("Answers");
  await addEndpoint(page, { url: fake.url, model: MODEL });
  await ask(page, "When does the ferry leave?");
  await ended(columns(page, MODEL));
  await ended(columns(page, "Extractive quotes"));
  return { ...tab, stage };
}
