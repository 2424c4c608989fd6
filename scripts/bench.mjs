// Measures what the product promises to be quick at and prints it: `npm run bench`. Run it on a machine that does nothing else.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const outfile = join(root, "dist/scripts/bench.cjs");
mkdirSync(dirname(outfile), { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: ["scripts/bench/main.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  logLevel: "error",
});

/** One part in a process of its own, so that what is cold is cold and no part warms another up. */
function measure(part) {
  const run = spawnSync(process.execPath, [outfile, part], { cwd: root, encoding: "utf8", timeout: 300_000 });
  if (run.status !== 0) throw new Error(`The part ${part} failed:\n${run.stderr}`);
  return JSON.parse(run.stdout);
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Each measurement over three processes; a limit makes it a promise. */
function report(part) {
  const runs = [measure(part), measure(part), measure(part)];
  for (const [index, { name, unit, limit }] of runs[0].entries()) {
    const value = median(runs.map((run) => run[index].value));
    const all = runs.map((run) => run[index].value.toPrecision(3)).join(", ");
    const promise = limit === null ? "" : value <= limit ? `  (limit ${limit}, met)` : `  (limit ${limit}, MISSED)`;
    console.log(`${name.padEnd(64)} ${value.toPrecision(3).padStart(8)} ${unit.padEnd(6)} [${all}]${promise}`);
  }
}

console.log("Medians of three processes, all three in brackets.\n");
for (const part of ["load", "check", "sniff", "simulate", "wall"]) report(part);

const dist = join(root, "dist");
const bundles = existsSync(dist) ? readdirSync(dist).filter((name) => /\.(js|css)$/.test(name)) : [];
console.log(bundles.length > 0 ? "\nBundles in dist/ (as built last)" : "\nNo bundles in dist/: run npm run build first.");
for (const name of bundles) console.log(`${name.padEnd(64)} ${(statSync(join(dist, name)).size / 1024).toFixed(0).padStart(8)} KiB`);
