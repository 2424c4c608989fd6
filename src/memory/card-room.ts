import type { SettledPool } from "../deployment/settled.ts";
import { gpusPerInstance } from "../deployment/settled.ts";
import type { RankMemory } from "./plan.ts";

const GiB = 2 ** 30;
/** Cards on which starts were logged: data-centre ones with the large default batch. */
const loggedCardBytes = 70 * GiB;

/** What the driver and, with several ranks, NCCL hold before the engine looks at what is free (start-up logs of 0.19 on H100: 0.51 alone, 1.4 to 2.0 GiB). */
export function contextBytes(pool: SettledPool): number {
  if (gpusPerInstance(pool.layout) > 1) return 1.4 * GiB;
  return (pool.observed.gpuTotalBytes ?? pool.gpu.driverBytes) >= loggedCardBytes ? 0.5 * GiB : 0.25 * GiB;
}

/**
 * What stays of a card when weights, cache, graphs and the largest step are in it: what the allocator may lose in pieces while the sampler
 * warms up. Undefined where no start was logged.
 */
export function spareBytes(rank: RankMemory, pool: SettledPool): number | undefined {
  if (pool.gpu.vendor !== "nvidia" || rank.totalBytes < loggedCardBytes) return undefined;
  const held = rank.weightsBytes + rank.shiftWeightsBytes + rank.nonTorchBytes + rank.activationBytes + rank.cudaGraphBytes;
  return rank.totalBytes - contextBytes(pool) - held - Math.max(0, rank.kvCacheBytes);
}

/** Two of two logged starts with less than this share of the largest step to spare ran out of memory at 1.6 GiB; two with as little went well. */
export const neededSpareShare = 0.6;
