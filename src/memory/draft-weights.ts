import type { Model } from "../catalog/facts.ts";
import type { WeightPart } from "../catalog/parameters.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { partsOf, weighed } from "./held-parts.ts";
import { type Stage, stagesOf } from "./stages.ts";
import { oneRank, rankWeights, shareOut, total } from "./weights.ts";

/** What the last stage's ranks load for speculation beside their layers. */
export function drafterBytes(model: Model, pool: SettledPool, stage: Stage): number {
  const { drafter } = pool;
  if (!drafter || !stage.last || drafter.kind === "unsized") return 0;
  if (drafter.kind === "own-layers") return drafter.layers * ownLayer(model, pool);
  const layout = { ...oneRank, tensor: drafter.tensor };
  const [whole] = stagesOf(drafter.model, layout);
  return whole ? total(rankWeights(drafter.model, drafter.weights, layout, whole, pool.activationBytes)) : 0;
}

/**
 * One further layer: attention, an MLP or experts, norms, and the matrix that leads two hidden states into one, whole on every rank.
 * Embedding and head are the model's own (vLLM, models/deepseek_mtp.py, v1/spec_decode/eagle.py).
 */
function ownLayer(model: Model, { weights, layout, activationBytes }: SettledPool): number {
  const { checkpoint, nextLayers } = model;
  if (checkpoint && checkpoint.drafting.bytes > 0) {
    const part = model.moe ? "experts" : "mlp";
    const files = { part, split: model.moe ? "experts" : "even", bytes: checkpoint.drafting.bytes / (nextLayers ?? 1) } as const;
    return shareOut([files], model, weights, layout);
  }
  const parts = partsOf(model);
  const joining: WeightPart = { part: "routers", split: "copied", elements: 2 * model.hidden * model.hidden };
  const layer = [...parts.full, ...(model.moe ? parts.experts : parts.mlp), ...parts.norms, joining];
  return shareOut(weighed(layer, weights, activationBytes), model, weights, layout);
}
