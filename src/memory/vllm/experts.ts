import type { Model } from "../../catalog/facts.ts";
import { atLeast } from "../../deployment/version.ts";
import type { Stage } from "../stages.ts";
import type { VllmPool } from "./pool.ts";
import { none, type Size } from "./size.ts";

/** Buffers of the experts' product that stay while the sampler runs. */
export function expertWorkspace(model: Model, pool: VllmPool, stage: Stage): Size {
  return keepsBuffers(pool) ? buffers(model, pool, stage) : none;
}

/** Those that come and go with each layer. */
export function transientExperts(model: Model, pool: VllmPool, stage: Stage): Size {
  return keepsBuffers(pool) ? none : buffers(model, pool, stage);
}

/** From 0.13 the kernels' buffers are kept for all layers (v1/worker/workspace.py); those of MXFP4 on Hopper and newer come and go. */
function keepsBuffers({ version, weights, gpu }: VllmPool): boolean {
  return atLeast(version, "0.13.0") && !(weights.method === "mxfp4" && (gpu.computeCapability ?? 9) >= 9);
}

/** A row for each token and expert chosen, twice: as wide as gate and up together and as wide as their product, but no narrower than the hidden state (fused_moe.py, workspace_shapes). */
function buffers({ moe, hidden }: Model, { settings, layout, activationBytes }: VllmPool, stage: Stage): Size {
  if (!moe || stage.expertLayers === 0) return none;
  const tokens = Math.ceil(settings.maxNumBatchedTokens / layout.sequence);
  const inner = moe.latent ?? hidden;
  const width = Math.ceil(moe.intermediate / (layout.expert > 1 ? 1 : layout.tensor * layout.attentionData));
  const first = Math.max(2 * width, inner);
  const second = Math.max(width, inner);
  return {
    bytes: tokens * activationBytes * moe.expertsPerToken * (first + second),
    formula: `${tokens} tokens · ${activationBytes} B · ${moe.expertsPerToken} experts · (${first} + ${second})`,
  };
}
