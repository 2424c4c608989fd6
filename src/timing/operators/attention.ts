import type { Model } from "../../catalog/facts.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import { measuredDecode, measuredPrefill, type PrefillCurve } from "../measured/attention-fit.ts";
import { type Basis, type Batch, queriesPerSequence } from "../step-model.ts";
import { DecodeLines } from "./decode-lines.ts";
import type { GpuRates } from "./rates.ts";

/** Attention of one layer on one rank, linear in the batch's sums. */
export interface AttentionCost {
  readonly basis: Basis;
  /** Floors by the sequences of the batch. */
  readonly decode: DecodeLines;
  /** For each token of context that a decoding sequence reads. */
  readonly perContextToken: number;
  /** For each of it and each token that attends to it: outweighs reading where many are verified together. */
  readonly perContextPair: number;
  readonly prefillFloor: number;
  /** For each pair of query and key of a prompt. */
  readonly perPair: number;
  /** For each prompt token: short prompts do not fill the tiles. */
  readonly perPromptToken: number;
  /** For each earlier token that a later chunk reads again. */
  readonly perRereadToken: number;
  /** Ranks that share the heads. */
  readonly split: number;
  /** Of all those ranks together. */
  readonly flopsPerPair: number;
  readonly bytesPerContextToken: number;
}

/** `split` ranks share the heads: tensor × sequence. */
export function attentionCost(model: Model, pool: SettledPool, rates: GpuRates, split: number): AttentionCost {
  const { attention } = rates.family;
  const context = Math.max(1, pool.layout.decodeContext);
  const heads = Math.max(1, Math.ceil(model.heads / split));
  const { mla } = model;
  const kvHeads = mla ? 1 : Math.max(1, Math.floor(model.kvHeads / split));
  const elements = mla ? model.kvElementsPerLayer : (model.kvElementsPerLayer / model.kvHeads) * kvHeads;
  const bytes = elements * pool.kvElementBytes;
  const reading = bytes / (rates.bytesPerSecond * attention.decodeBandwidth);
  // In decode, MLA multiplies every head with the latent itself: compute can outweigh reading it.
  const latent = mla ? (2 * heads * (2 * mla.kvRank + mla.ropeHeadDim)) / (rates.plainFlops * attention.prefillEfficiency) : 0;
  const queryDim = mla ? mla.nopeHeadDim + mla.ropeHeadDim : model.headDim;
  const flopsPerPair = 2 * heads * (queryDim + model.valueHeadDim);
  const perPair = flopsPerPair / (rates.plainFlops * attention.prefillEfficiency);
  const prefill = Math.max(1, pool.layout.prefillContext);
  const { kernels } = rates;
  const shape = mla ? [heads] : [heads, kvHeads, model.headDim];
  const measured = mla
    ? { decode: kernels.latentDecode, prefill: kernels.latentPrefill }
    : { decode: kernels.decode, prefill: kernels.prefill };
  // At length s the rate is s / (s + half): with s = 2 · pairs / tokens the loss is linear in tokens.
  const shares: PrefillCurve = { floor: attention.prefillFloor, perToken: (perPair * attention.prefillHalfTokens) / 2, perPair };
  const prompts = measured.prefill ? measuredPrefill(measured.prefill, shape) : shares;
  const decode = measured.decode
    ? measuredDecode(measured.decode, pool.settings.maxNumSeqs, shape)
    : new DecodeLines(Math.max(reading, latent), 1, () => attention.decodeFloor);
  return {
    basis: measured.decode?.basis ?? "analytical",
    decode,
    // Context-parallel ranks read their share of each sequence.
    perContextToken: decode.perContextToken / context,
    perContextPair: (mla ? latent : perPair) / context,
    prefillFloor: prompts.floor,
    perPair: prompts.perPair / prefill,
    perPromptToken: prompts.perToken / prefill,
    perRereadToken: reading / prefill,
    split,
    flopsPerPair: flopsPerPair * split,
    bytesPerContextToken: bytes * split,
  };
}

/** A step reads a context once for all tokens of its sequence. */
export function contextTokenSeconds({ perContextToken, perContextPair }: AttentionCost, batch: Batch): number {
  return batch.draftTokens === 0 ? perContextToken : Math.max(perContextToken, perContextPair * queriesPerSequence(batch));
}

/** Layers that keep everything, and layers that keep a window of tokens. */
interface Layers {
  readonly full: number;
  readonly sliding: number;
}

/** Tokens that a sliding layer keeps; without a window more than any context, yet finite: none of them times no window is none. */
export function windowOf({ slidingWindow }: Model): number {
  return slidingWindow ?? Number.MAX_SAFE_INTEGER;
}

/** Σ over layers of the pairs of query and key of prompts: in a window each token meets at most the window's keys. */
export function promptPairs({ prefillPairs, prefillTokens }: Batch, { full, sliding }: Layers, window: number): number {
  return full * prefillPairs + sliding * Math.min(prefillPairs, prefillTokens * window);
}

/** Σ over layers of the earlier tokens that chunks read again: at most a window of each chunk. */
export function promptReread({ prefillContext, prefillChunks }: Batch, { full, sliding }: Layers, window: number): number {
  return full * prefillContext + sliding * Math.min(prefillContext, prefillChunks * window);
}

/** Σ over layers of the tokens of context that decoding sequences read. */
export function contextRead({ decodeContext, decodeSequences }: Batch, { full, sliding }: Layers, window: number): number {
  return full * decodeContext + sliding * Math.min(decodeContext, decodeSequences * window);
}
