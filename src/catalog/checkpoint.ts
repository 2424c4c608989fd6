import type { CheckpointPart, CheckpointWeights, Model } from "./facts.ts";
import type { Tensor } from "./safetensors-header.ts";
import { tensorPlace } from "./tensor-parts.ts";

export type ReadCheckpoint =
  | { readonly weights: CheckpointWeights; readonly problem?: undefined }
  | { readonly weights?: undefined; readonly problem: string };

/** Tensors that only the embedding and the model's own size can be compared by. */
const embeddings = /(^|\.)(embed_tokens|word_embeddings|wte|tok_embeddings|embed_in)\.weight$/;

/**
 * Bytes of a checkpoint by layer and part, from the headers of its files. `problem` is a sentence where the tensors are not those of the
 * model that its config.json describes: then nothing of the two can be trusted.
 */
export function checkpointWeights(tensors: readonly Tensor[], model: Model): ReadCheckpoint {
  const layers = Array.from({ length: model.layers }, () => new Parts());
  const outside = new Map<string, { bytes: number; elements: number }>();
  let others = 0;
  for (const tensor of tensors) {
    const { layer, part, split } = tensorPlace(tensor.name, model.layers);
    if (tensor.name.endsWith("inv_freq")) continue;
    if (layer === null) {
      const sum = outside.get(part) ?? { bytes: 0, elements: 0 };
      outside.set(part, { bytes: sum.bytes + tensor.bytes, elements: sum.elements + elementsOf(tensor) });
      if (tensorPlace(tensor.name, Number.POSITIVE_INFINITY).layer !== null && part === "drafting") others++;
    } else if (part !== "head" && part !== "drafting") {
      layers[layer]?.add({
        part,
        split: split === "heads" ? { heads: model.kvHeads } : split,
        bytes: tensor.bytes,
        elements: elementsOf(tensor),
      });
    }
  }
  const problem = contradiction(tensors, model, layers, others);
  if (problem !== undefined) return { problem };
  const of = (part: string) => outside.get(part) ?? { bytes: 0, elements: 0 };
  return {
    weights: {
      layers: distinct(layers.map((one) => one.list())),
      embedding: of("embedding"),
      head: of("head"),
      towers: of("towers"),
      drafting: of("drafting"),
      norms: of("norms"),
    },
  };
}

/** Packed and quantised weights have fewer elements than the matrix they stand for: only those of 16 and 32 bit floats count. */
function elementsOf({ dtype, shape }: Tensor): number {
  return /^(BF16|F16|F32|F64)$/.test(dtype) ? shape.reduce((product, size) => product * size, 1) : 0;
}

/** Sums of one layer by part and split. */
class Parts {
  private readonly sums = new Map<string, CheckpointPart>();

  add(one: CheckpointPart): void {
    const key = `${one.part} ${typeof one.split === "string" ? one.split : "heads"}`;
    const { bytes = 0, elements = 0 } = this.sums.get(key) ?? {};
    this.sums.set(key, { ...one, bytes: bytes + one.bytes, elements: elements + one.elements });
  }

  get isEmpty(): boolean {
    return this.sums.size === 0;
  }

  list(): readonly CheckpointPart[] {
    return [...this.sums.values()];
  }
}

/** Layers that are alike share one list, as most are. */
function distinct(layers: readonly (readonly CheckpointPart[])[]): readonly (readonly CheckpointPart[])[] {
  const known = new Map<string, readonly CheckpointPart[]>();
  return layers.map((parts) => {
    const key = JSON.stringify(parts);
    const same = known.get(key) ?? parts;
    known.set(key, same);
    return same;
  });
}

/** Matrices, but not the masks and positions that some checkpoints keep in whole numbers. */
const matrices = /(^|[._])(q?weight|weight_packed|blocks)$/;

function contradiction(tensors: readonly Tensor[], model: Model, layers: readonly Parts[], further: number): string | undefined {
  const narrow = model.weights.method === "none" ? tensors.find((one) => matrices.test(one.name) && elementsOf(one) === 0) : undefined;
  if (narrow) return `config.json tells of no quantisation, but ${narrow.name.slice(0, 80)} is stored as ${narrow.dtype}`;
  const missing = layers.findIndex((one) => one.isEmpty);
  if (missing >= 0) return `config.json has ${model.layers} layers, but the files have no tensors of layer ${missing}`;
  if (further > 0 && model.nextLayers === undefined)
    return `config.json has ${model.layers} layers, but the files have tensors of layers beyond them`;
  const embedding = tensors.find(({ name }) => embeddings.test(name) && tensorPlace(name, model.layers).part === "embedding");
  if (!embedding) return "the files have no tensor that embeds tokens";
  const [rows = 0, width = 0] = embedding.shape;
  if (elementsOf(embedding) > 0 && width !== model.hidden)
    return `config.json has a hidden size of ${model.hidden}, but ${embedding.name} is ${rows} × ${width}`;
  if (elementsOf(embedding) > 0 && rows < model.vocab)
    return `config.json has a vocabulary of ${model.vocab}, but ${embedding.name} is ${rows} × ${width}`;
  return attentionContradiction(tensors, model);
}

/** Queries of the first layer that has them, where they are not packed: heads × head dimension rows. Keys have those of some layer. */
function attentionContradiction(tensors: readonly Tensor[], model: Model): string | undefined {
  if (model.mla || model.fullHeads) return undefined;
  const { heads, kvHeads, headDim, gatedQueries } = model;
  const [queries] = projections(tensors, model, "q");
  if (queries && !isProjection(queries, heads * headDim * (gatedQueries ? 2 : 1), model))
    return `config.json has ${heads} heads of ${headDim}, but ${sized(queries)}`;
  const keys = projections(tensors, model, "k");
  const [first] = keys;
  return first && !keys.some((one) => isProjection(one, kvHeads * headDim, model))
    ? `config.json has ${kvHeads} key-value heads of ${headDim}, but ${sized(first)}`
    : undefined;
}

function projections(tensors: readonly Tensor[], model: Model, of: "q" | "k"): readonly Tensor[] {
  return tensors.filter(
    (one) =>
      one.name.endsWith(`.self_attn.${of}_proj.weight`) && elementsOf(one) > 0 && tensorPlace(one.name, model.layers).part === "attention",
  );
}

function isProjection({ shape: [rows = 0, width = 0] }: Tensor, expected: number, { hidden }: Model): boolean {
  return rows === expected && width === hidden;
}

function sized({ name, shape: [rows = 0, width = 0] }: Tensor): string {
  return `${name} is ${rows} × ${width}`;
}
