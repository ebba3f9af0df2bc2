// What every specification needs: a browser, a served site, and the proof that nothing left this machine.
//
//   const lab = await openLab();                    // in before()
//   const tab = await lab.open();                   // a fresh context and page, console collected
//   await tab.page.getByRole("button", { name: "Ask" }).click();
//   tab.assertClean();                              // no console error, no foreign request
//   await lab.close();                              // in after()
//
// Every request that is not for 127.0.0.1 goes to a proxy of ours, which records it and refuses it: that catches
// pages, workers, preconnects and bare addresses alike, and the machine's network is never used.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { chromium } from "playwright-core";
import { serveSite } from "./server.mjs";

export { serveSite } from "./server.mjs";

const USUAL = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Refuses and records everything: the only way out of the browser. */
async function openWall() {
  const hits = [];
  const server = createServer((request, response) => {
    hits.push(`${request.method} ${request.url}`);
    response.writeHead(502).end();
  });
  server.on("connect", (request, socket) => {
    hits.push(`CONNECT ${request.url}`);
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { hits, port: server.address().port, close: () => (server.closeAllConnections(), server.close()) };
}

/**
 * A browser and a served site. `site` holds the options of serveSite; `args` are more switches for the browser.
 */
export async function openLab({ site: options = {}, args = [] } = {}) {
  const executablePath = process.env.CHROMIUM ?? USUAL.find((file) => existsSync(file));
  const [site, wall] = await Promise.all([serveSite(options), openWall()]);
  const browser = await chromium.launch({
    executablePath,
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--proxy-server=http://127.0.0.1:${wall.port}`,
      // The proxy would otherwise also get what is meant for our own loopback servers.
      "--proxy-bypass-list=127.0.0.1;localhost;[::1]",
      ...args,
    ],
  });

  /**
   * A page of its own profile. `allow` are further loopback origins it may talk to (a fake provider);
   * `go: false` leaves it blank.
   */
  async function open({ allow = [], go = true, path = "", ...contextOptions } = {}) {
    const context = await browser.newContext(contextOptions);
    const allowed = new Set([site.origin, ...allow]);
    const foreign = [];
    const errors = [];
    const failures = [];
    const before = wall.hits.length;
    context.on("request", (request) => {
      const url = new URL(request.url());
      if (/^(https?|wss?):$/.test(url.protocol) && !allowed.has(url.origin)) foreign.push(request.url());
    });
    context.on("response", (response) => {
      if (response.status() >= 400) failures.push(`${response.status()} ${response.url()}`);
    });
    context.on("console", (message) => {
      if (message.type() === "error") errors.push(`${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (error) => errors.push(String(error.error()?.stack ?? error.error())));
    const page = await context.newPage();
    if (go) await page.goto(new URL(path, site.url).href, { waitUntil: "load" });
    return {
      context,
      page,
      site,
      /** Addresses outside the site and `allow`, asked for by this context. */
      foreign,
      /** Console errors and uncaught exceptions, of the page and its workers. */
      errors,
      /** Answers of 400 and above. */
      failures,
      assertClean() {
        assert.deepEqual(foreign, [], "requests to foreign origins");
        assert.deepEqual(wall.hits.slice(before), [], "requests that tried to leave the machine");
        assert.deepEqual(errors, [], "console errors");
      },
      close: () => context.close(),
    };
  }

  return {
    browser,
    site,
    wall,
    open,
    async close() {
      await browser.close();
      await Promise.all([site.close(), wall.close()]);
    },
  };
}

/** Polls until `probe` returns something truthy; for conditions that no locator can express. */
export async function until(probe, { timeout = 10_000, every = 50, what = "the condition" } = {}) {
  const end = Date.now() + timeout;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what} did not hold within ${timeout} ms`);
    await new Promise((done) => setTimeout(done, every));
  }
}
