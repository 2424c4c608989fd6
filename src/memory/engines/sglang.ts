import type { Model } from "../../catalog/facts.ts";
import { gib as gibWords } from "../../catalog/quantity.ts";
import type { SettledPool, SglangBudget } from "../../deployment/settled.ts";
import { kvShape } from "../kv-cache.ts";
import { poolBlocks } from "../kv-shape.ts";
import { cardBytes, measuredTerm, reportedBlocks } from "../measured.ts";
import { ranksPerStage, type StageMemory, stageLabel } from "../stage-memory.ts";
import type { Stage } from "../stages.ts";
import { Sum } from "../sum.ts";
import { addToken } from "../token-term.ts";
import { addWeights } from "../weight-terms.ts";

const GiB = 2 ** 30;
const gib = (bytes: number): string => gibWords(bytes, 3);

/**
 * SGLang's sum for the ranks of one stage (RULES SM01, SM07): weights and pool share a fraction of what was free before loading; the
 * rest stays free for activations and graphs.
 */
export function sglangStage(model: Model, pool: SettledPool, budget: SglangBudget, stage: Stage): StageMemory {
  const sum = new Sum((part) => measuredTerm(pool, stage, part));
  const totalBytes = cardBytes(pool);
  const context = 0.5 * GiB;
  const free = totalBytes - context;
  const share = budget.memFractionStatic;
  const budgetBytes = sum.add(
    "budget",
    "Budget",
    {
      bytes: free * share,
      formula: `${gib(free)} · ${share}`,
      confidence: budget.memFractionDerived ? "estimated" : "engine-law",
      spread: 0.02 * free,
    },
    "SM07",
  );
  const { weights } = addWeights(sum, model, pool, stage);
  const nonTorchBytes = sum.add(
    "non-torch",
    "Context before loading",
    { bytes: context, formula: gib(context), confidence: "estimated", spread: 0.3 * GiB },
    "SM07",
  );
  const reservedBytes = sum.add(
    "reserve",
    "Kept for activations and graphs",
    { bytes: free - budgetBytes, formula: `${gib(free)} − ${gib(budgetBytes)}`, confidence: "engine-law", spread: 0 },
    "SM02",
  );
  const shape = kvShape(model, pool, stage);
  const kvBytesPerToken = addToken(sum, model, shape);
  const left = budgetBytes - weights;
  const capped = budget.maxTotalTokens === null ? left : Math.min(left, budget.maxTotalTokens * kvBytesPerToken);
  const trust = sum.trust(["budget", "weights"], totalBytes);
  const kvCacheBytes = sum.add(
    "kv-cache",
    "KV cache",
    capped < left
      ? { bytes: capped, formula: `${budget.maxTotalTokens} · ${kvBytesPerToken} B`, confidence: "engine-law", spread: 0 }
      : { bytes: left, formula: `${gib(budgetBytes)} − ${gib(weights)} weights`, ...trust },
    "SM07",
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
      activationBytes: 0,
      nonTorchBytes,
      cudaGraphBytes: 0,
      cudaGraphInBudget: false,
      reservedBytes,
      kvCacheBytes,
      kvCacheSpread: sum.spread("kv-cache"),
      kvBytesPerToken,
      steps: sum.steps,
    },
    shape,
    blocks: reportedBlocks(pool) ?? poolBlocks(shape, kvCacheBytes),
  };
}
