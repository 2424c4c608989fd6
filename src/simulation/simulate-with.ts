import type { Settled } from "../deployment/settled.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import type { StepModel } from "../timing/step-model.ts";
import { BlockKeys } from "./engine/block-keys.ts";
import { TimingFailure } from "./engine/instance.ts";
import { admissible } from "./placement/admissible.ts";
import { clusterPlan } from "./placement/cluster-plan.ts";
import { type Routing, routingOf } from "./placement/router.ts";
import { blockTokensOf } from "./placement/routing/router.ts";
import type { Outcome, RunControl } from "./report/report.ts";
import { reportOf } from "./report/report-of.ts";
import { Requests } from "./requests.ts";
import { Run } from "./run.ts";
import { Stall } from "./stall.ts";
import { timelineInstances } from "./timeline/timeline-instances.ts";
import { drawLoad, stoppedDrawing } from "./workload/load.ts";
import { loadNumbers } from "./workload/numbers.ts";
import type { Workload } from "./workload/workload.ts";

/** One step model a pool is handed in; see simulate.ts for the rest. */
export function simulateWith(
  settled: Settled,
  plans: readonly MemoryPlan[],
  models: readonly StepModel[],
  workload: Workload,
  seed: number,
  control: RunControl = {},
  routing: Routing = routingOf(settled),
): Outcome {
  const { plan, error } = clusterPlan(settled, plans, models);
  if (!plan) return { error };
  const { pools } = plan;
  const bad = (message: string): Outcome => ({ error: { code: "bad-workload", message } });
  const isStopped = (): boolean => control.signal?.aborted === true;
  const drawn = drawLoad(workload, seed, control.signal);
  if (!drawn.load) return bad(drawn.problem);
  if (isStopped()) return bad(stoppedDrawing);
  const numbers = loadNumbers(drawn.load);
  const { load, warnings } = admissible(drawn.load, pools);
  if (load.measured === 0) return bad(`No request fits: ${warnings[0] ?? "none is left"}`);
  const blockTokens = Math.min(
    ...pools.map((pool) => pool.limits.blockTokens),
    blockTokensOf(routing.replicas),
    blockTokensOf(routing.decode ?? routing.replicas),
  );
  if (!BlockKeys.fits(load.distinctPrefixIds, load.prefixBlockTokens, blockTokens))
    return bad("The workload names too many prefix blocks.");
  control.timeline?.describe(timelineInstances(settled, pools));
  if (isStopped()) return bad(stoppedDrawing);
  const requests = new Requests(load, control.timeline ?? null);
  if (isStopped()) return bad(stoppedDrawing);
  try {
    const run = new Run(requests, plan, routing, seed, control).run();
    const report = reportOf({
      settled,
      plans,
      pools,
      load,
      numbers,
      workloadName: workload.name ?? workload.kind,
      run,
      warnings,
      seed,
      routing,
    });
    return report ? { report } : { error: { code: "missing", message: "The deployment has no pool." } };
  } catch (failure) {
    if (failure instanceof TimingFailure || failure instanceof Stall) return { error: { code: "unsupported", message: failure.message } };
    throw failure;
  }
}
