import type { Model } from "../../catalog/facts.ts";
import { elementsOf, modelParts } from "../../catalog/parameters.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import { atLeast } from "../../deployment/version.ts";
import type { Stage } from "../stages.ts";
import { runnerOf } from "./runner.ts";
import { larger, none, type Size, together } from "./size.ts";

/** What one layer of the profiling run holds at its peak for max-num-batched-tokens, whichever kind of layer holds most. */
export function forwardPeak(model: Model, pool: SettledPool, stage: Stage): Size {
  const { layout, activationBytes } = pool;
  const tokens = tokensOf(pool);
  const vectors = hiddenVectors(model, pool, stage);
  const hidden = { bytes: tokens * activationBytes * vectors * model.hidden, formula: `${vectors} · ${model.hidden}` };
  const widths = mlpWidths(model, stage, layout.tensor);
  const mlp = together(hidden, { bytes: tokens * activationBytes * widths.elements, formula: widths.formula });
  const rows = { ...mlp, formula: `${tokens} tokens · ${activationBytes} B · (${mlp.formula})` };
  return larger(together(rows, transientExperts(model, pool, stage)), contextOutput(model, pool));
}

/** What stays in memory from the forward pass to the sampler. */
export function heldBuffers(model: Model, pool: SettledPool, stage: Stage): Size {
  return together(handedOver(model, pool, stage), expertWorkspace(model, pool, stage), encoderOutputs(model, pool, stage));
}

function tokensOf({ settings, layout }: SettledPool): number {
  return Math.ceil(settings.maxNumBatchedTokens / layout.sequence);
}

/** Residual, input and output as eager code keeps them; compiled code keeps a little more, and the first of several stages its outputs. Fitted on 6 starts. */
function hiddenVectors(model: Model, pool: SettledPool, stage: Stage): number {
  if (pool.layout.pipeline > 1 && stage.first) return 6.6;
  return runnerOf(model, pool) === "v0" || pool.settings.enforceEager ? 3 : 3.75;
}

/** Outputs of the MLP's first matrices and their product, of the wider of a dense and a shared-expert layer. */
function mlpWidths(model: Model, stage: Stage, tensor: number): { readonly elements: number; readonly formula: string } {
  const { moe, intermediate, hidden } = model;
  const matrices = elementsOf(modelParts(model).mlp) / (hidden * intermediate) || 3;
  const dense = stage.layers > stage.expertLayers ? intermediate : 0;
  const shared = moe && stage.expertLayers > 0 && moe.sharedExperts > 0 ? moe.sharedIntermediate : 0;
  const width = Math.ceil(Math.max(dense, shared) / tensor);
  return { elements: matrices * width, formula: `${matrices} · ${width}` };
}

/** Two buffers of the experts' product: the wider of its sides and the hidden state, once for the outputs of gate and up and once for what goes in (fused_moe.py). */
function expertBuffers({ moe, hidden }: Model, pool: SettledPool, stage: Stage): Size {
  if (!moe || stage.expertLayers === 0) return none;
  const { layout, activationBytes } = pool;
  const tokens = tokensOf(pool);
  const inner = moe.latent ?? hidden;
  const width = Math.ceil(moe.intermediate / (layout.expert > 1 ? 1 : layout.tensor * layout.attentionData));
  const first = Math.max(2 * width, inner);
  const second = Math.max(width, inner);
  return {
    bytes: tokens * activationBytes * moe.expertsPerToken * (first + second),
    formula: `${tokens} tokens · ${activationBytes} B · ${moe.expertsPerToken} experts · (${first} + ${second})`,
  };
}

/** From 0.13 the kernels' buffers are kept for all layers (v1/worker/workspace.py); those of MXFP4 on Hopper and newer come and go. */
function keepsExpertBuffers({ version, weights, gpu }: SettledPool): boolean {
  return atLeast(version, "0.13.0") && !(weights.method === "mxfp4" && (gpu.computeCapability ?? 9) >= 9);
}

function expertWorkspace(model: Model, pool: SettledPool, stage: Stage): Size {
  return keepsExpertBuffers(pool) ? expertBuffers(model, pool, stage) : none;
}

function transientExperts(model: Model, pool: SettledPool, stage: Stage): Size {
  return keepsExpertBuffers(pool) ? none : expertBuffers(model, pool, stage);
}

/** MLA stands in for the longest context it attends to at once: keys and values of up to 65,536 tokens (mla_attention.py, from 0.11). */
function contextOutput({ mla, heads }: Model, { settings, layout, version, activationBytes }: SettledPool): Size {
  if (!mla || !atLeast(version, "0.11.0")) return none;
  const most = Math.max(8 * settings.maxModelLen, 4 * settings.maxNumSeqs * settings.blockTokens);
  const tokens = Math.max(Math.min(most, 65_536), settings.maxNumSeqs * settings.blockTokens);
  const own = Math.max(1, Math.ceil(heads / layout.tensor));
  return {
    bytes: tokens * own * (mla.nopeHeadDim + mla.valueHeadDim) * activationBytes,
    formula: `${tokens} tokens · ${own} heads · (${mla.nopeHeadDim} + ${mla.valueHeadDim}) · ${activationBytes} B`,
  };
}

/** Hidden states and residual that a later pipeline stage receives into buffers of its own. */
function handedOver({ hidden }: Model, { settings, activationBytes }: SettledPool, stage: Stage): Size {
  if (stage.first) return none;
  const tokens = settings.maxNumBatchedTokens;
  return { bytes: 2 * tokens * hidden * activationBytes, formula: `2 · ${tokens} tokens · ${hidden} · ${activationBytes} B` };
}

/** Outputs of the encoders, as many as a batch takes, wait in their cache while the model runs (profile_run). */
function encoderOutputs({ multimodal, hidden }: Model, { settings, activationBytes }: SettledPool, stage: Stage): Size {
  if (!multimodal || !stage.first) return none;
  const tokens = settings.maxNumBatchedTokens;
  return { bytes: tokens * hidden * activationBytes, formula: `${tokens} encoder tokens · ${hidden} · ${activationBytes} B` };
}
