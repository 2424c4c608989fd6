import type { Cluster } from "../cluster.ts";
import type { PoolTiersUse, Report, TierUse } from "../report.ts";
import type { PoolTiers } from "./pool-tiers.ts";
import type { TierTotals } from "./tier.ts";

/** What the stores behind all pools did, for the report. */
export function tiersUse({ tiers, totals }: Pick<Cluster, "tiers" | "totals">): Pick<Report, "kvTiers"> {
  const used = tiers.filter((pool) => pool !== null);
  // Those that compute prompts come first.
  const queriedTokens = totals[0]?.queriedTokens ?? 0;
  return used.length > 0 ? { kvTiers: used.map((pool) => poolUse(pool, queriedTokens)) } : {};
}

function poolUse({ plan, tiers, loads }: PoolTiers, queriedTokens: number): PoolTiersUse {
  return {
    system: plan.system,
    tiers: tiers.map((tier) => tierUse(tier, queriedTokens)),
    loads: loads.loads,
    loadedTokens: loads.loadedTokens,
    loadedBytes: loads.loadedBytes,
    loadSeconds: loads.loadSeconds,
    computeSeconds: loads.computeSeconds,
    slowerLoads: loads.slower,
    leftTokens: loads.leftTokens,
    paysFromBytesPerSecond: loads.computeSeconds > 0 ? loads.loadedBytes / loads.computeSeconds : null,
    loadedBytesPerSecond: loads.loadSeconds > 0 ? loads.loadedBytes / loads.loadSeconds : null,
  };
}

function tierUse({ plan, stores, ...totals }: TierTotals, queriedTokens: number): TierUse {
  const chunks = plan.capacity * stores;
  const perSecond = (nanoseconds: number): number => (plan.blockBytes / nanoseconds) * 1e9;
  return {
    kind: plan.kind,
    stores,
    capacityTokens: chunks * plan.chunkTokens,
    capacityBytes: chunks * plan.chunkBlocks * plan.blockBytes,
    peakUsage: chunks > 0 ? totals.peakHeld / chunks : 0,
    hitTokens: totals.hitTokens,
    hitRate: queriedTokens > 0 ? totals.hitTokens / queriedTokens : 0,
    readBytes: totals.readBytes,
    writtenBytes: totals.writtenBytes,
    evictedTokens: totals.evictedChunks * plan.chunkTokens,
    droppedTokens: totals.droppedChunks * plan.chunkTokens,
    readBytesPerSecond: perSecond(plan.readNanoseconds),
    writeBytesPerSecond: perSecond(plan.writeNanoseconds),
  };
}
