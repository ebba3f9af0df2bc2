// Every state at four widths in both themes, as sheets of thumbnails to look at: target/contact-sheets/THEME-WIDTH.png.

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { openLab } from "./harness.mjs";
import { STATES, answeredPage } from "./states.mjs";

const FOLDER = fileURLToPath(new URL("../../target/contact-sheets/", import.meta.url));
/** Window and thumbnail: width, height, columns of the sheet. */
const SIZES = [
  { viewport: { width: 360, height: 740 }, thumb: 240, across: 9 },
  { viewport: { width: 768, height: 1024 }, thumb: 320, across: 7 },
  { viewport: { width: 1280, height: 800 }, thumb: 480, across: 5 },
  { viewport: { width: 1920, height: 1080 }, thumb: 560, across: 4 },
];

describe("contact sheets", () => {
  let lab;
  before(async () => {
    lab = await openLab();
    await mkdir(FOLDER, { recursive: true });
  });
  after(() => lab?.close());

  for (const colorScheme of ["light", "dark"]) {
    for (const { viewport, thumb, across } of SIZES) {
      it(`${colorScheme}, ${viewport.width} px`, { timeout: 280_000 }, async () => {
        const { page, stage, ...tab } = await answeredPage(lab, { colorScheme, viewport });
        const shots = [];
        for (const state of STATES) {
          await state.enter(page, stage);
          shots.push({ name: state.name, png: (await page.screenshot()).toString("base64") });
          await state.leave(page, stage);
        }
        assert.equal(shots.length, STATES.length);
        const sheet = await tab.context.newPage();
        await sheet.setViewportSize({ width: across * (thumb + 12) + 12, height: 800 });
        const figure = ({ name, png }) => `<figure><figcaption>${name}</figcaption><img src="data:image/png;base64,${png}" width="${thumb}"></figure>`;
        await sheet.setContent(
          `<style>body{margin:12px;display:flex;flex-wrap:wrap;gap:12px;background:#888;font:12px sans-serif}figure{margin:0}</style>${shots.map(figure).join("")}`,
        );
        await writeFile(`${FOLDER}${colorScheme}-${viewport.width}.png`, await sheet.screenshot({ fullPage: true }));
        await stage.close();
      });
    }
  }
});
