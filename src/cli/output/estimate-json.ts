import type { Settled } from "../../deployment/settled.ts";
import type { MemoryPlan } from "../../memory/plan.ts";
import { bandRange } from "../../timing/band-range.ts";
import type { Estimated } from "../estimating.ts";
import { operatorsJson } from "./anatomy.ts";
import { tightestPlan } from "./memory-json.ts";

/**
 * `estimate` in the words of a simulation's answer, as far as they apply: latencies are those of one request alone (a mean, never a
 * percentile), rates the most that the deployment can hold.
 */
export function estimateJson({ estimate, steps, gpus, kvCacheTokens }: Estimated, settled: Settled, plans: readonly MemoryPlan[]) {
  const { promptTokens, outputTokens, mostRequestsPerSecond, mostOutputTokensPerSecond } = estimate;
  return {
    summary: {
      ttftSeconds: { mean: estimate.ttftSeconds },
      tpotSeconds: { mean: estimate.tpotSeconds },
      e2eSeconds: { mean: estimate.e2eSeconds },
      requestsPerSecond: mostRequestsPerSecond,
      outputTokensPerSecond: mostOutputTokensPerSecond,
      totalTokensPerSecond: mostRequestsPerSecond * (promptTokens + outputTokens),
      outputTokensPerSecondPerGpu: gpus > 0 ? mostOutputTokensPerSecond / gpus : null,
      kvCache: { capacityTokens: kvCacheTokens },
      bands: {
        ttftSeconds: { mean: bandRange(estimate.ttftSeconds, estimate.firstTokenBand) },
        tpotSeconds: { mean: bandRange(estimate.tpotSeconds, estimate.band) },
        e2eSeconds: { mean: bandRange(estimate.e2eSeconds, estimate.band) },
      },
    },
    estimate: {
      promptTokens,
      outputTokens,
      ttftSeconds: estimate.ttftSeconds,
      tpotSeconds: estimate.tpotSeconds,
      e2eSeconds: estimate.e2eSeconds,
      userTokensPerSecond: estimate.userTokensPerSecond,
      largestBatch: estimate.largestBatch,
      mostRequestsPerSecond,
      mostOutputTokensPerSecond,
      steps: steps.map((step) => ({ ...step, operators: operatorsJson(step.operators, step.peaks) })),
      gpus,
    },
    confidence: { timing: estimate.basis, timingBand: estimate.band, memory: plans[tightestPlan(plans)]?.confidence ?? null },
    warnings: settled.assumed.map(({ what, value }) => `Assumed: ${what} = ${value}.`),
  };
}
