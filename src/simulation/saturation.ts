import type { Settled } from "../deployment/settled.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import type { RunControl } from "./report.ts";
import { simulate } from "./simulate.ts";
import type { Workload } from "./workload.ts";

/**
 * Requests per second at which throughput saturates: what the deployment completes when all requests of the workload are there at once.
 * undefined where the workload or the deployment cannot be simulated.
 */
export function saturationRate(
  settled: Settled,
  plans: readonly MemoryPlan[],
  workload: Workload,
  seed: number,
  control?: RunControl,
): number | undefined {
  return simulate(settled, plans, allAtOnce(workload), seed, control).report?.summary.requestsPerSecond;
}

/** The same requests without arrivals. */
export function allAtOnce(workload: Workload): Workload {
  const name = workload.name === undefined ? {} : { name: workload.name };
  if (workload.kind === "requests") {
    const { requests, prefixBlockTokens } = workload;
    const rows = requests.map((row) => ({ ...row, arrivalSeconds: 0 }));
    return { ...name, kind: "requests", requests: rows, ...(prefixBlockTokens === undefined ? {} : { prefixBlockTokens }) };
  }
  const { requests, promptTokens, outputTokens } = workload;
  return { ...name, kind: "offline", requests, promptTokens, outputTokens };
}
