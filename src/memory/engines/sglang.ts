import type { Model } from "../../catalog/facts.ts";
import { gib as gibWords } from "../../catalog/quantity.ts";
import type { SettledPool, SglangBudget } from "../../deployment/settled.ts";
import { poolBlocks } from "../kv-shape.ts";
import { cardBytes, measuredTerm, reportedBlocks } from "../measured.ts";
import { ranksPerStage, type StageMemory, stageLabel } from "../stage-memory.ts";
import type { Stage } from "../stages.ts";
import { Sum, type Term } from "../sum.ts";
import { addToken } from "../token-term.ts";
import { addWeights } from "../weight-terms.ts";
import { contextAndLinks } from "./outside.ts";
import { stateBytes, tokenPool } from "./sglang-pool.ts";
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
  const trust = sum.trust(["budget", "weights", ...(inShare > 0 ? (["draft"] as const) : [])], totalBytes);
  const minus = `${gib(budgetBytes)} − ${gib(weights)} weights${inShare > 0 ? ` − ${gib(inShare)} draft` : ""}`;
  const states = statesTerm(model, pool, budget, stage, { ...trust, bytes: left, formula: minus });
  const statesBytes = states ? sum.add("states", "Recurrent states", states.term, "kv_cache_configurator.py") : 0;
  const kvBytesPerToken = addToken(sum, model, shape);
  const room = left - statesBytes;
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
          formula: `${minus}${states ? ` − ${gib(statesBytes)} states` : ""}`,
          confidence: trust.confidence,
          spread: trust.spread * (1 - (states?.share ?? 0)),
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
      stateBytes: statesBytes,
      kvCacheBytes,
      kvCacheSpread: sum.spread("kv-cache"),
      kvBytesPerToken,
      steps: sum.steps,
    },
    shape,
    blocks: reportedBlocks(pool) ?? poolBlocks(shape, kvCacheBytes),
  };
}

/** Recurrent states by number, or by the ratio that shares out what is left; `share` = what of an error in that is theirs. */
function statesTerm(
  model: Model,
  pool: SettledPool,
  budget: SglangBudget,
  stage: Stage,
  left: Term,
): { readonly term: Term; readonly share: number } | undefined {
  const { stateRatio, stateSlots } = budget;
  if (stage.recurrent === 0 || stateRatio === 0) return undefined;
  if (stateSlots !== null) {
    const each = stateBytes(model, pool, budget, stage);
    return { term: { bytes: stateSlots * each, formula: `${stateSlots} · ${each} B`, confidence: "engine-law", spread: 0 }, share: 0 };
  }
  const share = stateRatio / (1 + stateRatio);
  const formula = `(${left.formula}) · ${stateRatio} / (1 + ${stateRatio})`;
  return { term: { ...left, bytes: left.bytes * share, formula, spread: left.spread * share }, share };
}
