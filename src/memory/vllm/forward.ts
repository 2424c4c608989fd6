import type { Model } from "../../catalog/facts.ts";
import { modelParts, type WeightPart } from "../../catalog/parameters.ts";
import { atLeast } from "../../deployment/version.ts";
import type { Stage } from "../stages.ts";
import { transientExperts } from "./experts.ts";
import type { VllmPool } from "./pool.ts";
import { runnerOf } from "./runner.ts";
import { larger, none, type Size, together } from "./size.ts";

/** What one layer of the profiling run holds at its peak for max-num-batched-tokens, whichever kind of layer holds most. */
export function forwardPeak(model: Model, pool: VllmPool, stage: Stage): Size {
  const { settings, layout, activationBytes } = pool;
  const tokens = Math.ceil(settings.maxNumBatchedTokens / layout.sequence);
  const vectors = hiddenVectors(model, pool, stage);
  const width = layerWidth(model, stage, layout.tensor);
  const layer = {
    bytes: tokens * activationBytes * (vectors * model.hidden + width),
    formula: `${tokens} tokens · ${activationBytes} B · (${vectors} · ${model.hidden} + ${width})`,
  };
  return larger(together(layer, transientExperts(model, pool, stage)), contextOutput(model, pool));
}

/** Residual, input and output as eager code keeps them; compiled code keeps a little more, and the first of several stages its outputs. Fitted on 6 starts. */
function hiddenVectors(model: Model, pool: VllmPool, stage: Stage): number {
  if (pool.layout.pipeline > 1 && stage.first) return 6.6;
  return runnerOf(model, pool) === "v0" || pool.settings.enforceEager ? 3 : 3.75;
}

/** Elements that a token's way through a layer adds: what comes out of its first matrices and goes into its last, over one rank. */
function layerWidth(model: Model, stage: Stage, tensor: number): number {
  const parts = modelParts(model);
  const kinds: readonly (readonly [number, readonly WeightPart[]])[] = [
    [model.mla ? 0 : stage.full, parts.full],
    [model.mla ? 0 : stage.sliding, parts.sliding],
    [stage.recurrent, parts.recurrent],
    [stage.layers - stage.expertLayers, parts.mlp],
    [stage.expertLayers, parts.experts],
  ];
  const widths = kinds.filter(([layers]) => layers > 0).map(([, layer]) => layer.reduce((sum, part) => sum + share(part, tensor), 0));
  return Math.ceil(Math.max(0, ...widths) / model.hidden);
}

/** Elements of a part that a rank multiplies every token with. */
function share({ split, elements }: WeightPart, tensor: number): number {
  if (split === "copied" || split === "experts") return 0;
  return elements * (split === "even" ? 1 / tensor : Math.max(1 / tensor, 1 / split.heads));
}

/** MLA stands in for the longest context it attends to at once: keys and values of up to 65,536 tokens (mla_attention.py, from 0.11). */
function contextOutput({ mla, heads }: Model, { settings, layout, version, activationBytes }: VllmPool): Size {
  if (!mla || !atLeast(version, "0.11.0")) return none;
  const most = Math.max(8 * settings.maxModelLen, 4 * settings.maxNumSeqs * settings.blockTokens);
  const tokens = Math.max(Math.min(most, 65_536), settings.maxNumSeqs * settings.blockTokens);
  const own = Math.max(1, Math.ceil(heads / layout.tensor));
  return {
    bytes: tokens * own * (mla.nopeHeadDim + mla.valueHeadDim) * activationBytes,
    formula: `${tokens} tokens · ${own} heads · (${mla.nopeHeadDim} + ${mla.valueHeadDim}) · ${activationBytes} B`,
  };
}

/** Hidden states and residual that a later pipeline stage receives into buffers of its own, for as long as it runs. */
export function handedOver({ hidden }: Model, { settings, activationBytes }: VllmPool, stage: Stage): Size {
  if (stage.first) return none;
  const tokens = settings.maxNumBatchedTokens;
  return { bytes: 2 * tokens * hidden * activationBytes, formula: `2 · ${tokens} tokens · ${hidden} · ${activationBytes} B` };
}
