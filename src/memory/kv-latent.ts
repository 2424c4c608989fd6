import type { Model } from "../catalog/facts.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { atLeast } from "../deployment/version.ts";
import { fullToken, headsToken, perRank, type TokenBytes } from "./kv-elements.ts";
import type { VllmPool } from "./vllm/pool.ts";

/** One token in a layer that keeps the whole context, as vLLM's releases stored latents. */
export function vllmFullToken(model: Model, pool: VllmPool): TokenBytes {
  const { mla, indexerBytesPerLayer: indexer = 0 } = model;
  if (mla && !pool.budget.cache.isV1) return latentOfV0(model, pool);
  return mla && indexer > 0 ? sparseLatent(model, pool, indexer) : fullToken(model, pool);
}

const paddedHead = 256;
const alignedElements = 128;

/** Up to 0.7.0 heads padded for the kernel, in 0.7.2 and 0.7.3 an entry of whole 256 bytes (worker/cache_engine.py, config.py). */
function latentOfV0(model: Model, pool: SettledPool): TokenBytes {
  const { version, kvElementBytes } = pool;
  if (!atLeast(version, "0.7.1")) return headsToken(perRank(model.heads, pool), 2 * paddedHead, paddedHead, kvElementBytes);
  if (!atLeast(version, "0.7.2") || atLeast(version, "0.8.0")) return fullToken(model, pool);
  const elements = Math.ceil(model.kvElementsPerLayer / alignedElements) * alignedElements;
  return { bytes: elements * kvElementBytes, formula: `${elements} · ${kvElementBytes} B` };
}

/**
 * A latent beside its indexer's entry (VM11). In FP8 it is packed with its scales and its rope part in 16 bit, but for Blackwell's kernels from 0.18
 * on; 0.11.0 packed it unless told otherwise (models/config.py, layers/attention/mla_attention.py).
 */
function sparseLatent(model: Model, pool: SettledPool, indexer: number): TokenBytes {
  const { version, kvElementBytes, gpu } = pool;
  const isPlain = Math.floor(gpu.computeCapability ?? 0) === 10 && atLeast(version, "0.18.0");
  if (kvElementBytes === 1 && isPlain)
    return { bytes: model.kvElementsPerLayer + indexer, formula: `(${model.kvElementsPerLayer} B + ${indexer} B)` };
  const isPacked = atLeast(version, "0.11.0") && !atLeast(version, "0.11.1");
  return fullToken(model, isPacked ? { ...pool, kvElementBytes: 1 } : pool);
}
