// What answers hold beyond words: formulas, footnotes, tasks, code, tables, and other scripts.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFake } from "./fake_provider.mjs";
import { axeViolations, openLab } from "./harness.mjs";
import { addEndpoint, addFiles, ask, clearColumns, columns, ended, LIGHTHOUSE, settled, textFile } from "./steps.mjs";

describe("content", () => {
  let lab;
  let fake;
  before(async () => {
    [lab, fake] = await Promise.all([openLab(), startFake()]);
  });
  after(async () => {
    await lab?.close();
    await fake?.close();
  });

  /** A page with the answer in one column, or in two. */
  async function answered(options = {}, count = 1) {
    const { permissions, width = 1280, height = 900, model = "fake-content", ...context } = options;
    const tab = await lab.open({ allow: [new URL(fake.url).origin], ...context });
    if (permissions) await tab.context.grantPermissions(permissions, { origin: lab.site.origin });
    await clearColumns(tab.page);
    await addFiles(tab.page, [textFile("lighthouse.txt", LIGHTHOUSE)]);
    await settled(tab.page, 1);
    for (let at = 0; at < count; at += 1) await addEndpoint(tab.page, { url: fake.url, model });
    await ask(tab.page, "Who built the lighthouse?");
    // Narrow pages have the documents behind a button.
    await tab.page.setViewportSize({ width, height });
    for (let at = 0; at < count; at += 1) assert.equal(await ended(columns(tab.page, model).nth(at)), "done");
    return { ...tab, answer: columns(tab.page, model).first().locator(".answer") };
  }

  it("formulas are MathML, prices and faulty ones are text", async () => {
    const tab = await answered();
    const { answer, page } = tab;
    const formulas = await answer.locator("math").evaluateAll((all) =>
      all.map((math) => ({
        namespace: math.namespaceURI,
        display: math.getAttribute("display"),
        source: math.querySelector("annotation").textContent,
        width: math.getBoundingClientRect().width,
        signs: math.querySelectorAll("mi, mn, mo").length,
      })),
    );
    assert.equal(formulas.length, 6);
    for (const { namespace, width, signs } of formulas) {
      assert.equal(namespace, "http://www.w3.org/1998/Math/MathML");
      assert.ok(width > 0 && signs > 0);
    }
    assert.equal(formulas[0].source, String.raw`$M = F \cdot r$`);
    assert.equal(formulas[1].source, String.raw`\(F\)`);
    assert.deepEqual(formulas.map(({ display }) => display), [null, null, "block", null, null, null]);
    assert.match(await answer.locator("p").first().innerText(), /costs \$5 to \$7/);
    const faulty = answer.locator("code[title^='Shown as it was written']");
    assert.deepEqual(await faulty.allInnerTexts(), [String.raw`$\href{javascript:window.__xss=1}{x}$`, String.raw`$\frac{a}$`]);
    assert.equal(await page.evaluate(() => globalThis.__xss), undefined);
    assert.equal(await answer.locator("math [href], math [style], math script").count(), 0);
    // Citations around formulas are still there.
    await answer.getByRole("button", { name: /^Citation 1/ }).first().waitFor();
    tab.assertClean();
    await tab.close();
  });

  it("formulas that nest too deeply end nothing", async () => {
    const tab = await answered({ model: "fake-formulas" });
    await tab.answer.getByText("Still here.").waitFor();
    // Each kind is shown where it nests as deeply as it may.
    assert.equal(await tab.answer.locator("math").count(), 10);
    assert.equal(await tab.answer.locator(".answer-plain").count(), 0);
    tab.assertClean();
    await tab.close();
  });

  it("footnotes stand at the end, and their links lead there and back", async () => {
    const tab = await answered();
    const { answer, page } = tab;
    const notes = answer.getByRole("list", { name: "Footnotes" });
    assert.equal(await notes.getByRole("listitem").count(), 2);
    const position = await notes.evaluate((list) => list === list.parentElement.lastElementChild);
    assert.ok(position, "the footnotes are not last");
    await answer.getByRole("link", { name: "Footnote late", exact: true }).click();
    assert.match(await page.evaluate(() => document.activeElement.innerText), /Defined last/);
    await answer.getByRole("link", { name: "Back to footnote reference late" }).click();
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Footnote late");
    assert.equal(await answer.getByRole("link", { name: "Footnote none" }).count(), 0);
    await notes.getByRole("button", { name: /^Citation 1/ }).waitFor();
    assert.equal(new URL(page.url()).hash, "");
    tab.assertClean();
    await tab.close();
  });

  it("a task's box stands beside its text and cannot be changed", async () => {
    const tab = await answered();
    const boxes = tab.answer.getByRole("checkbox");
    assert.equal(await boxes.count(), 3);
    const done = tab.answer.getByRole("checkbox", { name: "measure the torque", exact: true });
    assert.ok((await done.isChecked()) && (await done.isDisabled()));
    const [box, words] = await done.evaluate((input) => {
      const { top, bottom } = input.getBoundingClientRect();
      const text = input.nextElementSibling.getBoundingClientRect();
      return [(top + bottom) / 2, [text.top, text.bottom]];
    });
    assert.ok(box > words[0] && box < words[1], `the box at ${box}, its text at ${words}`);
    tab.assertClean();
    await tab.close();
  });

  it("code has its language, scrolls, and is copied", async () => {
    const tab = await answered({ permissions: ["clipboard-read", "clipboard-write"] });
    const { answer, page } = tab;
    const code = answer.locator(".answer-code");
    await code.getByText("python", { exact: true }).waitFor();
    const pre = code.locator("pre");
    assert.ok(await pre.evaluate((pre) => pre.scrollWidth > pre.clientWidth), "the long line does not scroll");
    await code.getByRole("button", { name: "Copy code" }).click();
    await code.getByRole("button", { name: "Copied" }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied, await pre.innerText());
    assert.match(copied, /^def torque[^\n]*\n {4}return force \* radius$/);
    await page.getByRole("button", { name: "Copy answer of fake-content" }).click();
    await page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith("# Torque"));
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /\$M = F \\cdot r\$/);
    tab.assertClean();
    await tab.close();
  });

  it("a wide table scrolls by keyboard and breaks no word", async () => {
    const tab = await answered({ width: 360 });
    const { answer, page } = tab;
    const table = answer.getByRole("region", { name: /^Table.*Gannett/ });
    const broken = await table.locator("th, td").evaluateAll((cells) => {
      const range = document.createRange();
      return cells.flatMap((cell) => {
        const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        const words = [];
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
            range.setStart(node, index);
            range.setEnd(node, index + word.length);
            if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) words.push(word);
          }
        }
        return words;
      });
    });
    assert.deepEqual(broken, []);
    assert.ok(await table.evaluate((region) => region.scrollWidth > region.clientWidth));
    await table.focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction((region) => region.scrollLeft > 0, await table.elementHandle());
    const wider = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    assert.ok(!wider, "the page itself scrolls sideways");
    tab.assertClean();
    await tab.close();
  });

  it("Arabic runs from right to left, formulas in it from left to right, Chinese keeps its own", async () => {
    const tab = await answered();
    const direction = (locator) => locator.evaluate((element) => getComputedStyle(element).direction);
    const { answer } = tab;
    assert.equal(await direction(answer.getByText("هذا جواب")), "rtl");
    assert.equal(await direction(answer.getByRole("listitem").filter({ hasText: "البند الأول" })), "rtl");
    assert.equal(await direction(answer.locator("blockquote")), "rtl");
    assert.equal(await direction(answer.getByRole("listitem").filter({ hasText: "البند الأول" }).locator("math")), "ltr");
    assert.equal(await direction(answer.getByText("员工每年")), "ltr");
    tab.assertClean();
    await tab.close();
  });

  for (const colorScheme of ["light", "dark"]) {
    for (const width of [360, 1280]) {
      it(`nothing is wrong with two such answers: ${colorScheme}, ${width} px`, async () => {
        const tab = await answered({ colorScheme, width, height: process.env.SHOTS ? 2400 : 900 }, 2);
        assert.deepEqual(await axeViolations(tab.page), []);
        if (process.env.SHOTS) {
          const column = columns(tab.page, "fake-content").first();
          await column.screenshot({ path: `${process.env.SHOTS}/content-${colorScheme}-${width}.png` });
        }
        tab.assertClean();
        await tab.close();
      });
    }
  }
});
