// start.js?js=app-HASH.js&wasm=app-HASH_bg.wasm starts the page. A file of its own: the policy allows no inline script.

const own = new URL(import.meta.url);
const file = (key, form) => {
  const name = own.searchParams.get(key) ?? "";
  if (!form.test(name)) throw new Error(`start.js was asked for ${name}`);
  return new URL(name, own);
};

const script = file("js", /^[a-z0-9_-]+\.js$/);
const wasm = file("wasm", /^[a-z0-9_-]+\.wasm$/);

// The static text is on the screen before the page's code takes the thread: what is seen first is seen at once. A hidden tab
// paints nothing, so that the wait ends by itself.
const painted = new Promise((done) => {
  if (document.hidden) return done();
  const types = PerformanceObserver.supportedEntryTypes;
  const type = ["largest-contentful-paint", "paint"].find((type) => types.includes(type)) ?? "paint";
  new PerformanceObserver(done).observe({ type, buffered: true });
  setTimeout(done, 200);
});

try {
  const [page] = await Promise.all([import(script.href), painted]);
  await page.default({ module_or_path: wasm });
} catch (reason) {
  // Said in the element that index.html keeps for it.
  const place = document.getElementById("start-failure");
  if (place !== null) {
    place.hidden = false;
    place.append(` (${reason instanceof Error ? reason.message : String(reason)})`);
  }
  throw reason;
}
