// Real servers, real models, a real browser: `node tests/e2e/real.mjs [chromium|firefox]`. Not part of `cargo xtask test`: it
// needs servers that take minutes to install.
//
//   LLAMA=http://127.0.0.1:8088/v1    a llama.cpp server (`python -m llama_cpp.server --model smollm2….gguf --port 8088
//                                     --n_ctx 4096 --interrupt_requests False`: by itself it drops an answer for the next question)
//   LITELLM=http://127.0.0.1:4099     LiteLLM in front of it (`litellm --config tests/e2e/litellm.yaml --port 4099`, with
//                                     LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY=true)
//
// What answers is used, what does not is said to be skipped; nothing at all is a failure. Columns: openai-chat straight at
// llama.cpp, and openai-chat, openai-responses, anthropic and gemini through LiteLLM, all at once. Each must stream text from
// the model; the evidence must be the same in all.

import assert from "node:assert/strict";
import { openFirefox } from "./firefox.mjs";
import { openLab } from "./harness.mjs";
import { LIGHTHOUSE, QUESTION, addEndpoint, answerOf, ask, columns, ended, metrics, noticeOf, prepared } from "./steps.mjs";

const LLAMA = process.env.LLAMA ?? "http://127.0.0.1:8088/v1";
const LITELLM = process.env.LITELLM ?? "http://127.0.0.1:4099";
const KEY = "sk-any-key-will-do";

const ROUTES = [
  { name: "llama.cpp, openai-chat", url: LLAMA, dialect: "openai-chat", model: "smollm2" },
  { name: "LiteLLM, openai-chat", url: `${LITELLM}/v1`, dialect: "openai-chat", model: "smollm2", key: KEY },
  { name: "LiteLLM, openai-responses", url: `${LITELLM}/v1`, dialect: "openai-responses", model: "smollm2", key: KEY },
  { name: "LiteLLM, anthropic", url: `${LITELLM}/v1`, dialect: "anthropic", model: "smollm2", key: KEY },
  { name: "LiteLLM, gemini", url: `${LITELLM}/v1beta`, dialect: "gemini", model: "smollm2", key: KEY },
];

const answers = (url) => fetch(url).then(({ ok }) => ok, () => false);
const up = new Map([[LLAMA, await answers(`${LLAMA}/models`)], [LITELLM, await answers(`${LITELLM}/health/liveliness`)]]);
const routes = ROUTES.filter(({ name, url }) => {
  const there = [...up].some(([base, there]) => url.startsWith(base) && there);
  if (!there) console.log(`SKIPPED: ${name} (nothing answers at ${url})`);
  return there;
});
if (routes.length === 0) {
  console.error("no real server answers: nothing was tested");
  process.exit(1);
}

/** Each column's outcome: {state, answer, notice, sha256, metrics}. */
async function inChromium() {
  const lab = await openLab();
  try {
    const tab = await prepared(lab, routes.map(({ url }) => ({ origin: new URL(url).origin })));
    for (const route of routes) await addEndpoint(tab.page, { ...route, maxTokens: 40 });
    await ask(tab.page, QUESTION);
    const all = [];
    for (let at = 0; at < routes.length; at += 1) {
      const column = columns(tab.page, "smollm2").nth(at);
      const state = await ended(column, 600_000);
      all.push({ state, answer: await answerOf(column), notice: state === "failed" ? await noticeOf(column) : "", sha256: await column.getAttribute("data-evidence-sha256"), metrics: await metrics(column) });
    }
    return all;
  } finally {
    await lab.close();
  }
}

async function inFirefox() {
  const lab = await openFirefox();
  if (!lab) {
    console.log("SKIPPED: Firefox (none found)");
    process.exit(0);
  }
  try {
    const tab = await lab.open({ allow: routes.map(({ url }) => new URL(url).origin) });
    await tab.clearColumns();
    await tab.addFile("lighthouse.txt", LIGHTHOUSE);
    for (const route of routes) await tab.addEndpoint(route);
    await tab.ask(QUESTION);
    return await tab.ended(routes.length, 600_000);
  } finally {
    await lab.close();
  }
}

const browser = process.argv[2] ?? "chromium";
const all = await (browser === "firefox" ? inFirefox() : inChromium());
let failed = 0;
for (const [at, { name }] of routes.entries()) {
  const { state, answer, notice, metrics } = all[at];
  const good = state === "done" && /\p{L}{2}/u.test(answer);
  failed += good ? 0 : 1;
  console.log(`${good ? "ok  " : "FAIL"} ${browser}: ${name}: ${state}; ${JSON.stringify((answer || notice).slice(0, 90))}; first token ${metrics["First token"]}, ${metrics["Tokens/s"]} tokens/s, in ${metrics.In}, out ${metrics.Out}`);
}
assert.equal(new Set(all.map(({ sha256 }) => sha256)).size, 1, "different evidence");
console.log(failed === 0 ? `all ${routes.length} real routes stream in ${browser}, with the same evidence` : `${failed} of ${routes.length} failed`);
process.exit(failed === 0 ? 0 : 1);
