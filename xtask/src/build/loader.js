// The loader of a worker: workers/engine.js?build=relaxed&v=ID → workers/glue/engine-relaxed.js?v=ID.
// One text for all workers; each is a file of its own, because a host may send the courier another policy.
// The worker's main function must install its message handler before it returns.

const own = new URL(import.meta.url);
const name = own.pathname.split("/").pop().replace(/\.js$/, "");
const build = own.searchParams.get("build");
const version = own.searchParams.get("v");
const stem = build === null ? name : `${name}-${build}`;
if (!/^[a-z_-]+$/.test(stem)) throw new Error(`no worker is named ${stem}`);
const file = (path) => {
  const address = new URL(path, own);
  if (version !== null) address.searchParams.set("v", version);
  return address;
};

// Messages that arrive before the handler exists would be lost: they are kept, and replayed in order.
const early = [];
const keep = (event) => {
  event.stopImmediatePropagation();
  early.push(event);
};
self.addEventListener("message", keep);

// The page hears only errors, not rejected promises: turn one into the other.
const fail = (reason) => {
  setTimeout(() => {
    throw reason;
  });
};
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  fail(event.reason);
});

try {
  const glue = await import(file(`./glue/${stem}.js`).href);
  await glue.default({ module_or_path: file(`./glue/${stem}_bg.wasm`) });
  self.removeEventListener("message", keep);
  for (const { data, ports } of early) {
    self.dispatchEvent(new MessageEvent("message", { data, ports: [...ports] }));
  }
} catch (reason) {
  fail(reason);
}
