import type { Settled } from "../../deployment/settled.ts";
import type { Workload } from "../../simulation/workload/workload.ts";
import type { Change } from "../change.ts";
import { furtherSeeds } from "../comparison.ts";
import { figuresOf, type RunFigures } from "../figures.ts";
import type { Plan } from "../plan.ts";
import { compareOutcomes, improves, outdoes } from "./ranking.ts";

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
  /** Those that help by more than chance, the best first. */
  readonly helping: readonly SimulatedChange<T>[];
  /** Where none does, those that come nearest. */
  readonly nearest: readonly SimulatedChange<T>[];
}

/** The run that is to be helped. */
export interface AdviceRun {
  readonly settled: Settled;
  readonly workload: Workload;
  readonly seed: number;
  readonly before: RunFigures;
}

/** More than these are told nowhere: only they are drawn again. */
const mostDrawnAgain = 6;
const nearestTold = 2;

/** Simulates every change on the load and the seed of the run, and ranks those that help, with every further seed as well: the limits first. */
export function* advice<T extends Change>(run: AdviceRun, changes: readonly VerifiedChange<T>[]): Plan<Advice<T>> {
  const { workload, seed, before } = run;
  const outcomes = changes.length > 0 ? yield changes.map(({ settled }) => ({ settled, workload, seed })) : [];
  const tried = changes.flatMap((one, i): readonly SimulatedChange<T>[] => {
    const report = outcomes[i]?.report;
    return report ? [{ ...one, figures: figuresOf(report) }] : [];
  });
  const outcome = ({ figures, change: { burden } }: SimulatedChange<T>) => ({ figures, burden });
  const ranked = tried.toSorted((a, b) => compareOutcomes(outcome(a), outcome(b)));
  const promising = ranked.filter(({ figures }) => improves(before, figures)).slice(0, mostDrawnAgain);
  const helping = promising.length > 0 ? yield* beyondChance(run, promising) : [];
  return { before, tried: tried.length, helping, nearest: helping.length > 0 ? [] : ranked.slice(0, nearestTold) };
}

/** Those that are better with every further seed, too. */
function* beyondChance<T extends Change>(
  { settled, workload, seed }: AdviceRun,
  promising: readonly SimulatedChange<T>[],
): Plan<readonly SimulatedChange<T>[]> {
  const seeds = furtherSeeds(seed);
  const sides = [{ settled }, ...promising];
  const outcomes = yield sides.flatMap((side) => seeds.map((further) => ({ settled: side.settled, workload, seed: further })));
  const reports = outcomes.map(({ report }) => report);
  return promising.filter((_, at) =>
    seeds.every((_seed, draw) => {
      const [without, changed] = [reports[draw], reports[(at + 1) * seeds.length + draw]];
      return without && changed && outdoes(figuresOf(without), figuresOf(changed));
    }),
  );
}
