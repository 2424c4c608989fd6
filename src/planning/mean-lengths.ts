import { workloadNumbers } from "../simulation/workload/numbers.ts";
import type { Workload } from "../simulation/workload/workload.ts";
import type { RequestLengths } from "../timing/closed-form.ts";

/** A request of the mean lengths of a load; undefined where it cannot be drawn. */
export function meanLengths(workload: Workload, seed: number): RequestLengths | undefined {
  const numbers = workloadNumbers(workload, seed);
  return (
    numbers && { promptTokens: Math.max(1, Math.round(numbers.promptMean)), outputTokens: Math.max(1, Math.round(numbers.outputMean)) }
  );
}
