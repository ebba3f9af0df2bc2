// The page as a place to work: what is pressed can be reached, whatever there is on the screen.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openLab } from "./harness.mjs";
import { addFiles, prepared, row, settled, textFile } from "./steps.mjs";

/** Whether a press on the middle and near the edges of an element reaches it. */
const isUncovered = (element) =>
  element.evaluate((node) => {
    const { left, right, top, bottom } = node.getBoundingClientRect();
    const places = [[0.5, 0.5], [0.5, 0.1], [0.5, 0.9], [0.1, 0.5], [0.9, 0.5]];
    return places.every(([x, y]) => node.contains(document.elementFromPoint(left + x * (right - left), top + y * (bottom - top))));
  });

describe("the page", () => {
  let lab;
  before(async () => {
    lab = await openLab();
  });
  after(() => lab?.close());

  it("keeps Add documents within reach however many documents there are", async () => {
    const tab = await lab.open();
    const { page } = tab;
    await addFiles(page, Array.from({ length: 60 }, (_, at) => textFile(`note-${at}.txt`, `Note ${at}: the ferry leaves at noon.`)));
    await settled(page, 60);
    for (const [width, height] of [[1440, 900], [1100, 700], [360, 740]]) {
      await page.setViewportSize({ width, height });
      if (width < 1000) await page.getByRole("button", { name: "Documents", exact: true }).click();
      assert.ok(await isUncovered(page.getByRole("button", { name: "Add documents" })), `covered at ${width} px`);
    }
    tab.assertClean();
    await tab.close();
  });

  it("takes files that are dropped anywhere, and leaves other drags alone", async () => {
    const tab = await prepared(lab);
    const { page } = tab;
    for (const [at, selector] of [".composer", ".evidence", ".header", "body"].entries()) {
      const prevented = await page.evaluate(
        ([selector, name]) => {
          const target = document.querySelector(selector);
          const transfer = new DataTransfer();
          transfer.items.add(new File([`${name}: the tide turns.`], name));
          return ["dragover", "drop"].map((kind) => !target.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true })));
        },
        [selector, `dropped-${at}.txt`],
      );
      assert.deepEqual(prevented, [true, true], `the browser would open what is dropped on ${selector}`);
      await row(page, `dropped-${at}.txt`).waitFor();
    }
    await settled(page, 5);
    const text = await page.evaluate(() => {
      const transfer = new DataTransfer();
      transfer.setData("text/plain", "dragged text");
      return document.querySelector("#question").dispatchEvent(new DragEvent("dragover", { dataTransfer: transfer, bubbles: true, cancelable: true }));
    });
    assert.ok(text, "text can no longer be dragged into the question");
    tab.assertClean();
    await tab.close();
  });
});
