// Runs tests/e2e/*.spec.mjs with Node's own test runner, one after the other: `node tests/e2e/run.mjs [PART-OF-NAME…]`.
// Fails when there is no built site or no specification: a suite that runs nothing has not passed.

import { existsSync, readdirSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

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

// A specification that hangs must not hang CI: no file of them may take longer than ten minutes.
const options = ["--test", "--test-concurrency=1", "--test-timeout=600000", "--test-reporter=spec"];
const { status } = spawnSync(process.execPath, [...options, ...specs], { stdio: "inherit" });
process.exit(status ?? 1);
