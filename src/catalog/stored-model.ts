import type { MlaFacts, Model, MoeFacts, RecurrentFacts } from "./facts.ts";
import { countParameters } from "./parameters.ts";
import type { StoredHybrid, StoredModel } from "./stored.ts";
import { unquantised, weightFormatOf } from "./weight-format.ts";

/** A row of models.json as the rest of the product reads it. */
export function modelOf(row: StoredModel): Model {
  const mla = mlaFacts(row.mla);
  const kvLayers = row.kvLayers ?? row.layers;
  const sliding = row.sliding ?? 0;
  const weights = row.quantization ? weightFormatOf(row.quantization) : unquantised;
  const model: Omit<Model, "parameters" | "activeParameters"> = {
    id: row.id,
    architecture: row.arch,
    layers: row.layers,
    hidden: row.hidden,
    heads: row.heads,
    kvHeads: row.kvHeads,
    headDim: row.headDim,
    valueHeadDim: mla?.valueHeadDim ?? row.valueDim ?? row.headDim,
    intermediate: row.inter ?? row.moe?.inter ?? 0,
    vocab: row.vocab,
    maxPositions: row.positions ?? 0,
    ropeScaling: row.rope
      ? { type: row.rope.type ?? "default", factor: row.rope.factor ?? 1, originalMaxPositions: row.rope.original ?? null }
      : null,
    tiedEmbeddings: row.tied ?? false,
    fullAttentionLayers: kvLayers - sliding,
    slidingLayers: sliding,
    slidingWindow: row.window ?? null,
    moe: moeFacts(row),
    mla,
    recurrent: row.hybrid ? recurrentFacts(row.hybrid) : null,
    multimodal: row.multimodal ?? false,
    weights: weights ?? unquantised,
    dtype: row.dtype === "float16" ? "fp16" : row.dtype === "float32" ? "fp32" : "bf16",
    kvElementsPerLayer: row.kvElements,
    ...(row.indexer === undefined ? {} : { indexerBytesPerLayer: row.indexer }),
    approximate: (row.approximate ?? false) || weights === undefined || row.parameters === undefined,
    source: row.source,
  };
  const counted = row.parameters === undefined ? countParameters(model) : undefined;
  const parameters = row.parameters ?? counted?.total ?? 0;
  return { ...model, parameters, activeParameters: row.active ?? counted?.active ?? parameters };
}

function mlaFacts(row: StoredModel["mla"]): MlaFacts | null {
  const [queryRank, kvRank, nope, rope, value] = row ?? [];
  if (kvRank == null || nope == null || rope == null) return null;
  return { queryRank: queryRank ?? null, kvRank, nopeHeadDim: nope, ropeHeadDim: rope, valueHeadDim: value ?? nope };
}

/** In a hybrid, blocks of experts are layers of their own: the step counts how many layers share one. */
function moeFacts({ moe, hybrid, layers }: StoredModel): MoeFacts | null {
  if (!moe) return null;
  return {
    experts: moe.experts,
    expertsPerToken: moe.perToken,
    intermediate: moe.inter,
    sharedExperts: moe.shared ?? 0,
    sharedIntermediate: moe.sharedInter ?? 0,
    firstDense: moe.firstDense ?? 0,
    step: moe.step ?? (hybrid?.moeLayers ? Math.max(1, Math.round(layers / hybrid.moeLayers)) : 1),
  };
}

/** State of one sequence over all recurrent layers: the convolution's last inputs in 16 bit and the recurrent matrix in 32 bit, as the engines keep them. */
export function recurrentFacts(row: StoredHybrid): RecurrentFacts {
  const layers = row.layers ?? 0;
  const bytes = stateBytesPerLayer(row);
  return { layers, stateBytesPerSequence: bytes === null ? null : bytes * layers };
}

function stateBytesPerLayer({ conv = 4, ...row }: StoredHybrid): number | null {
  if (row.ssmHeads && row.ssmHeadDim && row.ssmState) {
    const inner = row.ssmHeads * row.ssmHeadDim;
    return (conv - 1) * (inner + 2 * (row.groups ?? 1) * row.ssmState) * 2 + inner * row.ssmState * 4;
  }
  if (row.keyHeads && row.valueHeads && row.keyDim && row.valueDim) {
    const keys = row.keyHeads * row.keyDim;
    const values = row.valueHeads * row.valueDim;
    return (conv - 1) * (2 * keys + values) * 2 + row.valueHeads * row.valueDim * row.keyDim * 4;
  }
  return null;
}
