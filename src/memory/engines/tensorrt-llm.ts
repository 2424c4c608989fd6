import type { Model } from "../../catalog/facts.ts";
import { gib as gibWords } from "../../catalog/quantity.ts";
import type { SettledPool, TensorrtBudget } from "../../deployment/settled.ts";
import { kvShape } from "../kv-cache.ts";
import { poolBlocks } from "../kv-shape.ts";
import { cardBytes, measuredTerm, reportedBlocks } from "../measured.ts";
import { ranksPerStage, type StageMemory, stageLabel } from "../stage-memory.ts";
import type { Stage } from "../stages.ts";
import { Sum, type Term } from "../sum.ts";
import { addToken } from "../token-term.ts";
import { addWeights } from "../weight-terms.ts";

const GiB = 2 ** 30;
const gib = (bytes: number): string => gibWords(bytes, 3);

/** TensorRT-LLM's sum for the ranks of one stage (RULES TR07, TR08): the cache takes a share of what weights and a trial run leave free. */
export function tensorrtStage(model: Model, pool: SettledPool, budget: TensorrtBudget, stage: Stage): StageMemory {
  const sum = new Sum((part) => measuredTerm(pool, stage, part));
  const totalBytes = cardBytes(pool);
  const { weights } = addWeights(sum, model, pool, stage);
  const activationBytes = sum.add("activation", "Trial run", trialRun(model, pool), "TR07");
  const outside: Term = { bytes: 1 * GiB, formula: "1 GiB", confidence: "estimated", spread: 0.7 * GiB };
  const nonTorchBytes = sum.add("non-torch", "Outside the allocator", outside, "TR07");
  const free = totalBytes - weights - activationBytes - nonTorchBytes;
  const share = budget.freeGpuMemoryFraction;
  const trust = sum.trust(["weights", "activation", "non-torch"], totalBytes);
  const budgetBytes = weights + activationBytes + nonTorchBytes + free * share;
  const shape = kvShape(model, pool, stage);
  const kvBytesPerToken = addToken(sum, model, shape);
  const capBytes = budget.maxTokens === null ? Number.POSITIVE_INFINITY : budget.maxTokens * kvBytesPerToken;
  const capped = capBytes < free * share;
  const kvCacheBytes = sum.add(
    "kv-cache",
    "KV cache",
    capped
      ? { bytes: capBytes, formula: `${budget.maxTokens} · ${kvBytesPerToken} B`, confidence: "engine-law", spread: 0 }
      : {
          bytes: free * share,
          formula: `(${gib(totalBytes)} − ${gib(weights)} weights − ${gib(activationBytes)} trial − ${gib(nonTorchBytes)} outside) · ${share}`,
          ...trust,
          spread: trust.spread * share,
        },
    capped ? "TR08" : "TR07",
  );
  return {
    memory: {
      label: stageLabel(pool, stage),
      ranks: ranksPerStage(pool),
      stage: stage.index,
      totalBytes,
      budgetBytes,
      weightsBytes: weights,
      shiftWeightsBytes: 0,
      activationBytes,
      nonTorchBytes,
      cudaGraphBytes: 0,
      cudaGraphInBudget: false,
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

/** Largest batch through one layer's MLP, and the logits of every sequence: an order of magnitude, no fit. */
function trialRun(model: Model, { settings, layout, activationBytes }: SettledPool): Term {
  const tokens = settings.maxNumBatchedTokens;
  const width = Math.ceil(model.intermediate / layout.tensor);
  const bytes = tokens * activationBytes * (3 * width + 6 * model.hidden) + settings.maxNumSeqs * model.vocab * 8;
  return {
    bytes,
    formula: `${tokens} tokens · ${activationBytes} B · (3 · ${width} + 6 · ${model.hidden}) + ${settings.maxNumSeqs} · ${model.vocab} · 8 B`,
    confidence: "estimated",
    spread: 0.5 * bytes,
  };
}
