import type { Settled, SettledPool } from "../../deployment/settled.ts";
import { memoryPlan } from "../../memory/memory-plan.ts";
import { compareStart } from "./compare-start.ts";
import { type MeasuredStart, measuredStart } from "./measured-start.ts";
import type { StartComparison } from "./start-comparison.ts";
import type { StartLog } from "./start-log.ts";

/** A log held against one deployment. */
export interface LoggedDeployment {
  /** Index of the pool that the log is of. */
  readonly pool: number;
  readonly comparison: StartComparison;
  /** What would be kept as this deployment's calibration. */
  readonly measured: MeasuredStart;
}

/** The pool of a deployment whose settings are nearest to the log's, compared and measured. `model`: as the file names it. */
export function loggedDeployment(
  log: StartLog,
  { model: facts, pools }: Settled,
  model: string | null,
  date: string,
): LoggedDeployment | undefined {
  const candidates = pools.map((settled, index) => {
    const pool = predicted(settled);
    return { index, pool, comparison: compareStart({ model, pool, plan: memoryPlan(facts, pool) }, log) };
  });
  const differing = ({ comparison }: (typeof candidates)[number]): number => comparison.settings.filter(({ differs }) => differs).length;
  const [first] = candidates;
  if (!first) return undefined;
  const nearest = candidates.reduce((best, one) => (differing(one) < differing(best) ? one : best), first);
  return {
    pool: nearest.index,
    comparison: nearest.comparison,
    measured: measuredStart(log, { model, facts, pool: nearest.pool }, date),
  };
}

/** Without what an earlier run measured: a log is held against the prediction. */
function predicted({ observed: { gpuTotalBytes, kvCacheBlocks }, ...pool }: SettledPool): SettledPool {
  return { ...pool, observed: { gpuTotalBytes, kvCacheBlocks } };
}
