// The whole journey by keyboard, and no axe violation in any state, theme and width.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { axeViolations, openLab } from "./harness.mjs";
import { STATES, answeredPage } from "./states.mjs";
import { columns, ended, settled } from "./steps.mjs";

const THEMES = [
  { name: "light", options: { colorScheme: "light" } },
  { name: "dark", options: { colorScheme: "dark" } },
  { name: "forced colours", options: { forcedColors: "active" } },
];
const WIDTHS = [360, 768, 1280, 1920];

/** By how much the page, or a dialog, is wider than it shows. */
const tooWide = () => {
  const boxes = [document.documentElement, ...document.querySelectorAll("dialog")];
  return Math.max(...boxes.map((box) => box.scrollWidth - box.clientWidth));
};

describe("hands and eyes", () => {
  let lab;
  before(async () => {
    lab = await openLab();
  });
  after(() => lab?.close());

  /** Presses Tab until the focus is on something of that name. */
  async function tabTo(page, name, key = "Tab") {
    for (let presses = 0; presses < 80; presses += 1) {
      await page.keyboard.press(key);
      const here = await page.evaluate(() => {
        const at = document.activeElement;
        return at?.getAttribute("aria-label") ?? at?.labels?.[0]?.innerText ?? at?.innerText ?? "";
      });
      assert.notEqual(await page.evaluate(() => document.activeElement?.tagName), "IFRAME");
      if (name.test(here.trim())) return;
    }
    assert.fail(`no way by ${key} to ${name}`);
  }

  it("need no pointer: sample, question, citation, column, dialog", async () => {
    const tab = await lab.open();
    const { page } = tab;
    await page.getByRole("button", { name: "Try the sample" }).click({ trial: true });
    await tabTo(page, /^Try the sample$/);
    await page.keyboard.press("Enter");
    await settled(page, 14);
    await ended(columns(page, "Extractive quotes"));
    await page.getByRole("textbox", { name: "Question" }).focus();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("What does fault code TS-226 mean?");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Evidence" }).getByText(/TS-226/).first().waitFor();
    assert.equal(await ended(columns(page, "Extractive quotes")), "done");
    await tabTo(page, /^Citation \d/);
    await page.keyboard.press("Enter");
    await page.locator(".passage-here").first().waitFor();
    await tabTo(page, /^Add column$/, "Shift+Tab");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Add column" });
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    tab.assertClean();
    await tab.close();
  });

  /** Goes through the states and gives what `look` finds in each. */
  async function visit(states, options, look) {
    const { page, stage, ...tab } = await answeredPage(lab, options);
    const wrong = [];
    for (const state of states) {
      await state.enter(page, stage);
      const found = await look(page);
      const wider = await page.evaluate(tooWide);
      if (wider > 0) found.push(`${wider} px too wide`);
      wrong.push(...found.map((what) => `${state.name}: ${what}`));
      await state.leave(page, stage);
    }
    assert.deepEqual(wrong, []);
    tab.assertClean();
    await stage.close();
  }

  // Every state in four of the twelve pairs of theme and width: in each width, and in each theme. The slow suite has all.
  const everywhere = process.env.ALL_STATES === "1";
  for (const [column, theme] of THEMES.entries()) {
    for (const [row, width] of WIDTHS.entries()) {
      const shown = STATES.filter((_, at) => everywhere || (at + row) % THEMES.length === column);
      const options = { ...theme.options, viewport: { width, height: 800 } };
      it(`find nothing wrong in ${shown.length} states: ${theme.name}, ${width} px`, { timeout: 240_000 }, () => visit(shown, options, axeViolations));
      it(`find nothing wrong with the first view: ${theme.name}, ${width} px`, async () => {
        const tab = await lab.open(options);
        await tab.page.getByRole("textbox", { name: "Question" }).waitFor();
        assert.deepEqual(await axeViolations(tab.page), []);
        tab.assertClean();
        await tab.close();
      });
    }
  }

  // 200 % zoom of a small laptop, and the narrowest window of WCAG 1.4.10.
  for (const [what, viewport, deviceScaleFactor] of [["200 % zoom", { width: 640, height: 400 }, 2], ["320 px", { width: 320, height: 640 }, 1]]) {
    it(`read everything without scrolling sideways: ${what}`, { timeout: 240_000 }, () => visit(STATES, { viewport, deviceScaleFactor }, async () => []));
  }
});
