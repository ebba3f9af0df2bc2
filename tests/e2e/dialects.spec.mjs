// Every wire format: a column at a host that speaks it, from the request's headers to the citations drawn.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { DIALECTS, MANNERS, TELLS, USAGE, closeAll, evidenceIn, keyOf, startDialect, startDialects } from "./fake_dialects.mjs";
import { FIXTURES } from "./fake_fixtures.mjs";
import { axeViolations, openLab } from "./harness.mjs";
import { API, DATA, QUESTION, SIGNED, addEndpoint, answerOf, ask, chooseProvider, columns, ended, letters, metrics, noticeOf, number, openAddColumn, prepared, sha256 } from "./steps.mjs";

/** What a request's body must be, by dialect, for a question with the model `fake-think`, 64 tokens at most, temperature 0.2. */
const SHAPES = {
  "openai-chat"({ body, path }) {
    assert.equal(path, "/v1/chat/completions");
    assert.equal(body.model, "fake-think");
    assert.equal(body.stream, true);
    assert.equal(body.stream_options?.include_usage, true);
    assert.deepEqual(body.messages.map(({ role }) => role), ["system", "user"]);
    assert.equal(body.max_tokens ?? body.max_completion_tokens, 64);
    assert.equal(body.temperature, 0.2);
  },
  "openai-responses"({ body, path }) {
    assert.equal(path, "/v1/responses");
    assert.equal(body.model, "fake-think");
    assert.equal(body.stream, true);
    assert.equal(body.store, false, "the host would keep the conversation");
    assert.equal(body.max_output_tokens, 64);
    assert.equal(body.temperature, 0.2);
    assert.ok(typeof body.instructions === "string" || body.input[0].role !== "user", "no standing instructions");
    assert.equal(body.messages, undefined);
  },
  anthropic({ body, path, headers }) {
    assert.equal(path, "/v1/messages");
    assert.equal(headers["anthropic-version"], "2023-06-01");
    assert.equal(body.model, "fake-think");
    assert.equal(body.stream, true);
    assert.equal(body.max_tokens, 64);
    assert.equal(body.temperature, 0.2);
    assert.ok(body.system, "the standing instructions are no message here");
    assert.deepEqual(body.messages.map(({ role }) => role), ["user"]);
  },
  gemini({ body, path }) {
    assert.equal(path, "/v1beta/models/fake-think:streamGenerateContent?alt=sse");
    assert.equal(body.model, undefined);
    assert.equal(body.generationConfig.maxOutputTokens, 64);
    assert.equal(body.generationConfig.temperature, 0.2);
    assert.ok(body.systemInstruction?.parts?.[0]?.text);
    assert.deepEqual(body.contents.map(({ role }) => role), ["user"]);
  },
  "cohere-v2"({ body, path }) {
    assert.equal(path, "/v2/chat");
    assert.equal(body.model, "fake-think");
    assert.equal(body.stream, true);
    assert.equal(body.max_tokens, 64);
    assert.equal(body.temperature, 0.2);
    assert.deepEqual(body.messages.map(({ role }) => role), ["system", "user"]);
    assert.equal(body.stream_options, undefined);
  },
  "bedrock-converse"({ body, path }) {
    assert.equal(path, "/model/fake-think/converse-stream");
    assert.equal(body.model, undefined);
    assert.equal(body.inferenceConfig.maxTokens, 64);
    assert.equal(body.inferenceConfig.temperature, 0.2);
    assert.ok(body.system[0].text);
    assert.ok(body.messages[0].content[0].text);
  },
  ollama({ body, path }) {
    assert.equal(path, "/api/chat");
    assert.equal(body.model, "fake-think");
    assert.equal(body.stream, true);
    assert.equal(body.options.num_predict, 64);
    assert.equal(body.options.temperature, 0.2);
    assert.ok(body.options.num_ctx >= 2048, "Ollama would cut the prompt without a word");
    assert.deepEqual(body.messages.map(({ role }) => role), ["system", "user"]);
  },
};

/** The key stands in its header, and nowhere else in what the host saw. */
function onlyInItsHeader(requests, name, value) {
  for (const { method, path, headers, body } of requests) {
    if (method !== "OPTIONS") assert.equal(headers[name], value, `${method} ${path}`);
    const secret = value.replace(/^Bearer /, "");
    const elsewhere = JSON.stringify([path, body, Object.entries(headers).filter(([other]) => other !== name)]);
    assert.ok(!elsewhere.includes(secret), `the key is also elsewhere in ${method} ${path}`);
  }
}

describe("a host of every dialect", () => {
  let lab;
  let hosts;
  before(async () => {
    [lab, hosts] = await Promise.all([openLab(), startDialects({ keyed: true })]);
  });
  after(async () => {
    await lab?.close();
    await closeAll(hosts);
  });

  for (const dialect of DIALECTS) {
    it(`${dialect}: streams an answer with reasoning, usage and citations`, async () => {
      const host = hosts.get(dialect);
      host.requests.length = 0;
      const tab = await prepared(lab, [host]);
      const { page } = tab;
      await addEndpoint(page, { url: host.base, dialect, model: "fake-think", key: keyOf(dialect), maxTokens: 64, temperature: 0.2 });
      assert.deepEqual(host.requests, [], "adding a column asked the host something");
      await ask(page, QUESTION);
      const column = columns(page, "fake-think");
      assert.equal(await ended(column), "done");
      assert.match(await answerOf(column), /You asked:.*Who built the lighthouse\?/);
      assert.match(await column.locator(".answer-reasoning").textContent(), /First I look at the passages, then I answer\./);

      const [request] = host.chats();
      assert.equal(host.chats().length, 1);
      SHAPES[dialect]({ body: request.json, path: request.path, headers: request.headers });
      const { keyHeader } = MANNERS[dialect];
      onlyInItsHeader(host.requests, keyHeader, keyHeader === "authorization" ? `Bearer ${keyOf(dialect)}` : keyOf(dialect));
      const evidence = evidenceIn(dialect, request.json);
      assert.match(evidence, /Ingrid Aas/);
      assert.equal(await column.getAttribute("data-evidence-sha256"), sha256(evidence));

      const shown = await metrics(column);
      assert.equal(number(shown.In), USAGE.input, `In: ${shown.In}`);
      assert.equal(number(shown.Out), USAGE.output, `Out: ${shown.Out}`);
      assert.doesNotMatch(`${shown.In}${shown.Out}`, /≈/, "shown as estimated");
      if (TELLS[dialect].cached) assert.equal(number(shown.Cached), USAGE.cached, `Cached: ${shown.Cached}`);
      if (TELLS[dialect].reasoning) assert.equal(number(shown.Reasoning), USAGE.reasoning, `Reasoning: ${shown.Reasoning}`);

      await column.getByRole("button", { name: /^Citation 1/ }).first().click();
      await page.getByRole("region", { name: "Evidence" }).getByText("Ingrid Aas").waitFor();
      assert.deepEqual(await axeViolations(page), []);
      tab.assertClean();
      await tab.close();
    });

    it(`${dialect}: tells a refused key and an unknown model apart`, async () => {
      const host = hosts.get(dialect);
      const tab = await prepared(lab, [host]);
      const { page } = tab;
      await addEndpoint(page, { url: host.base, dialect, model: "fake-echo", key: "sk-not-the-right-one" });
      await ask(page, QUESTION);
      assert.equal(await ended(columns(page, "fake-echo")), "failed");
      assert.match(await noticeOf(columns(page, "fake-echo")), /refused the key|key/i);
      await addEndpoint(page, { url: host.base, dialect, model: "no-such-model", key: keyOf(dialect) });
      await ask(page, QUESTION);
      assert.equal(await ended(columns(page, "no-such-model")), "failed");
      assert.match(await noticeOf(columns(page, "no-such-model")), /model/i);
      assert.equal(await ended(columns(page, "fake-echo")), "done", "the new key is not used for the same origin");
      await tab.close();
    });
  }

  it("all seven side by side get the same evidence, byte for byte", async () => {
    const tab = await prepared(lab, [...hosts.values()]);
    const { page } = tab;
    for (const [dialect, host] of hosts) {
      host.requests.length = 0;
      await addEndpoint(page, { url: host.base, dialect, model: "fake-echo", key: keyOf(dialect) });
    }
    await ask(page, QUESTION);
    for (let at = 0; at < DIALECTS.length; at += 1) assert.equal(await ended(columns(page, "fake-echo").nth(at)), "done");
    const sent = [...hosts].map(([dialect, host]) => evidenceIn(dialect, host.chats()[0].json));
    assert.equal(new Set(sent).size, 1, "different evidence");
    const shown = await page.$$eval("article", (all) => all.map((one) => one.dataset.evidenceSha256));
    assert.deepEqual(new Set(shown), new Set([sha256(sent[0])]));
    assert.equal(shown.length, DIALECTS.length);
    tab.assertClean();
    await tab.close();
  });

  it("anthropic: passages that go as documents are shown as such", async () => {
    const host = hosts.get("anthropic");
    host.requests.length = 0;
    const tab = await prepared(lab, [host]);
    const { page } = tab;
    await addEndpoint(page, { url: host.base, dialect: "anthropic", model: "fake-echo", key: keyOf("anthropic") });
    await page.getByRole("button", { name: "Edit column fake-echo", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Edit column" });
    await dialog.getByRole("checkbox", { name: /own citations/ }).check();
    await dialog.getByRole("button", { name: "Save column" }).click();
    await dialog.waitFor({ state: "detached" });
    await ask(page, QUESTION);
    assert.equal(await ended(columns(page, "fake-echo")), "done");
    await page.getByRole("button", { name: "View request of fake-echo", exact: true }).click();
    const shown = page.getByRole("dialog", { name: "Request" }).locator(".prompt-message");
    await shown.filter({ hasText: /^document 1/ }).waitFor();
    const user = await shown.filter({ hasText: /^user/ }).locator(".prompt-content").textContent();
    assert.equal(user, QUESTION);
    assert.ok(JSON.stringify(host.chats()[0].json).includes('"type":"document"'));
    assert.deepEqual(await axeViolations(page), []);
    tab.assertClean();
    await tab.close();
  });

  for (const dialect of ["anthropic", "cohere-v2"]) {
    it(`${dialect}: draws the host's own citations`, async () => {
      const host = hosts.get(dialect);
      const tab = await prepared(lab, [host]);
      const { page } = tab;
      await addEndpoint(page, { url: host.base, dialect, model: "fake-cite", key: keyOf(dialect) });
      await ask(page, QUESTION);
      const column = columns(page, "fake-cite");
      assert.equal(await ended(column), "done");
      assert.match(await answerOf(column), /The documents say:/);
      const chip = column.getByRole("button", { name: /^Citation 1: lighthouse\.txt/ });
      assert.equal(await chip.count(), 1);
      assert.equal(await column.locator(".cite.flagged").count(), 0);
      await chip.click();
      await page.getByRole("region", { name: "Evidence" }).locator(".passage-here").first().waitFor();
      tab.assertClean();
      await tab.close();
    });
  }

  it("lists its models when checked, in whatever shape they come", async () => {
    const tab = await lab.open({ allow: [...hosts.values()].map(({ origin }) => origin) });
    const { page } = tab;
    const dialog = await openAddColumn(page);
    await chooseProvider(dialog, "Custom endpoint");
    for (const [dialect, host] of hosts) {
      host.requests.length = 0;
      await dialog.getByRole("combobox", { name: "API", exact: true }).selectOption({ label: API[dialect] });
      await dialog.getByLabel(/^Base URL/).fill(host.base);
      await dialog.getByLabel(/^API key/).fill(keyOf(dialect));
      await dialog.getByRole("button", { name: "Test connection", exact: true }).click();
      const outcome = dialog.getByRole("status");
      if (dialect === "bedrock-converse") {
        await outcome.getByText(/no list|lists no models|type the model/i).waitFor();
      } else {
        await outcome.getByText("Connected, 4 models").waitFor();
        assert.equal(host.requests.filter(({ method }) => method === "GET").length, 1, dialect);
      }
    }
    await tab.close();
  });

  it("bedrock-converse: signs with three keys where it must", async () => {
    const keys = { id: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token: "FwoGZXIvYXdzEXAMPLETOKEN" };
    const host = await startDialect("bedrock-converse", { key: keys, models: ["anthropic.fake-v1:0"] });
    const tab = await prepared(lab, [host]);
    const { page } = tab;
    await addEndpoint(page, { provider: "AWS Bedrock", url: host.base, blanks: { Region: "eu-west-1" }, auth: SIGNED, key: keys, model: "anthropic.fake-v1:0" });
    await ask(page, QUESTION);
    const column = columns(page, "anthropic.fake-v1:0");
    const state = await ended(column);
    assert.equal(state, "done", host.requests.find(({ why }) => why)?.why);
    const [request] = host.chats();
    assert.equal(request.path, "/model/anthropic.fake-v1%3A0/converse-stream");
    assert.match(request.headers.authorization, /\/eu-west-1\/bedrock\/aws4_request/);
    for (const { headers, body, path } of host.requests) assert.ok(!JSON.stringify([headers, body, path]).includes(keys.secret), "the secret was sent");
    await page.getByRole("button", { name: "View request of anthropic.fake-v1:0" }).click();
    const shown = await page.getByRole("dialog", { name: "Request" }).innerText();
    assert.ok(!shown.includes(keys.secret) && !shown.includes(keys.token), "the request shown holds a secret");
    await tab.close();
    await host.close();
  });
});

/** Kept and, where the shared data is, recorded streams: {name, dialect, bytes, text, reasoning, usage, fails}. */
function streams() {
  const all = [...FIXTURES];
  for (const dialect of ["ollama", "bedrock-converse"]) {
    const folder = `${DATA}/streams/${dialect}`;
    if (!DATA || !existsSync(folder)) continue;
    for (const name of readdirSync(folder).filter((name) => /\.(ndjson|bin)$/.test(name)).sort()) {
      const expected = JSON.parse(readFileSync(`${folder}/${name.replace(/\.(ndjson|bin)$/, ".expected.json")}`, "utf8"));
      const { text, reasoning, usage, tool_calls: tools } = expected;
      all.push({ name, dialect, bytes: readFileSync(`${folder}/${name}`), text: text ?? "", reasoning: reasoning ?? "", usage: [usage.input, usage.output], tools: tools.length > 0 });
    }
  }
  return all;
}

describe("streams replayed byte for byte", () => {
  const all = streams();
  if (!DATA) console.log("SKIPPED: recordings of Ollama and Bedrock (no shared data)");
  let lab;
  before(async () => {
    lab = await openLab();
  });
  after(() => lab?.close());

  // As they came, and cut where it hurts: every byte alone, and inside frames, lines and letters.
  for (const cut of [1, 7, 4096]) {
    for (const dialect of ["ollama", "bedrock-converse"]) {
      it(`${dialect}, ${cut} bytes a piece`, async () => {
        const mine = all.filter((stream) => stream.dialect === dialect);
        const type = dialect === "ollama" ? "application/x-ndjson" : "application/vnd.amazon.eventstream";
        const replays = Object.fromEntries(mine.map(({ name, bytes }) => [name, { bytes, cut, type }]));
        const host = await startDialect(dialect, { replays });
        // At most eight columns at a time.
        for (let from = 0; from < mine.length; from += 8) {
          const tab = await prepared(lab, [host]);
          const some = mine.slice(from, from + 8);
          for (const { name } of some) await addEndpoint(tab.page, { url: host.base, dialect, model: name });
          await ask(tab.page, QUESTION);
          for (const { name, text, reasoning, usage, fails, tools } of some) {
            const column = columns(tab.page, name);
            const state = await ended(column, 120_000);
            const answer = await column.locator(".answer").textContent();
            if (fails) {
              assert.equal(state, "failed", name);
              assert.match(await noticeOf(column), fails, name);
            } else if (!tools) {
              assert.equal(state, "done", name);
            }
            // A tool nobody offered may be named in the column's own words; the answer's are there all the same.
            if (tools) assert.ok(letters(answer).startsWith(letters(text)) || letters(answer).includes(letters(text)), name);
            else assert.equal(letters(answer), letters(text), name);
            if (reasoning) assert.equal(letters(await column.locator(".answer-reasoning p").textContent()), letters(reasoning), name);
            if (usage) {
              const shown = await metrics(column);
              assert.deepEqual([number(shown.In), number(shown.Out)], usage, name);
            }
          }
          await tab.close();
        }
        await host.close();
      });
    }
  }
});
