// The page as a place to work: what is pressed can be reached, whatever there is on the screen.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { axeViolations, openLab } from "./harness.mjs";
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

  it("says at every width where to begin", async () => {
    for (const locale of ["en-US", "de-DE"]) {
      for (const [width, height] of [[320, 640], [360, 740], [768, 1024], [1440, 900]]) {
        const tab = await lab.open({ viewport: { width, height }, locale });
        const { page } = tab;
        const [sample, add] = locale === "de-DE" ? ["Beispiel ausprobieren", "Dokumente hinzufügen"] : ["Try the sample", "Add documents"];
        for (const name of [sample, add]) {
          const button = page.getByRole("button", { name, exact: true });
          await button.waitFor();
          assert.ok(await isUncovered(button), `${name} is out of reach at ${width} px`);
        }
        const question = page.locator("#question");
        const [needed, given] = await question.evaluate((node) => [node.scrollHeight, node.clientHeight]);
        assert.ok(needed <= given, `the question's placeholder is cut at ${width} px: ${needed} of ${given}`);
        const chooser = page.waitForEvent("filechooser");
        await page.getByRole("button", { name: add, exact: true }).click();
        await (await chooser).setFiles([textFile("note.txt", "The ferry leaves at noon.")]);
        await settled(page, 1);
        assert.equal(await page.getByRole("button", { name: sample }).count(), 0, "the invitation stays");
        tab.assertClean();
        await tab.close();
      }
    }
  });

  it("shows question, run and columns at once, and eight columns side by side", async () => {
    const tab = await lab.open();
    const { page } = tab;
    await page.setViewportSize({ width: 1440, height: 900 });
    const articles = page.locator("article.column");
    await articles.first().waitFor();
    await page.getByRole("button", { name: "SmolLM2 in this tab (98 MB, weak)" }).click();
    const baseline = page.getByRole("button", { name: "Add baseline of SmolLM2 135M without documents" });
    for (let count = 3; count <= 8; count += 1) {
      await baseline.first().click();
      await articles.nth(count - 1).waitFor();
    }
    const box = (locator) => locator.boundingBox();
    const [question, first, ...rest] = await Promise.all([page.getByRole("textbox", { name: "Question" }), ...(await articles.all())].map(box));
    assert.ok(question.y >= 0 && first.y + first.height <= 900, "a column ends below the fold");
    for (const other of rest) {
      assert.equal(other.y, first.y, "the columns are not side by side");
      assert.ok(other.width >= 200, `a column is ${other.width} px wide`);
    }
    await page.setViewportSize({ width: 1920, height: 1000 });
    await page.getByRole("button", { name: "Hide documents" }).click();
    await page.getByRole("button", { name: "Hide evidence" }).click();
    const last = await box(articles.last());
    assert.ok(last.x + last.width <= 1920 && last.width >= 200, "the eighth column is off the screen");
    tab.assertClean();
    await tab.close();
  });

  it("has panes that are hidden, resized by key and pointer, and remembered", async () => {
    const tab = await prepared(lab);
    const { page } = tab;
    await page.setViewportSize({ width: 1440, height: 900 });
    const documents = page.getByRole("region", { name: "Documents" });
    const width = async (locator) => Math.round((await locator.boundingBox()).width);
    const handle = page.getByRole("separator", { name: "Width of documents" });
    await handle.focus();
    await page.keyboard.press("Home");
    assert.equal(await width(documents), 200);
    for (let at = 0; at < 5; at += 1) await page.keyboard.press("ArrowRight");
    assert.equal(await width(documents), 280);
    assert.equal(await handle.getAttribute("aria-valuenow"), "280");
    const { x, y } = await handle.boundingBox();
    await page.mouse.move(x + 2, y + 200);
    await page.mouse.down();
    await page.mouse.move(x + 62, y + 220, { steps: 4 });
    await page.mouse.up();
    assert.equal(await width(documents), 340);
    const evidence = page.getByRole("region", { name: "Evidence" });
    await page.getByRole("button", { name: "Hide evidence" }).click();
    await evidence.waitFor({ state: "hidden" });
    await page.reload();
    await settled(page, 1);
    assert.equal(await width(documents), 340);
    assert.equal(await evidence.isVisible(), false);
    // A document that is opened brings the pane back.
    await documents.getByRole("button", { name: /^(Open )?lighthouse\.txt/ }).first().click();
    await page.getByRole("document", { name: "Document text" }).waitFor();
    assert.ok(await evidence.isVisible());
    assert.deepEqual(await axeViolations(page), []);
    tab.assertClean();
    await tab.close();
  });
});
