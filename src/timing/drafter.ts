import type { Model } from "../catalog/facts.ts";
import type { SettledPool } from "../deployment/settled.ts";

/** The drafter as a model on a pool of its own, to be priced like any other. */
export interface DraftingModel {
  readonly model: Model;
  readonly pool: SettledPool;
}

/** What computes the drafts of a pool; undefined where the host looks them up, or nothing is drafted. */
export function draftingModel(model: Model, pool: SettledPool): DraftingModel | undefined {
  const { speculation, drafter, ...plain } = pool;
  if (!speculation || speculation.passes === 0 || !drafter) return undefined;
  // The last stage drafts, with the ranks it has (v1/spec_decode/eagle.py).
  const layout = { ...pool.layout, pipeline: 1, stageLayers: undefined };
  const { stageLayers: _, ...oneStage } = layout;
  switch (drafter.kind) {
    case "own-layers":
      return { model: oneLayer(model, model.moe), pool: { ...plain, layout: oneStage } };
    case "unsized":
      // A head is a dense layer of the model's own width.
      return { model: oneLayer(model, null), pool: { ...plain, layout: { ...oneStage, expert: 1 } } };
    case "model":
      return {
        model: drafter.model,
        pool: { ...plain, weights: drafter.weights, layout: { ...oneStage, tensor: drafter.tensor, sequence: 1, expert: 1 } },
      };
    default: {
      const never: never = drafter;
      return never;
    }
  }
}

/** One full-attention layer of the model's kind, with embedding and head. */
function oneLayer(model: Model, moe: Model["moe"]): Model {
  const { checkpoint: _, sharedKv: __, mlpLayers: ___, ...facts } = model;
  return {
    ...facts,
    layers: 1,
    fullAttentionLayers: 1,
    slidingLayers: 0,
    recurrent: null,
    moe: moe && { ...moe, firstDense: 0, step: 1, layers: 1 },
  };
}
