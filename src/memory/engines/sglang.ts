import type { Model } from "../../catalog/facts.ts";
import { gib as gibWords } from "../../catalog/quantity.ts";
import type { SettledPool, SglangBudget } from "../../deployment/settled.ts";
import { poolBlocks } from "../kv-shape.ts";
import { cardBytes, measuredTerm, reportedBlocks } from "../measured.ts";
import { ranksPerStage, type StageMemory, stageLabel } from "../stage-memory.ts";
import type { Stage } from "../stages.ts";
import { Sum } from "../sum.ts";
import { addToken } from "../token-term.ts";
import { addWeights } from "../weight-terms.ts";
import { contextAndLinks } from "./outside.ts";
import { tokenPool } from "./sglang-pool.ts";
import { addReserve, draftWeights } from "./sglang-reserve.ts";

const gib = (bytes: number): string => gibWords(bytes, 3);

/**
 * SGLang's sum for the ranks of one stage (RULES SM01, SM07): weights and pools share a fraction of what was free before loading; the
 * rest stays free for activations and graphs.
 */
export function sglangStage(model: Model, pool: SettledPool, budget: SglangBudget, stage: Stage): StageMemory {
  const sum = new Sum((part) => measuredTerm(pool, stage, part));
  const totalBytes = cardBytes(pool);
  const nonTorchBytes = sum.add("non-torch", "Taken before loading", contextAndLinks(pool), "SM07");
  const free = totalBytes - nonTorchBytes;
  const share = budget.memFractionStatic;
  const budgetBytes = sum.add(
    "budget",
    "Weights and pools together",
    {
      bytes: free * share,
      formula: `(${gib(totalBytes)} − ${gib(nonTorchBytes)} taken) · ${Number(share.toFixed(6))}`,
      confidence: budget.memFractionSpread > 0 ? "estimated" : "engine-law",
      spread: Math.hypot(budget.memFractionSpread * free, share * sum.spread("non-torch")),
    },
    budget.memFractionDerived ? "SM02" : "SM01",
  );
  const { weights } = addWeights(sum, model, pool, stage);
  const { draft } = budget;
  const drafted = draft ? sum.add("draft", "Draft model", draftWeights(model, pool, draft, stage), "SM07") : 0;
  const inShare = draft?.isInShare ? drafted : 0;
  const reservedBytes = free - budgetBytes;
  const { activationBytes, graphBytes } = addReserve(sum, model, pool, stage, { reservedBytes, drafted: drafted - inShare });

  const shape = tokenPool(model, pool, budget, stage);
  const left = budgetBytes - weights - inShare;
  const stateShare = stage.recurrent > 0 ? budget.stateRatio / (1 + budget.stateRatio) : 0;
  const trust = sum.trust(["budget", "weights", ...(inShare > 0 ? (["draft"] as const) : [])], totalBytes);
  const minus = `${gib(budgetBytes)} − ${gib(weights)} weights${inShare > 0 ? ` − ${gib(inShare)} draft` : ""}`;
  const stateBytes =
    stateShare === 0
      ? 0
      : sum.add(
          "states",
          "Recurrent states",
          {
            bytes: left * stateShare,
            formula: `(${minus}) · ${budget.stateRatio} / (1 + ${budget.stateRatio})`,
            confidence: trust.confidence,
            spread: trust.spread * stateShare,
          },
          "kv_cache_configurator.py",
        );
  const kvBytesPerToken = addToken(sum, model, shape);
  const room = left - stateBytes;
  const { maxTotalTokens } = budget;
  const isCapped = maxTotalTokens !== null && maxTotalTokens * kvBytesPerToken < room;
  const kvCacheBytes = sum.add(
    "kv-cache",
    "KV cache",
    isCapped
      ? {
          bytes: maxTotalTokens * kvBytesPerToken,
          formula: `${maxTotalTokens} · ${kvBytesPerToken} B`,
          confidence: "engine-law",
          spread: 0,
        }
      : {
          bytes: room,
          formula: `${minus}${stateBytes === 0 ? "" : ` − ${gib(stateBytes)} states`}`,
          confidence: trust.confidence,
          spread: trust.spread * (1 - stateShare),
        },
    "SM07",
  );
  return {
    memory: {
      label: stageLabel(pool, stage),
      ranks: ranksPerStage(pool),
      stage: stage.index,
      totalBytes,
      budgetBytes,
      weightsBytes: weights + inShare,
      shiftWeightsBytes: 0,
      activationBytes,
      nonTorchBytes,
      cudaGraphBytes: graphBytes,
      cudaGraphInBudget: false,
      reservedBytes,
      stateBytes,
      kvCacheBytes,
      kvCacheSpread: sum.spread("kv-cache"),
      kvBytesPerToken,
      steps: sum.steps,
    },
    shape,
    blocks: reportedBlocks(pool) ?? poolBlocks(shape, kvCacheBytes),
  };
}
