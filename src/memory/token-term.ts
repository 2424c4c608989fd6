import type { Model } from "../catalog/facts.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { type KvShape, kvHeadsPerRank, tokenBytesPerLayer } from "./kv-cache.ts";
import type { Sum } from "./sum.ts";

/** Adds the bytes that one token takes on a rank, over the layers that keep it. */
export function addToken(sum: Sum, model: Model, pool: SettledPool, shape: KvShape): number {
  return sum.add(
    "kv-token",
    "One token",
    {
      bytes: shape.bytesPerToken,
      formula: tokenFormula(model, pool, shape),
      confidence: model.approximate ? "estimated" : "engine-law",
      spread: 0,
    },
    model.mla ? "VM11" : "VM08",
  );
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
