import type { Settled } from "../../deployment/settled.ts";
import { atRate } from "../../simulation/workload/at-rate.ts";
import { workloadNumbers } from "../../simulation/workload/numbers.ts";
import type { Workload } from "../../simulation/workload/workload.ts";

/** What is compared with a server: the deployment, and what is assumed to come to it. */
export interface WatchedPart {
  readonly settled: Settled;
  readonly assumed: Workload | null;
}

/**
 * Of a deployment with several instances, as many as the engines that are watched make up: one pod of four takes a quarter of the load. Pools
 * that work together are taken whole.
 */
export function watchedPart(settled: Settled, assumed: Workload | null, engines: number): WatchedPart {
  const [pool, other] = settled.pools;
  if (!pool || other) return { settled, assumed };
  const instances = Math.max(1, Math.round(engines / pool.layout.data));
  if (instances >= pool.instances) return { settled, assumed };
  const share = instances / pool.instances;
  const rate = assumed && workloadNumbers(assumed)?.ratePerSecond;
  return {
    settled: { ...settled, pools: [{ ...pool, instances }] },
    assumed: assumed && rate ? atRate(assumed, rate * share) : assumed,
  };
}
