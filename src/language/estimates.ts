import type { Catalog } from "../catalog/catalog.ts";
import { missingRole } from "../deployment/pool-pair.ts";
import type { Settled } from "../deployment/settled.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import { estimate } from "../timing/closed-form.ts";
import type { Estimate } from "../timing/estimate.ts";
import { lengthsFor } from "./lengths.ts";

/** A file with many deployments changes one of them at a time: the step tables of the others are not built again. */
const kept = new WeakMap<Catalog, Map<string, Estimate>>();
const most = 64;

/** The closed form for the lengths of the workload named; undefined where a cache holds no request, or half of a pair of pools is missing. */
export function estimateOf(settled: Settled, memory: readonly MemoryPlan[], catalog: Catalog): Estimate | undefined {
  if (memory.some((plan) => !plan.fits) || missingRole(settled)) return undefined;
  const lengths = lengthsFor(settled, catalog);
  const key = JSON.stringify([settled.model, settled.pools, lengths], withoutTables);
  const known = kept.get(catalog) ?? new Map<string, Estimate>();
  kept.set(catalog, known);
  const found = known.get(key) ?? estimate(settled, memory, lengths);
  // Newest last: the first one is the one that was not asked for the longest.
  known.delete(key);
  known.set(key, found);
  const [oldest] = known.keys();
  if (known.size > most && oldest !== undefined) known.delete(oldest);
  return found;
}

/** Kernel tables follow from the GPU and its links, which the key holds. */
function withoutTables(name: string, value: unknown): unknown {
  return name === "kernels" || name === "linkKernels" ? null : value;
}
