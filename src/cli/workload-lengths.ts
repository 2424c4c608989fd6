import type { Catalog } from "../catalog/catalog.ts";
import { whole } from "../catalog/quantity.ts";
import type { Settled } from "../deployment/settled.ts";
import { lengthsFor } from "../language/lengths.ts";
import { drawLoad } from "../simulation/workload/load.ts";
import type { WrittenWorkload } from "../simulation/workload/read-workload.ts";
import type { Workload } from "../simulation/workload/workload.ts";
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

/** Means of the requests that the engine admits, cut to what it gives them room for. */
function meansOf(workload: Workload, seed: number, { pools }: Settled): RequestLengths | string {
  const { load, problem } = drawLoad(workload, seed);
  if (!load) return problem;
  const longest = Math.min(...pools.map((pool) => pool.settings.maxModelLen));
  let admitted = 0;
  let prompts = 0;
  let outputs = 0;
  for (let r = 0; r < load.measured; r++) {
    const prompt = load.promptTokens[r] as number;
    if (prompt >= longest) continue;
    admitted++;
    prompts += prompt;
    outputs += Math.min(load.outputTokens[r] as number, longest - prompt);
  }
  if (admitted === 0) return `No request fits: every prompt leaves no room for an answer within ${whole(longest)} tokens.`;
  return { promptTokens: Math.round(prompts / admitted), outputTokens: Math.max(1, Math.round(outputs / admitted)) };
}
