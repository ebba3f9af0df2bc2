// What is on the screen stays where it is while answers stream.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFake } from "./fake_provider.mjs";
import { openLab } from "./harness.mjs";
import { ask, columns, ended, QUESTION, withModels } from "./steps.mjs";

describe("the layout while answers stream", () => {
  let lab;
  let fake;
  before(async () => {
    [lab, fake] = await Promise.all([openLab(), startFake({ slowMillis: 20 })]);
  });
  after(async () => {
    await lab?.close();
    await fake?.close();
  });

  for (const viewport of [{ width: 1440, height: 900 }, { width: 360, height: 740 }]) {
    it(`does not shift: ${viewport.width} px`, async () => {
      const tab = await withModels(lab, fake, "fake-slow", "fake-content", "fake-long", "fake-reasoning");
      const { page } = tab;
      await page.setViewportSize(viewport);
      if (viewport.width < 700) await page.getByRole("button", { name: "Answers", exact: true }).click();
      await ask(page, QUESTION);
      // From the first token on: before it, the head of the run comes, which the person has asked for.
      await page.locator("article[data-state=streaming], article[data-state=done]").first().waitFor();
      await page.evaluate(() => {
        globalThis.shifts = [];
        globalThis.keepShifts = (entries) => {
          for (const { value, sources } of entries)
            globalThis.shifts.push({ value, moved: sources.map(({ node }) => node?.className || node?.parentElement?.className || node?.nodeName) });
        };
        const observer = new PerformanceObserver((list) => globalThis.keepShifts(list.getEntries()));
        observer.observe({ type: "layout-shift" });
        globalThis.shiftObserver = observer;
      });
      for (const model of ["fake-slow", "fake-content", "fake-long", "fake-reasoning"]) assert.equal(await ended(columns(page, model)), "done");
      const shifts = await page.evaluate(async () => {
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        globalThis.keepShifts(globalThis.shiftObserver.takeRecords());
        return globalThis.shifts;
      });
      const sum = shifts.reduce((sum, { value }) => sum + value, 0);
      assert.ok(sum < 0.01, `${sum}: ${JSON.stringify(shifts)}`);
      tab.assertClean();
      await tab.close();
    });
  }
});
