import type { LinearPart, Model } from "../catalog/facts.ts";
import { modelParts } from "../catalog/parameters.ts";
import { elementBytes } from "../catalog/weight-format.ts";
import type { SettledPool } from "../deployment/settled.ts";
import type { Stage } from "./stages.ts";

const MiB = 2 ** 20;

type Holder = Pick<SettledPool, "weights" | "layout" | "activationBytes">;

/** So many matrices of so many bytes, each a tensor of its own. */
interface Matrices {
  readonly count: number;
  readonly bytes: number;
}

/**
 * What PyTorch's allocator counts beyond the matrices it was asked for, in the way engines fuse them. Formats that kernels repack are
 * allocated once more and then fit what was freed; experts, latents, states and towers are not followed.
 */
export function allocationBytes(model: Model, holder: Holder, stage: Stage): number {
  return matricesOf(model, holder, stage).reduce((sum, { count, bytes }) => sum + count * keptRest(bytes), 0);
}

/** From 10 MiB on it takes pieces of 2 MiB, and does not split a rest off that is no larger than 1 MiB (c10/cuda/CUDACachingAllocator.cpp). */
export function keptRest(bytes: number): number {
  if (bytes < 10 * MiB) return 0;
  const rest = Math.ceil(bytes / (2 * MiB)) * 2 * MiB - bytes;
  return rest <= MiB ? rest : 0;
}

function matricesOf(model: Model, { weights, layout, activationBytes }: Holder, stage: Stage): readonly Matrices[] {
  const { hidden, intermediate } = model;
  const { tensor } = layout;
  const width = (part: LinearPart): number => {
    if (weights.method === "none" || (weights.plain?.[part] ?? 0) > 0.5) return activationBytes;
    return weights.method === "bitsandbytes" ? elementBytes[weights.linear] : 0;
  };
  const vocabulary = (Math.ceil(model.vocab / 64) * 64 * hidden * activationBytes) / tensor;
  const fused = modelParts(model).mlp.reduce((sum, { elements }) => sum + elements, 0) / (hidden * intermediate) - 1;
  const down = (hidden * intermediate * width("mlp")) / (layout.shared?.mlp ?? tensor);
  return [
    ...attentionMatrices(model, tensor, stage).map(({ count, bytes }) => ({ count, bytes: bytes * width("attention") })),
    { count: stage.mlpLayers, bytes: fused * down },
    { count: stage.mlpLayers, bytes: down },
    { count: stage.first ? 1 : 0, bytes: vocabulary },
    { count: stage.last && !(stage.first && model.tiedEmbeddings) ? 1 : 0, bytes: vocabulary },
  ];
}

/** Elements of the fused input matrix and of the output matrix, by kind of layer. */
function attentionMatrices(model: Model, tensor: number, { full, sliding }: Stage): readonly Matrices[] {
  if (model.mla || model.compression) return [];
  const { hidden, heads, fullHeads } = model;
  const kind = (layers: number, headDim: number, valueDim: number, kvHeads: number, valueIsKey: boolean): readonly Matrices[] => {
    const queries = (heads * headDim * (model.gatedQueries ? 2 : 1)) / tensor;
    const keyValues = kvHeads * (headDim + (valueIsKey ? 0 : valueDim)) * Math.max(1 / tensor, Math.min(1, 1 / kvHeads));
    return [
      { count: layers, bytes: hidden * (queries + keyValues) },
      { count: layers, bytes: (hidden * heads * valueDim) / tensor },
    ];
  };
  const { headDim, valueHeadDim, kvHeads } = model;
  return [
    ...(fullHeads
      ? kind(full, fullHeads.headDim, fullHeads.headDim, fullHeads.kvHeads, fullHeads.valueIsKey)
      : kind(full, headDim, valueHeadDim, kvHeads, false)),
    ...kind(sliding, headDim, valueHeadDim, model.slidingKvHeads ?? kvHeads, false),
  ];
}
