import { attentionParts } from "./attention-parts.ts";
import type { LinearPart, Model, MoeFacts } from "./facts.ts";

/** What ranks do with a matrix: share it evenly, by KV head (copied where ranks outnumber heads), by expert, or hold it whole. */
export type Split = "even" | "experts" | "copied" | { readonly heads: number };

/** Weight elements of one layer, or of the whole model, that are treated alike. */
export interface WeightPart {
  readonly part: LinearPart | "embedding" | "norms" | "routers" | "towers";
  readonly split: Split;
  readonly elements: number;
}

/** Weight elements of a model by what its layers hold. */
export interface ModelParts {
  /** One matrix, vocabulary × hidden. */
  readonly embedding: number;
  readonly full: readonly WeightPart[];
  readonly sliding: readonly WeightPart[];
  readonly recurrent: readonly WeightPart[];
  readonly mlp: readonly WeightPart[];
  /** Of a layer with experts: all of them, those that every token passes, and the router. */
  readonly experts: readonly WeightPart[];
  /** Of every layer. */
  readonly norms: readonly WeightPart[];
  /** Of the model: vision and audio towers. */
  readonly towers: number;
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
  | "fullHeads"
  | "gatedQueries"
  | "compression"
  | "recurrent"
  | "moe"
  | "mlpLayers"
  | "mla"
  | "indexerElementsPerLayer"
  | "towerElements"
>;

/** Architectures whose MLP is two matrices, up and down, without a gate. */
const ungated = /^(?:(?:OPT|Falcon|Phi|GPTJ|GPTNeoX|GPTBigCode|Starcoder2|Nemotron|Bloom|MPT|Apertus|Arcee)For|GPT2LMHead|NemotronH)/;
/** Architectures whose expert matrices have biases too. */
const biasedExperts = /^GptOss/;
/** Architectures with norms behind attention and MLP as well as before them. */
const fourNorms = /^(Gemma2|Gemma3|Gemma4|Glm4)For/;

const none: readonly WeightPart[] = [];

export function modelParts(shape: Shape): ModelParts {
  const { hidden, recurrent } = shape;
  const state = recurrent?.elements;
  return {
    embedding: shape.vocab * hidden,
    full: attentionParts(shape, "full"),
    sliding: attentionParts(shape, "sliding"),
    recurrent: state ? [part("recurrent", "even", state.split), part("recurrent", "copied", state.copied)] : none,
    mlp: [part("mlp", "even", matrices(shape) * hidden * shape.intermediate)],
    experts: shape.moe ? expertParts(shape, shape.moe) : none,
    norms: [part("norms", "copied", normsPerLayer(shape) * hidden)],
    towers: shape.towerElements ?? 0,
  };
}

function part(name: WeightPart["part"], split: Split, elements: number): WeightPart {
  return { part: name, split, elements };
}

function matrices({ architecture }: Shape): number {
  return ungated.test(architecture) ? 2 : 3;
}

function normsPerLayer({ architecture, mlpLayers }: Shape): number {
  if (mlpLayers !== undefined) return 1;
  return fourNorms.test(architecture) ? 4 : 2;
}

function expertParts(shape: Shape, moe: MoeFacts): readonly WeightPart[] {
  const { hidden } = shape;
  const width = moe.latent ?? hidden;
  const biases = biasedExperts.test(shape.architecture) ? (matrices(shape) - 1) * moe.intermediate + hidden : 0;
  return [
    part("experts", "experts", moe.experts * matrices(shape) * width * moe.intermediate),
    part("norms", "experts", moe.experts * biases),
    part("shared-experts", "even", moe.sharedExperts > 0 ? matrices(shape) * hidden * moe.sharedIntermediate : 0),
    part("routers", "copied", hidden * moe.experts + (moe.latent === undefined ? 0 : 2 * hidden * moe.latent)),
  ];
}

/** Whether layer `index` has experts. */
export function isExpertLayer({ moe, layers }: Pick<Shape, "moe" | "layers">, index: number): boolean {
  if (moe === null) return false;
  if (moe.layers !== undefined) return Math.floor(((index + 1) * moe.layers) / layers) > Math.floor((index * moe.layers) / layers);
  return index >= moe.firstDense && (index + 1) % moe.step === 0;
}

/** How many layers have experts, and how many a dense MLP. */
export function feedForwardLayers(shape: Pick<Shape, "moe" | "layers" | "mlpLayers">): { readonly experts: number; readonly mlp: number } {
  let experts = 0;
  for (let layer = 0; layer < shape.layers; layer++) if (isExpertLayer(shape, layer)) experts++;
  return { experts, mlp: shape.mlpLayers ?? shape.layers - experts };
}

export const elementsOf = (parts: readonly WeightPart[]): number => parts.reduce((sum, { elements }) => sum + elements, 0);

/** All elements, and those one token passes through; embedding and head count in both, towers in the first. */
export function countParameters(shape: Shape): { readonly total: number; readonly active: number } {
  const parts = modelParts(shape);
  const layers = feedForwardLayers(shape);
  const fixed =
    parts.embedding * (shape.tiedEmbeddings ? 1 : 2) +
    shape.fullAttentionLayers * elementsOf(parts.full) +
    shape.slidingLayers * elementsOf(parts.sliding) +
    (shape.recurrent?.layers ?? 0) * elementsOf(parts.recurrent) +
    layers.mlp * elementsOf(parts.mlp) +
    shape.layers * elementsOf(parts.norms) +
    shape.hidden;
  const routed = elementsOf(parts.experts.filter(({ split }) => split === "experts"));
  const always = elementsOf(parts.experts) - routed;
  const chosen = shape.moe ? (routed * shape.moe.expertsPerToken) / shape.moe.experts : 0;
  return {
    total: fixed + layers.experts * (routed + always) + parts.towers,
    active: fixed + layers.experts * (chosen + always),
  };
}
