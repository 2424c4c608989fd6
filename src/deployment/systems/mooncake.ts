import type { Slo } from "../deployment.ts";
import type { KvTiers } from "../kv-tiers/kv-tiers.ts";
import { ranksOf } from "../kv-tiers/settle-tiers.ts";
import { completedTier } from "../kv-tiers/tier-speeds.ts";
import type { SettledPool } from "../settled.ts";
import { type PairTerms, pairTerms } from "./pair-terms.ts";
import type { SystemSettings } from "./settings.ts";

/** How Mooncake serves (FAST 2025 and arXiv 2407.00079). */
export interface Mooncake extends PairTerms {
  readonly kind: "mooncake";
  /** How an instance for a prompt is chosen: Conductor's way, or one of those that it was compared with. */
  readonly prefillSelection: "kvcache-centric" | "cache-aware" | "load-balancing" | "random";
  /** A prefix is copied where the longest one is more than so many times as long as the instance's own. */
  readonly balancingThreshold: number;
  /** Requests are refused when they arrive: never, by the load of decoding now, or by what it will be when their prompt is computed. */
  readonly rejection: "none" | "early" | "predictive";
  /** Limits that refusing goes by; null = the deployment's own, or the published ones. */
  readonly ttftLimitSeconds: number | null;
  readonly tbtLimitSeconds: number | null;
  /** DRAM of one node that keeps prefixes. */
  readonly dramBytesPerNode: number;
  /** Tokens that are kept, found and given up together. */
  readonly blockTokens: number;
  /** Whether chunks of one prompt follow each other through the stages of a pipeline without waiting for each other's end. */
  readonly chunkedPipeline: "on" | "off";
}

/**
 * A pool as Mooncake has it: prefixes are kept in the DRAM of the nodes that compute prompts and loaded layer by layer, and a long prompt's
 * chunks are in all stages of a pipeline at once (FAST 2025, section 4.1; vLLM's scheduler alone can be told to).
 */
export function mooncakePool(pool: SettledPool, system: Mooncake): SettledPool {
  if (pool.role === "decode") return pool;
  const { scheduling } = pool.settings;
  const overlaps = system.chunkedPipeline === "on" && scheduling.engine === "vllm" && pool.layout.pipeline > 1;
  const settings = overlaps ? { ...pool.settings, scheduling: { ...scheduling, chunksOverlap: true as const } } : pool.settings;
  return { ...pool, settings, kvTiers: pool.kvTiers ?? prefixStores(pool, system) };
}

function prefixStores(pool: SettledPool, { dramBytesPerNode, blockTokens }: Mooncake): KvTiers {
  const ranks = ranksOf(pool.layout);
  const { tier } = completedTier(
    { kind: "dram", size: { kind: "bytes", bytes: (dramBytesPerNode * ranks) / pool.gpusPerNode }, blockTokens },
    { gpu: pool.gpu, links: pool.links, ranks },
  );
  return {
    system: "Mooncake",
    tiers: [tier],
    loading: "layer-by-layer",
    leastTokens: 0,
    takes: "always",
    keepsAnswers: false,
  };
}

/** The same with the limits of the deployment, where it has some and the case none of its own. */
export function limitedMooncake(system: Mooncake, slo: Slo | null): Mooncake {
  return {
    ...system,
    ttftLimitSeconds: system.ttftLimitSeconds ?? slo?.ttftSeconds ?? null,
    tbtLimitSeconds: system.tbtLimitSeconds ?? slo?.tpotSeconds ?? null,
  };
}

/** The published limits of its experiments: a first token within 30 s, 0.2 s between tokens (FAST 2025, section 5.1). */
export const publishedLimits = { ttftSeconds: 30, tbtSeconds: 0.2 } as const;

/**
 * About 1 TB of DRAM a node, 3 million tokens of a 70B model, in blocks of 256 tokens (FAST 2025, section 5.3). Of the threshold is said that it is tuned by hand:
 * 1 copies every longer prefix to the instance that is chosen. Refusing is for overload, and off.
 */
export function mooncake(settings: SystemSettings): Mooncake {
  return {
    kind: "mooncake",
    ...pairTerms(settings),
    prefillSelection: settings.oneOf("prefillSelection", ["kvcache-centric", "cache-aware", "load-balancing", "random"], "kvcache-centric"),
    balancingThreshold: settings.between("balancingThreshold", 1, 1e9, 1),
    rejection: settings.oneOf("rejection", ["none", "early", "predictive"], "none"),
    ttftLimitSeconds: settings.between("ttftLimitSeconds", 0.001, 86_400, null),
    tbtLimitSeconds: settings.between("tbtLimitSeconds", 0.0001, 3600, null),
    dramBytesPerNode: settings.between("dramBytesPerNode", 0, 1e16, 1e12),
    blockTokens: settings.count("blockTokens", 256),
    chunkedPipeline: settings.oneOf("chunkedPipeline", ["on", "off"], "on"),
  };
}
