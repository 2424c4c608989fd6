import { join } from "node:path";
import { activationTime, bundleSizes } from "./bench/extension.ts";
import { analysing, coldCheck } from "./bench/language.ts";
import { type Measured, table, worst } from "./bench/measure.ts";
import { simulating } from "./bench/simulation.ts";

export interface BenchOptions {
  readonly root: string;
  /** This very bundle, to be started again in a fresh process. */
  readonly bundle: string;
}

/** Beyond this many times its bar a figure fails the run: a busy machine alone does not. */
const allowed = 5;

/** Prints every figure beside its bar; 1 where one is missed by far. */
export function main({ root, bundle }: BenchOptions): number {
  const data = join(root, "src/catalog/data");
  const rows: Measured[] = [
    coldCheck(bundle, data),
    ...analysing(data),
    ...simulating(data, [process.env.DATA, join(root, "../shared/data")]),
    ...activationTime(join(root, "dist")),
  ];
  console.log(table(rows));
  for (const line of bundleSizes(join(root, "dist"))) console.log(line);
  const ratio = worst(rows);
  console.log(ratio > 1 ? `Worst: ${ratio.toFixed(1)} times its bar.` : "Every bar is met.");
  return ratio > allowed ? 1 : 0;
}

export { oneColdCheck } from "./bench/language.ts";
