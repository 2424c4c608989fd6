import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { bundleSizes } from "./bench/extension.ts";
import type { Measurement } from "./bench/measure.ts";
import { parts } from "./bench/parts.ts";

/** Processes a part is measured in; the median decides, so that one disturbed process does not. */
const processes = 3;
/** Beyond this many times its limit a figure fails the run: a busy machine alone does not. */
const allowed = 5;

/** Prints every figure beside its limit; 1 where one is missed by far. `bundle` is this very program. */
export function main(root: string, bundle: string): number {
  console.log(`Medians of ${processes} processes each.\n`);
  let worst = 0;
  for (const part of Object.keys(parts)) {
    const runs = Array.from({ length: processes }, () => measured(part, root, bundle));
    const [first = []] = runs;
    if (first.length === 0) console.log(`${part}: not measured, nothing is built (npm run build)`);
    first.forEach((one, index) => {
      const value = median(runs.map((run) => run[index]?.value ?? Number.NaN));
      worst = Math.max(worst, one.limit === null ? 0 : value / one.limit);
      console.log(line(one, value));
    });
  }
  console.log();
  for (const size of bundleSizes(join(root, "dist"))) console.log(size);
  console.log(worst > 1 ? `\nThe worst takes ${worst.toFixed(2)} times its limit.` : "\nEvery limit is met.");
  return worst > allowed ? 1 : 0;
}

/** One part in a process of its own: what is cold is cold, and no part warms another up. */
function measured(part: string, root: string, bundle: string): readonly Measurement[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bundle, part], { cwd: root, encoding: "utf8", timeout: 300_000 });
  if (status !== 0) throw new Error(`The part ${part} failed:\n${stderr}`);
  // Written by this program, below.
  return JSON.parse(stdout);
}

function line({ name, unit, limit, note }: Measurement, value: number): string {
  const shown = `${name.padEnd(64)} ${value.toPrecision(3).padStart(9)} ${unit.padEnd(6)}`;
  const judged = limit === null ? "" : ` limit ${limit}, ${(value / limit).toFixed(2)} of it${value > limit ? ", MISSED" : ""}`;
  return `${shown}${judged}${note ? ` ${note}` : ""}`.trimEnd();
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

const part = parts[process.argv[2] ?? ""];
if (part && require.main === module) void Promise.resolve(part()).then((measured) => process.stdout.write(JSON.stringify(measured)));
