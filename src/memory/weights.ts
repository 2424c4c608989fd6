import type { LinearPart, Model, WeightFormat } from "../catalog/facts.ts";
import { countParameters, elementsOf, type ModelParts, modelParts, type Split, type WeightPart } from "../catalog/parameters.ts";
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
  readonly recurrent: number;
  readonly mlp: number;
  readonly experts: number;
  /** Vision and audio towers. */
  readonly towers: number;
  /** Norms and routers, on every rank. */
  readonly copied: number;
}

/** Bytes of the whole checkpoint in this format: what all ranks hold together before anything is copied. */
export function weightBytes(model: Model, format: WeightFormat, activationBytes = 2): number {
  const stage = stagesOf(model, oneRank)[0];
  return stage ? total(rankWeights(model, format, oneRank, stage, activationBytes)) : 0;
}

export function total(weights: RankWeights): number {
  return Object.values(weights).reduce((sum: number, bytes: number) => sum + bytes, 0);
}

/** Where the bytes of each kind of part are summed. */
const sums: Readonly<Record<WeightPart["part"], keyof RankWeights>> = {
  attention: "attention",
  recurrent: "recurrent",
  mlp: "mlp",
  "shared-experts": "mlp",
  experts: "experts",
  embedding: "embedding",
  towers: "towers",
  norms: "copied",
  routers: "copied",
};

/**
 * What one rank of a stage holds. Tensor parallelism splits linear layers, embedding and head; experts are split over
 * tensor × attention-data × prefill-context ranks, with or without expert parallelism (VD10); sequence parallelism splits nothing (systems.md 5).
 * Quantised checkpoints keep embedding, head, norms and routers at the activations' width (memory.md 5).
 */
export function rankWeights(model: Model, format: WeightFormat, layout: Layout, stage: Stage, activationBytes = 2): RankWeights {
  const parts = partsOf(model);
  const { scale, further } = unlisted(model, parts);
  const shares = sharesOf(model, format, layout);
  const bytes = { embedding: 0, attention: 0, recurrent: 0, mlp: 0, experts: 0, towers: 0, copied: 0 };
  const add = (layers: number, held: readonly WeightPart[]) => {
    if (layers === 0) return;
    for (const one of held) {
      const width = one.part === "experts" ? shares.pad : 1;
      const shrunk = one.part === "norms" ? 1 : scale;
      bytes[sums[one.part]] +=
        layers * one.elements * shareOf(one.split, shares) * shrunk * width * elementWidth(one.part, format, activationBytes);
    }
  };
  add(stage.full, parts.full);
  add(stage.sliding, parts.sliding);
  add(stage.recurrent, parts.recurrent);
  add(stage.mlpLayers, parts.mlp);
  add(stage.expertLayers, parts.experts);
  add(stage.layers, parts.norms);
  bytes.attention += ((further * stage.layers) / model.layers / layout.tensor) * elementWidth("attention", format, activationBytes);
  bytes.attention += latentCopies(model, format, layout, stage) * activationBytes;
  bytes.embedding = (embeddings(model, stage) * paddedVocab(model) * model.hidden * activationBytes) / layout.tensor;
  bytes.towers = (parts.towers / layout.tensor) * activationBytes;
  if (stage.last) bytes.copied += model.hidden * activationBytes;
  return bytes;
}

const counted = new WeakMap<Model, ModelParts>();

/** Counted once for each model: the plan of a deployment asks for every stage and every lever. */
function partsOf(model: Model): ModelParts {
  const known = counted.get(model);
  if (known) return known;
  const parts = modelParts(model);
  counted.set(model, parts);
  return parts;
}

/** Bytes of one element of a part: of linear layers as the checkpoint has them, of all others as wide as activations. */
function elementWidth(part: WeightPart["part"], format: WeightFormat, activationBytes: number): number {
  if (format.method === "none" || !isLinear(part)) return activationBytes;
  const { linear, scaleBytesPerElement } = (part === "experts" ? format.experts : undefined) ?? format;
  const plain = format.plain?.[part] ?? 0;
  return plain * activationBytes + (1 - plain) * (elementBytes[linear] + scaleBytesPerElement);
}

function isLinear(part: WeightPart["part"]): part is LinearPart {
  return part === "attention" || part === "recurrent" || part === "mlp" || part === "shared-experts" || part === "experts";
}

/** Shares of a rank, and the growth of experts by the kernels' padding. */
interface Shares {
  readonly tensor: number;
  readonly experts: number;
  readonly pad: number;
}

function shareOf(split: Split, { tensor, experts }: Shares): number {
  if (split === "copied") return 1;
  if (split === "even") return 1 / tensor;
  return split === "experts" ? experts : Math.max(1 / tensor, Math.min(1, 1 / split.heads));
}

/** Elements of the projections out of the latent that attention's decode keeps in 16 bit beside quantised ones (v1/attention/backends/mla/common.py). */
function latentCopies({ mla, heads }: Model, format: WeightFormat, { tensor }: Layout, stage: Stage): number {
  if (!mla || format.method === "none" || (format.plain?.attention ?? 0) > 0.5) return 0;
  return (stage.full * heads * (mla.nopeHeadDim + mla.valueHeadDim) * mla.kvRank) / tensor;
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
 * What the published size holds beyond the parts we count is spread over the layers and split by tensor parallelism; where it holds
 * less, all parts of the layers shrink alike. Both are nothing for architectures that are counted.
 */
function unlisted(model: Model, parts: ModelParts): { readonly scale: number; readonly further: number } {
  const missing = model.parameters - countedParameters(model);
  if (missing >= 0) return { scale: 1, further: missing };
  const fixed = parts.embedding * (model.tiedEmbeddings ? 1 : 2) + parts.towers + model.layers * elementsOf(parts.norms) + model.hidden;
  return { scale: Math.max(0, 1 + missing / (model.parameters - missing - fixed)), further: 0 };
}

const totals = new WeakMap<Model, number>();

function countedParameters(model: Model): number {
  const known = totals.get(model) ?? countParameters(model).total;
  totals.set(model, known);
  return known;
}

/** Experts a rank holds of all, and the growth of each by the kernels' padding. */
function sharesOf(model: Model, format: WeightFormat, layout: Layout): Shares {
  const { moe } = model;
  const { tensor, expert } = layout;
  if (!moe) return { tensor, experts: 0, pad: 1 };
  const ranks = tensor * layout.attentionData * layout.prefillContext;
  const whole = expert > 1;
  const held = whole ? Math.ceil(moe.experts / expert) * Math.min(1, expert / ranks) : moe.experts / ranks;
  return { tensor, experts: held / moe.experts, pad: padding(model, format, whole ? moe.intermediate : moe.intermediate / ranks) };
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
