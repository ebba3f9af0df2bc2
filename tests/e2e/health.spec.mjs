// How one's own calls went: counts, causes, a plot that can be read aloud, and a button that forgets.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { axeViolations, openLab, until } from "./harness.mjs";
import { QUESTION, addEndpoint, ask, closeDialog, columns, ended, openProviders, prepared } from "./steps.mjs";
import { startMisbehaving } from "./faulty_host.mjs";

describe("health", () => {
  let lab;
  let host;
  before(async () => {
    [lab, host] = await Promise.all([openLab(), startMisbehaving()]);
  });
  after(async () => {
    await lab?.close();
    await host?.close();
  });

  it("counts what succeeded, what failed and why, keeps it over a reload, and clears it on request", async () => {
    const tab = await prepared(lab, [host]);
    const { page } = tab;
    await addEndpoint(page, { url: host.base, model: "fine" });
    await addEndpoint(page, { url: host.base, model: "no-model" });
    for (let run = 1; run <= 3; run += 1) {
      await ask(page, QUESTION);
      await until(() => host.seen("fine").length === run && host.seen("no-model").length === run, { what: "the requests" });
      assert.equal(await ended(columns(page, "fine")), "done");
      assert.equal(await ended(columns(page, "no-model")), "failed");
    }
    for (const reloaded of [false, true]) {
      if (reloaded) {
        await page.reload();
        await columns(page, "fine").waitFor();
      }
      const panel = await openProviders(page, "Health");
      const of = (model) => panel.locator("section, article, tr, li").filter({ hasText: model }).first();
      await of("fine").waitFor();
      assert.match(await of("fine").innerText(), /3 of 3 succeeded/);
      assert.match(await of("no-model").innerText(), /(^|\D)0 of \d+ succeeded/);
      await panel.getByText(/not found|model|404/i).first().waitFor();
      const plot = panel.getByRole("img").first();
      assert.ok(((await plot.getAttribute("aria-label")) ?? (await plot.getAttribute("aria-labelledby")) ?? "").length > 0, "the plot has no name");
      const details = panel.locator("details").first();
      await details.locator("summary").click();
      assert.ok((await details.getByRole("table").locator("tbody tr").count()) > 0, "no table beside the plot");
      assert.deepEqual(await axeViolations(page), []);
      if (!reloaded) await closeDialog(page);
    }
    const panel = await openProviders(page, "Health");
    await panel.getByRole("button", { name: "Clear health records" }).click();
    await until(async () => (await panel.getByRole("img").count()) === 0, { what: "the emptying" });
    await page.reload();
    await columns(page, "fine").waitFor();
    const after = await openProviders(page, "Health");
    assert.equal(await after.getByRole("img").count(), 0);
    await tab.close();
  });
});
