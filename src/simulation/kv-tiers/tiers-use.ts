import type { TierKind } from "../../deployment/kv-tiers/kv-tiers.ts";
import type { Occupancy } from "./occupancy.ts";
import type { PoolTiers } from "./pool-tiers.ts";
import type { TierTotals } from "./tier.ts";
import type { TierPlan } from "./tier-plan.ts";

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
    tiers: storesOf(pools).map((stores) => tierUse(stores, queriedTokens)),
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

/** Stores of one kind, and what each pool did with them. */
interface UsedStores {
  readonly system: string;
  readonly plan: TierPlan;
  readonly occupancy: Occupancy;
  readonly users: readonly TierTotals[];
}

/** The stores behind all pools' caches, nearest first; one that pools share is told once. */
export function storesOf(pools: readonly (PoolTiers | null)[]): readonly UsedStores[] {
  const found = new Map<Occupancy, UsedStores>();
  for (const pool of pools) {
    for (const totals of pool?.tiers ?? []) {
      const { plan, occupancy } = totals;
      const known = found.get(occupancy);
      const system = known?.system ?? pool?.plan.system ?? "";
      found.set(occupancy, { system, plan: known?.plan ?? plan, occupancy, users: [...(known?.users ?? []), totals] });
    }
  }
  return [...found.values()];
}

function tierUse({ system, plan, occupancy, users }: UsedStores, queriedTokens: number): TierUse {
  const sum = (of: (totals: TierTotals) => number): number => users.reduce((all, totals) => all + of(totals), 0);
  const perSecond = (nanoseconds: number): number => (plan.blockBytes / nanoseconds) * 1e9;
  const hitTokens = sum((totals) => totals.hitTokens);
  return {
    system,
    kind: plan.kind,
    stores: occupancy.stores,
    capacityTokens: occupancy.capacity * plan.chunkTokens,
    capacityBytes: occupancy.capacity * plan.chunkBlocks * plan.blockBytes,
    peakUsage: occupancy.peakUsage,
    hitTokens,
    hitRate: queriedTokens > 0 ? hitTokens / queriedTokens : 0,
    readBytes: sum((totals) => totals.readBytes),
    writtenBytes: sum((totals) => totals.writtenBytes),
    evictedTokens: sum((totals) => totals.evictedChunks) * plan.chunkTokens,
    droppedTokens: sum((totals) => totals.droppedChunks) * plan.chunkTokens,
    readBytesPerSecond: perSecond(plan.readNanoseconds),
    writeBytesPerSecond: perSecond(plan.writeNanoseconds),
  };
}
