import type { Model } from "../../src/catalog/facts.ts";
import type { VllmCache } from "../../src/deployment/settled.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import type { MemoryPlan } from "../../src/memory/plan.ts";
import { cache } from "./plain-pool.ts";
import { gpu, pool, version } from "./pools.ts";

export const GiB = 2 ** 30;

export interface Start {
  readonly release: string;
  readonly gib: number;
  readonly length: number;
  readonly batch?: number;
  readonly tensor?: number;
  readonly pipeline?: number;
  readonly elementBytes?: number;
  readonly cache?: Partial<VllmCache>;
}

/** A start whose cache has so many GiB. */
export function started(
  of: Model,
  { release, gib, length, batch = 8192, tensor = 1, pipeline = 1, elementBytes = 2, cache: own }: Start,
): MemoryPlan {
  return memoryPlan(
    of,
    pool({
      gpu: gpu("H200"),
      version: version(release),
      kvElementBytes: elementBytes,
      layout: { tensor, pipeline },
      budget: { kvCacheMemoryBytes: Math.round(gib * GiB), cache: { ...cache, ...own } },
      settings: { maxModelLen: length, maxNumBatchedTokens: batch },
    }),
  );
}
