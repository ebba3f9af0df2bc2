// node benches/browser/index/run.mjs: our exact index beside hnswlib-wasm, in one page of Chromium.
//
// Builds the wasm twice (simd128, relaxed-simd), installs the peer into target/, serves both on loopback and prints a
// table. The embeddings are real: `cargo bench --bench index -- --write FILE` makes them once from data/ir.
// CHROMIUM names the browser (default /usr/bin/chromium).

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { cpus, tmpdir } from "node:os";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../../..");
const work = join(root, "target/bench-index");
const DIMENSION = 384;
const QUERIES = 200;
const ROUNDS = 9;

mkdirSync(work, { recursive: true });
const sh = (command, args, options = {}) => execFileSync(command, args, { stdio: ["ignore", "inherit", "inherit"], ...options });

const embeddings = join(work, "embeddings.f32");
if (!existsSync(embeddings)) {
  console.error("making embeddings of data/ir (once, some minutes)");
  try {
    sh("cargo", ["bench", "--quiet", "--no-default-features", "--bench", "index", "--", "--write", embeddings], { cwd: root });
  } catch {
    /* the reason is on stderr */
  }
}
if (!existsSync(embeddings)) {
  console.error("absent: real embeddings. They need data/ir (SIDECITE_DATA) and the prepared MiniLM model; nothing was measured.");
  process.exit(1);
}
console.error(`${statSync(embeddings).size / 4 / DIMENSION} embeddings`);

for (const [name, features] of [["simd128", "+simd128"], ["relaxed", "+simd128,+relaxed-simd"]]) {
  const target = join(work, name);
  sh("cargo", ["build", "--quiet", "--release", "--target", "wasm32-unknown-unknown", "--target-dir", target], {
    cwd: here,
    env: { ...process.env, RUSTFLAGS: `-C target-feature=${features}` },
  });
  copyFileSync(join(target, "wasm32-unknown-unknown/release/index_bench.wasm"), join(work, `${name}.wasm`));
}

copyFileSync(join(here, "package.json"), join(work, "package.json"));
copyFileSync(join(here, "package-lock.json"), join(work, "package-lock.json"));
if (!existsSync(join(work, "node_modules/hnswlib-wasm"))) sh("npm", ["ci", "--no-audit", "--no-fund"], { cwd: work });
const { chromium } = createRequire(join(work, "package.json"))("playwright-core");

const types = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };
const server = createServer((request, response) => {
  const path = normalize(new URL(request.url, "http://localhost").pathname);
  // Isolation gives performance.now() a resolution of 5 µs instead of 100.
  const headers = {
    "Content-Type": types[extname(path)] ?? "application/octet-stream",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
  };
  try {
    const body =
      path === "/" ? "<!doctype html><title>index bench</title>"
      : path === "/page.js" ? readFileSync(join(here, "page.js"))
      : path.startsWith("/npm/") ? readFileSync(join(work, "node_modules", path.slice(5)))
      : readFileSync(join(work, path));
    response.writeHead(200, path === "/" ? { ...headers, "Content-Type": "text/html" } : headers).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));

const profile = mkdtempSync(join(tmpdir(), "index-bench-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const page = await browser.newPage();
  page.on("console", (message) => console.error(message.text()));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const report = await page.evaluate(
    async (options) => (await import("/page.js")).run(options),
    { dimension: DIMENSION, queryCount: QUERIES, rounds: ROUNDS },
  );
  const version = browser.browser()?.version() ?? (await page.evaluate(() => navigator.userAgent.match(/Chrome\/(\S+)/)?.[1]));
  console.log(`${report.rows} × ${DIMENSION} real MiniLM embeddings, ${report.queries} questions, best of ${ROUNDS} rounds each, k = 10`);
  console.log(`Chromium ${version}, ${cpus()[0]?.model.trim()}, timer ${report.isolated ? "5" : "100"} µs\n`);
  const peer = report.results.at(-1);
  console.log("contestant                        p50 ms   p95 ms   recall@10   build ms   × faster than hnswlib-wasm");
  for (const { name, p50, p95, recall, buildMillis } of report.results) {
    const cells = [p50.toFixed(3).padStart(7), p95.toFixed(3).padStart(8), recall.toFixed(4).padStart(11)];
    const build = (buildMillis === null ? "-" : buildMillis.toFixed(0)).padStart(10);
    console.log(`${name.padEnd(32)} ${cells.join(" ")} ${build} ${(peer.p50 / p50).toFixed(2).padStart(12)}`);
  }
  console.log(`\nhnswlib-wasm recall by ef: ${report.steps.map(({ ef, recall }) => `${ef} ${recall.toFixed(4)}`).join(", ")}`);
} finally {
  await browser.close();
  server.close();
  rmSync(profile, { recursive: true, force: true });
}
