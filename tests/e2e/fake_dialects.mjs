// Hosts that speak the seven dialects, as configured: for browser tests. One server a dialect, because a key belongs to an origin.
// No clock but for delays, no randomness: the same request gets the same bytes.
//
//   const hosts = await startDialects({ keyed: true })
//   hosts.get("gemini").base       what is entered as base URL
//   hosts.get("gemini").requests   [{ method, path, headers, body, json, status, aborted, arrived, closed }], newest last
//   await closeAll(hosts)
//
// Preflights are answered with the headers that the real provider is known to allow, and no other.
// The model's name decides what happens:
//   fake-echo     answers with the question, citing [1] and [2]
//   fake-think    reasoning first
//   fake-cite     cites the host's own way (Anthropic, Cohere); elsewhere like fake-echo
//   fake-slow     like fake-echo, a piece every `slowMillis`
//   any name in `replays`: those bytes, cut at that size
// Any other name: "no such model", in the dialect's own shape.

import http from "node:http";
import { bedrockEvent, refusal } from "./wire.mjs";

export const DIALECTS = ["openai-chat", "openai-responses", "anthropic", "gemini", "cohere-v2", "bedrock-converse", "ollama"];
export const MODELS = ["fake-echo", "fake-think", "fake-cite", "fake-slow"];

/** What every answer's usage comes to, however a dialect counts it. Cached tokens are part of the input. */
export const USAGE = { input: 1200, output: 34, reasoning: 11, cached: 200, billed: 700 };
/** Which of these a dialect can tell. */
export const TELLS = {
  "openai-chat": { cached: true, reasoning: true },
  "openai-responses": { cached: true, reasoning: true },
  anthropic: { cached: true, reasoning: false },
  gemini: { cached: true, reasoning: true },
  "cohere-v2": { cached: true, reasoning: true },
  "bedrock-converse": { cached: true, reasoning: false },
  ollama: { cached: false, reasoning: false },
};

/** Key header, where it is looked for, and what a preflight allows, by dialect. */
export const MANNERS = {
  "openai-chat": { root: "/v1", keyHeader: "authorization", allow: "authorization, content-type" },
  "openai-responses": { root: "/v1", keyHeader: "authorization", allow: "authorization, content-type" },
  anthropic: { root: "/v1", keyHeader: "x-api-key", allow: "x-api-key, anthropic-version, anthropic-dangerous-direct-browser-access, content-type" },
  gemini: { root: "/v1beta", keyHeader: "x-goog-api-key", allow: "x-goog-api-key, content-type" },
  "cohere-v2": { root: "/v2", keyHeader: "authorization", allow: "authorization, content-type" },
  "bedrock-converse": { root: "", keyHeader: "authorization", allow: "authorization, content-type, x-amz-date, x-amz-security-token, x-amz-content-sha256" },
  ollama: { root: "", keyHeader: "authorization", allow: "authorization, content-type, accept, user-agent, x-requested-with" },
};

const REASONING = "First I look at the passages, then I answer.";
const words = (text) => text.match(/\s*(?:\[|[^\s[\]]+|\])/g) ?? [text];

/** Everything a request says to the model, as one text. */
export function saidIn(dialect, json) {
  const text = (value) =>
    typeof value === "string" ? value : Array.isArray(value) ? value.map(text).join("\n") : (value?.text ?? text(value?.content ?? value?.parts ?? ""));
  const parts = {
    "openai-chat": () => [json.messages],
    "openai-responses": () => [json.instructions, json.input],
    anthropic: () => [json.system, json.messages],
    gemini: () => [json.systemInstruction ?? json.system_instruction, json.contents],
    "cohere-v2": () => [json.messages],
    "bedrock-converse": () => [json.system, json.messages],
    ollama: () => [json.messages],
  };
  return parts[dialect]().map((part) => text(part ?? "")).join("\n");
}

/** The evidence in a request: between the tags, or the documents beside the question, whatever the dialect. */
export function evidenceIn(dialect, json) {
  const tagged = /<evidence>\n([\s\S]*)\n<\/evidence>/.exec(saidIn(dialect, json))?.[1];
  const documents = [...documentsIn(json)].map(({ text }) => text);
  return tagged ?? (documents.length > 0 ? documents.join("\n\n") : null);
}

const sse = (value, name) => `${name ? `event: ${name}\n` : ""}data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`;

/** An answer → the pieces of the body, in order. `cite` = {from, to, quote, number} is a native citation of the text's characters. */
const SPOKEN = {
  "openai-chat": (answer) => {
    const chunk = (delta, finish_reason = null) => sse({ id: "fake", object: "chat.completion.chunk", model: answer.model, choices: [{ index: 0, delta, finish_reason }] });
    return [
      ": fake\n\n",
      chunk({ role: "assistant", content: "" }),
      ...answer.reasoning.map((reasoning_content) => chunk({ reasoning_content })),
      ...answer.pieces.map((content) => chunk({ content })),
      chunk({}, "stop"),
      sse({ id: "fake", object: "chat.completion.chunk", model: answer.model, choices: [], usage: { prompt_tokens: USAGE.input, completion_tokens: USAGE.output, total_tokens: USAGE.input + USAGE.output, prompt_tokens_details: { cached_tokens: USAGE.cached }, completion_tokens_details: { reasoning_tokens: USAGE.reasoning } } }),
      sse("[DONE]"),
    ];
  },
  "openai-responses": (answer) => {
    let sequence_number = 0;
    const event = (type, rest) => sse({ type, sequence_number: sequence_number++, ...rest }, type);
    const text = answer.pieces.join("");
    const message = { id: "msg", type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text, annotations: [] }] };
    const usage = { input_tokens: USAGE.input, input_tokens_details: { cached_tokens: USAGE.cached }, output_tokens: USAGE.output, output_tokens_details: { reasoning_tokens: USAGE.reasoning }, total_tokens: USAGE.input + USAGE.output };
    const response = { id: "resp", object: "response", model: answer.model, error: null, incomplete_details: null };
    return [
      event("response.created", { response: { ...response, status: "in_progress", output: [], usage: null } }),
      event("response.in_progress", { response: { ...response, status: "in_progress", output: [], usage: null } }),
      ...(answer.reasoning.length ? [event("response.output_item.added", { output_index: 0, item: { id: "rs", type: "reasoning", summary: [] } })] : []),
      ...answer.reasoning.map((delta) => event("response.reasoning_summary_text.delta", { item_id: "rs", output_index: 0, summary_index: 0, delta, obfuscation: "x" })),
      event("response.output_item.added", { output_index: 1, item: { ...message, status: "in_progress", content: [] } }),
      event("response.content_part.added", { item_id: "msg", output_index: 1, content_index: 0, part: { type: "output_text", text: "", annotations: [] } }),
      ...answer.pieces.map((delta) => event("response.output_text.delta", { item_id: "msg", output_index: 1, content_index: 0, delta, logprobs: [], obfuscation: "abc" })),
      event("response.output_text.done", { item_id: "msg", output_index: 1, content_index: 0, text }),
      event("response.output_item.done", { output_index: 1, item: message }),
      event("response.completed", { response: { ...response, status: "completed", output: [message], usage } }),
    ];
  },
  anthropic: (answer) => {
    const event = (type, rest) => sse({ type, ...rest }, type);
    const usage = { input_tokens: USAGE.input - USAGE.cached, cache_read_input_tokens: USAGE.cached, cache_creation_input_tokens: 0, output_tokens: 1 };
    const thinking = answer.reasoning.length > 0;
    const block = (index, content_block, deltas) => [
      event("content_block_start", { index, content_block }),
      ...deltas.map((delta) => event("content_block_delta", { index, delta })),
      event("content_block_stop", { index }),
    ];
    const delta = (text) => ({ type: "text_delta", text });
    const at = thinking ? 1 : 0;
    // A cited stretch is a block of text of its own, its citation inside it.
    const { cite } = answer;
    const whole = answer.pieces.join("");
    const blocks = cite
      ? [
          ...(cite.from > 0 ? block(at, { type: "text", text: "" }, words(whole.slice(0, cite.from)).map(delta)) : []),
          ...block(at + 1, { type: "text", text: "", citations: [] }, [
            { type: "citations_delta", citation: cite.location },
            ...words(whole.slice(cite.from, cite.to)).map(delta),
          ]),
          ...block(at + 2, { type: "text", text: "" }, words(whole.slice(cite.to)).map(delta)),
        ]
      : block(at, { type: "text", text: "" }, answer.pieces.map(delta));
    return [
      event("message_start", { message: { id: "msg", type: "message", role: "assistant", model: answer.model, content: [], stop_reason: null, usage } }),
      event("ping", {}),
      ...(thinking ? block(0, { type: "thinking", thinking: "", signature: "" }, [...answer.reasoning.map((thinking) => ({ type: "thinking_delta", thinking })), { type: "signature_delta", signature: "c2ln" }]) : []),
      ...blocks,
      event("message_delta", { delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: USAGE.output } }),
      event("message_stop", {}),
    ];
  },
  gemini: (answer) => {
    const tail = { modelVersion: answer.model, responseId: "fake" };
    const part = (part, rest = {}) => sse({ candidates: [{ content: { parts: [part], role: "model" }, index: 0, ...rest }], ...tail }).replaceAll("\n", "\r\n");
    const usageMetadata = { promptTokenCount: USAGE.input, cachedContentTokenCount: USAGE.cached, candidatesTokenCount: USAGE.output - USAGE.reasoning, thoughtsTokenCount: USAGE.reasoning, totalTokenCount: USAGE.input + USAGE.output };
    return [
      ...answer.reasoning.map((text) => part({ text, thought: true })),
      ...answer.pieces.map((text) => part({ text })),
      sse({ candidates: [{ content: { parts: [{ text: "", thoughtSignature: "c2ln" }], role: "model" }, finishReason: "STOP", index: 0 }], usageMetadata, ...tail }).replaceAll("\n", "\r\n"),
    ];
  },
  "cohere-v2": (answer) => {
    const event = (type, rest) => sse({ type, ...rest }, type);
    const text = (text) => event("content-delta", { index: 1, delta: { message: { content: { text } } } });
    const usage = { billed_units: { input_tokens: USAGE.billed, output_tokens: USAGE.output }, tokens: { input_tokens: USAGE.input, output_tokens: USAGE.output, reasoning_tokens: USAGE.reasoning }, cached_tokens: USAGE.cached };
    return [
      event("message-start", { id: "fake", delta: { message: { role: "assistant", content: [], tool_plan: "", tool_calls: [], citations: [] } } }),
      ...(answer.reasoning.length ? [event("content-start", { index: 0, delta: { message: { content: { type: "thinking", thinking: "" } } } })] : []),
      ...answer.reasoning.map((thinking) => event("content-delta", { index: 0, delta: { message: { content: { thinking } } } })),
      ...(answer.reasoning.length ? [event("content-end", { index: 0 })] : []),
      event("content-start", { index: 1, delta: { message: { content: { type: "text", text: "" } } } }),
      ...answer.pieces.map(text),
      ...(answer.cite
        ? [
            event("citation-start", { index: 0, delta: { message: { citations: { start: answer.cite.from, end: answer.cite.to, text: answer.cite.words, content_index: 1, type: "TEXT_CONTENT", sources: [answer.cite.location] } } } }),
            event("citation-end", { index: 0 }),
          ]
        : []),
      event("content-end", { index: 1 }),
      event("message-end", { delta: { finish_reason: "COMPLETE", usage } }),
      sse("[DONE]"),
    ];
  },
  "bedrock-converse": (answer) => [
    bedrockEvent("messageStart", { role: "assistant", p: "abcd" }),
    ...answer.reasoning.map((text) => bedrockEvent("contentBlockDelta", { contentBlockIndex: 0, delta: { reasoningContent: { text } }, p: "ab" })),
    ...answer.pieces.map((text, at) => bedrockEvent("contentBlockDelta", { contentBlockIndex: 1, delta: { text }, p: "abcdefghijkl".slice(0, at % 12) })),
    bedrockEvent("contentBlockStop", { contentBlockIndex: 1 }),
    bedrockEvent("messageStop", { stopReason: "end_turn" }),
    // What Bedrock calls input is without what came from the cache.
    bedrockEvent("metadata", { metrics: { latencyMs: 5 }, usage: { inputTokens: USAGE.input - USAGE.cached, outputTokens: USAGE.output, totalTokens: USAGE.input + USAGE.output, cacheReadInputTokens: USAGE.cached, cacheWriteInputTokens: 0 } }),
  ],
  ollama: (answer) => {
    const line = (value) => `${JSON.stringify({ model: answer.model, created_at: "2026-08-04T19:59:21.35Z", ...value })}\n`;
    return [
      ...answer.reasoning.map((thinking) => line({ message: { role: "assistant", content: "", thinking }, done: false })),
      ...answer.pieces.map((content) => line({ message: { role: "assistant", content }, done: false })),
      line({ message: { role: "assistant", content: "" }, done: true, done_reason: "stop", total_duration: 9e9, prompt_eval_count: USAGE.input, prompt_eval_duration: 8e8, eval_count: USAGE.output, eval_duration: 7e8 }),
    ];
  },
};

const CONTENT_TYPE = { "bedrock-converse": "application/vnd.amazon.eventstream", ollama: "application/x-ndjson" };

/** The list of models, in the host's own shape; `null` where a host has none. */
const LISTED = {
  "openai-chat": (names) => ({ object: "list", data: names.map((id) => ({ id, object: "model", created: 0, owned_by: "fake" })) }),
  "openai-responses": (names) => ({ object: "list", data: names.map((id) => ({ id, object: "model", created: 0, owned_by: "fake" })) }),
  anthropic: (names) => ({ data: names.map((id) => ({ type: "model", id, display_name: `Fake ${id}`, created_at: "2026-01-01T00:00:00Z" })), has_more: false, first_id: names[0], last_id: names.at(-1) }),
  gemini: (names) => ({
    models: names.map((name) => ({ name: `models/${name}`, displayName: `Fake ${name}`, inputTokenLimit: 1048576, outputTokenLimit: 65536, supportedGenerationMethods: ["generateContent", "countTokens"] })),
  }),
  "cohere-v2": (names) => ({ models: names.map((name) => ({ name, endpoints: ["chat"], context_length: 256000, is_deprecated: false })) }),
  "bedrock-converse": null,
  ollama: (names) => ({ models: names.map((name) => ({ name, model: name, modified_at: "2026-01-01T00:00:00Z", size: 1, digest: "0", details: { family: "fake", parameter_size: "1B" } })) }),
};

/** A refusal in the host's own shape. */
export function refused(dialect, status, message, type = "invalid_request_error") {
  const shapes = {
    anthropic: { type: "error", error: { type: status === 401 ? "authentication_error" : status === 404 ? "not_found_error" : type, message }, request_id: "req" },
    gemini: { error: { code: status, message, status: status === 404 ? "NOT_FOUND" : "INVALID_ARGUMENT", details: [] } },
    "cohere-v2": { id: "fake", message },
    "bedrock-converse": { message },
    ollama: { error: message },
  };
  return shapes[dialect] ?? { error: { message, type, param: null, code: status === 404 ? "model_not_found" : null } };
}

/** What a path asks for: {kind: "chat" | "models", model} or nothing. */
function asked(dialect, method, path, json) {
  const patterns = {
    "openai-chat": [/^\/v1\/chat\/completions$/, /^\/v1\/models$/],
    "openai-responses": [/^\/v1\/responses$/, /^\/v1\/models$/],
    anthropic: [/^\/v1\/messages$/, /^\/v1\/models$/],
    gemini: [/^\/v1beta\/models\/([^/:]+):streamGenerateContent$/, /^\/v1beta\/models$/],
    "cohere-v2": [/^\/v2\/chat$/, /^\/v[12]\/models$/],
    "bedrock-converse": [/^\/model\/([^/]+)\/converse-stream$/, /^\/foundation-models$/],
    ollama: [/^\/api\/chat$/, /^\/api\/tags$/],
  };
  const [chat, models] = patterns[dialect];
  const found = method === "POST" && chat.exec(path);
  if (found) return { kind: "chat", model: found[1] === undefined ? json?.model : decodeURIComponent(found[1]) };
  return method === "GET" && models.test(path) ? { kind: "models" } : null;
}

/**
 * A fake host of one dialect. Run by itself (`node fake_dialects.mjs`) this file serves all seven until stopped.
 * @param {string} dialect one of DIALECTS
 * `key`: what must be shown, in the header of that dialect; for Bedrock {id, secret, token} demands a signature.
 * `cors`: true any origin, a string only that one, false none. `corsOnErrors: false`: refusals come without it.
 * `replays`: {model: {bytes, cut, type}}. `answer(model, question)` may give other text. `intercept(request, response, record)`
 * may answer instead, by returning true.
 */
export async function startDialect(dialect, options = {}) {
  const { key = null, cors = true, corsOnErrors = true, slowMillis = 100, models = MODELS, replays = {}, answer, intercept, host = "127.0.0.1" } = options;
  const manners = MANNERS[dialect];
  const requests = [];
  const sockets = new Set();
  const timers = new Set();
  const pause = (millis) => new Promise((done) => {
    const timer = setTimeout(() => (timers.delete(timer), done()), millis);
    timers.add(timer);
  });

  const server = http.createServer((request, response) => {
    const record = { method: request.method, path: request.url, headers: { ...request.headers }, body: "", json: null, status: null, aborted: false, arrived: Date.now(), closed: null };
    requests.push(record);
    response.on("close", () => {
      record.closed = Date.now();
      record.aborted = !response.writableFinished;
    });
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", async () => {
      record.body = Buffer.concat(chunks).toString("utf8");
      try {
        record.json = JSON.parse(record.body);
      } catch {
        record.json = null;
      }
      if (intercept && (await intercept(request, response, record)) === true) return;
      await reply(request, response, record);
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.unref();
    socket.on("close", () => sockets.delete(socket));
  });
  server.requestTimeout = 0;
  // A connection that is closed just as a request leaves on it looks like a dead host.
  server.keepAliveTimeout = 120_000;
  server.headersTimeout = 0;

  const allowed = (request) => {
    const { origin } = request.headers;
    return cors && origin && (cors === true || cors === origin) ? { "access-control-allow-origin": origin, vary: "origin" } : {};
  };

  async function reply(request, response, record) {
    const headers = allowed(request);
    const say = (status, body) => {
      record.status = status;
      const shown = status < 400 || corsOnErrors ? headers : {};
      response.writeHead(status, { "content-type": "application/json", ...shown }).end(JSON.stringify(body));
    };
    if (request.method === "OPTIONS") {
      record.status = 204;
      const allow = headers["access-control-allow-origin"] ? { "access-control-allow-methods": "GET, POST, OPTIONS", "access-control-allow-headers": manners.allow, "access-control-max-age": "0" } : {};
      return response.writeHead(204, { ...headers, ...allow }).end();
    }
    const why = unkeyed(request, record);
    // Google answers a bad key with 400; AWS and the others with 403 and 401.
    if (why) {
      const status = dialect === "gemini" ? 400 : dialect === "bedrock-converse" ? 403 : 401;
      record.why = why;
      return say(status, refused(dialect, status, dialect === "gemini" ? "API key not valid. Please pass a valid API key." : why, "authentication_error"));
    }
    const what = asked(dialect, request.method, new URL(request.url, "http://fake").pathname, record.json);
    if (what?.kind === "models" && LISTED[dialect]) return say(200, LISTED[dialect](models));
    if (what?.kind !== "chat") return say(404, refused(dialect, 404, `Unknown request URL: ${request.method} ${request.url}`));
    record.model = what.model;
    const replay = replays[what.model];
    if (!replay && !models.includes(what.model)) return say(404, refused(dialect, 404, `The model \`${what.model}\` does not exist.`));
    record.status = 200;
    response.writeHead(200, { ...headers, "content-type": replay?.type ?? CONTENT_TYPE[dialect] ?? "text/event-stream", "cache-control": "no-store" });
    if (replay) return played(response, replay);
    const gap = what.model === "fake-slow" ? slowMillis : 0;
    for (const piece of SPOKEN[dialect](answered(what.model, record.json))) {
      if (response.destroyed) return undefined;
      response.write(piece);
      if (gap > 0) await pause(gap);
    }
    return response.end();
  }

  /** Writes a file as it is, in pieces of `cut` bytes, each on its own. */
  async function played(response, { bytes, cut }) {
    for (let at = 0; at < bytes.length && !response.destroyed; at += cut) {
      if (!response.write(bytes.subarray(at, at + cut))) await new Promise((done) => response.once("drain", done).once("close", done));
      // The next piece goes out with the next turn: never joined with this one by Node.
      await new Promise((done) => setImmediate(done));
    }
    response.end();
  }

  function unkeyed(request, record) {
    if (key === null) return null;
    if (typeof key === "object") return refusal({ method: request.method, target: request.url, headers: request.headers, body: record.body, keys: key });
    const shown = request.headers[manners.keyHeader];
    return shown === (manners.keyHeader === "authorization" ? `Bearer ${key}` : key) ? null : "Incorrect API key provided.";
  }

  function answered(model, json) {
    const said = saidIn(dialect, json);
    const question = said.trim().split("\n").filter((line) => line.trim()).at(-1) ?? "";
    const other = answer?.(model, question);
    const cite = model === "fake-cite" && other === undefined ? nativeCitation(dialect, json, said) : null;
    const text = other ?? (cite ? cite.text : `You asked: ${question} The first passage answers this [1]. **The second agrees** [2], and so do both [1, 2].`);
    return { model, pieces: words(text), reasoning: model === "fake-think" ? words(REASONING) : [], cite };
  }

  await new Promise((done, fail) => server.once("error", fail).listen(options.port ?? 0, host, done));
  // A test that fails before it closes its hosts must not keep the process.
  server.unref();
  const origin = `http://${host}:${server.address().port}`;
  return {
    dialect,
    origin,
    base: origin + manners.root,
    requests,
    chats: () => requests.filter(({ method, model }) => method === "POST" && model !== undefined),
    close: () =>
      new Promise((done) => {
        for (const timer of timers) clearTimeout(timer);
        for (const socket of sockets) socket.destroy();
        server.close(() => done());
      }),
  };
}

/** A sentence whose middle is backed by the first passage, cited as the host does; nothing where hosts cite in the text only. */
function nativeCitation(dialect, json, said) {
  if (!["anthropic", "cohere-v2"].includes(dialect)) return null;
  const evidence = /<evidence>\n([\s\S]*)\n<\/evidence>/.exec(said)?.[1];
  const documents = [...documentsIn(json)];
  if (!evidence && documents.length === 0) return null;
  const source = documents[0]?.text ?? evidence;
  const quote = (/[A-Z][^.!?\n[\]]{20,160}[.!?]/.exec(source) ?? [source.slice(0, 80)])[0];
  const before = "The documents say: ";
  const words = quote.replace(/[.!?]$/, "");
  const location =
    dialect === "anthropic"
      ? documents[0]?.kind === "search_result"
        ? { type: "search_result_location", cited_text: quote, source: documents[0].source, title: documents[0].title ?? null, search_result_index: 0, start_block_index: 0, end_block_index: 1 }
        : { type: "char_location", cited_text: quote, document_index: 0, document_title: documents[0]?.title ?? "1", start_char_index: source.indexOf(quote), end_char_index: source.indexOf(quote) + quote.length }
      : { type: "document", id: documents[0]?.id ?? "1", document: { id: documents[0]?.id ?? "1", text: quote } };
  return { text: `${before}${words}. That is all.`, from: before.length, to: before.length + words.length, words, quote, location };
}

/** Documents that a request carries beside the text. */
function* documentsIn(json) {
  for (const document of json.documents ?? []) {
    yield typeof document === "string" ? { text: document } : { id: document.id, text: document.data?.text ?? document.data?.snippet ?? "" };
  }
  for (const message of json.messages ?? []) {
    for (const block of Array.isArray(message.content) ? message.content : []) {
      if (block.type === "document") yield { kind: "document", title: block.title, text: block.source?.data ?? (block.source?.content ?? []).map(({ text }) => text).join("") };
      if (block.type === "search_result") yield { kind: "search_result", title: block.title, source: block.source, text: (block.content ?? []).map(({ text }) => text).join("") };
    }
  }
}

/** A host for each dialect. `keyed`: each with a key of its own, `sk-<dialect>-0123456789abcdef`. */
export async function startDialects({ keyed = false, ...options } = {}) {
  const hosts = await Promise.all(DIALECTS.map((dialect) => startDialect(dialect, { ...options, key: keyed ? keyOf(dialect) : (options.key ?? null) })));
  return new Map(hosts.map((host) => [host.dialect, host]));
}

export const keyOf = (dialect) => `sk-${dialect}-0123456789abcdef`;
export const closeAll = (hosts) => Promise.all([...(hosts?.values() ?? [])].map((host) => host.close()));

if (process.argv[1] && import.meta.url === new URL(`file://${process.argv[1]}`).href) {
  for (const [dialect, { base }] of await startDialects()) console.log(`${dialect}\t${base}`);
  setInterval(() => {}, 1 << 30);
}
