// start.js?js=app-HASH.js&wasm=app-HASH_bg.wasm starts the page. A file of its own: the policy allows no inline script.

const own = new URL(import.meta.url);
const file = (key, form) => {
  const name = own.searchParams.get(key) ?? "";
  if (!form.test(name)) throw new Error(`start.js was asked for ${name}`);
  return new URL(name, own);
};

const script = file("js", /^[a-z0-9_-]+\.js$/);
const wasm = file("wasm", /^[a-z0-9_-]+\.wasm$/);

try {
  const page = await import(script.href);
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
