import type { Settled } from "../deployment/settled.ts";
import { memoryPlan } from "../memory/memory-plan.ts";
import { type BandRun, simulateBand } from "../simulation/report/bands.ts";
import type { Outcome, RunControl } from "../simulation/report/report.ts";
import type { Workload } from "../simulation/workload/workload.ts";

/** One simulation that a plan asks for, with all that it depends on. */
export interface PlannedRun {
  readonly settled: Settled;
  readonly workload: Workload;
  readonly seed: number;
  /** How long steps take against the predicted; as predicted where absent. */
  readonly steps?: BandRun["steps"];
  /** Buckets in which gaps between tokens are to be counted; see RunControl. */
  readonly gapBounds?: readonly number[];
}

/**
 * Simulations asked for in rounds, and what follows from them. Runs of one round depend on the rounds before alone, so that they can go side
 * by side; who carries a plan out decides where and how many at once.
 */
export type Plan<T> = Generator<readonly PlannedRun[], T, readonly Outcome[]>;

/** What a planned run comes to, here and now. */
export function simulated({ settled, workload, seed, steps = "as-predicted", gapBounds }: PlannedRun, control: RunControl = {}): Outcome {
  const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
  return simulateBand(settled, plans, workload, { steps, seed }, gapBounds ? { ...control, gapBounds } : control);
}

/** Follows a plan to its end, one run after the other. */
export function carriedOut<T>(plan: Plan<T>, run: (planned: PlannedRun) => Outcome = simulated): T {
  let step = plan.next([]);
  while (!step.done) step = plan.next(step.value.map((planned) => run(planned)));
  return step.value;
}
