import { blocksNeeded } from "../../memory/kv-shape.ts";
import type { MemoryPlan } from "../../memory/plan.ts";

/** The cache of one scheduler as requests take it. */
export interface CacheRoom {
  /** Tokens of a sequence that take one more block. */
  readonly blockTokens: number;
  readonly usableBlocks: number;
  /** Taken by every sequence from its start to its end, however long it is: states, and the block in which a window begins. */
  readonly stateBlocks: number;
  /** Sequences at once where layers keep states alone; Infinity elsewhere. */
  readonly mostSequences: number;
}

/** The same cache counted by so many of its blocks at once. */
export function inBlocksOf<Room extends Omit<CacheRoom, "mostSequences">>(count: number, room: Room): Room {
  const usableBlocks = Math.floor(room.usableBlocks / count);
  return { ...room, blockTokens: room.blockTokens * count, usableBlocks, stateBlocks: Math.ceil(room.stateBlocks / count) };
}

/** Where no layer keeps tokens the cache's blocks bound nothing. */
const boundless = 2 ** 30;

/** Blocks are counted in those that a sequence of max-model-len takes for `blockTokens` more: the layers' groups grow at rates of their own. */
export function cacheRoom({ kvShape, kvCacheBlocks }: Pick<MemoryPlan, "kvShape" | "kvCacheBlocks">, maxModelLen: number): CacheRoom {
  const blockTokens = Math.max(1, kvShape.blockTokens * kvShape.contextRanks);
  // One block is vLLM's null block.
  const blocks = Math.max(0, kvCacheBlocks - 1);
  const states = blocksNeeded(kvShape, 0);
  const growing = (blocksNeeded(kvShape, maxModelLen) - states) / Math.ceil(maxModelLen / blockTokens);
  if (growing <= 0) {
    const mostSequences = states > 0 ? Math.floor(blocks / states) : Number.POSITIVE_INFINITY;
    return { blockTokens, usableBlocks: boundless, stateBlocks: 0, mostSequences };
  }
  return {
    blockTokens,
    usableBlocks: Math.min(boundless, Math.floor(blocks / growing)),
    stateBlocks: Math.ceil(states / growing),
    mostSequences: Number.POSITIVE_INFINITY,
  };
}
