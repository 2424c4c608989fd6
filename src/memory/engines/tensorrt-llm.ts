import type { Model } from "../../catalog/facts.ts";
import { gib as gibWords } from "../../catalog/quantity.ts";
import type { SettledPool, TensorrtBudget } from "../../deployment/settled.ts";
import { kvShape } from "../kv-cache.ts";
import { poolBlocks } from "../kv-shape.ts";
import { cardBytes, measuredTerm, reportedBlocks } from "../measured.ts";
import type { Part } from "../plan.ts";
import { ranksPerStage, type StageMemory, stageLabel } from "../stage-memory.ts";
import type { Stage } from "../stages.ts";
import { Sum, type Term } from "../sum.ts";
import { addToken } from "../token-term.ts";
import { addWeights } from "../weight-terms.ts";
import { forwardPass } from "./forward-pass.ts";
import { capturedGraphs, contextAndLinks } from "./outside.ts";

const gib = (bytes: number): string => gibWords(bytes, 3);

/**
 * TensorRT-LLM's sum for the ranks of one stage (RULES TR07, TR08; pyexecutor/_util.py, KvCacheCreator): the cache takes a share of what
 * the peak of a trial run leaves of the card, graphs and NCCL among it.
 */
export function tensorrtStage(model: Model, pool: SettledPool, budget: TensorrtBudget, stage: Stage): StageMemory {
  const sum = new Sum((part) => measuredTerm(pool, stage, part));
  const totalBytes = cardBytes(pool);
  const { maxNumBatchedTokens, maxCaptureSize } = pool.settings;
  const { weights } = addWeights(sum, model, pool, stage);
  const trial = forwardPass(model, pool, stage, maxNumBatchedTokens, Math.max(1, maxCaptureSize));
  const activationBytes = sum.add("activation", "Trial run", trial, "TR07");
  const nonTorchBytes = sum.add("non-torch", "Outside the allocator", contextAndLinks(pool), "TR07");
  const cudaGraphBytes = sum.add("graphs", "CUDA graphs", capturedGraphs(pool), "TR07");
  const peak = weights + activationBytes + nonTorchBytes + cudaGraphBytes;
  const share = budget.freeGpuMemoryFraction;
  const room = (totalBytes - peak) * share;
  const shape = kvShape(model, pool, stage);
  const kvBytesPerToken = addToken(sum, model, shape);
  const parts: readonly Part[] = ["weights", "activation", "non-torch", "graphs"];
  const { confidence, spread } = sum.trust(parts, totalBytes);
  const left: Term = {
    bytes: room,
    formula: `(${gib(totalBytes)} − ${gib(weights)} weights − ${gib(activationBytes)} trial − ${gib(nonTorchBytes)} outside − ${gib(cudaGraphBytes)} graphs) · ${share}`,
    confidence,
    spread: spread * share,
  };
  const cap = capOf(budget, kvBytesPerToken);
  const isCapped = cap !== undefined && cap.bytes < room;
  const kvCacheBytes = sum.add("kv-cache", "KV cache", isCapped ? cap : left, isCapped ? "TR08" : "TR07");
  return {
    memory: {
      label: stageLabel(pool, stage),
      ranks: ranksPerStage(pool),
      stage: stage.index,
      totalBytes,
      budgetBytes: peak + Math.max(0, room),
      weightsBytes: weights,
      shiftWeightsBytes: 0,
      activationBytes,
      nonTorchBytes,
      cudaGraphBytes,
      cudaGraphInBudget: true,
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

/** TR08: what is written in tokens or bytes, the smaller of both. */
function capOf({ maxTokens, maxBytes }: TensorrtBudget, kvBytesPerToken: number): Term | undefined {
  const caps: Term[] = [];
  if (maxTokens !== null) {
    const formula = `${maxTokens} · ${kvBytesPerToken} B`;
    caps.push({ bytes: maxTokens * kvBytesPerToken, formula, confidence: "engine-law", spread: 0 });
  }
  if (maxBytes !== null) caps.push({ bytes: maxBytes, formula: gib(maxBytes), confidence: "engine-law", spread: 0 });
  return caps.sort((a, b) => a.bytes - b.bytes)[0];
}
