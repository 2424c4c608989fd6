import type { Catalog } from "../catalog/catalog.ts";
import type { ReportControls } from "../protocol/report-view.ts";
import { type KnownWorkloads, knownWorkload } from "../simulation/workload/known-workload.ts";
import { type LoadParts, loadParts, takesRate } from "../simulation/workload/load-parts.ts";
import { workloadNumbers } from "../simulation/workload/numbers.ts";
import { atOwnRate, withParts } from "../simulation/workload/with-parts.ts";
import type { Workload, WorkloadNumbers } from "../simulation/workload/workload.ts";

/** Seed of every run that a person did not number. */
export const firstSeed = 1;

/** All that a workload can be named of around a file. */
export interface Loads extends KnownWorkloads {
  readonly catalog: Catalog;
}

type ChosenLoad = Pick<ReportControls, "workload" | "ratePerSecond" | "load">;

/** The load that the controls ask for; undefined = no such name. */
export function chosenLoad(loads: Loads, { workload, ratePerSecond, load }: ChosenLoad): Workload | undefined {
  const base = knownWorkload(loads, workload, load?.requests);
  if (!base) return undefined;
  if (load) return withParts(base.workload, ratePerSecond, load);
  return ratePerSecond === null ? base.workload : atOwnRate(base.workload, ratePerSecond);
}

/** Whether a rate is asked for: closed loops, stages and what comes all at once take none. */
export function asksForRate(loads: Loads, { workload, load }: Pick<ReportControls, "workload" | "load">): boolean {
  const parts = load ?? knownParts(loads, workload)?.parts;
  return parts !== undefined && takesRate(parts.arrivals);
}

/** A workload that can be chosen, as it is by itself. */
export interface KnownParts {
  readonly parts: LoadParts;
  /** null where it leaves its rate open, or has none. */
  readonly ratePerSecond: number | null;
  readonly numbers: WorkloadNumbers;
}

const known = new WeakMap<Catalog, Map<string, KnownParts>>();

/** Parts and numbers of a workload by its name: drawn once as long as the files around stay the same. */
export function knownParts(loads: Loads, name: string): KnownParts | undefined {
  let counted = known.get(loads.catalog);
  if (!counted) {
    counted = new Map();
    known.set(loads.catalog, counted);
  }
  const before = counted.get(name);
  if (before) return before;
  const base = knownWorkload(loads, name);
  const numbers = base && workloadNumbers(base.workload, firstSeed);
  if (!numbers) return undefined;
  const made = { parts: loadParts(base.workload), ratePerSecond: base.ratePerSecond, numbers };
  counted.set(name, made);
  return made;
}

/** The numbers of a workload at a rate; lengths and prefixes do not depend on it. */
export function numbersOf(loads: Loads, name: string, ratePerSecond: number | null): WorkloadNumbers | undefined {
  const found = knownParts(loads, name);
  return found && (takesRate(found.parts.arrivals) ? { ...found.numbers, ratePerSecond } : found.numbers);
}
