import type { SettledPool } from "../settled.ts";
import { type PairTerms, pairTerms } from "./pair-terms.ts";
import { phasedPool } from "./phased-pool.ts";
import type { SystemSettings } from "./settings.ts";

/** DistServe (arXiv 2401.09670; LLMServe/DistServe 82831f1): prompts and answers apart, first come first served, caches pulled. */
export interface DistServe extends PairTerms {
  readonly kind: "distserve";
  /** Prompt tokens that share a step; a longer prompt has one of its own. Null = as many as saturate the instance (its Lm). */
  readonly batchTokens: number | null;
  /** Low: a request is decoded on the node that computed its prompt, so that caches stay on its links (its Alg. 2). */
  readonly affinity: "high" | "low";
}

export function distServe(settings: SystemSettings): DistServe {
  return {
    kind: "distserve",
    ...pairTerms(settings),
    batchTokens: settings.count("batchTokens", null),
    affinity: settings.oneOf("affinity", ["high", "low"], "high"),
  };
}

/** A pool as DistServe's engine runs it. */
export function distServePool(pool: SettledPool, { batchTokens }: DistServe): SettledPool {
  return phasedPool(pool, { engine: "phased", system: "DistServe", promptTokens: batchTokens, mostPauses: null });
}
