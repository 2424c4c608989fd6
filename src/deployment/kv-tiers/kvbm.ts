import type { EngineConfig } from "../deployment.ts";
import { type AskedTiers, asPositive, asSwitch, GB, type TierWords } from "./asked-tiers.ts";
import type { TierLoading, WrittenTier } from "./kv-tiers.ts";

/**
 * Dynamo's block manager (lib/bindings/kvbm, block_manager/distributed/leader.rs): GB (10⁹) or blocks of one engine. A disk gets blocks
 * that were used again, unless that filter is off.
 */
export function kvbmTiers({ environment }: TierWords, loading: TierLoading): AskedTiers {
  if ([...environment].some(([name, text]) => name.startsWith("DYN_KVBM_") && text === undefined)) return { hidden: "KVBM" };
  const host = sizeOf(environment, "CPU");
  const disk = sizeOf(environment, "DISK");
  const filters = asSwitch(environment.get("DYN_KVBM_DISABLE_DISK_OFFLOAD_FILTER")?.value) !== true;
  const tiers: WrittenTier[] = [];
  if (host) tiers.push({ kind: "dram", size: host });
  if (disk) tiers.push({ kind: "ssd", size: disk, writePolicy: filters ? "write-through-selective" : "write-through" });
  // It refuses to start without any.
  if (tiers.length === 0) return { hidden: "KVBM" };
  return { system: "KVBM", tiers, loading, leastTokens: 0, takes: "always", keepsAnswers: true };
}

function sizeOf(environment: EngineConfig["environment"], medium: "CPU" | "DISK"): WrittenTier["size"] {
  const blocks = asPositive(environment.get(`DYN_KVBM_${medium}_CACHE_OVERRIDE_NUM_BLOCKS`)?.value);
  if (blocks !== undefined) return { kind: "chunks", chunks: blocks };
  const size = asPositive(environment.get(`DYN_KVBM_${medium}_CACHE_GB`)?.value);
  return size === undefined ? undefined : { kind: "bytes", bytes: size * GB };
}
