// `npm test`: installs what is missing and runs everything. Each runner prints its own sum; the last line alone is the sum of all.
// A missing prerequisite is a failure, never a silent pass.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { findChromium } from "./vscode/chromium.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const started = Date.now();
const totals = { passed: 0, failed: 0, skipped: 0 };

if (!existsSync(join(root, "node_modules/.package-lock.json"))) {
  console.log("Installing dependencies …");
  const install = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (install.status !== 0) {
    console.log("npm ci failed\n0 passed, 1 failed, 0 skipped");
    process.exit(1);
  }
}

const bin = (name) => join(root, "node_modules", name);
// Tools find each other as `npm run` would let them.
const env = { ...process.env, NO_COLOR: "1", PATH: join(root, "node_modules/.bin") + delimiter + process.env.PATH };
delete env.FORCE_COLOR;

/** Runs a command, prints what it says, and gives all of it with its exit code. */
function run(command, args) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, env });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        said += chunk;
        process.stdout.write(chunk);
      });
    }
    child.on("error", (error) => done({ code: 1, said: `${said}${error.message}` }));
    child.on("close", (code) => done({ code: code ?? 1, said }));
  });
}

function add(name, { passed, failed, skipped }, since) {
  totals.passed += passed;
  totals.failed += failed;
  totals.skipped += skipped;
  console.log(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped (${((Date.now() - since) / 1000).toFixed(1)} s)\n`);
}

/** A runner that only knows whether all is well counts as one. */
async function one(name, command, args) {
  const since = Date.now();
  console.log(`── ${name}`);
  const { code } = await run(command, args);
  add(name, { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }, since);
}

/** A runner whose last sum line is `N passed, N failed, N skipped`. */
async function counted(name, command, args) {
  const since = Date.now();
  console.log(`── ${name}`);
  const { code, said } = await run(command, args);
  const sum = [...said.matchAll(/(\d+) passed, (\d+) failed, (\d+) skipped/g)].at(-1);
  const [passed, failed, skipped] = sum ? sum.slice(1).map(Number) : [0, 1, 0];
  add(name, { passed, failed: code !== 0 && failed === 0 ? 1 : failed, skipped }, since);
}

/** Vitest counts tests, and files that could not be run at all. */
async function vitest() {
  const since = Date.now();
  console.log("── unit, golden, property, validation");
  const { code, said } = await run(process.execPath, [join(bin("vitest"), "vitest.mjs"), "run"]);
  const line = [...said.matchAll(/^\s*Tests\s+(.*)$/gm)].at(-1)?.[1] ?? "";
  const count = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
  const failed = count("failed");
  const skipped = count("skipped") + count("todo");
  add("unit, golden, property, validation", { passed: count("passed"), failed: code !== 0 && failed === 0 ? 1 : failed, skipped }, since);
}

// The pages' tests and the end-to-end tests drive the same browser: it is found, or installed, before either runs.
try {
  env.CHROMIUM = findChromium();
} catch (error) {
  console.log(`${error.message}\n0 passed, 1 failed, 0 skipped`);
  process.exit(1);
}

await one("types", process.execPath, ["scripts/types.mjs"]);
await one("lint", process.execPath, [bin("@biomejs/biome/bin/biome"), "check", "."]);
await one("typed lint", process.execPath, [bin("oxlint/bin/oxlint"), "--type-aware", "src", "webview", "test", "scripts"]);
// The command line's tests and the package's run on what is built.
await one("build", process.execPath, ["scripts/build.mjs"]);
await vitest();
const corpus = resolve(root, "../shared/corpus");
if (existsSync(corpus) && existsSync(join(root, "scripts/corpus.mjs"))) {
  await one("corpus", process.execPath, ["scripts/corpus.mjs", corpus]);
} else console.log(`── corpus: not run, there is no folder ${corpus}\n`);
await counted("package", process.execPath, ["scripts/package-check.mjs"]);
await counted("end to end", process.execPath, ["scripts/e2e.mjs"]);

console.log(`All runners in ${((Date.now() - started) / 1000).toFixed(0)} s`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed > 0 ? 1 : 0);
