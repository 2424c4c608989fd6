import type { Model } from "../catalog/facts.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { atLeast } from "../deployment/version.ts";
import type { KvLayers } from "./kv-layers.ts";
import type { VllmPool } from "./vllm/pool.ts";

/** Layers with the size of their blocks. */
export interface PagedLayers extends KvLayers {
  readonly blockTokens: number;
  /** Bytes of one block of one layer. */
  readonly pageBytes: number;
}

/** Tokens of a block, enlarged in hybrids so that a state fits one (VM13; platforms/interface.py, before 0.20 models/config.py). */
export function blockTokensOf(model: Model, pool: VllmPool, layers: readonly KvLayers[]): number {
  const written = pool.settings.blockTokens;
  const state = layers.find(({ isState }) => isState);
  const attention = layers.find(({ isState }) => !isState);
  if (!state || !attention) return written;
  const kernel = atLeast(pool.version, "0.20.0") ? Math.max(kernelTokens(model, pool), written) : kernelTokens(model, pool);
  const step = pool.budget.cache.states === "all" ? leastMultiple(mambaChunk, kernel) : kernel;
  return Math.max(written, step * Math.ceil(state.bytes / (step * attention.bytes)));
}

/** Tokens that mamba's kernel works through at once, where a state of every block is kept. */
const mambaChunk = 256;

/** Multiples of tokens that the attention kernels take as a block. */
function kernelTokens({ mla, headDim }: Model, { version, gpu }: SettledPool): number {
  if (mla) return atLeast(version, "0.27.0") ? 128 : atLeast(version, "0.11.1") ? 64 : 16;
  const flashInfer = Math.floor(gpu.computeCapability ?? 0) === 10 && headDim === 256;
  return flashInfer && atLeast(version, "0.11.1") && !atLeast(version, "0.18.0") ? 32 : 16;
}

function leastMultiple(a: number, b: number): number {
  let multiple = Math.max(a, b);
  while (multiple % a !== 0 || multiple % b !== 0) multiple += Math.max(a, b);
  return multiple;
}

/** Blocks of one size for all: smaller ones take more tokens where that comes out even, else they are padded (kv_cache_utils.py, unify_kv_cache_spec_page_size). */
export function unifiedPages(layers: readonly KvLayers[], blockTokens: number): readonly PagedLayers[] {
  const paged = separatePages(layers, blockTokens);
  const largest = Math.max(...paged.map(({ pageBytes }) => pageBytes));
  return paged.map((one) => {
    const ratio = largest / one.pageBytes;
    const isEven = !one.isState && Number.isInteger(ratio);
    return { ...one, pageBytes: largest, blockTokens: isEven ? one.blockTokens * ratio : one.blockTokens };
  });
}

/** Every kind with blocks of its own size. */
export function separatePages(layers: readonly KvLayers[], blockTokens: number): readonly PagedLayers[] {
  return layers.map((one) => ({
    ...one,
    blockTokens: one.stateTokens ?? blockTokens,
    pageBytes: one.isState ? one.bytes : one.bytes * blockTokens,
  }));
}
