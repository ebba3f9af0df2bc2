// The built site as a static host serves it: brotli, cached, and on request over a line of 10 Mbit/s.

import { readFile, realpath } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const DIST = process.env.SIDECITE_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".json": "application/json", ".svg": "image/svg+xml", ".txt": "text/plain" };
const BYTES_PER_MS = 10e6 / 8 / 1000;
/** What each answer waits on the slow line. */
export const LATENCY_MS = 40;

/** Serves the site as a static host does: brotli, cached; `line` is the one line that all share, or nothing. */
export function staticHost() {
  const state = { line: null };
  const packed = new Map();
  const pack = async (name) => {
    const bytes = await readFile(path.join(await realpath(DIST), name));
    const plain = /\.(bin|gguf|png|pdf|docx)$/.test(name);
    return plain ? bytes : brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
  };
  const pause = (millis) => new Promise((done) => setTimeout(done, millis));
  const send = async (response, bytes) => {
    await pause(LATENCY_MS);
    for (let at = 0; at < bytes.length; at += 16_384) {
      const part = bytes.subarray(at, at + 16_384);
      // Every part takes its place behind all that was sent before it.
      const now = performance.now();
      state.line = Math.max(state.line, now) + part.length / BYTES_PER_MS;
      await pause(Math.max(0, state.line - now));
      response.write(part);
    }
    response.end();
  };
  const intercept = async (request, response, asked) => {
    const name = asked.endsWith("/") ? "index.html" : decodeURIComponent(asked.slice(1));
    if (!packed.has(name)) packed.set(name, pack(name));
    const bytes = await packed.get(name);
    const ending = path.extname(name);
    const isPlain = /\.(bin|gguf|png|pdf|docx)$/.test(name);
    response.writeHead(200, {
      "content-type": TYPES[ending] ?? "application/octet-stream",
      ...(!isPlain && { "content-encoding": "br" }),
      "cache-control": ending === ".html" ? "no-cache" : "max-age=31536000",
    });
    if (state.line === null) response.end(bytes);
    else await send(response, bytes);
    return true;
  };
  return { intercept, slow: () => (state.line = 0), fast: () => (state.line = null) };
}
