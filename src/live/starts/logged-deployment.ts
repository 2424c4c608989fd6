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

/** A log beside the prediction of one pool, whatever an earlier run measured; undefined where there is no such pool. */
export function comparedPool(
  log: StartLog,
  { model: facts, pools }: Settled,
  index: number,
  model: string | null,
): StartComparison | undefined {
  const settled = pools[index];
  if (!settled) return undefined;
  const pool = predicted(settled);
  return compareStart({ model, pool, plan: memoryPlan(facts, pool) }, log);
}

/** The pool of a deployment whose settings are nearest to the log's, compared and measured. `model`: as the file names it. */
export function loggedDeployment(log: StartLog, settled: Settled, model: string | null, date: string): LoggedDeployment | undefined {
  const candidates = settled.pools.flatMap((pool, index) => {
    const comparison = comparedPool(log, settled, index, model);
    return comparison ? [{ index, pool, comparison }] : [];
  });
  const differing = ({ comparison }: (typeof candidates)[number]): number => comparison.settings.filter(({ differs }) => differs).length;
  const [first] = candidates;
  if (!first) return undefined;
  const nearest = candidates.reduce((best, one) => (differing(one) < differing(best) ? one : best), first);
  return {
    pool: nearest.index,
    comparison: nearest.comparison,
    measured: measuredStart(log, { model, facts: settled.model, pool: nearest.pool }, date),
  };
}

/** Without what an earlier run measured: a log is held against the prediction. */
function predicted({ observed: { gpuTotalBytes, kvCacheBlocks }, ...pool }: SettledPool): SettledPool {
  return { ...pool, observed: { gpuTotalBytes, kvCacheBlocks } };
}
