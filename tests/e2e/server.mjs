// dist/ → a site on a free loopback port, in this process, for the specifications.
// serveSite({prefix: "/x/y/", headers: true}) serves below a sub-path and sends what dist/_headers says.

import { createReadStream } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";

const DIST = process.env.SIDECITE_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".txt": "text/plain; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".pdf": "application/pdf",
};

/**
 * Serves a folder. `intercept(request, response, path)` may answer instead, by returning true: for a missing file, a
 * slow one, a changed one.
 * @returns {Promise<{url: string, origin: string, requests: {method: string, path: string}[], close: () => Promise<void>}>}
 */
export async function serveSite({ prefix = "/", headers = false, root = DIST, intercept } = {}) {
  const folder = await realpath(root);
  const rules = headers ? parseHeaders(await readFile(path.join(folder, "_headers"), "utf8")) : [];
  const requests = [];
  const server = createServer(async (request, response) => {
    const address = new URL(request.url, "http://127.0.0.1");
    requests.push({ method: request.method, path: address.pathname });
    try {
      if (intercept !== undefined && (await intercept(request, response, address.pathname)) === true) return;
      await answer(request, response, address);
    } catch {
      response.writeHead(404, { "content-type": "text/plain" }).end("404 Not Found");
    }
  });

  async function answer(request, response, address) {
    const asked = decodeURIComponent(address.pathname);
    if (!asked.startsWith(prefix)) throw new Error("outside the prefix");
    let inside = `/${asked.slice(prefix.length)}`;
    const file = await realpath(path.join(folder, inside.endsWith("/") ? `${inside}index.html` : inside));
    if (!file.startsWith(folder + path.sep)) throw new Error("outside the folder");
    const { size } = await stat(file);
    const head = {
      "content-type": TYPES[path.extname(file)] ?? "application/octet-stream",
      "content-length": size,
      "cache-control": "no-cache",
    };
    for (const [pattern, entries] of rules) {
      const matches = pattern.endsWith("*") ? inside.startsWith(pattern.slice(0, -1)) : inside === pattern;
      if (matches) Object.assign(head, entries);
    }
    response.writeHead(200, head);
    if (request.method === "HEAD") response.end();
    else createReadStream(file).pipe(response);
  }

  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    url: origin + prefix,
    origin,
    requests,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

/** `_headers` → [pattern, {name: value}] in order. */
function parseHeaders(text) {
  const blocks = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    if (!/^\s/.test(line)) blocks.push([line.trim(), {}]);
    else blocks.at(-1)[1][line.slice(0, line.indexOf(":")).trim().toLowerCase()] = line.slice(line.indexOf(":") + 1).trim();
  }
  return blocks;
}
