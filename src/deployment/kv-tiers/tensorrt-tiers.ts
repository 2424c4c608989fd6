import { type AskedTiers, asPositive, type TierWords } from "./asked-tiers.ts";
import type { WrittenTier } from "./kv-tiers.ts";
import { kvbmTiers } from "./kvbm.ts";
import { lmcacheTiers } from "./lmcache.ts";

/**
 * TensorRT-LLM's own host cache (llm_args.py, KvCacheConfig): bytes of each rank. Blocks go there when the GPU takes their room, and come
 * back before the step that reads them.
 */
export function tensorrtTiers(words: TierWords): AskedTiers | undefined {
  const { flags, ranks } = words;
  const connector = flags.member("kv_connector_config", "connector") ?? flags.member("kv_connector_config", "connector_module");
  if (typeof connector === "string" && /kvbm/i.test(connector)) return kvbmTiers(words, "before-step");
  if (typeof connector === "string" && /lmcache/i.test(connector)) return lmcacheTiers(words, {});
  const host = asPositive(flags.member("kv_cache_config", "host_cache_size"));
  const disk = asPositive(flags.member("kv_cache_config", "disk_cache_size"));
  const back = (kind: WrittenTier["kind"], bytes: number): WrittenTier => ({
    kind,
    size: { kind: "bytes", bytes: bytes * ranks },
    writePolicy: "write-back",
  });
  const tiers = [...(host === undefined ? [] : [back("dram", host)]), ...(disk === undefined ? [] : [back("ssd", disk)])];
  if (tiers.length === 0) return undefined;
  return { system: "host cache", tiers, loading: "before-step", leastTokens: 0, takes: "always", keepsAnswers: true };
}
