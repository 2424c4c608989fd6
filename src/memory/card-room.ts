import type { SettledPool } from "../deployment/settled.ts";
import { gpusPerInstance } from "../deployment/settled.ts";
import { atLeast } from "../deployment/version.ts";
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

/**
 * Memory that the allocator holds in pieces too small for the largest step's buffers. MXFP4 experts, repacked after loading, left 1.6 and
 * 1.8 GiB beside a step of 2.9 (what two starts of 0.19 said when they ran out); from 0.27 such pieces are taken out of the cache. Others
 * went well with 0.7 to spare.
 */
export function piecesBytes({ activationBytes }: RankMemory, { weights, version }: SettledPool): number {
  if (weights.method !== "mxfp4" || atLeast(version, "0.27.0")) return 0.25 * GiB;
  return Math.min(2 * GiB, 0.7 * activationBytes);
}
