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

  // Every state in four of the twelve pairs of theme and width: in each width, and in each theme. With ALL_STATES=1 in all.
  const everywhere = process.env.ALL_STATES === "1";
  for (const [column, theme] of THEMES.entries()) {
    for (const [row, width] of WIDTHS.entries()) {
      const shown = STATES.filter((_, at) => everywhere || (at + row) % THEMES.length === column);
      it(`find nothing wrong in ${shown.length} states: ${theme.name}, ${width} px`, { timeout: 240_000 }, async () => {
        const { page, stage, ...tab } = await answeredPage(lab, { ...theme.options, viewport: { width, height: 800 } });
        const wrong = [];
        for (const state of shown) {
          await state.enter(page, stage);
          wrong.push(...(await axeViolations(page)).map((violation) => `${state.name}: ${violation}`));
          const wider = await page.evaluate(tooWide);
          if (wider > 0) wrong.push(`${state.name}: ${wider} px too wide`);
          await state.leave(page, stage);
        }
        assert.deepEqual(wrong, []);
        tab.assertClean();
        await stage.close();
      });
    }
  }

  // 200 % zoom of a small laptop, and the narrowest window of WCAG 1.4.10.
  for (const [what, viewport, deviceScaleFactor] of [["200 % zoom", { width: 640, height: 400 }, 2], ["320 px", { width: 320, height: 640 }, 1]]) {
    it(`read everything without scrolling sideways: ${what}`, { timeout: 240_000 }, async () => {
      const { page, stage, ...tab } = await answeredPage(lab, { viewport, deviceScaleFactor });
      const wrong = [];
      for (const state of STATES) {
        await state.enter(page, stage);
        const wider = await page.evaluate(tooWide);
        if (wider > 0) wrong.push(`${state.name}: ${wider} px too wide`);
        await state.leave(page, stage);
      }
      assert.deepEqual(wrong, []);
      tab.assertClean();
      await stage.close();
    });
  }
});
