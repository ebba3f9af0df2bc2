// Streams to replay byte for byte, made here: `node tests/e2e/fake_fixtures.mjs` writes them to tests/data/replay.
// They hold what recordings of real hosts were seen to hold: reasoning first, empty pieces, several scripts, padding that
// means nothing, and an end in the middle.

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bedrockEvent, bedrockException } from "./wire.mjs";

export const fixtureFile = (name) => fileURLToPath(new URL(`../data/replay/${name}`, import.meta.url));

const REASONING = "The keeper is asked for; passage 1 names her.";
const TEXT = "Ingrid Aas – ингрид, 灯台 🗼 – built it in 1874 [1].";
/** Cut between code points: what a tokenizer never splits apart in JSON. */
const cut = (text, size) => Array.from({ length: Math.ceil([...text].length / size) }, (_, at) => [...text].slice(at * size, (at + 1) * size).join(""));

function ollama() {
  const line = (value) => `${JSON.stringify({ model: "fixture:4b", created_at: "2026-08-04T19:59:21.35Z", ...value })}\n`;
  const pieces = (field, text) => cut(text, 3).map((piece) => line({ message: { role: "assistant", content: "", [field]: piece }, done: false }));
  const end = { message: { role: "assistant", content: "" }, done: true, done_reason: "stop", total_duration: 9127309042, load_duration: 59622792, prompt_eval_count: 792, prompt_eval_duration: 808018167, eval_count: 78, eval_duration: 760380742 };
  return Buffer.from([...pieces("thinking", REASONING), ...pieces("content", TEXT), line(end)].join(""));
}

function ollamaCut() {
  const whole = ollama().toString();
  return Buffer.from(whole.slice(0, whole.indexOf('"done":true') - 20));
}

const PADDING = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const delta = (block, delta, at) => bedrockEvent("contentBlockDelta", { contentBlockIndex: block, delta, p: PADDING.slice(0, (at * 7) % 60) });

function bedrockStart() {
  return [
    bedrockEvent("messageStart", { p: PADDING.slice(0, 20), role: "assistant" }),
    delta(0, { text: "" }, 1),
    bedrockEvent("contentBlockStop", { contentBlockIndex: 0, p: PADDING }),
    ...cut(REASONING, 5).map((text, at) => delta(1, { reasoningContent: { text } }, at)),
    delta(1, { reasoningContent: { signature: "c2lnbmF0dXJl" } }, 3),
    bedrockEvent("contentBlockStop", { contentBlockIndex: 1, p: "abc" }),
  ];
}

function bedrock() {
  return Buffer.concat([
    ...bedrockStart(),
    ...cut(TEXT, 4).map((text, at) => delta(2, { text }, at)),
    bedrockEvent("contentBlockStop", { contentBlockIndex: 2, p: "a" }),
    bedrockEvent("messageStop", { p: "ab", stopReason: "end_turn" }),
    bedrockEvent("metadata", { metrics: { latencyMs: 753 }, p: "abcdefghijklmn", usage: { inputTokens: 792, outputTokens: 78, totalTokens: 870 } }),
  ]);
}

function bedrockThrottled() {
  const half = cut(TEXT, 4).slice(0, 6).map((text, at) => delta(2, { text }, at));
  return Buffer.concat([...bedrockStart(), ...half, bedrockException("throttlingException", "Too many tokens, please wait before trying again.")]);
}

/** `text`: what the column must show; `fails`: words of its failure; `usage`: tokens in and out. */
export const FIXTURES = [
  { name: "ollama-think.ndjson", dialect: "ollama", bytes: ollama(), text: TEXT, reasoning: REASONING, usage: [792, 78] },
  { name: "ollama-cut.ndjson", dialect: "ollama", bytes: ollamaCut(), text: TEXT, fails: /ended before|cut|incomplete/i },
  { name: "bedrock-think.bin", dialect: "bedrock-converse", bytes: bedrock(), text: TEXT, reasoning: REASONING, usage: [792, 78] },
  { name: "bedrock-throttled.bin", dialect: "bedrock-converse", bytes: bedrockThrottled(), text: cut(TEXT, 4).slice(0, 6).join(""), fails: /limit|throttl|wait|too many/i },
];

if (process.argv[1] && import.meta.url === new URL(`file://${process.argv[1]}`).href) {
  for (const { name, bytes } of FIXTURES) {
    mkdirSync(fixtureFile("."), { recursive: true });
    writeFileSync(fixtureFile(name), bytes);
    console.log(`${fixtureFile(name)}: ${bytes.length} bytes`);
  }
}
