// The whole journey by keyboard, and no axe violation in any state, theme and width.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { axeViolations, openLab } from "./harness.mjs";
import { addFiles, columns, ended, settled, textFile } from "./steps.mjs";

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

  for (const colorScheme of ["light", "dark"]) {
    for (const width of [360, 1280]) {
      it(`find nothing wrong: ${colorScheme}, ${width} px`, async () => {
        const tab = await lab.open({ colorScheme, viewport: { width, height: 800 } });
        const { page } = tab;
        const pane = async (name) => {
          if (width < 1000) await page.getByRole("navigation", { name: "Panes" }).getByRole("button", { name }).click();
        };
        const look = async (what) => assert.deepEqual(await axeViolations(page), [], what);
        await page.getByRole("textbox", { name: "Question" }).waitFor();
        await look("empty");
        await pane("Documents");
        await addFiles(page, [textFile("ferry.txt", "The ferry leaves at noon from the old pier."), textFile("empty.txt", "")]);
        await settled(page, 2);
        await look("documents");
        await pane("Answers");
        await page.getByRole("textbox", { name: "Question" }).fill("When does the ferry leave?");
        await page.keyboard.press("Enter");
        await ended(columns(page, "Extractive quotes"));
        await look("answered");
        for (const name of ["Settings", "Add column"]) {
          await page.getByRole("button", { name, exact: true }).click();
          await page.getByRole("dialog", { name }).waitFor();
          await look(name);
          await page.keyboard.press("Escape");
          await page.getByRole("dialog", { name }).waitFor({ state: "detached" });
        }
        for (const [name, query] of [["Command palette", ""], ["Keyboard shortcuts", "keyboard"]]) {
          await page.getByRole("button", { name: "Commands" }).click();
          const field = page.getByRole("combobox", { name: "Command" });
          await field.fill(query);
          if (query) await page.keyboard.press("Enter");
          await page.getByRole("dialog", { name }).waitFor();
          await look(name);
          const wider = await page.getByRole("dialog").evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
          assert.ok(wider <= 0, `${name} is ${wider} px wider than its dialog`);
          await page.keyboard.press("Escape");
          await page.getByRole("dialog").waitFor({ state: "detached" });
        }
        await pane("Documents");
        await page.getByRole("button", { name: "ferry.txt", exact: true }).click();
        await page.locator(".viewer-block").first().waitFor();
        await look("viewer");
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 0, `${overflow} px wider than the window`);
        tab.assertClean();
        await tab.close();
      });
    }
  }
});
