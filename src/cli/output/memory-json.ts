import type { MemoryPlan, RankMemory } from "../../memory/plan.ts";

/** `memory` of interfaces.md: the tightest rank, the cache, and each group of like ranks. */
export function memoryJson(plan: MemoryPlan, pool: number) {
  const tightest = plan.ranks[plan.tightest];
  return {
    pool,
    fits: plan.fits,
    perGpu: tightest ? rankBytes(tightest) : null,
    kvCacheTokens: plan.kvCacheTokens,
    kvCacheBlocks: plan.kvCacheBlocks,
    blockTokens: plan.blockTokens,
    kvBytesPerToken: plan.kvBytesPerToken,
    maxConcurrency: plan.maxConcurrency,
    longestModelLen: plan.longestModelLen,
    confidence: plan.confidence,
    refusal: plan.refusal,
    ranks: plan.ranks.map((rank) => ({ label: rank.label, ranks: rank.ranks, stage: rank.stage, ...rankBytes(rank) })),
  };
}

/** Whole bytes: fractions come from shares of a budget and mean nothing. */
function rankBytes(rank: RankMemory) {
  return {
    totalBytes: Math.round(rank.totalBytes),
    budgetBytes: Math.round(rank.budgetBytes),
    weightsBytes: Math.round(rank.weightsBytes),
    shiftWeightsBytes: Math.round(rank.shiftWeightsBytes),
    activationBytes: Math.round(rank.activationBytes),
    nonTorchBytes: Math.round(rank.nonTorchBytes),
    cudaGraphBytes: Math.round(rank.cudaGraphBytes),
    cudaGraphInBudget: rank.cudaGraphInBudget,
    reservedBytes: Math.round(rank.reservedBytes),
    stateBytes: Math.round(rank.stateBytes),
    kvCacheBytes: Math.round(rank.kvCacheBytes),
    kvBytesPerToken: rank.kvBytesPerToken,
  };
}

/** Index of the plan with the least room: one that does not fit, else the one that holds the fewest requests. */
export function tightestPlan(plans: readonly MemoryPlan[]): number {
  const room = (plan: MemoryPlan | undefined): number => (plan ? (plan.fits ? plan.maxConcurrency : -1) : Number.POSITIVE_INFINITY);
  return plans.reduce((least, plan, index) => (room(plan) < room(plans[least]) ? index : least), 0);
}
