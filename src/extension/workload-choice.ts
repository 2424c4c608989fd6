import type { Catalog } from "../catalog/catalog.ts";
import { builtInWorkload } from "../simulation/workload/built-in.ts";
import { workloadNumbers } from "../simulation/workload/numbers.ts";
import type { Workload, WorkloadNumbers } from "../simulation/workload/workload.ts";

/** Seed of every run that a person did not number. */
export const seed = 1;

/** A built-in workload at a rate; one that is queued all at once takes none. undefined = no such name. */
export function workloadAt(catalog: Catalog, name: string, ratePerSecond: number | null): Workload | undefined {
  const rows = catalog.workload(name);
  return rows && builtInWorkload(rows, rows.cv === null ? null : ratePerSecond);
}

const known = new WeakMap<Catalog, Map<string, WorkloadNumbers>>();

/** The numbers of a built-in workload; lengths and prefixes do not depend on the rate and are counted once. */
export function numbersOf(catalog: Catalog, name: string, ratePerSecond: number | null): WorkloadNumbers | undefined {
  let counted = known.get(catalog);
  if (!counted) {
    counted = new Map();
    known.set(catalog, counted);
  }
  let numbers = counted.get(name);
  if (!numbers) {
    const workload = workloadAt(catalog, name, 1);
    numbers = workload && workloadNumbers(workload, seed);
    if (!numbers) return undefined;
    counted.set(name, numbers);
  }
  return { ...numbers, ratePerSecond: numbers.ratePerSecond === null ? null : ratePerSecond };
}
