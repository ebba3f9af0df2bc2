// Starts the page: start.js?js=app-HASH.js&wasm=app-HASH_bg.wasm, as Trunk writes it into index.html.
// A file of its own, because the content security policy allows no inline script.

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
  // Without the wasm there is no page: say so in plain words, in the element that index.html keeps for it.
  const place = document.getElementById("start-failure");
  if (place !== null) {
    place.hidden = false;
    place.append(` (${reason instanceof Error ? reason.message : String(reason)})`);
  }
  throw reason;
}
