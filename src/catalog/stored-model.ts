import type { CompressionFacts, MlaFacts, Model, MoeFacts } from "./facts.ts";
import { countParameters } from "./parameters.ts";
import { recurrentFacts } from "./recurrent-layers.ts";
import { rotaryFacts } from "./rotary-facts.ts";
import type { StoredModel } from "./stored.ts";
import { towerFacts, visionTower } from "./tower-elements.ts";
import { unquantised, weightFormatOf } from "./weight-format.ts";

/** A row of models.json as the rest of the product reads it. */
export function modelOf(row: StoredModel): Model {
  const mla = mlaFacts(row.mla);
  const kvLayers = row.kvLayers ?? row.layers;
  const sliding = row.sliding ?? 0;
  const [fullKvHeads, fullHeadDim, valueIsKey = false] = row.full ?? [];
  const rotary = mla ? undefined : rotaryFacts(row.arch, row.headDim);
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
    ...(rotary ? { rotary } : {}),
    tiedEmbeddings: row.tied ?? false,
    fullAttentionLayers: kvLayers - sliding,
    slidingLayers: sliding,
    slidingWindow: row.window ?? null,
    ...(fullKvHeads && fullHeadDim ? { fullHeads: { kvHeads: fullKvHeads, headDim: fullHeadDim, valueIsKey } } : {}),
    ...(row.slidingHeads ? { slidingKvHeads: row.slidingHeads } : {}),
    ...(row.chunked ? { chunked: { layers: row.chunked[0], tokens: row.chunked[1] } } : {}),
    ...(row.compress ? { compression: compressionFacts(row.compress, row.headDim) } : {}),
    ...(row.hybrid?.gate ? { gatedQueries: true } : {}),
    moe: moeFacts(row),
    mla,
    recurrent: row.hybrid ? recurrentFacts(row.hybrid, row) : null,
    ...(holdsOneBlock(row) ? { mlpLayers: row.hybrid?.mlpLayers ?? 0 } : {}),
    ...(row.next ? { nextLayers: row.next } : {}),
    multimodal: row.multimodal ?? false,
    ...(row.vision ? towerFacts(row.vision, row.hidden) : {}),
    ...(row.vision ? { visionTower: visionTower(row.vision) } : {}),
    weights: row.quantization ? weightFormatOf(row.quantization) : unquantised,
    ...(row.quantization?.kv_cache_quant_algo === "FP8" ? { narrowCache: true } : {}),
    dtype: row.dtype === "float16" ? "fp16" : row.dtype === "float32" ? "fp32" : "bf16",
    kvElementsPerLayer: row.kvElements,
    ...(row.indexer === undefined ? {} : { indexerBytesPerLayer: row.indexer }),
    ...(row.indexerElements === undefined ? {} : { indexerElementsPerLayer: row.indexerElements }),
    approximate: row.approximate ?? false,
    source: row.source,
  };
  const counted = countParameters(model);
  const parameters = row.parameters ?? counted.total;
  return { ...model, parameters, activeParameters: row.active ?? (row.parameters === undefined ? counted.active : parameters) };
}

function compressionFacts(row: NonNullable<StoredModel["compress"]>, entry: number): CompressionFacts {
  const [queryRank, outputRank, outputGroups, indexHeads] = row.latents ?? [];
  const latents =
    queryRank && outputRank && outputGroups ? { queryRank, outputRank, outputGroups, indexHeads: indexHeads ?? 0 } : undefined;
  return {
    entry,
    indexEntry: row.index,
    window: row.window,
    layers: row.layers.map(([ratio, count]) => ({ ratio, count })),
    ...(latents ? { latents } : {}),
  };
}

function mlaFacts(row: StoredModel["mla"]): MlaFacts | null {
  const [queryRank, kvRank, nope, rope, value] = row ?? [];
  if (kvRank == null || nope == null || rope == null) return null;
  return { queryRank: queryRank ?? null, kvRank, nopeHeadDim: nope, ropeHeadDim: rope, valueHeadDim: value ?? nope };
}

/** Attention, state and MLP are layers of their own where the kinds add up to all layers. */
function holdsOneBlock({ hybrid, kvLayers, layers }: StoredModel): boolean {
  const { layers: states = 0, moeLayers = 0, mlpLayers = 0 } = hybrid ?? {};
  return moeLayers + mlpLayers > 0 && (kvLayers ?? 0) + states + moeLayers + mlpLayers === layers;
}

function moeFacts({ moe, hybrid }: StoredModel): MoeFacts | null {
  if (!moe) return null;
  return {
    experts: moe.experts,
    expertsPerToken: moe.perToken,
    intermediate: moe.inter,
    sharedExperts: moe.shared ?? 0,
    sharedIntermediate: moe.sharedInter ?? 0,
    firstDense: moe.firstDense ?? 0,
    step: moe.step ?? 1,
    ...(hybrid?.moeLayers ? { layers: hybrid.moeLayers } : {}),
    ...(moe.latent ? { latent: moe.latent } : {}),
    ...(moe.groups ? { groups: moe.groups } : {}),
  };
}
