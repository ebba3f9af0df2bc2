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
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { serveSite } from "./server.mjs";

export { serveSite } from "./server.mjs";

const USUAL = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

// Chromium asks its maker's hosts on its own account, whatever the switches say. They are refused like the rest, and not
// held against the site: a page that asked for them would still be seen by the request events of its context.
const BROWSERS_OWN = /^([a-z0-9-]+\.)*(google|googleapis|gstatic|gvt1)\.com(:\d+)?$/;

/** Refuses and records everything: the only way out of the browser. */
async function openWall() {
  const hits = [];
  const record = (method, host, url) => {
    if (!BROWSERS_OWN.test(host)) hits.push(`${method} ${url}`);
  };
  const server = createServer((request, response) => {
    record(request.method, URL.canParse(request.url) ? new URL(request.url).host : "", request.url);
    response.writeHead(502).end();
  });
  server.on("connect", (request, socket) => {
    record("CONNECT", request.url, request.url);
    socket.on("error", () => {});
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { hits, port: server.address().port, close: () => (server.closeAllConnections(), server.close()) };
}

/**
 * A browser and a served site. `site` holds the options of serveSite; `args` are more switches for the browser.
 */
export async function openLab({ site: options = {}, args = [] } = {}) {
  const [site, wall] = await Promise.all([serveSite(options), openWall()]);
  const launch = {
    executablePath: process.env.CHROMIUM ?? USUAL.find((file) => existsSync(file)),
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
  };
  const browser = await chromium.launch(launch);

  /**
   * A page of its own profile. `allow` are further loopback origins it may talk to (a fake provider);
   * `go: false` leaves it blank; `profile` is a folder to keep the profile in, with a browser of its own.
   */
  async function open({ allow = [], go = true, path = "", profile, ...contextOptions } = {}) {
    const context = profile
      ? await chromium.launchPersistentContext(profile, { ...launch, ...contextOptions })
      : await browser.newContext(contextOptions);
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

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe holds against the page as it stands: one line per rule, with the elements. */
export async function axeViolations(page, { tags = AXE_TAGS, include } = {}) {
  // Run by the driver: the page's policy allows no injected script, and is not loosened for this.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(
    ({ tags, include }) => globalThis.axe.run(include ?? document, { runOnly: { type: "tag", values: tags } }),
    { tags, include },
  );
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
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
