import type { Model } from "../catalog/facts.ts";
import { gib as gibWords } from "../catalog/quantity.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { atLeast } from "../deployment/version.ts";
import { blocksNeeded, type KvShape, kvHeadsPerRank, kvShape, poolBlocks, tokenBytesPerLayer } from "./kv-cache.ts";
import type { Confidence, Derivation, RankMemory } from "./plan.ts";
import type { Stage } from "./stages.ts";
import { activationPeak, cudaGraphs, nonTorch } from "./vllm-overheads.ts";
import { type RankWeights, rankWeights, rotaryBytes, total } from "./weights.ts";

/** Three decimals, so that the printed sum gives the printed value. */
const gib = (bytes: number): string => gibWords(bytes, 3);

/** Memory of the ranks of one stage with the shape of their cache. */
export interface StageMemory {
  readonly memory: RankMemory;
  readonly shape: KvShape;
  readonly blocks: number;
}

/** The engine's own sum for the ranks of one stage (RULES VM01–VM05): what is left of the budget becomes KV cache. */
export function stageMemory(model: Model, pool: SettledPool, stage: Stage): StageMemory {
  const steps: Derivation[] = [];
  const add = (label: string, formula: string, value: number, confidence: Confidence, source: string, unit: Derivation["unit"] = "B") => {
    steps.push({ label, formula, value, unit, confidence, source });
    return value;
  };
  const { settings, layout, activationBytes } = pool;
  const totalBytes = pool.observed.gpuTotalBytes ?? pool.gpu.driverBytes;

  const exactBudget = totalBytes * settings.gpuMemoryUtilization;
  const budgetBytes = add(
    "Budget",
    `${gib(totalBytes)} · ${settings.gpuMemoryUtilization}`,
    atLeast(pool.version, "0.14.0") ? Math.ceil(exactBudget) : exactBudget,
    pool.observed.gpuTotalBytes === null && pool.gpu.driverBytesAssumed ? "estimated" : "engine-law",
    "VM02",
  );

  const weightsLaw: Confidence = model.approximate ? "estimated" : "engine-law";
  const rotary = rotaryBytes(model, activationBytes);
  const offloaded = settings.cpuOffloadBytes;
  const parts = rankWeights(model, pool.weights, layout, stage, activationBytes);
  const loaded = total(parts) + rotary;
  const onDevice = Math.max(0, loaded - offloaded);
  const weightsBytes = add(
    "Weights",
    `${weightsFormula(parts, rotary)}${offloaded > 0 ? ` − ${gib(Math.min(offloaded, loaded))} on the host` : ""}`,
    onDevice,
    weightsLaw,
    "memory.md 5",
  );

  let shiftWeightsBytes = 0;
  if (pool.shiftThreshold !== null && layout.sequence > 1) {
    const copy = rankWeights(
      model,
      pool.weights,
      { ...layout, tensor: layout.tensor * layout.sequence, sequence: 1 },
      stage,
      activationBytes,
    );
    shiftWeightsBytes = add("Second copy for Shift", weightsFormula(copy, 0), total(copy), weightsLaw, "systems.md 6");
  }

  const activation = activationPeak(model, pool, stage);
  const activationBytesPeak = add("Activation peak", activation.formula, activation.bytes, activation.confidence, "memory.md 4");
  const outside = nonTorch(model, pool);
  const nonTorchBytes = add("Outside the allocator", outside.formula, outside.bytes, outside.confidence, "memory.md 6");
  const graphs = cudaGraphs(model, pool, stage);
  const cudaGraphInBudget = atLeast(pool.version, "0.20.0");
  const cudaGraphBytes = add(
    cudaGraphInBudget ? "CUDA graphs" : "CUDA graphs, beside the budget",
    graphs.formula,
    graphs.bytes,
    graphs.confidence,
    "VM04",
  );

  const shape = kvShape(model, pool, stage);
  const taken: readonly (readonly [number, string])[] = [
    [weightsBytes, "weights"],
    [shiftWeightsBytes, "second copy"],
    [activationBytesPeak, "activations"],
    [nonTorchBytes, "outside"],
    [cudaGraphInBudget ? cudaGraphBytes : 0, "graphs"],
  ];
  const left = taken.reduce((bytes, [part]) => bytes - part, budgetBytes);
  const kvCacheBytes = add("KV cache", ...kvFormula(pool, shape, budgetBytes, taken, left));

  const kvBytesPerToken = add("One token", tokenFormula(model, pool, shape), shape.bytesPerToken, weightsLaw, model.mla ? "VM11" : "VM08");
  const blocks = pool.observed.kvCacheBlocks ?? poolBlocks(shape, kvCacheBytes);
  const memory: RankMemory = {
    label: label(pool, stage),
    ranks: ranksPerStage(pool),
    stage: stage.index,
    totalBytes,
    budgetBytes,
    weightsBytes,
    shiftWeightsBytes,
    activationBytes: activationBytesPeak,
    nonTorchBytes,
    cudaGraphBytes,
    cudaGraphInBudget,
    kvCacheBytes,
    kvBytesPerToken,
    steps,
  };
  return { memory, shape, blocks };
}

/** What a run reported comes first, then the flag that fixes the cache, then what the budget leaves (VM03, VM05). */
function kvFormula(
  { observed, settings }: SettledPool,
  shape: KvShape,
  budget: number,
  taken: readonly (readonly [number, string])[],
  left: number,
): readonly [string, number, Confidence, string] {
  if (observed.kvCacheBlocks !== null) {
    return [
      `${observed.kvCacheBlocks} blocks · ${shape.blockBytes} B`,
      observed.kvCacheBlocks * shape.blockBytes,
      "engine-law",
      "a run's own report",
    ];
  }
  if (settings.kvCacheMemoryBytes !== null) return [gib(settings.kvCacheMemoryBytes), settings.kvCacheMemoryBytes, "engine-law", "VM05"];
  const parts = taken.filter(([bytes]) => bytes > 0).map(([bytes, name]) => ` − ${gib(bytes)} ${name}`);
  return [`${gib(budget)}${parts.join("")}`, left, "fitted", "VM03"];
}

function tokenFormula(model: Model, pool: SettledPool, { stage, contextRanks }: KvShape): string {
  const layers = stage.full + stage.sliding;
  const share = contextRanks > 1 ? ` / ${contextRanks} context ranks` : "";
  const indexer = model.indexerBytesPerLayer ?? 0;
  if (model.mla && indexer > 0) return `${layers} layers · (${tokenBytesPerLayer(model, pool) - indexer} B + ${indexer} B)${share}`;
  if (model.mla) return `${layers} layers · (${model.mla.kvRank} + ${model.mla.ropeHeadDim}) · ${pool.kvElementBytes} B${share}`;
  const heads = kvHeadsPerRank(model, pool);
  const perHead = model.kvElementsPerLayer / model.kvHeads;
  const dimension = perHead === 2 * model.headDim ? `2 · ${model.headDim}` : `${Number(perHead.toFixed(3))}`;
  return `${layers} layers · ${heads} KV ${heads === 1 ? "head" : "heads"} · ${dimension} · ${pool.kvElementBytes} B${share}`;
}

function weightsFormula(parts: RankWeights, rotary: number): string {
  const named: readonly (readonly [number, string])[] = [
    [parts.attention, "attention"],
    [parts.mlp, "MLP"],
    [parts.experts, "experts"],
    [parts.embedding, "embedding and head"],
    [parts.copied, "norms and routers"],
    [rotary, "rotary table"],
  ];
  return named
    .filter(([bytes]) => bytes > 0)
    .map(([bytes, name]) => `${gib(bytes)} ${name}`)
    .join(" + ");
}

function ranksPerStage({ layout }: SettledPool): number {
  return layout.tensor * layout.sequence * layout.attentionData * layout.prefillContext;
}

function label(pool: SettledPool, stage: Stage): string {
  const ranks = ranksPerStage(pool);
  const first = stage.index * ranks;
  const range = ranks === 1 ? `rank ${first}` : `ranks ${first}–${first + ranks - 1}`;
  return pool.layout.pipeline > 1 ? `${range}, stage ${stage.index}` : range;
}

/** Requests of this many tokens that the pool of blocks holds at once (VM14). */
export function concurrency({ shape, blocks }: StageMemory, tokens: number): number {
  const need = blocksNeeded(shape, tokens);
  return need > 0 ? blocks / need : 0;
}
