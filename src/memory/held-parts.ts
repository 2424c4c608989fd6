import type { CheckpointPart, CheckpointWeights, LinearPart, Model, WeightFormat } from "../catalog/facts.ts";
import { countParameters, elementsOf, type ModelParts, modelParts, type WeightPart } from "../catalog/parameters.ts";
import { elementBytes } from "../catalog/weight-format.ts";
import type { Stage } from "./stages.ts";

/** Bytes of the layers of a stage that ranks treat alike, before they share them. */
export type HeldPart = Pick<CheckpointPart, "part" | "split" | "bytes">;

/** What the layers of a stage weigh in this format: as the model's own files have it where they were read, else counted from its architecture. */
export function heldParts(model: Model, format: WeightFormat, stage: Stage, activationBytes: number): readonly HeldPart[] {
  return model.checkpoint ? filed(model.checkpoint, model, format, stage, activationBytes) : counted(model, format, stage, activationBytes);
}

/** What these parts weigh once in this format, before ranks share them. */
export function weighed(parts: readonly WeightPart[], format: WeightFormat, activationBytes: number): readonly HeldPart[] {
  return parts.map(({ part, split, elements }) => ({ part, split, bytes: elements * elementWidth(part, format, activationBytes) }));
}

/** Weights of the towers on one of so many ranks that share them. */
export function towerBytes(model: Model, format: WeightFormat, activationBytes: number, ranks: number): number {
  const { checkpoint, towerCopies } = model;
  const counted = partsOf(model).towers * activationBytes;
  const stored = checkpoint && isAsStored(model, format) ? checkpoint.towers.bytes : undefined;
  const all = stored ?? (checkpoint ? checkpoint.towers.elements * activationBytes : counted);
  const copied = Math.min(all, (towerCopies?.elements ?? 0) * activationBytes);
  return copied + (all - copied) / ranks;
}

/** Tables that towers make beside their weights, on every rank. */
export function towerTableBytes({ towerCopies }: Model): number {
  return (towerCopies?.tables ?? 0) * 2;
}

/** A quantised format is that of the files; 16 bit ones are converted to what the engine computes in. */
function isAsStored({ weights }: Model, { method }: WeightFormat): boolean {
  return method !== "none" && method === weights.method;
}

function filed(files: CheckpointWeights, model: Model, format: WeightFormat, stage: Stage, activationBytes: number): readonly HeldPart[] {
  const stored = isAsStored(model, format);
  return files.layers.slice(stage.start, stage.start + stage.layers).flatMap((parts) =>
    parts.map(({ part, split, bytes, elements }) => ({
      part,
      split,
      bytes: stored ? bytes : elements * elementWidth(part, format, activationBytes),
    })),
  );
}

function counted(model: Model, format: WeightFormat, stage: Stage, activationBytes: number): readonly HeldPart[] {
  const parts = partsOf(model);
  const { scale, further } = unlisted(model, parts);
  const of = (layers: number, held: readonly WeightPart[]): readonly HeldPart[] =>
    layers === 0
      ? []
      : held.map(({ part, split, elements }) => ({
          part,
          split,
          bytes: layers * elements * (part === "norms" ? 1 : scale) * elementWidth(part, format, activationBytes),
        }));
  return [
    ...of(stage.full, parts.full),
    ...of(stage.sliding, parts.sliding),
    ...of(stage.recurrent, parts.recurrent),
    ...of(stage.mlpLayers, parts.mlp),
    ...of(stage.expertLayers, parts.experts),
    ...of(stage.layers, parts.norms),
    {
      part: "attention",
      split: "even",
      bytes: ((further * stage.layers) / model.layers) * elementWidth("attention", format, activationBytes),
    },
  ];
}

/** Bytes of one element of a part: of linear layers as the format has them, of all others as wide as activations. */
function elementWidth(part: WeightPart["part"], format: WeightFormat, activationBytes: number): number {
  if (format.method === "none" || !isLinear(part)) return activationBytes;
  const { linear, scaleBytesPerElement } = (part === "experts" ? format.experts : undefined) ?? format;
  const plain = format.plain?.[part] ?? 0;
  return plain * activationBytes + (1 - plain) * (elementBytes[linear] + scaleBytesPerElement);
}

function isLinear(part: WeightPart["part"]): part is LinearPart {
  return part === "attention" || part === "recurrent" || part === "mlp" || part === "shared-experts" || part === "experts";
}

interface Counted {
  readonly parts: ModelParts;
  readonly total: number;
}

/** Counted once for each model: the plan of a deployment asks for every stage and every lever. */
const known = new WeakMap<Model, Counted>();

function countedOf(model: Model): Counted {
  const before = known.get(model);
  if (before) return before;
  const made = { parts: modelParts(model), total: countParameters(model).total };
  known.set(model, made);
  return made;
}

/** The parts of a model's layers by what they hold. */
export function partsOf(model: Model): ModelParts {
  return countedOf(model).parts;
}

/**
 * What the published size holds beyond the parts we count is spread over the layers and split by tensor parallelism; where it holds
 * less, all parts of the layers shrink alike. Both are nothing for architectures that are counted.
 */
function unlisted(model: Model, parts: ModelParts): { readonly scale: number; readonly further: number } {
  const missing = model.parameters - countedOf(model).total;
  if (missing >= 0) return { scale: 1, further: missing };
  const fixed = parts.embedding * (model.tiedEmbeddings ? 1 : 2) + parts.towers + model.layers * elementsOf(parts.norms) + model.hidden;
  return { scale: Math.max(0, 1 + missing / (model.parameters - missing - fixed)), further: 0 };
}
