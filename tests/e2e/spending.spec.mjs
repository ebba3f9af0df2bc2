// What an answer costs, what a day costs, and where it stops. The host reports known tokens; prices are entered by hand.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { USAGE, startDialect } from "./fake_dialects.mjs";
import { axeViolations, openLab, until } from "./harness.mjs";
import { QUESTION, addEndpoint, ask, closeDialog, columns, ended, metrics, noticeOf, openProviders, prepared } from "./steps.mjs";

const PRICE = { input: 10, output: 100, cached: 1 };
/** What PRICE makes of USAGE, in dollars: the cached tokens are part of the input. */
const COST = ((USAGE.input - USAGE.cached) * PRICE.input + USAGE.cached * PRICE.cached + USAGE.output * PRICE.output) / 1e6;

/** Enters a price by hand. A custom endpoint's provider is its host. */
async function priced(page, model, { input, output, cached }, provider = "127.0.0.1") {
  const panel = await openProviders(page, "Spending");
  await panel.getByLabel(/^Provider/).last().fill(provider);
  await panel.getByLabel(/^Model/).last().fill(model);
  await panel.getByLabel(/^Input/).fill(String(input));
  await panel.getByLabel(/^Output/).fill(String(output));
  if (cached !== undefined) await panel.getByLabel(/^Cached/).fill(String(cached));
  await panel.getByRole("button", { name: "Save price" }).click();
  await panel.getByRole("button", { name: /^Remove/ }).first().waitFor();
  await closeDialog(page);
}

async function limited(page, { alert, stop }) {
  const panel = await openProviders(page, "Spending");
  if (alert !== undefined) await panel.getByLabel(/^Daily warning/).fill(String(alert));
  if (stop !== undefined) await panel.getByLabel(/^Daily limit/).fill(String(stop));
  await panel.getByRole("button", { name: "Save limits" }).click();
  await closeDialog(page);
}

const dollars = (text) => Number(/\$\s?([\d.]+)/.exec(text)?.[1] ?? NaN);

describe("spending", () => {
  let lab;
  let host;
  before(async () => {
    [lab, host] = await Promise.all([openLab(), startDialect("openai-chat")]);
  });
  after(async () => {
    await lab?.close();
    await host?.close();
  });

  it("is exact where tokens and price are known, and n/a where they are not", async () => {
    const tab = await prepared(lab, [host]);
    const { page } = tab;
    await priced(page, "fake-think", PRICE);
    await addEndpoint(page, { url: host.base, dialect: "openai-chat", model: "fake-think" });
    await addEndpoint(page, { url: host.base, dialect: "openai-chat", model: "fake-echo" });
    await page.getByText(/Estimated cost of this run: up to \$/).waitFor();
    await page.getByText(/n\/a for 1 column/).waitFor();
    await ask(page, QUESTION);
    for (const model of ["fake-think", "fake-echo"]) assert.equal(await ended(columns(page, model)), "done");
    const shown = await until(async () => {
      const shown = await metrics(columns(page, "fake-think"));
      return shown.Cost && shown;
    });
    assert.ok(Math.abs(dollars(shown.Cost) - COST) < 0.00005, `${shown.Cost}, expected ${COST}`);
    assert.match((await metrics(columns(page, "fake-echo"))).Cost, /n\/a/);
    const title = await columns(page, "fake-think").locator("dl.metrics > div").filter({ hasText: "Cost" }).getAttribute("title");
    assert.match(title, /report/i);

    const panel = await openProviders(page, "Spending");
    const row = panel.getByRole("row").filter({ hasText: "127.0.0.1" }).first();
    await row.waitFor();
    assert.ok(Math.abs(dollars(await row.innerText()) - COST) < 0.00005, await row.innerText());
    assert.match(await row.innerText(), /\b2\b/, "two calls");
    assert.deepEqual(await axeViolations(page), []);
    tab.assertClean();
    await tab.close();
  });

  it("adds up over runs, outlives the tab, and a price taken back is gone", async () => {
    const tab = await prepared(lab, [host]);
    const { page } = tab;
    await priced(page, "fake-echo", PRICE);
    await addEndpoint(page, { url: host.base, dialect: "openai-chat", model: "fake-echo" });
    for (let run = 0; run < 3; run += 1) {
      const before = host.chats().length;
      await ask(page, QUESTION);
      await until(() => host.chats().length === before + 1, { what: "the request" });
      assert.equal(await ended(columns(page, "fake-echo")), "done");
      await until(async () => /\$/.test((await metrics(columns(page, "fake-echo"))).Cost ?? ""), { what: "the cost" });
    }
    await page.reload();
    await columns(page, "fake-echo").waitFor();
    const panel = await openProviders(page, "Spending");
    const row = panel.getByRole("row").filter({ hasText: "127.0.0.1" }).first();
    await row.waitFor();
    assert.ok(Math.abs(dollars(await row.innerText()) - 3 * COST) < 0.00005, await row.innerText());
    await panel.getByRole("button", { name: /^Remove/ }).first().click();
    await panel.getByRole("button", { name: /^Remove/ }).waitFor({ state: "detached" });
    await closeDialog(page);
    await page.getByText("lighthouse.txt").first().waitFor();
    await ask(page, QUESTION);
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    assert.match((await metrics(columns(page, "fake-echo"))).Cost, /n\/a/);
    await tab.close();
  });

  it("warns at the one limit and stops at the other, before anything is sent", async () => {
    const tab = await prepared(lab, [host]);
    const { page } = tab;
    await priced(page, "fake-echo", PRICE);
    await limited(page, { alert: COST / 2, stop: COST * 1.9 });
    // With a limit of tokens the page can tell beforehand what a call may cost at most.
    await addEndpoint(page, { url: host.base, dialect: "openai-chat", model: "fake-echo", maxTokens: USAGE.output });
    host.requests.length = 0;
    await ask(page, QUESTION);
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    await page.getByRole("status").filter({ hasText: /(warn|limit|spen[dt]).*\$/i }).first().waitFor();
    // The second run still begins below the limit; the third does not.
    await ask(page, QUESTION);
    await until(() => host.chats().length === 2, { what: "the second request" });
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    const asked = host.requests.length;
    await ask(page, QUESTION);
    await until(async () => (await columns(page, "fake-echo").getAttribute("data-state")) === "failed", { what: "the refusal" });
    assert.match(await noticeOf(columns(page, "fake-echo")), /limit|budget/i);
    assert.match(await noticeOf(columns(page, "fake-echo")), /\$|a day|Spending/i);
    assert.equal(host.requests.length, asked, "something was sent over the limit");
    // With a higher limit it goes on.
    await limited(page, { stop: 100 });
    await ask(page, QUESTION);
    await until(() => host.chats().length === 3, { what: "the request under the new limit" });
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    tab.assertClean();
    await tab.close();
  });
});
