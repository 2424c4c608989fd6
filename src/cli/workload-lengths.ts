import type { Catalog } from "../catalog/catalog.ts";
import type { Settled } from "../deployment/settled.ts";
import { lengthsFor } from "../language/lengths.ts";
import { workloadNumbers } from "../simulation/numbers.ts";
import type { WrittenWorkload } from "../simulation/read-workload.ts";
import type { Workload } from "../simulation/workload.ts";
import type { RequestLengths } from "../timing/closed-form.ts";
import type { Subject } from "./input/subjects.ts";
import { chosenWorkload, type WorkloadOptions, writtenWorkload } from "./input/workload-options.ts";

/** Lengths the closed form speaks of under the options: means of the chosen workload. A sentence where it makes no sense. */
export function lengthsUnder(options: WorkloadOptions, settled: Settled, { catalog, workloads }: Subject): RequestLengths | string {
  const { workload, trace, promptTokens, outputTokens } = options;
  if (workload === undefined && trace === undefined && promptTokens === undefined && outputTokens === undefined) {
    return lengthsFor(settled, catalog);
  }
  const context = { catalog, own: workloads, folder: process.cwd(), startRate: () => 1 };
  const loaded = chosenWorkload(options, settled.workload, context);
  return loaded.workload ? meansOf(loaded.workload, 1, settled) : loaded.problem;
}

/** The same for a case; without a workload, the usual lengths. */
export function lengthsWritten(
  written: WrittenWorkload | null,
  settled: Settled,
  { catalog, folder, seed }: { readonly catalog: Catalog; readonly folder: string; readonly seed: number },
): RequestLengths | string {
  if (!written) return lengthsFor(settled, catalog);
  const loaded = writtenWorkload(written, { catalog, own: new Map(), folder, startRate: () => 1 });
  return loaded.workload ? meansOf(loaded.workload, seed, settled) : loaded.problem;
}

/** Means, cut to what the engine admits. */
function meansOf(workload: Workload, seed: number, { pools }: Settled): RequestLengths | string {
  const numbers = workloadNumbers(workload, seed);
  if (!numbers) return "The workload makes no sense: its lengths or its number of requests are out of range.";
  const longest = Math.min(...pools.map((pool) => pool.settings.maxModelLen));
  const outputTokens = Math.max(1, Math.min(Math.round(numbers.outputMean), longest - 1));
  return { promptTokens: Math.max(1, Math.min(Math.round(numbers.promptMean), longest - outputTokens)), outputTokens };
}
