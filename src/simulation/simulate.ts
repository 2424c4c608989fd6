import type { Settled } from "../deployment/settled.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import type { Routing } from "./placement/router.ts";
import { poolModels } from "./pool-models.ts";
import type { Outcome, RunControl } from "./report/report.ts";
import { running } from "./report/served.ts";
import { simulateWith } from "./simulate-with.ts";
import type { Workload } from "./workload/workload.ts";

/**
 * Simulates a deployment (one memory plan a pool, as memory/ makes them) under a workload. The same seed gives the same
 * bytes. What cannot be simulated comes back as an error in words; stopped by `control.signal`, the report covers the time so far.
 */
export function simulate(
  settled: Settled,
  plans: readonly MemoryPlan[],
  workload: Workload,
  seed: number,
  control: RunControl = {},
  routing?: Routing,
): Outcome {
  const run = running(settled, plans);
  if (run.error) return run;
  return simulateWith(run.settled, run.plans, poolModels(run.settled, workload), workload, seed, control, routing);
}
