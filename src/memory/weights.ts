import type { Model, WeightFormat } from "../catalog/facts.ts";
import type { Split, WeightPart } from "../catalog/parameters.ts";
import type { Layout } from "../deployment/settled.ts";
import { type HeldPart, heldParts, towerBytes } from "./held-parts.ts";
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
  const shares = sharesOf(model, format, layout);
  const bytes = { embedding: 0, attention: 0, recurrent: 0, mlp: 0, experts: 0, towers: 0, copied: 0 };
  for (const { part, split, bytes: held } of heldParts(model, format, stage, activationBytes))
    bytes[sums[part]] += held * shareOf(split, partShares(part, shares, layout)) * (part === "experts" ? shares.pad : 1);
  const { embedding, head } = embeddingBytes(model, format, stage, activationBytes);
  bytes.embedding = embedding / layout.tensor + head / (layout.shared?.head ?? layout.tensor);
  if (layout.towers !== "none") bytes.towers = towerBytes(model, format, activationBytes, layout.towers === "whole" ? 1 : layout.tensor);
  if (stage.last) bytes.copied += model.hidden * activationBytes;
  return bytes;
}

/** Bytes of one rank of these parts. */
export function shareOut(parts: readonly HeldPart[], model: Model, format: WeightFormat, layout: Layout): number {
  const shares = sharesOf(model, format, layout);
  return parts.reduce((sum, { part, split, bytes }) => sum + bytes * shareOf(split, shares) * (part === "experts" ? shares.pad : 1), 0);
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

/** Dense MLPs and shared experts may be split over more ranks than attention is. */
function partShares(part: WeightPart["part"], shares: Shares, { shared }: Layout): Shares {
  if (!shared || (part !== "mlp" && part !== "shared-experts")) return shares;
  return { ...shares, tensor: part === "mlp" ? shared.mlp : shared.sharedExperts };
}

/** VP05: padded to a multiple of 64 before it is split. */
function paddedVocab({ vocab }: Model): number {
  return Math.ceil(vocab / 64) * 64;
}

/** Embedding on the first stage, head on the last; tied ones are one matrix, copied when the stages differ (memory.md 5). */
function embeddingBytes(model: Model, format: WeightFormat, { first, last }: Stage, activationBytes: number) {
  const matrix = paddedVocab(model) * model.hidden * activationBytes;
  const tied = first && last && model.tiedEmbeddings;
  return { embedding: first ? matrix : 0, head: last && !tied ? (quantisedHead(model, format) ?? matrix) : 0 };
}

/** Few checkpoints narrow the head too; their own files tell. */
function quantisedHead({ checkpoint, weights, tiedEmbeddings }: Model, { method }: WeightFormat): number | undefined {
  if (!checkpoint || tiedEmbeddings || method === "none" || method !== weights.method) return undefined;
  return checkpoint.head.bytes > 0 && checkpoint.head.elements === 0 ? checkpoint.head.bytes : undefined;
}

/** Experts a rank holds of all, and the growth of each by the kernels' padding. */
function sharesOf(model: Model, format: WeightFormat, layout: Layout): Shares {
  const { moe } = model;
  const { tensor, expert } = layout;
  if (!moe) return { tensor, experts: 0, pad: 1 };
  const ranks = tensor * layout.attentionData * layout.prefillContext;
  const whole = expert > 1;
  const held = whole
    ? Math.ceil((moe.experts + (layout.redundantExperts ?? 0)) / expert) * Math.min(1, expert / ranks)
    : moe.experts / ranks;
  return { tensor, experts: held / moe.experts, pad: padding(model, format, whole ? moe.intermediate : moe.intermediate / ranks) };
}

/** Kernels of packed experts round a rank's expert width and the hidden size up to whole tiles. */
function padding({ hidden }: Model, { tile }: WeightFormat, width: number): number {
  if (!tile) return 1;
  return ((Math.ceil(width / tile.width) * tile.width) / width) * ((Math.ceil(hidden / tile.hidden) * tile.hidden) / hidden);
}
