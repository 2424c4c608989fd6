import { parsedJson } from "../../catalog/json-text.ts";
import { atLeast } from "../version.ts";
import { type AskedTiers, GB, isRecord, type TierWords } from "./asked-tiers.ts";
import type { WritePolicy, WrittenTier } from "./kv-tiers.ts";
import { lmcacheTiers } from "./lmcache.ts";
import { mooncakeTier } from "./mooncake-store.ts";

/** mem_cache/hiradix_cache.py: shorter starts of a prompt are computed again. */
const loadBackTokens = 10;

/** SGLang's hierarchical cache: the host's memory of each rank, a storage behind it, and a step that computes what has come of it. */
export function sglangTiers(words: TierWords): AskedTiers | undefined {
  const { flags } = words;
  if (flags.on("enable-lmcache") === true) return lmcacheTiers(words, {}, true);
  if (words.role === "decode") return decodeTiers(words);
  if (flags.on("enable-hierarchical-cache") !== true) return undefined;
  const host = hostOf(words);
  if (flags.text("hicache-host-memory-mode") === "buffer_only") return { hidden: "HiCache" };
  const storage = storageOf(words);
  return {
    system: "HiCache",
    tiers: storage ? [host, storage] : [host],
    loading: "layer-by-layer",
    leastTokens: loadBackTokens,
    takes: "always",
    keepsAnswers: true,
    ...(storage ? { prefetch: prefetchOf(words) } : {}),
  };
}

/**
 * A decode server keeps no tree of prefixes: where it is told to, it sends the tokens of answers to the storage as they come, for the next
 * prompts of their conversations (disaggregation/decode_kvcache_offload_manager.py).
 */
function decodeTiers(words: TierWords): AskedTiers | undefined {
  const storage = words.flags.on("disaggregation-decode-enable-offload-kvcache") === true ? storageOf(words) : undefined;
  if (!storage) return undefined;
  return {
    system: "HiCache",
    tiers: [storage],
    loading: "layer-by-layer",
    leastTokens: loadBackTokens,
    takes: "always",
    keepsAnswers: true,
  };
}

/** Waits have a limit of a second and more, which a store that is worth having keeps (hiradix_cache.py, can_terminate_prefetch). */
function prefetchOf({ flags, version }: TierWords): "wait" | "best-effort" {
  const policy = flags.text("hicache-storage-prefetch-policy") ?? (atLeast(version, "0.5.12") ? "timeout" : "best_effort");
  return policy === "best_effort" ? "best-effort" : "wait";
}

function hostOf({ flags, version, ranks }: TierWords): WrittenTier {
  const size = flags.number("hicache-size") ?? 0;
  const ratio = flags.number("hicache-ratio") ?? 2;
  return {
    kind: "dram",
    // GB (10⁹) of each rank, above the ratio to the pool of its GPU (memory_pool_host.py).
    size: size > 0 ? { kind: "bytes", bytes: size * GB * ranks } : { kind: "of-cache", times: Math.max(0, ratio) },
    writePolicy: policyOf(flags.text("hicache-write-policy")) ?? (atLeast(version, "0.5.3") ? "write-through" : "write-through-selective"),
  };
}

function policyOf(word: string | undefined): WritePolicy | undefined {
  switch (word) {
    case "write_back":
      return "write-back";
    case "write_through":
      return "write-through";
    case "write_through_selective":
      return "write-through-selective";
    default:
      return undefined;
  }
}

/** What lies behind the host: files of one node, or a store that all instances reach. */
function storageOf(words: TierWords): WrittenTier | undefined {
  const { flags } = words;
  const backend = flags.text("hicache-storage-backend");
  if (backend === undefined || backend === "sim") return undefined;
  if (backend === "file" || backend === "shm") return { kind: backend === "shm" ? "dram" : "ssd", shared: "engine" };
  if (backend !== "mooncake") return { kind: "remote" };
  const extra = flags.text("hicache-storage-backend-extra-config");
  const members = extra === undefined ? undefined : parsedJson(extra);
  // A segment is shared out over the ranks of an engine (mooncake_store.py, per_tp_global_segment_size).
  return mooncakeTier(words, isRecord(members) ? members.global_segment_size : undefined, "SGLANG_HICACHE_MOONCAKE_CONFIG_PATH", 1);
}
