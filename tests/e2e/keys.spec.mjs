// A key goes to the origin it was entered for, and nowhere else: not by an address, not by what is stored, not by a redirect.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openLab } from "./harness.mjs";
import { KEY, QUESTION, addEndpoint, ask, columns, ended, prepared, remember, unlock } from "./steps.mjs";
import { startEvil, startMisbehaving } from "./faulty_host.mjs";

/** Addresses that try to bend the page to `evil`; `good` is where the key belongs. */
function crafted(good, evil) {
  const [goodHost, evilHost] = [new URL(good).host, new URL(evil).host];
  const url = `${evil}/v1`;
  const coded = encodeURIComponent(url);
  const endpoint = { id: 1, name: goodHost, provider: "", dialect: "openai-chat", blanks: {}, base_url: url, auth: "usual" };
  const settings = encodeURIComponent(JSON.stringify({ endpoints: [endpoint], key: "", url, base_url: url }));
  return {
    "names of parameters that others obey": [
      ...["base_url", "baseUrl", "apiUrl", "api_url", "endpoint", "url", "host", "server", "proxy", "gateway", "openai_base_url"].map((name) => `?${name}=${coded}`),
      `?base_url=${url}&key=`,
    ],
    "fragments and routes": [
      `#settings=${settings}`, `#/?settings=${settings}`, `#base_url=${coded}`, `#apiUrl=${coded}`, `#/endpoint/${coded}`, `#${coded}`, `#${settings}`, `?settings=${settings}`, `?state=${settings}`,
      `?import=${coded}`, `?config=${coded}`, `?share=${Buffer.from(decodeURIComponent(settings)).toString("base64url")}`,
    ],
    "addresses that look like the good one": [
      `?base_url=http://${goodHost}@${evilHost}/v1`, `?base_url=http://user:pass@${evilHost}/v1`, `?base_url=${evil}/?q=${goodHost}`, `?base_url=${evil}/v1%23${goodHost}`, `?base_url=${evil}/${goodHost}/v1`,
      `?base_url=http://${goodHost.replace(":", ".localhost:")}/v1`, `?base_url=http://127.0.0.1.:${new URL(evil).port}/v1`, `?base_url=HTTP://${evilHost.toUpperCase()}/V1`, `?base_url=http://127.1:${new URL(evil).port}/v1`,
      `?base_url=http://2130706433:${new URL(evil).port}/v1`,
    ],
    "stranger ones": [
      `?base_url=http://%6c%6fcalhost:${new URL(evil).port}/v1`, `?base_url=http://ⓛocalhost:${new URL(evil).port}/v1`, `?base_url=http://xn--localhost-:${new URL(evil).port}/v1`, `?base_url=//${evilHost}/v1`, `?base_url=\\\\${evilHost}\\v1`,
      `?base_url=http:/${evilHost}/v1`, `?base_url=${coded}&base_url=${encodeURIComponent(`${good}/v1`)}`, `?base_url[]=${coded}`, `?__proto__[base_url]=${coded}`, `?base_url=javascript:fetch('${evil}')`, `?next=${coded}&redirect=${coded}`,
    ],
  };
}

/** Base URLs that look like `good` but lead to `evil`, for settings altered by hand. */
function lookalikes(good, evil) {
  const [goodHost, { host: evilHost, port }] = [new URL(good).host, new URL(evil)];
  return [
    `${evil}/v1`, `http://${goodHost}@${evilHost}/v1`, `http://user:pass@${evilHost}/v1`, `${evil}/v1?q=${goodHost}`, `${evil}/v1#${goodHost}`, `${evil}/${goodHost}/v1`, `http://127.0.0.1.localhost:${port}/v1`, `http://good.localhost:${port}/v1`,
    `http://127.0.0.1.:${port}/v1`, `HTTP://LOCALHOST:${port}/v1`, `http://127.1:${port}/v1`, `http://2130706433:${port}/v1`, `http://0x7f000001:${port}/v1`, `http://[::ffff:127.0.0.1]:${port}/v1`, `http:${evilHost}/v1`, `http:\\\\${evilHost}\\v1`,
    ` ${evil}/v1`, `http://%31%32%37.0.0.1:${port}/v1`, `http://ⓛocalhost:${port}/v1`, `http://localhost.:${port}/v1`, `${evil}:80@${goodHost}/v1`, `http://${goodHost}%2f@${evilHost}/v1`, `http://${goodHost}\\@${evilHost}/v1`, `http://${goodHost}/../@${evilHost}/v1`,
  ];
}

/** No request that the other server saw carries the key, in whatever form. */
function assertKeyless(evil, what) {
  const text = JSON.stringify(evil.hits);
  for (const form of [KEY, KEY.toLowerCase(), encodeURIComponent(KEY), Buffer.from(KEY).toString("base64").slice(0, 24), "CANARY"]) assert.ok(!text.includes(form), `${what}: the key left: ${text}`);
  for (const { headers, url, method } of evil.hits) {
    assert.ok(!headers.authorization && !headers["x-api-key"] && !headers["x-goog-api-key"] && !headers["api-key"], `${what}: credentials to ${method} ${url}`);
  }
}

describe("a key is bound to its origin", () => {
  let lab;
  let good;
  let evil;
  before(async () => {
    [lab, evil] = await Promise.all([openLab(), startEvil()]);
    good = await startMisbehaving({ elsewhere: evil.origin });
  });
  after(async () => {
    await lab?.close();
    await Promise.all([good?.close(), evil?.close()]);
  });

  const groups = crafted("http://127.0.0.1:1", "http://127.0.0.1:2");
  assert.ok(Object.values(groups).flat().length >= 40, "too few addresses");
  for (const group of Object.keys(groups)) {
    it(`against addresses of the page: ${group}`, async () => {
      evil.hits.length = 0;
      const tab = await prepared(lab, [good, evil]);
      const { page } = tab;
      await addEndpoint(page, { url: good.base, dialect: "openai-chat", model: "fine", key: KEY });
      await remember(page);
      const kept = await page.evaluate(() => localStorage.getItem("sidecite.settings"));
      for (const suffix of crafted(good.origin, evil.origin)[group]) {
        good.requests.length = 0;
        // A fragment alone would not load the page again; a visitor's link does.
        await page.goto("about:blank");
        await page.goto(lab.site.url + suffix);
        await columns(page, "fine").waitFor();
        await unlock(page);
        await page.getByText("lighthouse.txt").first().waitFor();
        await ask(page, QUESTION);
        assert.equal(await ended(columns(page, "fine")), "done", suffix);
        assert.equal(good.seen("fine").length, 1, suffix);
        assert.equal(good.seen("fine")[0].headers.authorization, `Bearer ${KEY}`);
        assert.deepEqual(evil.hits, [], suffix);
        assert.equal(await page.evaluate(() => localStorage.getItem("sidecite.settings")), kept, `${suffix} changed the settings`);
        // While the page is open, too.
        await page.evaluate((hash) => (location.hash = hash), suffix.slice(1));
      }
      assert.deepEqual(evil.hits, []);
      tab.assertClean();
      await tab.close();
    });
  }

  it("against settings altered by hand: another origin gets no key", async () => {
    evil.hits.length = 0;
    const tab = await prepared(lab, [good, evil]);
    const { page } = tab;
    await addEndpoint(page, { url: good.base, dialect: "openai-chat", model: "fine", key: KEY });
    await remember(page);
    const all = lookalikes(good.origin, evil.origin);
    for (let from = 0; from < all.length; from += 8) {
      const some = all.slice(from, from + 8);
      await page.evaluate((urls) => {
        const settings = JSON.parse(localStorage.getItem("sidecite.settings"));
        const [endpoint] = settings.endpoints;
        const [column] = settings.columns;
        settings.endpoints = urls.map((base_url, at) => ({ ...endpoint, id: at + 1, base_url }));
        settings.columns = urls.map((_, at) => ({ ...column, id: at + 1, model: { Remote: { endpoint: at + 1, model: "fine" } } }));
        localStorage.setItem("sidecite.settings", JSON.stringify(settings));
      }, some);
      await page.reload();
      await columns(page, "fine").nth(some.length - 1).waitFor();
      await unlock(page);
      await page.getByText("lighthouse.txt").first().waitFor();
      await ask(page, QUESTION);
      for (let at = 0; at < some.length; at += 1) await ended(columns(page, "fine").nth(at));
      assertKeyless(evil, some.join(" "));
    }
    assert.ok(evil.hits.length > 0, "not one of the altered addresses was called: this proves nothing");
    await tab.close();
  });

  it("against redirects of its own host, whatever their number", async () => {
    evil.hits.length = 0;
    const tab = await prepared(lab, [good, evil]);
    const { page } = tab;
    for (const status of [301, 302, 303, 307, 308]) await addEndpoint(page, { url: good.base, dialect: "openai-chat", model: `redirect-${status}`, key: KEY });
    await ask(page, QUESTION);
    for (const status of [301, 302, 303, 307, 308]) assert.equal(await ended(columns(page, `redirect-${status}`)), "failed");
    assert.deepEqual(evil.hits, []);
    await tab.close();
  });

  it("against an endpoint of the same host on another port, or under its other name", async () => {
    evil.hits.length = 0;
    const tab = await prepared(lab, [good, evil, { origin: evil.origin.replace("127.0.0.1", "localhost") }]);
    const { page } = tab;
    await addEndpoint(page, { url: good.base, dialect: "openai-chat", model: "fine", key: KEY });
    await addEndpoint(page, { url: `${evil.origin}/v1`, dialect: "openai-chat", model: "other-port" });
    await ask(page, QUESTION);
    assert.equal(await ended(columns(page, "fine")), "done");
    assert.equal(await ended(columns(page, "other-port")), "done");
    assert.ok(evil.hits.some(({ method }) => method === "POST"));
    assertKeyless(evil, "another port");
    tab.assertClean();
    await tab.close();
  });
});
