import type { Model } from "./facts.ts";

/** Elements of one layer's attention by how tensor parallelism treats them. */
export interface AttentionParameters {
  /** Split evenly over the ranks. */
  readonly split: number;
  /** Key and value projections: split by KV head, copied where ranks outnumber heads. */
  readonly keyValue: number;
  /** On every rank: the down-projections of MLA. */
  readonly copied: number;
}

/** Weight elements of a language model, part by part. */
export interface ParameterParts {
  /** One matrix, vocabulary × hidden. */
  readonly embedding: number;
  readonly attention: AttentionParameters;
  readonly denseMlp: number;
  readonly expert: number;
  readonly sharedExperts: number;
  readonly router: number;
  /** Norms of one layer. */
  readonly norms: number;
}

export type Shape = Pick<
  Model,
  | "architecture"
  | "layers"
  | "hidden"
  | "heads"
  | "kvHeads"
  | "headDim"
  | "valueHeadDim"
  | "intermediate"
  | "vocab"
  | "tiedEmbeddings"
  | "fullAttentionLayers"
  | "slidingLayers"
  | "moe"
  | "mla"
>;

/** Architectures whose MLP is two matrices, up and down, without a gate. */
const ungated = /^(OPT|Falcon|Phi|GPT2|GPTNeoX|GPTBigCode|Starcoder2|Nemotron|NemotronH|Bloom|MPT)For/;

export function parameterParts(shape: Shape): ParameterParts {
  const { hidden, moe } = shape;
  const matrices = ungated.test(shape.architecture) ? 2 : 3;
  return {
    embedding: shape.vocab * hidden,
    attention: shape.mla ? latentAttention(shape, shape.mla) : groupedAttention(shape),
    denseMlp: matrices * hidden * shape.intermediate,
    expert: moe ? matrices * hidden * moe.intermediate : 0,
    sharedExperts: moe && moe.sharedExperts > 0 ? matrices * hidden * moe.sharedIntermediate : 0,
    router: moe ? hidden * moe.experts : 0,
    norms: 2 * hidden,
  };
}

function groupedAttention({ hidden, heads, kvHeads, headDim, valueHeadDim }: Shape): AttentionParameters {
  return { split: hidden * heads * (headDim + valueHeadDim), keyValue: hidden * kvHeads * (headDim + valueHeadDim), copied: 0 };
}

function latentAttention({ hidden, heads }: Shape, mla: NonNullable<Shape["mla"]>): AttentionParameters {
  const queryDim = heads * (mla.nopeHeadDim + mla.ropeHeadDim);
  const queries =
    mla.queryRank === null ? { split: hidden * queryDim, copied: 0 } : { split: mla.queryRank * queryDim, copied: hidden * mla.queryRank };
  return {
    split: queries.split + mla.kvRank * heads * (mla.nopeHeadDim + mla.valueHeadDim) + heads * mla.valueHeadDim * hidden,
    keyValue: 0,
    copied: queries.copied + hidden * (mla.kvRank + mla.ropeHeadDim),
  };
}

/** Whether layer `index` has experts. */
export function isExpertLayer({ moe }: Pick<Shape, "moe">, index: number): boolean {
  return moe !== null && index >= moe.firstDense && (index + 1) % moe.step === 0;
}

/** All elements, and those one token passes through; embedding and head count in both. */
export function countParameters(shape: Shape): { readonly total: number; readonly active: number } {
  const parts = parameterParts(shape);
  const { split, keyValue, copied } = parts.attention;
  const attentionLayers = shape.fullAttentionLayers + shape.slidingLayers;
  const fixed =
    parts.embedding * (shape.tiedEmbeddings ? 1 : 2) +
    attentionLayers * (split + keyValue + copied) +
    shape.layers * parts.norms +
    shape.hidden;
  let total = fixed;
  let active = fixed;
  for (let layer = 0; layer < shape.layers; layer++) {
    if (shape.moe && isExpertLayer(shape, layer)) {
      total += shape.moe.experts * parts.expert + parts.sharedExperts + parts.router;
      active += shape.moe.expertsPerToken * parts.expert + parts.sharedExperts + parts.router;
    } else {
      total += parts.denseMlp;
      active += parts.denseMlp;
    }
  }
  return { total, active };
}
