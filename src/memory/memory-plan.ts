import type { Model } from "../catalog/facts.ts";
import type { SettledPool, Settlement } from "../deployment/settled.ts";
import { stageMemory } from "./engine-law.ts";
import { kvFigures } from "./kv-figures.ts";
import { bytesNeeded, fitsAtStart, longestSequence } from "./kv-shape.ts";
import type { MemoryPlan, Refusal } from "./plan.ts";
import type { StageMemory } from "./stage-memory.ts";
import { stagesOf } from "./stages.ts";

/**
 * What fits on the ranks of one engine of this pool, by the arithmetic of its engine's version. A data-parallel server has
 * `layout.data` such engines, and each attention replica of one has a cache of this size. The tightest stage decides for all.
 */
export function memoryPlan(model: Model, pool: SettledPool): MemoryPlan {
  const stages = stagesOf(model, pool.layout).map((stage) => stageMemory(model, pool, stage));
  const tightest = stages.reduce((least, stage, index) => (room(stage) < room(stages[least]) ? index : least), 0);
  const tight = stages[tightest];
  if (!tight) throw new Error(`a pipeline of ${pool.layout.pipeline} stages has no stage`);
  const { shape, memory } = tight;
  const maxModelLen = settledLength(stages, pool);
  // The others start and refuse the request.
  const asked = pool.budget.engine === "vllm" ? maxModelLen : 1;
  const times = 1 + (pool.borrowedTimes ?? 0);
  const refusal = stages.map((stage) => refusalOf(stage, asked, model, times)).reduce(worse, null);
  const { tokens, concurrency } = kvFigures(tight, pool, maxModelLen);
  return {
    ranks: stages.map((stage) => stage.memory),
    tightest,
    fits: refusal === null,
    refusal,
    kvCacheTokens: tokens,
    kvCacheBlocks: tight.blocks,
    kvShape: shape,
    blockTokens: shape.blockTokens,
    kvBytesPerToken: memory.kvBytesPerToken,
    maxConcurrency: concurrency,
    longestModelLen: Math.min(...stages.map((stage) => longestSequence(stage.shape, times * usableBytes(stage)))),
    confidence: memory.steps.find(({ part }) => part === "kv-cache")?.confidence ?? "estimated",
  };
}

/** The length as written, or what of it every stage's cache holds where the engine is told to find it (VS04). */
function settledLength(stages: readonly StageMemory[], { settings }: SettledPool): number {
  if (!settings.lengthToFit) return settings.maxModelLen;
  const longest = stages.map(({ shape, memory }) => longestSequence(shape, Math.max(0, memory.kvCacheBytes)));
  return Math.max(1, Math.min(settings.maxModelLen, ...longest));
}

/** Settled values whose lengths are what the engine's own search for a fitting length ends with. */
export function fittedLengths(settlement: Settlement): Settlement {
  const { settled } = settlement;
  if (!settled?.pools.some((pool) => pool.settings.lengthToFit)) return settlement;
  const pools = settled.pools.map((pool) => {
    if (!pool.settings.lengthToFit) return pool;
    const maxModelLen = settledLength(
      stagesOf(settled.model, pool.layout).map((stage) => stageMemory(settled.model, pool, stage)),
      pool,
    );
    return { ...pool, settings: { ...pool.settings, maxModelLen } };
  });
  return { settled: { ...settled, pools } };
}

/** Share of a stage's need that its cache covers: stages hold different layers, so bytes alone do not compare. */
function room(stage: StageMemory | undefined): number {
  if (!stage) return Number.POSITIVE_INFINITY;
  return stage.shape.blockBytes > 0 ? stage.memory.kvCacheBytes / stage.shape.blockBytes : Number.POSITIVE_INFINITY;
}

/** Blocks that a run reported may stand for less than the bytes; both bound what fits. */
function usableBytes({ memory, shape, blocks }: StageMemory): number {
  const groups = shape.blockBytes > 0 ? blocks * shape.blockBytes : 0;
  return Math.min(Math.max(0, memory.kvCacheBytes), Math.max(groups, 0) + shape.blockBytes);
}

/** `times` = its own cache and what a request may hold of others. */
function refusalOf({ memory, shape }: StageMemory, maxModelLen: number, { approximate }: Model, times: number): Refusal | null {
  const { kvCacheBytes, kvCacheSpread, weightsBytes, shiftWeightsBytes, totalBytes } = memory;
  if (kvCacheBytes <= 0 && shape.blockBytes > 0) {
    // A model counted from too few facts is surely over only where its weights alone are above the card.
    const sure = approximate ? weightsBytes + shiftWeightsBytes > totalBytes : kvCacheBytes + kvCacheSpread <= 0;
    return { kind: "no-kv-memory", overBytes: -kvCacheBytes, sure };
  }
  const heldBytes = times * kvCacheBytes;
  if (fitsAtStart(shape, heldBytes, maxModelLen)) return null;
  const neededBytes = bytesNeeded(shape, maxModelLen);
  return {
    kind: "model-len",
    neededBytes,
    availableBytes: heldBytes - shape.start.spareBytes,
    longest: longestSequence(shape, heldBytes),
    // What an approximate model keeps of each token is itself no certainty.
    sure: !approximate && !fitsAtStart(shape, times * (kvCacheBytes + kvCacheSpread), maxModelLen),
  };
}

/** No cache at all before a short one, then the stage that holds the least. */
function worse(a: Refusal | null, b: Refusal | null): Refusal | null {
  if (a?.kind === "model-len" && b?.kind === "model-len") return b.longest < a.longest ? b : a;
  return a?.kind === "no-kv-memory" || !b ? a : b;
}
