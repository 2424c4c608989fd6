import type { Model } from "../catalog/facts.ts";
import type { SettledPool } from "../deployment/settled.ts";

type Split = Pick<SettledPool, "layout">;
type Cached = Split & Pick<SettledPool, "kvElementBytes">;

/** What one token takes in one layer of a rank: the bytes and the formula with its numbers put in. */
export interface TokenBytes {
  readonly bytes: number;
  readonly formula: string;
}

/** Whole heads on a rank of so many in a layer, at least one, under tensor and sequence parallelism alike (VP02, systems.md 5). */
export function perRank(kvHeads: number, { layout }: Split): number {
  return Math.max(1, Math.floor(kvHeads / (layout.tensor * layout.sequence)));
}

/** KV heads on a rank. */
export function kvHeadsPerRank({ kvHeads }: Model, pool: Split): number {
  return perRank(kvHeads, pool);
}

/** Latent of sparse MLA in fp8 with its scales and unquantised rope part (fp8_ds_mla, VM11). */
const sparseLatentBytes = 656;

/** One token in a layer that keeps the whole context, a sparse-attention indexer's entry included; the latent of MLA is never split (VP03). */
export function fullToken(model: Model, pool: Cached): TokenBytes {
  const { mla, fullHeads, indexerBytesPerLayer: indexer = 0 } = model;
  const { kvElementBytes } = pool;
  if (mla && indexer > 0) {
    const latent = kvElementBytes === 1 ? sparseLatentBytes : model.kvElementsPerLayer * kvElementBytes;
    return { bytes: latent + indexer, formula: `(${latent} B + ${indexer} B)` };
  }
  if (mla) {
    const bytes = model.kvElementsPerLayer * kvElementBytes;
    return { bytes, formula: `(${mla.kvRank} + ${mla.ropeHeadDim}) · ${kvElementBytes} B` };
  }
  // Values are stored beside keys even where they are the same (vLLM, models/gemma4.py).
  if (fullHeads) return headsToken(perRank(fullHeads.kvHeads, pool), 2 * fullHeads.headDim, fullHeads.headDim, kvElementBytes);
  const { bytes, formula } = headsToken(perRank(model.kvHeads, pool), perHead(model), model.headDim, kvElementBytes);
  return indexer > 0 ? { bytes: bytes + indexer, formula: `(${formula} + ${indexer} B)` } : { bytes, formula };
}

/** One token in a layer with a window. */
export function slidingToken(model: Model, pool: Cached): TokenBytes {
  return headsToken(perRank(model.slidingKvHeads ?? model.kvHeads, pool), perHead(model), model.headDim, pool.kvElementBytes);
}

/** Elements of a key and a value. */
function perHead(model: Model): number {
  return model.kvElementsPerLayer / model.kvHeads;
}

/** Keys and values of these heads, `elements` of each together. */
export function headsToken(heads: number, elements: number, headDim: number, elementBytes: number): TokenBytes {
  const dimension = elements === 2 * headDim ? `2 · ${headDim}` : `${Number(elements.toFixed(3))}`;
  return {
    bytes: heads * elements * elementBytes,
    formula: `${heads} KV ${heads === 1 ? "head" : "heads"} · ${dimension} · ${elementBytes} B`,
  };
}

/** Bytes that one token keeps in one attention layer of a rank, a sparse-attention indexer's included. */
export function tokenBytesPerLayer(model: Model, pool: Cached): number {
  return model.fullAttentionLayers === 0 && model.slidingLayers > 0 ? slidingToken(model, pool).bytes : fullToken(model, pool).bytes;
}
