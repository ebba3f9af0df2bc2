// Runs tests/e2e/*.spec.mjs with Node's own test runner: `node tests/e2e/run.mjs [PART-OF-NAME…]`. Two files at a time,
// since a journey mostly waits; then one after the other those that measure.
// Fails when there is no built site or no specification: a suite that runs nothing has not passed.

import { existsSync, readdirSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** They take times, or frames: a neighbour would be measured with them. */
const MEASURING = ["endless", "first_minute", "ingest", "stability", "streaming_latency"];

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = process.env.SIDECITE_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
const wanted = process.argv.slice(2);

const specs = readdirSync(here)
  .filter((name) => name.endsWith(".spec.mjs"))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort()
  .map((name) => here + name);

if (!existsSync(`${dist}/index.html`)) {
  console.error(`there is no built site in ${dist}: run \`cargo xtask build\``);
  process.exit(1);
}
if (specs.length === 0) {
  console.error(`no specification matches ${wanted.join(" ") || "*.spec.mjs"}`);
  process.exit(1);
}

const measures = (spec) => MEASURING.some((name) => spec.endsWith(`/${name}.spec.mjs`));
const groups = [
  { files: specs.filter((spec) => !measures(spec)), concurrency: 2 },
  { files: specs.filter(measures), concurrency: 1 },
];
let failed = 0;
for (const { files, concurrency } of groups) {
  if (files.length === 0) continue;
  // A specification that hangs must not hang CI: no file of them may take longer than ten minutes.
  const options = ["--test", `--test-concurrency=${concurrency}`, "--test-timeout=600000", "--test-reporter=spec"];
  const { status } = spawnSync(process.execPath, [...options, ...files], { stdio: "inherit" });
  failed ||= status ?? 1;
}
process.exit(failed);
