import type { Model, WeightFormat } from "../catalog/facts.ts";
import { countParameters, parameterParts } from "../catalog/parameters.ts";
import { elementBytes } from "../catalog/weight-format.ts";
import type { Layout } from "../deployment/settled.ts";
import { type Stage, stagesOf } from "./stages.ts";

/** A layout that splits nothing. */
export const oneRank: Layout = {
  tensor: 1,
  pipeline: 1,
  data: 1,
  attentionData: 1,
  expert: 1,
  sequence: 1,
  prefillContext: 1,
  decodeContext: 1,
};

/** Bytes of one rank's weights, by what they belong to. */
export interface RankWeights {
  readonly embedding: number;
  readonly attention: number;
  readonly mlp: number;
  readonly experts: number;
  /** Norms and routers, on every rank. */
  readonly copied: number;
}

/** Bytes of the whole checkpoint in this format: what all ranks hold together before anything is copied. */
export function weightBytes(model: Model, format: WeightFormat, activationBytes = 2): number {
  const stage = stagesOf(model, oneRank)[0];
  return stage ? total(rankWeights(model, format, oneRank, stage, activationBytes)) : 0;
}

export function total({ embedding, attention, mlp, experts, copied }: RankWeights): number {
  return embedding + attention + mlp + experts + copied;
}

/**
 * What one rank of a stage holds. Tensor parallelism splits linear layers, embedding and head; experts are split over
 * tensor × attention-data × prefill-context ranks, with or without expert parallelism (VD10); sequence parallelism splits nothing (systems.md 5).
 * Quantised checkpoints keep embedding, head, norms and routers at the activations' width (memory.md 5).
 */
export function rankWeights(model: Model, format: WeightFormat, layout: Layout, stage: Stage, activationBytes = 2): RankWeights {
  const parts = parameterParts(model);
  const plain = activationBytes;
  const bytes = (stored: Pick<WeightFormat, "linear" | "scaleBytesPerElement">) =>
    format.method === "none" ? plain : elementBytes[stored.linear] + stored.scaleBytesPerElement;
  const linear = format.expertsOnly ? plain : bytes(format);
  const { scale, further } = unlisted(model);

  const { tensor } = layout;
  const keyValueShare = Math.max(1 / tensor, Math.min(1, 1 / model.kvHeads));
  const { split, keyValue, copied } = parts.attention;
  const attentionLayers = stage.full + stage.sliding;
  const attention =
    attentionLayers * (split / tensor + keyValue * keyValueShare + copied) * scale + (further * stage.layers) / model.layers / tensor;

  const denseLayers = stage.layers - stage.expertLayers;
  const mlp = ((denseLayers * parts.denseMlp + stage.expertLayers * parts.sharedExperts) / tensor) * scale;

  const { perRank, pad } = expertsOf(model, format, layout);
  const experts = stage.expertLayers * perRank * parts.expert * pad * scale;

  return {
    embedding: embeddings(model, stage) * paddedVocab(model) * (1 / tensor) * model.hidden * plain,
    attention: attention * linear,
    mlp: mlp * linear,
    experts: experts * bytes(format.experts ?? format),
    copied: (stage.layers * parts.norms + stage.expertLayers * parts.router * scale + (stage.last ? model.hidden : 0)) * plain,
  };
}

/** VP05: padded to a multiple of 64 before it is split. */
function paddedVocab({ vocab }: Model): number {
  return Math.ceil(vocab / 64) * 64;
}

/** Embedding on the first stage, head on the last; tied ones are one matrix, copied when the stages differ (memory.md 5). */
function embeddings({ tiedEmbeddings }: Model, { first, last }: Stage): number {
  return first && last && tiedEmbeddings ? 1 : Number(first) + Number(last);
}

/**
 * What the published size holds beyond the parts we count (biases, recurrent projections) is spread over the layers and split by
 * tensor parallelism; where it holds less, all parts of the layers shrink alike.
 */
function unlisted(model: Model): { readonly scale: number; readonly further: number } {
  const counted = countParameters(model).total;
  if (model.parameters >= counted) return { scale: 1, further: model.parameters - counted };
  const fixed = parameterParts(model).embedding * (model.tiedEmbeddings ? 1 : 2) + model.layers * 2 * model.hidden + model.hidden;
  return { scale: Math.max(0, (model.parameters - fixed) / (counted - fixed)), further: 0 };
}

/** Experts a rank holds, and the growth of each by the kernels' padding. */
function expertsOf(model: Model, format: WeightFormat, layout: Layout): { readonly perRank: number; readonly pad: number } {
  const { moe } = model;
  if (!moe) return { perRank: 0, pad: 1 };
  const ranks = layout.tensor * layout.attentionData * layout.prefillContext;
  const { expert } = layout;
  const whole = expert > 1;
  const perRank = whole ? Math.ceil(moe.experts / expert) * Math.min(1, expert / ranks) : moe.experts / ranks;
  return { perRank, pad: padding(model, format, whole ? moe.intermediate : moe.intermediate / ranks) };
}

/** The mxfp4 kernels round a rank's expert width up to 128 and the hidden size to 256 (quantization/mxfp4.py). */
function padding({ hidden }: Model, format: WeightFormat, width: number): number {
  if (format.method !== "mxfp4") return 1;
  return ((Math.ceil(width / 128) * 128) / width) * ((Math.ceil(hidden / 256) * 256) / hidden);
}

/** The rotary table of every rank: positions × head dimension, cosines and sines; a second copy of the model shares it. */
export function rotaryBytes(model: Model, activationBytes = 2): number {
  const dimension = model.mla?.ropeHeadDim ?? model.headDim;
  return model.maxPositions * dimension * activationBytes;
}
