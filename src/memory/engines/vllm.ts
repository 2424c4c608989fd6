import type { Model } from "../../catalog/facts.ts";
import { gib as gibWords } from "../../catalog/quantity.ts";
import type { SettledPool, VllmBudget } from "../../deployment/settled.ts";
import { atLeast } from "../../deployment/version.ts";
import { kvShape } from "../kv-cache.ts";
import { type KvShape, poolBlocks } from "../kv-shape.ts";
import { cardBytes, measuredTerm, reportedBlocks } from "../measured.ts";
import type { Part } from "../plan.ts";
import { ranksPerStage, type StageMemory, stageLabel } from "../stage-memory.ts";
import type { Stage } from "../stages.ts";
import { Sum, type Term } from "../sum.ts";
import { addToken } from "../token-term.ts";
import { activationPeak } from "../vllm/activation.ts";
import { cudaGraphs, estimatedGraphs, measuresGraphs } from "../vllm/graphs.ts";
import { nonTorch } from "../vllm/non-torch.ts";
import type { VllmPool } from "../vllm/pool.ts";
import { addWeights } from "../weight-terms.ts";

const gib = (bytes: number): string => gibWords(bytes, 3);

/** vLLM's sum for the ranks of one stage (RULES VM01–VM05): what weights and the profiling run leave of the budget becomes KV cache. */
export function vllmStage(model: Model, pool: SettledPool, budget: VllmBudget, stage: Stage): StageMemory {
  const sum = new Sum((part) => measuredTerm(pool, stage, part));
  const totalBytes = cardBytes(pool);
  const budgetBytes = sum.add("budget", "Budget", budgetTerm(pool, budget, totalBytes), "VM02");
  const { weights, shift } = addWeights(sum, model, pool, stage);
  const own: VllmPool = { ...pool, budget };
  const activationBytes = sum.add("activation", "Activation peak", activationPeak(model, own, stage), "memory.md 4");
  const nonTorchBytes = sum.add("non-torch", "Outside the allocator", nonTorch(model, own), "memory.md 6");
  const graphsInBudget = budget.graphsInBudget && measuresGraphs(model, own);
  const cudaGraphBytes = graphsInBudget
    ? sum.add("graphs", "CUDA graphs, estimated", estimatedGraphs(model, own, stage), "VM04")
    : sum.add("graphs", "CUDA graphs, beside the budget", cudaGraphs(model, own, stage), "VM04");

  const shape = kvShape(model, pool, stage);
  const taken: readonly (readonly [Part, number, string])[] = [
    ["weights", weights, "weights"],
    ["shift-weights", shift, "second copy"],
    ["activation", activationBytes, "activations"],
    ["non-torch", nonTorchBytes, "outside"],
    ...(graphsInBudget ? ([["graphs", cudaGraphBytes, "graphs"]] as const) : []),
  ];
  const left = {
    bytes: taken.reduce((bytes, [, part]) => bytes - part, budgetBytes),
    formula: `${gib(budgetBytes)}${taken.map(([, bytes, name]) => (bytes > 0 ? ` − ${gib(bytes)} ${name}` : "")).join("")}`,
    ...sum.trust(["budget", ...taken.map(([part]) => part)], totalBytes),
  };
  const { term, source } = cacheTerm(pool, budget, shape, left);
  const kvCacheBytes = sum.add("kv-cache", "KV cache", term, source);
  const kvBytesPerToken = addToken(sum, model, shape);
  return {
    memory: {
      label: stageLabel(pool, stage),
      ranks: ranksPerStage(pool),
      stage: stage.index,
      totalBytes,
      budgetBytes,
      weightsBytes: weights,
      shiftWeightsBytes: shift,
      activationBytes,
      nonTorchBytes,
      cudaGraphBytes,
      cudaGraphInBudget: graphsInBudget,
      reservedBytes: 0,
      stateBytes: 0,
      kvCacheBytes,
      kvCacheSpread: sum.spread("kv-cache"),
      kvBytesPerToken,
      steps: sum.steps,
    },
    shape,
    blocks: reportedBlocks(pool) ?? poolBlocks(shape, kvCacheBytes),
  };
}

/** Share of the card by which a budget may be wrong where another worker than the one for CUDA and ROCm divides it. */
const foreignShare = 0.15;

/** VM02: rounded up from 0.14. Cards of one name differ by what their driver keeps. */
function budgetTerm({ observed, gpu, version }: SettledPool, { gpuMemoryUtilization }: VllmBudget, totalBytes: number): Term {
  const exact = totalBytes * gpuMemoryUtilization;
  const assumed = totalBytes === gpu.driverBytes && observed.gpuTotalBytes === null && gpu.driverBytesAssumed;
  const foreign = gpu.vendor !== "nvidia" && gpu.vendor !== "amd";
  return {
    bytes: atLeast(version, "0.14.0") ? Math.ceil(exact) : exact,
    formula: `${gib(totalBytes)} · ${gpuMemoryUtilization}`,
    confidence: assumed || foreign ? "estimated" : "engine-law",
    spread: foreign ? foreignShare * totalBytes : assumed ? 0.02 * exact : 0,
  };
}

/** What a run reported comes first, then the flag that fixes the cache, then what the budget leaves (VM03, VM05). */
function cacheTerm(
  pool: SettledPool,
  { kvCacheMemoryBytes }: VllmBudget,
  { blockBytes }: KvShape,
  left: Term,
): { readonly term: Term; readonly source: string } {
  const kvCacheBlocks = reportedBlocks(pool);
  if (kvCacheBlocks !== undefined) {
    const formula = `${kvCacheBlocks} blocks · ${blockBytes} B`;
    return { term: { bytes: kvCacheBlocks * blockBytes, formula, confidence: "engine-law", spread: 0 }, source: "a run's own report" };
  }
  if (kvCacheMemoryBytes !== null) {
    const term: Term = { bytes: kvCacheMemoryBytes, formula: gib(kvCacheMemoryBytes), confidence: "engine-law", spread: 0 };
    return { term, source: "VM05" };
  }
  return { term: left, source: "VM03" };
}
