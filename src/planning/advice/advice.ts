import type { Settled } from "../../deployment/settled.ts";
import type { Workload } from "../../simulation/workload.ts";
import type { Change } from "../change.ts";
import { figuresOf, type RunFigures } from "../figures.ts";
import type { Plan } from "../plan.ts";
import { compareOutcomes, improves } from "./ranking.ts";

/** A change that the engine would start with, and what the deployment is in plain numbers then. */
export interface VerifiedChange<T extends Change = Change> {
  readonly change: T;
  readonly settled: Settled;
}

/** A change with what it came to on the same load and seed. */
export interface SimulatedChange<T extends Change = Change> extends VerifiedChange<T> {
  readonly figures: RunFigures;
}

/** What helps a run, and how many changes were simulated to find it. */
export interface Advice<T extends Change = Change> {
  readonly before: RunFigures;
  readonly tried: number;
  /** Those that help, the best first. */
  readonly helping: readonly SimulatedChange<T>[];
}

/** The run that is to be helped. */
export interface AdviceRun {
  readonly workload: Workload;
  readonly seed: number;
  readonly before: RunFigures;
}

/** Simulates every change on the load and the seed of the run, and ranks those that help: the limits first. */
export function* advice<T extends Change>({ workload, seed, before }: AdviceRun, changes: readonly VerifiedChange<T>[]): Plan<Advice<T>> {
  const outcomes = changes.length > 0 ? yield changes.map(({ settled }) => ({ settled, workload, seed })) : [];
  const tried = changes.flatMap((one, i): readonly SimulatedChange<T>[] => {
    const report = outcomes[i]?.report;
    return report ? [{ ...one, figures: figuresOf(report) }] : [];
  });
  const outcome = ({ figures, change: { burden } }: SimulatedChange<T>) => ({ figures, burden });
  const helping = tried.filter(({ figures }) => improves(before, figures)).sort((a, b) => compareOutcomes(outcome(a), outcome(b)));
  return { before, tried: tried.length, helping };
}
