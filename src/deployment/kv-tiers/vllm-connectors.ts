import { atLeast } from "../version.ts";
import { type AskedTiers, asBytes, asNumber, asPositive, asSwitch, GiB, isRecord, type TierWords } from "./asked-tiers.ts";
import type { WrittenTier } from "./kv-tiers.ts";
import { kvbmTiers } from "./kvbm.ts";
import { lmcacheTiers } from "./lmcache.ts";
import { mooncakeTier } from "./mooncake-store.ts";

type Members = Readonly<Record<string, unknown>>;
/** Connectors of several kinds may hold connectors, though nobody nests them. */
const deepest = 3;

/** The stores behind vLLM's cache: those of `--kv-offloading-size`, of `--kv-transfer-config`, and of Dynamo's `--connector`. */
export function vllmTiers(words: TierWords): AskedTiers | undefined {
  const { flags, environment, version } = words;
  const size = flags.has("kv-offloading-size") ? flags.number("kv-offloading-size") : undefined;
  if (size !== undefined && size > 0) {
    // GiB over all ranks (config/vllm.py, _post_init_kv_transfer_config).
    const bytes = size * GiB;
    if (flags.text("kv-offloading-backend") !== "lmcache")
      return offloading({ cpu_bytes_to_use: bytes }, environment.get("VLLM_USE_SIMPLE_KV_OFFLOAD")?.value === "1");
    const each = { "lmcache.local_cpu": true, "lmcache.max_local_cpu_size": size / words.ranks };
    // Later a server of its own holds the memory.
    return atLeast(version, "0.20.0") ? { hidden: "LMCache" } : lmcacheTiers(words, each);
  }
  const name = flags.member("kv-transfer-config", "kv_connector");
  if (typeof name === "string") {
    const extra = flags.member("kv-transfer-config", "kv_connector_extra_config");
    return connectorTiers(name, isRecord(extra) ? extra : {}, words, deepest);
  }
  return dynamoTiers(words);
}

function connectorTiers(name: string, extra: Members, words: TierWords, depth: number): AskedTiers | undefined {
  switch (name) {
    case "OffloadingConnector":
      return offloading(extra, false);
    case "SimpleCPUOffloadConnector":
      return offloading(extra, true);
    case "LMCacheConnector":
    case "LMCacheConnectorV1":
      return lmcacheTiers(words, extra);
    case "LMCacheMPConnector":
      return { hidden: "LMCache" };
    case "DynamoConnector":
    case "PdConnector":
      return kvbmTiers(words, "aside");
    case "MooncakeStoreConnector":
      return mooncakeStore(extra, words);
    case "MultiConnector":
      return depth > 0 ? several(extra, words, depth - 1) : undefined;
    default:
      return undefined;
  }
}

/** The first child that has stores decides how they are used. */
function several({ connectors }: Members, words: TierWords, depth: number): AskedTiers | undefined {
  const children = Array.isArray(connectors) ? connectors.filter(isRecord) : [];
  const asked = children.flatMap((child) => {
    const extra = isRecord(child.kv_connector_extra_config) ? child.kv_connector_extra_config : {};
    return typeof child.kv_connector === "string" ? (connectorTiers(child.kv_connector, extra, words, depth) ?? []) : [];
  });
  const [first] = asked;
  if (!first || "hidden" in first) return first;
  return { ...first, tiers: asked.flatMap((one) => ("hidden" in one ? [] : one.tiers)) };
}

/**
 * vLLM's own offloading (v1/kv_offload): bytes over all ranks or blocks, chunks of `block_size` tokens, loads beside the steps of others.
 * Blocks go to the host as they are computed, from their second use on, or just before the GPU takes their room.
 */
function offloading(extra: Members, isSimple: boolean): AskedTiers {
  const bytes = asPositive(extra.cpu_bytes_to_use);
  const blocks = asPositive(extra.num_cpu_blocks);
  if (bytes === undefined && blocks === undefined) return { hidden: isSimple ? "SimpleCPUOffloadConnector" : "OffloadingConnector" };
  const isLazy = asSwitch(extra.lazy_offload) === true;
  const isFiltered = (asNumber(extra.store_threshold) ?? 0) >= 2;
  const blockTokens = asPositive(extra.block_size);
  const host: WrittenTier = {
    kind: "dram",
    size: bytes === undefined ? { kind: "chunks", chunks: blocks ?? 0 } : { kind: "bytes", bytes },
    writePolicy: isLazy ? "write-back" : isFiltered ? "write-through-selective" : "write-through",
    ...(blockTokens === undefined ? {} : { blockTokens }),
  };
  const further = Array.isArray(extra.secondary_tiers) ? extra.secondary_tiers.filter(isRecord).flatMap(secondary) : [];
  return {
    system: "vLLM offloading",
    tiers: [host, ...further.map((tier) => ({ ...tier, ...(blockTokens === undefined ? {} : { blockTokens }) }))],
    loading: "aside",
    leastTokens: 0,
    takes: "always",
    keepsAnswers: asSwitch(extra.offload_prompt_only) !== true,
  };
}

/** Behind the host's memory: files, which nothing bounds unless a size is told, or an object store that all reach. */
function secondary(tier: Members): WrittenTier[] {
  const { type } = tier;
  if (typeof type !== "string") return [];
  const size = asPositive(tier.max_disk_gib);
  const bytes = size === undefined ? asBytes(tier.disk_bytes_to_use) : size * GiB;
  const sized = bytes === undefined ? {} : { size: { kind: "bytes" as const, bytes } };
  if (/^(fs|uring|file)/.test(type)) return [{ kind: "ssd", ...sized }];
  return /^(obj|s3|mooncake|remote)/.test(type) ? [{ kind: "remote", ...sized }] : [];
}

/** Every rank brings a segment of its memory, 4 GiB unless told (mooncake_store_worker.py), and finds what is in those of the others. */
function mooncakeStore(extra: Members, words: TierWords): AskedTiers {
  return {
    system: "Mooncake store",
    tiers: [mooncakeTier(words, extra.global_segment_size, "MOONCAKE_CONFIG_PATH", words.ranks)],
    loading: "aside",
    leastTokens: 0,
    takes: "always",
    keepsAnswers: true,
  };
}

/** `--connector kvbm` of Dynamo's launcher stands for a connector. */
function dynamoTiers(words: TierWords): AskedTiers | undefined {
  const { flags } = words;
  const chosen = flags.has("connector") ? (flags.text("connector") ?? "") : "";
  if (/\bkvbm\b/i.test(chosen)) return kvbmTiers(words, "aside");
  return /\blmcache\b/i.test(chosen) ? lmcacheTiers(words, {}) : undefined;
}
