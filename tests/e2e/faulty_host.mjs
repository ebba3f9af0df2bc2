// A host that misbehaves on request: OpenAI-compatible, every fault by the name of the model. For browser tests.
//
//   const host = await startMisbehaving({ elsewhere: evil.origin });
//   host.base        to enter as base URL
//   host.seen(model) its chat requests: [{ model, json, headers, arrived, closed, aborted, status }]
//
// Nothing here is random; what depends on time says so. `CASES` lists every fault with what a person should see.

import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

/** The text that stands when an answer breaks off in the middle. */
export const PARTIAL = "The first half of the answer [1]";
export const WHOLE = `${PARTIAL} and the second half [2].`;
const LONG = 10 * 1024 * 1024;

const chunk = (content, rest = {}) => `data: ${JSON.stringify({ id: "m", object: "chat.completion.chunk", choices: [{ index: 0, delta: { content }, finish_reason: null }], ...rest })}\n\n`;
const finish = `data: ${JSON.stringify({ id: "m", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\n`;
const usage = `data: ${JSON.stringify({ id: "m", choices: [], usage: { prompt_tokens: 1200, completion_tokens: 34, total_tokens: 1234 } })}\n\n`;
const done = "data: [DONE]\n\n";
const first = chunk("The first half") + chunk(" of the answer [1]");
const second = chunk(" and the second") + chunk(" half [2].");
const whole = first + second + finish + usage + done;

const openai = (message, rest = {}) => ({ error: { message, type: "invalid_request_error", param: null, code: null, ...rest } });
const HTML = "<!doctype html><html><head><title>Sign in to continue</title></head><body>Please sign in.</body></html>";

/** A stream: headers at once, then `pieces` in order, then the end (or not). */
const stream = (...pieces) => ({ pieces });
const refusal = (status, body, headers = {}) => ({ status, body, headers });

/**
 * Every fault. `state` is how the column must end, `says` what its notice must say (what happened, or what to do), `text`
 * what must be left of the answer, `tries` how many requests the host must have seen.
 */
export const CASES = {
  // Streams that break, stall or are odd (TRUST B8).
  "reset-at-once": { does: { reset: 0 }, state: "failed", says: /closed|cut|broke|reset|ended|connection|most likely|does not allow/i },
  "reset-midway": { does: { ...stream(first), reset: 1 }, state: "failed", says: /cut|ended|broke|before/i, text: PARTIAL },
  "reset-in-event": { does: { ...stream(first, second.slice(0, 30)), reset: 1 }, state: "failed", says: /cut|ended|broke|before/i, text: PARTIAL },
  "half-json": { does: stream(first, 'data: {"id":"m","choices":[{"index":0,"del'), state: "failed", says: /cut|ended|before|format/i, text: PARTIAL },
  "no-end": { does: stream(first), state: "failed", says: /cut|ended|before/i, text: PARTIAL },
  "no-done": { does: stream(first, second, finish), state: "done", text: WHOLE },
  "two-dones": { does: stream(whole, done, done), state: "done", text: WHOLE },
  drip: { does: { ...stream(chunk("Drop.").replace('"id":"m","object":"chat.completion.chunk",', "").replace('"index":0,', "") + done), drip: 100 }, state: "done", text: "Drop." },
  "bad-utf8": { does: stream(Buffer.concat([Buffer.from('data: {"choices":[{"delta":{"content":"Broken '), Buffer.from([0xff, 0xc3, 0x28]), Buffer.from(' letters."}}]}\n\n'), Buffer.from(finish + done)])), state: "done", text: "letters." },
  "long-comment": { does: stream(`: ${"x".repeat(LONG)}\n\n`, whole), state: "done", text: WHOLE },
  "long-line": { does: stream(chunk("Long. ", { padding: "x".repeat(LONG) }), whole), state: "done", text: WHOLE },
  gzip: { does: { ...stream(gzipSync(whole)), headers: { "content-encoding": "gzip" } }, state: "done", text: WHOLE },
  "gzip-undeclared": { does: stream(gzipSync(whole)), state: "failed", says: /format|not a chat/i },
  "error-event": { does: stream(first, `event: error\ndata: ${JSON.stringify(openai("The upstream model crashed.", { type: "server_error" }))}\n\n`), state: "failed", says: /upstream model crashed/i, text: PARTIAL },
  "error-in-chunk": { does: stream(first, `data: ${JSON.stringify(openai("The upstream model crashed.", { code: 502 }))}\n\n`, done), state: "failed", says: /upstream model crashed/i, text: PARTIAL },
  html: { does: { ...stream(HTML), headers: { "content-type": "text/html" } }, state: "failed", says: /web page|HTML/i },
  "json-instead": { does: { ...stream(JSON.stringify({ choices: [{ message: { role: "assistant", content: WHOLE }, finish_reason: "stop" }], usage: { prompt_tokens: 1200, completion_tokens: 34, total_tokens: 1234 } })), headers: { "content-type": "application/json" } }, state: "done", text: WHOLE },

  // Refusals: what a person sees, and what is not tried again.
  "bad-key": { does: refusal(401, openai("Incorrect API key provided.", { code: "invalid_api_key" })), state: "failed", says: /key/i, tries: 1 },
  forbidden: { does: refusal(403, openai("This key may not use this model.", { type: "permission_error" })), state: "failed", says: /key|permission/i, tries: 1 },
  "google-bad-key": { does: refusal(400, { error: { code: 400, message: "API key not valid. Please pass a valid API key.", status: "INVALID_ARGUMENT", details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" }] } }), state: "failed", says: /key/i, tries: 1 },
  "no-model": { does: refusal(404, openai("The model `no-model` does not exist or you do not have access to it.", { code: "model_not_found" })), state: "failed", says: /model/i, tries: 1 },
  "no-balance": { does: refusal(402, openai("Insufficient Balance", { type: "unknown_error", code: "invalid_request_error" })), state: "failed", says: /plan|balance|billing|credit|quota/i, tries: 1 },
  "no-quota": { does: refusal(429, openai("You exceeded your current quota, please check your plan and billing details.", { type: "insufficient_quota", code: "insufficient_quota" })), state: "failed", says: /plan|balance|billing|credit|quota/i, tries: 1 },
  "too-long": { does: refusal(400, openai("This model's maximum context length is 4096 tokens. However, your messages resulted in 5000 tokens.", { code: "context_length_exceeded", param: "messages" })), state: "failed", says: /fewer|shorter|longer context/i, tries: 1 },
  "html-error": { does: refusal(502, HTML, { "content-type": "text/html" }), state: "failed", says: /502|failed|server|host/i },
  crashed: { does: refusal(500, openai("The server had an error while processing your request.", { type: "server_error" })), state: "failed", says: /failed|500|server/i },

  // Refusals that a second try repairs (TRUST B9). `gaps`: least milliseconds between tries.
  "busy-twice": { does: { before: 2, ...refusal(503, openai("The engine is currently overloaded, please try again later.", { type: "server_error" })) }, state: "done", text: WHOLE, tries: 3, gaps: [250, 500] },
  "wait-in-words": { does: { before: 1, ...refusal(429, openai("Rate limit reached for requests. Please try again in 0.3s.", { type: "requests", code: "rate_limit_exceeded" })) }, state: "done", text: WHOLE, tries: 2, gaps: [300], within: 5_000 },
  "wait-in-details": { does: { before: 1, ...refusal(429, { error: { code: 429, message: "Resource has been exhausted.", status: "RESOURCE_EXHAUSTED", details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "0.7s" }] } }) }, state: "done", text: WHOLE, tries: 2, gaps: [700], within: 5_000 },
  "wait-in-header": { does: { before: 1, ...refusal(429, openai("Too many requests.", { type: "requests" }), { "retry-after": "1", "access-control-expose-headers": "retry-after" }) }, state: "done", text: WHOLE, tries: 2, gaps: [900], within: 6_000 },

  // Not readable from a page, or not to be followed.
  "bare-bad-key": { does: { ...refusal(401, openai("Incorrect API key provided.")), bare: true }, state: "failed", says: /key/i },
  ...Object.fromEntries(
    [301, 302, 303, 307, 308].map((status) => [`redirect-${status}`, { does: { redirect: status }, state: "failed", says: /redirect|another address|on to|final address/i, tries: 1 }]),
  ),
};

/** A parameter that the host does not take: 400 as long as it is there. */
export const UNTAKEN = {
  "no-temperature": { parameter: "temperature", body: openai("Unsupported parameter: 'temperature' is not supported with this model.", { param: "temperature", code: "unsupported_parameter" }) },
  "no-max-tokens": { parameter: "max_tokens", body: openai("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", { param: "max_tokens", code: "unsupported_parameter" }) },
};

/**
 * `elsewhere`: the origin that the redirect leads to. Models besides the cases: `fine` (a good answer), `stall` (half an
 * answer, then silence), `hang` (no headers), `echo-key` (401 that repeats the key), those of UNTAKEN, and `storm-N`: all of them
 * together may begin `stormStarts` times in `stormMillis`; others are refused, with the time until it is worth asking again.
 */
export async function startMisbehaving({ elsewhere = null, stormStarts = 2, stormMillis = 600, port = 0, cors = true } = {}) {
  const requests = [];
  const sockets = new Set();
  const timers = new Set();
  let begun = [];

  const server = createServer((request, response) => {
    const chunks = [];
    const record = { method: request.method, path: request.url, headers: { ...request.headers }, body: "", json: null, model: null, status: null, aborted: false, arrived: Date.now(), closed: null };
    requests.push(record);
    response.on("close", () => {
      record.closed = Date.now();
      record.aborted = !response.writableFinished && !record.cut;
    });
    response.on("error", () => {});
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      record.body = Buffer.concat(chunks).toString("utf8");
      try {
        record.json = JSON.parse(record.body);
      } catch {
        record.json = null;
      }
      answer(request, response, record);
    });
  });
  server.requestTimeout = 0;
  // A connection that is closed just as a request leaves on it looks like a dead host.
  server.keepAliveTimeout = 120_000;
  server.headersTimeout = 0;
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.unref();
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });

  function answer(request, response, record) {
    const { origin } = request.headers;
    const headers = cors && origin ? { "access-control-allow-origin": origin, vary: "origin" } : {};
    if (request.method === "OPTIONS") {
      const allow = cors ? { "access-control-allow-methods": "GET, POST, OPTIONS", "access-control-allow-headers": "authorization, content-type", "access-control-max-age": "0" } : {};
      return response.writeHead(204, { ...headers, ...allow }).end();
    }
    const refuse = (status, body, more = {}) => {
      record.status = status;
      const text = typeof body === "string" ? body : JSON.stringify(body);
      response.writeHead(status, { "content-type": "application/json", ...headers, ...more }).end(text);
    };
    if (request.method === "GET" && request.url === "/v1/models") return refuse(200, { object: "list", data: [...Object.keys(CASES), "fine"].map((id) => ({ id, object: "model" })) });
    // The probe that finds out whether anything answers here at all.
    if (request.method !== "POST" || request.url !== "/v1/chat/completions") return refuse(404, openai(`Unknown request URL: ${request.url}`));
    record.model = record.json?.model ?? null;
    const { model } = record;
    if (model === "hang") return undefined;
    // Some hosts print the key into their error.
    if (model === "echo-key") return refuse(401, openai(`Incorrect API key provided: ${request.headers.authorization}.`));
    if (model?.startsWith("storm-")) {
      begun = begun.filter((at) => record.arrived - at < stormMillis);
      if (begun.length >= stormStarts) {
        record.waitMillis = stormMillis - (record.arrived - begun[0]);
        return refuse(429, openai(`Rate limit reached. Please try again in ${record.waitMillis}ms.`, { code: "rate_limit_exceeded" }));
      }
      begun.push(record.arrived);
    }
    const untaken = UNTAKEN[model];
    if (untaken && Object.hasOwn(record.json, untaken.parameter)) return refuse(400, untaken.body);
    const does = CASES[model]?.does ?? (model === "stall" ? { ...stream(first), stall: true } : stream(whole));
    const earlier = requests.filter((other) => other !== record && other.model === model).length;
    if (does.redirect) return refuse(does.redirect, "", { location: `${elsewhere}/v1/chat/completions` });
    if (does.status && (does.before === undefined || earlier < does.before)) {
      record.status = does.status;
      const shown = does.bare ? {} : headers;
      const text = typeof does.body === "string" ? does.body : JSON.stringify(does.body);
      return response.writeHead(does.status, { "content-type": "application/json", ...shown, ...does.headers }).end(text);
    }
    return streamed(response, record, headers, does.status ? stream(whole) : does);
  }

  async function streamed(response, record, headers, { pieces = [], reset, drip, stall, headers: more = {} }) {
    record.status = 200;
    if (reset === 0) return cut(response, record);
    response.writeHead(200, { ...headers, "content-type": "text/event-stream", "cache-control": "no-store", ...more });
    for (const piece of pieces) {
      if (drip === undefined) {
        await written(response, piece);
        continue;
      }
      for (const byte of Buffer.from(piece)) {
        if (response.destroyed) return undefined;
        response.write(Buffer.from([byte]));
        await pause(drip);
      }
    }
    if (stall) return undefined;
    // What was written must have left before the connection is torn: a reset throws away what the other side has not read.
    if (reset) return pause(150).then(() => cut(response, record));
    return response.end();
  }

  const written = (response, piece) => new Promise((done) => response.write(piece, done));
  const pause = (millis) => new Promise((done) => {
    const timer = setTimeout(() => (timers.delete(timer), done()), millis);
    timers.add(timer);
  });
  function cut(response, record) {
    record.cut = true;
    response.socket?.resetAndDestroy();
  }

  await new Promise((done, fail) => server.once("error", fail).listen(port, "127.0.0.1", done));
  // A test that fails before it closes its host must not keep the process.
  server.unref();
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    origin,
    base: `${origin}/v1`,
    requests,
    seen: (model) => requests.filter((record) => record.model === model),
    close: () =>
      new Promise((done) => {
        for (const timer of timers) clearTimeout(timer);
        for (const socket of sockets) socket.destroy();
        server.close(() => done());
      }),
  };
}

/** A server of somebody else: notes every request and what it carries, answers everything as if all were well. */
export async function startEvil() {
  const hits = [];
  const server = createServer((request, response) => {
    request.socket.unref();
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      hits.push({ method: request.method, url: request.url, headers: { ...request.headers }, body: Buffer.concat(chunks).toString("utf8") });
      const headers = { "access-control-allow-origin": request.headers.origin ?? "*", "access-control-allow-headers": "*, authorization, content-type, x-api-key, x-goog-api-key, api-key", "access-control-allow-methods": "*" };
      if (request.method === "OPTIONS") response.writeHead(204, headers).end();
      else if (request.method === "GET") response.writeHead(200, { ...headers, "content-type": "application/json" }).end(JSON.stringify({ data: [{ id: "fine" }] }));
      else response.writeHead(200, { ...headers, "content-type": "text/event-stream" }).end(whole);
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  server.unref();
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { origin, port: server.address().port, hits, close: () => (server.closeAllConnections(), new Promise((done) => server.close(done))) };
}

/** A port of this machine on which nothing listens. */
export async function deadOrigin() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return `http://127.0.0.1:${port}`;
}
