import type { KvTier, KvTiers } from "../../deployment/kv-tiers/kv-tiers.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import type { MemoryPlan } from "../../memory/plan.ts";

/** One store in the simulator's words: chunks of whole blocks, and nanoseconds of one block on every way. */
export interface TierPlan {
  readonly kind: KvTier["kind"];
  /** Chunks of one store. */
  readonly capacity: number;
  /** Blocks of the GPU's cache that are kept, found and given up together. */
  readonly chunkBlocks: number;
  readonly chunkTokens: number;
  /** Of one block, over all GPUs of an engine core. */
  readonly blockBytes: number;
  readonly readNanoseconds: number;
  readonly writeNanoseconds: number;
  readonly latencyNanoseconds: number;
  /** Of one block at a server that all share; 0 where nothing bounds it. */
  readonly serverNanoseconds: number;
  readonly writePolicy: KvTier["writePolicy"];
  readonly shared: KvTier["shared"];
}

/** All stores behind the caches of a pool. */
export interface TiersPlan extends Pick<KvTiers, "system" | "loading" | "takes" | "keepsAnswers"> {
  /** What lies behind the nearest store comes there before a request starts; null = it is read then. */
  readonly prefetch: "wait" | "best-effort" | null;
  readonly tiers: readonly TierPlan[];
  /** Fewer blocks are not worth a load to the engine. */
  readonly leastBlocks: number;
  /** Layers of a stage, each of which is computed as soon as it is there; 0 where a step waits for all. */
  readonly overlapLayers: number;
}

/** Blocks of one scheduler's cache as they are counted there. */
interface Blocks {
  readonly blockTokens: number;
  readonly usableBlocks: number;
}

export function tiersPlan(
  { kvTiers, layout, settings }: SettledPool,
  plan: MemoryPlan,
  blocks: Blocks,
  stageLayers: number,
): TiersPlan | null {
  if (!kvTiers || kvTiers.tiers.length === 0) return null;
  const blockBytes = blocks.blockTokens * bytesPerToken(layout, plan);
  // Models that keep states alone have nothing to move token by token.
  if (blockBytes <= 0) return null;
  const { system, takes, keepsAnswers } = kvTiers;
  // Only vLLM's own scheduler goes on without a request.
  const loading = kvTiers.loading === "aside" && settings.scheduling.engine !== "vllm" ? "before-step" : kvTiers.loading;
  return {
    system,
    loading,
    takes,
    keepsAnswers,
    prefetch: kvTiers.tiers.length > 1 ? (kvTiers.prefetch ?? null) : null,
    leastBlocks: Math.ceil(kvTiers.leastTokens / blocks.blockTokens),
    overlapLayers: loading === "layer-by-layer" ? Math.max(1, Math.floor(stageLayers)) : 0,
    tiers: kvTiers.tiers.map((tier) => tierPlan(tier, blocks, blockBytes)),
  };
}

function tierPlan(tier: KvTier, { blockTokens, usableBlocks }: Blocks, blockBytes: number): TierPlan {
  // What the GPU gives up is given up block by block.
  const chunkBlocks = tier.writePolicy === "write-back" ? 1 : Math.max(1, Math.round(tier.blockTokens / blockTokens));
  const nanoseconds = (bytesPerSecond: number): number => (blockBytes / bytesPerSecond) * 1e9;
  return {
    kind: tier.kind,
    capacity: chunksOf(tier, usableBlocks, chunkBlocks, blockBytes),
    chunkBlocks,
    chunkTokens: chunkBlocks * blockTokens,
    blockBytes,
    readNanoseconds: nanoseconds(tier.readBytesPerSecond),
    writeNanoseconds: nanoseconds(tier.writeBytesPerSecond),
    latencyNanoseconds: tier.latencySeconds * 1e9,
    serverNanoseconds: tier.serverBytesPerSecond === null ? 0 : nanoseconds(tier.serverBytesPerSecond),
    writePolicy: tier.writePolicy,
    shared: tier.shared,
  };
}

function chunksOf({ size }: KvTier, usableBlocks: number, chunkBlocks: number, blockBytes: number): number {
  switch (size.kind) {
    case "bytes":
      return Math.floor(size.bytes / (chunkBlocks * blockBytes));
    case "of-cache":
      return Math.floor((size.times * usableBlocks) / chunkBlocks);
    case "chunks":
      return Math.floor(size.chunks);
    default: {
      const never: never = size;
      return never;
    }
  }
}

/** Over all GPUs that hold one sequence: every rank keeps its own share, copies of it included. */
export function bytesPerToken(
  { tensor, sequence, prefillContext, pipeline }: SettledPool["layout"],
  { ranks, kvBytesPerToken }: MemoryPlan,
): number {
  const perStage = tensor * sequence * prefillContext;
  const stages = ranks.length > 0 ? ranks.reduce((sum, rank) => sum + rank.kvBytesPerToken, 0) : pipeline * kvBytesPerToken;
  return perStage * stages;
}
