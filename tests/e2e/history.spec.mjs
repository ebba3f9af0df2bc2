// Runs are kept: as they happened, after a reload and after a kill; asked again, followed up, starred, renamed, deleted.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { startFake } from "./fake_provider.mjs";
import { axeViolations, openLab, until } from "./harness.mjs";
import {
  QUESTION, addEndpoint, addFiles, answerOf, ask, chats, clearColumns, closeDialog, columns, cutPower, ended, evidenceOf, letters, metrics, prepared,
  settled, sha256, textFile,
} from "./steps.mjs";

const ADDED = "In 1881 the lighthouse of Skarv was rebuilt in stone by the mason Odd Berg.\n";

/** Opens history and gives the list. */
async function openHistory(page) {
  await page.getByRole("button", { name: "History", exact: true }).click();
  const list = page.getByRole("dialog", { name: "History" }).getByRole("list", { name: "Runs" });
  await list.waitFor({ state: "attached" });
  return list;
}

/** Opens the stored run of that question. */
async function openRun(page, question) {
  const list = await openHistory(page);
  await list.getByRole("button", { name: question, exact: true }).click();
  await page.getByRole("dialog", { name: "History" }).waitFor({ state: "detached" });
  await page.getByRole("region", { name: "Run" }).getByRole("heading", { name: question, exact: true }).waitFor();
}

const question = (page) => page.getByRole("region", { name: "Run" }).getByRole("heading").innerText();

describe("history", () => {
  let lab;
  let fake;
  before(async () => {
    [lab, fake] = await Promise.all([openLab(), startFake()]);
  });
  after(async () => {
    await lab?.close();
    await fake?.close();
  });

  const hosts = () => [{ origin: new URL(fake.url).origin }];

  async function asked(tab, models = ["fake-echo"]) {
    fake.requests.length = 0;
    for (const model of models) await addEndpoint(tab.page, { url: fake.url, model });
    await ask(tab.page, QUESTION);
    for (const model of models) await ended(columns(tab.page, model));
  }

  it("shows a run after a reload as it was, and runs a column again over the frozen evidence", async () => {
    const tab = await prepared(lab, hosts());
    const { page } = tab;
    await asked(tab, ["fake-echo", "fake-quote"]);
    const column = columns(page, "fake-echo");
    const before = { text: await answerOf(column), hash: await column.getAttribute("data-evidence-sha256"), metrics: await metrics(column) };
    assert.equal(await column.getAttribute("data-recipe-id"), "1");
    assert.equal(await question(page), QUESTION);
    await page.reload();
    await columns(page, "fake-echo").waitFor();
    assert.equal(await page.getByRole("region", { name: "Run" }).count(), 0);
    await openRun(page, QUESTION);
    assert.equal(await page.getByRole("article").count(), 2);
    const opened = columns(page, "fake-echo");
    await until(async () => letters(await answerOf(opened)) === letters(before.text), { what: "the stored answer" });
    assert.equal(await opened.getAttribute("data-state"), "done");
    assert.equal(await opened.getAttribute("data-evidence-sha256"), before.hash);
    assert.deepEqual(await metrics(opened), before.metrics);
    await opened.getByRole("button", { name: /^Citation 1/ }).first().click();
    await page.getByRole("region", { name: "Evidence" }).getByText("Ingrid Aas").first().waitFor();
    await page.getByRole("button", { name: "View request of fake-echo" }).click();
    assert.match(await page.getByRole("dialog", { name: "Request" }).innerText(), /chat\/completions/);
    await closeDialog(page);

    // A new document changes what a search finds, not what the run has.
    await addFiles(page, [textFile("stone.txt", ADDED)]);
    await settled(page, 2);
    fake.requests.length = 0;
    await opened.getByRole("button", { name: "Run fake-echo again" }).click();
    await until(() => chats(fake).length === 1, { what: "the request" });
    assert.equal(await ended(opened), "done");
    assert.equal(sha256(evidenceOf(chats(fake)[0])), before.hash);
    assert.deepEqual(await axeViolations(page), []);
    tab.assertClean();
    await tab.close();
  });

  it("offers to delete the runs that quote a removed document, and brings them back", async () => {
    const tab = await prepared(lab, hosts());
    const { page } = tab;
    await asked(tab);
    await page.getByRole("button", { name: "Remove lighthouse.txt", exact: true }).click();
    const notices = page.getByRole("status", { name: "Removed documents" });
    await notices.getByRole("button", { name: "Delete 1 run that quotes it", exact: true }).click();
    await notices.getByText("1 run deleted.").waitFor();
    let list = await openHistory(page);
    await until(async () => (await list.getByRole("listitem").count()) === 0, { what: "no run" });
    await closeDialog(page);
    await notices.getByRole("button", { name: "Undo deleting runs", exact: true }).click();
    list = await openHistory(page);
    await until(async () => (await list.getByRole("listitem").count()) === 1, { what: "the run again" });
    tab.assertClean();
    await tab.close();
  });

  it("asks again with the documents of today, beside the answers of then", async () => {
    const tab = await prepared(lab, hosts());
    const { page } = tab;
    await asked(tab);
    const hash = await columns(page, "fake-echo").getAttribute("data-evidence-sha256");
    await addFiles(page, [textFile("stone.txt", ADDED)]);
    await settled(page, 2);
    await page.getByRole("button", { name: "Ask again", exact: true }).click();
    const earlier = page.getByRole("article", { name: "fake-echo, earlier answer", exact: true });
    await earlier.waitFor();
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    const now = await columns(page, "fake-echo").getAttribute("data-evidence-sha256");
    assert.notEqual(now, hash);
    assert.equal(await earlier.getAttribute("data-evidence-sha256"), hash);
    assert.doesNotMatch(await answerOf(earlier), /Odd Berg/);
    assert.equal(await question(page), QUESTION);
    const list = await openHistory(page);
    await until(async () => (await list.getByRole("listitem").count()) === 2, { what: "two runs" });
    await closeDialog(page);
    // The next question is a run of its own, without the earlier answers.
    await ask(page, "How long does a keeper stay?");
    await earlier.waitFor({ state: "detached" });
    tab.assertClean();
    await tab.close();
  });

  it("follows up with one question for all chosen columns, joined or condensed by a model", async () => {
    const tab = await prepared(lab, hosts());
    const { page } = tab;
    await asked(tab, ["fake-echo", "fake-quote"]);
    await page.getByRole("button", { name: "Follow up", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Follow up" });
    await dialog.getByLabel("Follow-up question").fill("And what does its lamp burn?");
    const toSend = dialog.getByLabel("Question to send");
    assert.equal(await toSend.inputValue(), `${QUESTION}\nAnd what does its lamp burn?`);
    fake.requests.length = 0;
    await dialog.getByLabel("Condense with").selectOption({ label: "fake-echo" });
    await dialog.getByRole("button", { name: "Condense", exact: true }).click();
    await until(() => chats(fake).length === 1, { what: "the condensing request" });
    assert.match(chats(fake)[0].body, /And what does its lamp burn\?/);
    await until(async () => !(await toSend.inputValue()).includes("\n"), { what: "the condensed question" });
    await toSend.fill("What does the lamp of Skarv burn?");
    await dialog.getByRole("checkbox", { name: "fake-quote" }).uncheck();
    fake.requests.length = 0;
    await dialog.getByRole("button", { name: "Ask", exact: true }).click();
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    assert.equal(await question(page), "What does the lamp of Skarv burn?");
    assert.equal(await columns(page, "fake-quote").count(), 0);
    assert.equal(chats(fake).length, 1);
    await page.getByRole("region", { name: "Run" }).getByText("follow-up").waitFor();
    tab.assertClean();
    await tab.close();
  });

  it("keeps star, name, note and thumb, finds by words, and deletes with Undo", async () => {
    const tab = await prepared(lab, hosts());
    const { page } = tab;
    await asked(tab);
    await columns(page, "fake-echo").getByRole("button", { name: "Good answer of fake-echo" }).click();
    await columns(page, "fake-echo").getByRole("button", { name: "Note on fake-echo" }).click();
    await columns(page, "fake-echo").getByRole("textbox", { name: "Note on fake-echo" }).fill("checked by hand");
    await page.getByRole("textbox", { name: "Question" }).focus();
    await ask(page, "How long does a keeper stay?");
    await ended(columns(page, "fake-echo"));
    let list = await openHistory(page);
    await list.getByRole("button", { name: `Star ${QUESTION}` }).click();
    await list.getByRole("button", { name: `Rename ${QUESTION}` }).click();
    await list.getByRole("textbox", { name: "Name of the run" }).fill("Builder");
    await list.getByRole("button", { name: "Save" }).click();
    await list.getByRole("button", { name: "Builder", exact: true }).waitFor();
    await page.reload();
    await columns(page, "fake-echo").waitFor();
    list = await openHistory(page);
    await list.getByRole("button", { name: "Remove star from Builder" }).waitFor();
    const search = page.getByRole("searchbox", { name: "Search runs" });
    await search.fill("KEEPER stay");
    await until(async () => (await list.getByRole("listitem").count()) === 1, { what: "the search" });
    await search.fill("");
    await list.getByRole("button", { name: "Delete How long does a keeper stay?" }).click();
    await until(async () => (await list.getByRole("listitem").count()) === 1, { what: "the deletion" });
    await page.getByRole("button", { name: "Undo" }).click();
    await until(async () => (await list.getByRole("listitem").count()) === 2, { what: "the undoing" });
    assert.deepEqual(await axeViolations(page), []);
    await list.getByRole("button", { name: "Delete How long does a keeper stay?" }).click();
    await until(async () => (await list.getByRole("listitem").count()) === 1, { what: "the deletion" });
    await page.reload();
    list = await openHistory(page);
    await list.getByRole("button", { name: "Builder", exact: true }).click();
    const column = columns(page, "fake-echo");
    await column.getByText("checked by hand").waitFor();
    assert.equal(await column.getByRole("button", { name: "Good answer of fake-echo" }).getAttribute("aria-pressed"), "true");
    tab.assertClean();
    await tab.close();
  });

  it("has what came of an answer when the browser is killed", async (t) => {
    const slow = await startFake({ slowMillis: 1_000 });
    const profile = mkdtempSync(path.join(tmpdir(), "sidecite-history-"));
    t.after(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));
    const tab = await lab.open({ allow: [new URL(slow.url).origin], profile });
    await clearColumns(tab.page);
    await addFiles(tab.page, [textFile("lighthouse.txt", "The lighthouse of Skarv was built in 1874 by Ingrid Aas. ".repeat(40))]);
    await settled(tab.page, 1);
    await addEndpoint(tab.page, { url: slow.url, model: "fake-slow" });
    await ask(tab.page, QUESTION);
    // Stored every few seconds: wait until some of the text is.
    await until(async () => (await storedText(tab.page)).length > 0, { what: "a stored part of the answer", timeout: 30_000 });
    await cutPower(profile);
    await tab.close().catch(() => {});
    const again = await lab.open({ allow: [new URL(slow.url).origin], profile });
    await openRun(again.page, QUESTION);
    const column = columns(again.page, "fake-slow");
    assert.equal(await column.getAttribute("data-state"), "interrupted");
    await until(async () => (await answerOf(column)).length > 0, { what: "the interrupted answer" });
    await again.close();
    await slow.close();
  });

  it("shows evidence alone when there is no column, and one error when there is no document", async () => {
    const tab = await prepared(lab, hosts());
    const { page } = tab;
    await ask(page, QUESTION);
    await page.getByRole("region", { name: "Evidence" }).getByText("Ingrid Aas").first().waitFor();
    assert.equal(await question(page), QUESTION);
    await page.getByRole("textbox", { name: "Question" }).fill("something else");
    assert.equal(await question(page), QUESTION, "the question that was asked stays over its answers");
    tab.assertClean();
    await tab.close();
    const empty = await lab.open({});
    await ask(empty.page, QUESTION);
    await empty.page.getByRole("region", { name: "Run" }).getByRole("alert").waitFor();
    const alerts = await empty.page.getByRole("alert").filter({ hasText: /no documents|empty|Add documents/i }).count();
    assert.equal(alerts, 1);
    await empty.close();
  });

  it("says what changed since, and keeps no history where none is wanted", async () => {
    const tab = await prepared(lab, hosts());
    const { page } = tab;
    await asked(tab);
    await page.getByRole("button", { name: "Settings", exact: true }).click();
    let dialog = page.getByRole("dialog", { name: "Settings" });
    await dialog.getByLabel("Passages (top k)").fill("3");
    await dialog.getByRole("checkbox", { name: /^Keep every run/ }).uncheck();
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("region", { name: "Run" }).getByText(/Settings changed since: passages 6 → 3/).waitFor();
    await ask(page, "How long does a keeper stay?");
    await ended(columns(page, "fake-echo"));
    const list = await openHistory(page);
    await list.getByRole("button", { name: QUESTION, exact: true }).waitFor();
    assert.equal(await list.getByRole("listitem").count(), 1);
    await closeDialog(page);
    page.on("dialog", (question) => question.accept());
    await page.getByRole("button", { name: "Settings", exact: true }).click();
    dialog = page.getByRole("dialog", { name: "Settings" });
    await dialog.getByRole("button", { name: "Delete all data" }).click();
    await page.getByRole("button", { name: "Try the sample" }).waitFor();
    await until(async () => (await page.evaluate(async () => (await indexedDB.databases()).length + localStorage.length)) <= 2, { what: "nothing stored" });
    const emptied = await openHistory(page);
    assert.equal(await emptied.getByRole("listitem").count(), 0);
    await tab.close();
  });
});

/** The bytes of stored runs, as text. */
async function storedText(page) {
  return page.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const value = database.objectStoreNames.contains("runs")
        ? await new Promise((resolve) => {
            const request = database.transaction("runs").objectStore("runs").getAll();
            request.onsuccess = () => resolve(request.result);
          })
        : [];
      database.close();
      const text = value.map((bytes) => new TextDecoder().decode(bytes)).join("");
      if (text.includes("You asked:")) return text;
    }
    return "";
  });
}
