import type { TierKind } from "../../deployment/kv-tiers/kv-tiers.ts";
import type { PoolTiers } from "./pool-tiers.ts";
import type { TierTotals } from "./tier.ts";

/** The stores of one kind behind the caches of a pool; sizes and bytes are those of all of them. */
export interface TierUse {
  /** `LMCache`. */
  readonly system: string;
  readonly kind: TierKind;
  /** How many they are: one an engine core, or one that all share. */
  readonly stores: number;
  readonly capacityTokens: number;
  readonly capacityBytes: number;
  /** 0 … 1. */
  readonly peakUsage: number;
  /** Prompt tokens that came from here, at a request's first look. */
  readonly hitTokens: number;
  readonly hitRate: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly evictedTokens: number;
  /** Not kept, as all that could have made room was being copied. */
  readonly droppedTokens: number;
  /** To and from one engine core. */
  readonly readBytesPerSecond: number;
  readonly writeBytesPerSecond: number;
}

/** What a pool's engines loaded from their stores, and what it was worth. */
export interface LoadUse {
  readonly system: string;
  readonly loads: number;
  readonly tokens: number;
  readonly bytes: number;
  /** From the wish for it to the last block, over all loads. */
  readonly loadSeconds: number;
  /** That computing the same tokens would have taken. */
  readonly computeSeconds: number;
  readonly savedSeconds: number;
  /** Loads that took longer than computing would have. */
  readonly slower: number;
  /** Tokens that were there and were computed all the same, as that was sooner. */
  readonly leftTokens: number;
  /** Bytes per second from which on these loads pay; null where nothing was loaded. */
  readonly paysFromBytesPerSecond: number | null;
  /** At which they came, waiting for each other included. */
  readonly bytesPerSecond: number | null;
}

/** What the stores behind all pools did, for the summary; nothing where there are none. */
export function tiersUse(
  pools: readonly (PoolTiers | null)[],
  queriedTokens: number,
): { readonly tiers?: readonly TierUse[]; readonly loads?: readonly LoadUse[] } {
  const used = pools.filter((pool) => pool !== null);
  if (used.length === 0) return {};
  return {
    tiers: used.flatMap(({ plan, tiers }) => tiers.map((tier) => tierUse(plan.system, tier, queriedTokens))),
    loads: used.map(loadUse),
  };
}

function loadUse({ plan, loads }: PoolTiers): LoadUse {
  const { loadSeconds, computeSeconds, loadedBytes } = loads;
  return {
    system: plan.system,
    loads: loads.loads,
    tokens: loads.loadedTokens,
    bytes: loadedBytes,
    loadSeconds,
    computeSeconds,
    savedSeconds: computeSeconds - loadSeconds,
    slower: loads.slower,
    leftTokens: loads.leftTokens,
    paysFromBytesPerSecond: computeSeconds > 0 ? loadedBytes / computeSeconds : null,
    bytesPerSecond: loadSeconds > 0 ? loadedBytes / loadSeconds : null,
  };
}

function tierUse(system: string, { plan, stores, ...totals }: TierTotals, queriedTokens: number): TierUse {
  const chunks = plan.capacity * stores;
  const perSecond = (nanoseconds: number): number => (plan.blockBytes / nanoseconds) * 1e9;
  return {
    system,
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
