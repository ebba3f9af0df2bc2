// The recordings of Bedrock Converse are binary, so they are written here: `node tests/data/streams/make_bedrock.mjs`.
// Frames and checksums are those of the browser tests' fake hosts, which share nothing with the application.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bedrockEvent, bedrockException } from "../../e2e/wire.mjs";

const PADDING = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const padded = (type, value, size) => bedrockEvent(type, { ...value, p: PADDING.slice(0, size) });
const start = () => padded("messageStart", { role: "assistant" }, 20);
const delta = (contentBlockIndex, delta) => padded("contentBlockDelta", { contentBlockIndex, delta }, 9);
const end = (contentBlockIndex) => padded("contentBlockStop", { contentBlockIndex }, 31);
const texts = (block, ...pieces) => [...pieces.map((text) => delta(block, { text })), end(block)];
const stop = (stopReason, usage) => [
  padded("messageStop", { stopReason }, 2),
  padded("metadata", { usage: { ...usage, serverToolUsage: {} }, metrics: { latencyMs: 753 } }, 14),
];
const usage = (inputTokens, outputTokens, totalTokens, rest = {}) => ({ inputTokens, outputTokens, totalTokens, ...rest });

const citation = { title: "1", sourceContent: [{ text: "The line opened on 4 May 1958." }], location: { documentChar: { documentIndex: 0, start: 120, end: 150 } } };
const damaged = Buffer.concat([start(), delta(0, { text: "The cable car" }), delta(0, { text: " opened" })]);
damaged[damaged.length - 8] ^= 0x20;

const BODIES = {
  text: [start(), ...texts(0, "The cable car", " opened in 1958", " [1]."), ...stop("end_turn", usage(172, 12, 824, { cacheReadInputTokens: 640, cacheWriteInputTokens: 0 }))],
  reasoning: [
    start(),
    ...texts(0, ""),
    delta(1, { reasoningContent: { text: "Who built it? " } }),
    delta(1, { reasoningContent: { text: "Passage 2 names her." } }),
    delta(1, { reasoningContent: { signature: "c2lnbmF0dXJl" } }),
    end(1),
    ...texts(2, "Élodie Ström", " built it – 灯台 🗼 [2]."),
    ...stop("end_turn", usage(300, 48, 348)),
  ],
  tool_call: [
    start(),
    ...texts(0, "I look it up."),
    padded("contentBlockStart", { contentBlockIndex: 1, start: { toolUse: { toolUseId: "tooluse_own1", name: "get_timetable" } } }, 5),
    delta(1, { toolUse: { input: '{"day": ' } }),
    delta(1, { toolUse: { input: '"Sunday"}' } }),
    end(1),
    ...stop("tool_use", usage(446, 55, 501)),
  ],
  refusal: [start(), ...texts(0, "Sorry, this question is outside the policy."), ...stop("guardrail_intervened", usage(18, 9, 27))],
  citations: [start(), ...texts(0, "Kurz: "), delta(1, { citation }), ...texts(1, "die Bahn fährt ", "seit 1958."), ...stop("end_turn", usage(878, 66, 944))],
  error_midstream: [start(), delta(0, { text: "The summit station" }), bedrockException("throttlingException", "Too many tokens, please wait before trying again.")],
  cut_off: [start(), delta(0, { text: "The cable car opened" }), delta(0, { text: " in 1958" }).subarray(0, 40)],
  damaged: [damaged],
};

for (const [name, frames] of Object.entries(BODIES)) {
  writeFileSync(fileURLToPath(new URL(`bedrock-converse/${name}.bin`, import.meta.url)), Buffer.concat(frames));
}
