// The same steps in Firefox: stock Firefox driven over WebDriver BiDi by puppeteer, because playwright wants a build of its own.
//
//   const lab = await openFirefox();        // nothing where there is no Firefox: the suite says that it skips
//   const tab = await lab.open({ allow });  // a page of its own profile
//   await tab.press("button", "Ask");
//
// Elements are found by role and accessible name, as in the other suites, with a small reading of both that is enough for the
// controls of this page. Clicks and keys are real.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import puppeteer from "puppeteer-core";
import { until } from "./harness.mjs";
import { API } from "./steps.mjs";
import { serveSite } from "./server.mjs";

const USUAL = ["/usr/bin/firefox-esr", "/usr/bin/firefox", "/snap/bin/firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"];

/** Where Firefox is, or nothing. */
export const firefoxPath = () => process.env.FIREFOX ?? USUAL.find((file) => existsSync(file));

// Firefox asks its maker's hosts on its own account. They are refused like the rest, and not held against the site.
const BROWSERS_OWN = /(^|\.)(mozilla\.(com|org|net)|firefox\.com|mozgcp\.net|mozaws\.net|digicert\.com|lencr\.org|pki\.goog|googleapis\.com|detectportal\.firefox\.com)(:\d+)?$/;

async function openWall() {
  const hits = [];
  const note = (method, host, url) => BROWSERS_OWN.test(host) || hits.push(`${method} ${url}`);
  const server = createServer((request, response) => {
    note(request.method, URL.canParse(request.url) ? new URL(request.url).host : "", request.url);
    response.writeHead(502).end();
  });
  server.on("connect", (request, socket) => {
    note("CONNECT", request.url, request.url);
    socket.on("error", () => {});
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { hits, port: server.address().port, close: () => (server.closeAllConnections(), server.close()) };
}

/** Runs in the page: the visible elements of a role whose name matches, in `scope`. */
function inPage(role, name, exact, scope) {
  const SELECTORS = {
    button: "button, [role=button]", radio: "input[type=radio]", checkbox: "input[type=checkbox]", article: "article", dialog: "dialog[open]", tab: "[role=tab]", list: "ul, ol", combobox: "select, input[list]", searchbox: "input[type=search]",
    field: "input:not([type=radio]):not([type=checkbox]), textarea, select", summary: "summary",
  };
  const nameOf = (element) => {
    const labelled = element.getAttribute("aria-labelledby");
    if (labelled) return labelled.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
    const label = element.getAttribute("aria-label");
    if (label !== null) return label;
    // A label's own controls have no part in the name.
    const text = (node) => (/^(input|select|textarea|datalist)$/i.test(node.nodeName) ? "" : node.nodeType === 3 ? node.data : [...node.childNodes].map(text).join(""));
    if (element.labels?.length) return [...element.labels].map(text).join(" ");
    return element.textContent || element.title || "";
  };
  const wanted = name.toLowerCase();
  return [...scope.querySelectorAll(SELECTORS[role])].filter((element) => {
    if (element.closest("[hidden], dialog:not([open])") || element.getClientRects().length === 0) return false;
    const own = nameOf(element).replace(/\s+/g, " ").trim().toLowerCase();
    return exact === "whole" ? own === wanted : exact === "begins" ? own.startsWith(wanted) : own.includes(wanted);
  });
}

/** A Firefox and a served site; nothing where there is no Firefox. */
export async function openFirefox({ site: options = {} } = {}) {
  const executablePath = firefoxPath();
  if (!executablePath) return null;
  const [site, wall] = await Promise.all([serveSite(options), openWall()]);
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath,
    headless: true,
    defaultViewport: { width: 1280, height: 800 },
    extraPrefsFirefox: {
      "network.proxy.type": 1,
      "network.proxy.http": "127.0.0.1",
      "network.proxy.http_port": wall.port,
      "network.proxy.ssl": "127.0.0.1",
      "network.proxy.ssl_port": wall.port,
      "network.proxy.allow_hijacking_localhost": false,
      "network.captive-portal-service.enabled": false,
      "network.connectivity-service.enabled": false,
      "app.update.enabled": false,
      "browser.safebrowsing.downloads.remote.enabled": false,
      "toolkit.telemetry.enabled": false,
      "datareporting.healthreport.uploadEnabled": false,
    },
  });

  async function open({ allow = [], go = true, path = "" } = {}) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const allowed = new Set([site.origin, ...allow]);
    const foreign = [];
    const errors = [];
    const before = wall.hits.length;
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (/^(https?|wss?):$/.test(url.protocol) && !allowed.has(url.origin)) foreign.push(request.url());
    });
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(String(error)));
    if (go) {
      await page.goto(new URL(path, site.url).href, { waitUntil: "load" });
      await page.waitForSelector("article");
    }

    /** The elements of a role and name, in the open dialog if there is one. `exact`: whole, begins or part. */
    const all = async (role, name, { exact = "begins", within } = {}) => {
      const scope = within ?? (await page.evaluateHandle(() => document.querySelector("dialog[open]") ?? document));
      const list = await page.evaluateHandle(inPage, role, name, exact, scope);
      const found = [...(await list.getProperties()).values()].map((handle) => handle.asElement()).filter(Boolean);
      return found;
    };
    const one = (role, name, options) => until(async () => (await all(role, name, options))[0], { timeout: 60_000, what: `${role} ${name}` });
    const press = async (role, name, options) => {
      const element = await one(role, name, options);
      await element.evaluate((element) => element.scrollIntoView({ block: "center" }));
      await element.click();
    };
    const fill = async (name, text, options) => {
      const element = await one("field", name, options);
      await element.evaluate((element) => {
        element.scrollIntoView({ block: "center" });
        element.focus();
        element.select?.();
      });
      // An empty field stays empty: there is nothing to type over.
      if (text) await page.keyboard.type(text);
      else await page.keyboard.press("Delete");
    };
    const article = (model) => page.evaluateHandle((model) => [...document.querySelectorAll("article")].find((one) => one.getAttribute("aria-label") === model) ?? null, model);

    return {
      context,
      page,
      errors,
      all,
      one,
      press,
      fill,
      assertClean() {
        assert.deepEqual(foreign, [], "requests to foreign origins");
        assert.deepEqual(wall.hits.slice(before), [], "requests that tried to leave the machine");
        assert.deepEqual(errors, [], "console errors");
      },
      async clearColumns() {
        for (let left = (await all("button", "Remove column")).length; left > 0; left -= 1) await press("button", "Remove column");
      },
      /** Adds files through the page's own input. */
      async addFile(name, text) {
        await page.evaluate(
          (name, text) => {
            const input = document.querySelector("input[type=file]:not([webkitdirectory])");
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], name, { type: "text/plain" }));
            input.files = transfer.files;
            input.dispatchEvent(new Event("change", { bubbles: true }));
          },
          name,
          text,
        );
        await until(() => page.evaluate((name) => [...document.querySelectorAll(".document-row")].some((row) => row.innerText.includes(name) && row.dataset.state === "ready"), name), { timeout: 120_000, what: `${name} being ready` });
      },
      async addEndpoint({ url, model, key = "", dialect, provider = "Custom endpoint" }) {
        await press("button", "Add column");
        await fill("Find a provider", provider);
        await press("radio", provider);
        if (dialect) {
          const select = await one("combobox", "API", { exact: "whole" });
          await select.evaluate((select, label) => {
            select.value = [...select.options].find((option) => option.label === label || option.text === label).value;
            select.dispatchEvent(new Event("input", { bubbles: true }));
            select.dispatchEvent(new Event("change", { bubbles: true }));
          }, API[dialect]);
        }
        await fill("Base URL", url);
        if (key) await fill("API key", key);
        await fill("Model", model);
        await press("button", "Add this column");
        await until(async () => (await page.$("dialog[open]")) === null, { what: "the dialog's end" });
      },
      async ask(question) {
        await fill("Question", question, { exact: "part" });
        await press("button", "Ask", { exact: "whole" });
      },
      /** Waits until the columns have ended, and gives each one's state, text and hash. */
      async ended(count, timeout = 120_000) {
        return until(
          async () => {
            const all = await page.$$eval("article", (articles) =>
              articles.map((one) => ({
                model: one.getAttribute("aria-label"),
                state: one.dataset.state,
                sha256: one.dataset.evidenceSha256,
                answer: one.querySelector(".answer")?.innerText ?? "",
                notice: one.querySelector(".notice.bad")?.innerText ?? "",
                cites: [...one.querySelectorAll("button.cite")].map((cite) => cite.getAttribute("aria-label")),
                metrics: Object.fromEntries([...one.querySelectorAll("dl.metrics > div")].map((row) => [row.querySelector("dt").textContent.trim(), row.querySelector("dd").textContent.trim()])),
              })),
            );
            return all.length === count && all.every(({ state }) => ["done", "stopped", "failed"].includes(state)) && all;
          },
          { timeout, what: "the end of all columns" },
        );
      },
      article,
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
