import type { Model } from "../catalog/facts.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { atLeast } from "../deployment/version.ts";
import type { Stage } from "./stages.ts";

type Holder = Pick<SettledPool, "activationBytes"> & {
  readonly budget: Pick<SettledPool["budget"], "engine">;
  readonly gpu: Pick<SettledPool["gpu"], "vendor">;
};

/**
 * Rotary tables of every rank: positions × rotated dimension, cosines and sines; a second copy of the model shares them. As wide as
 * activations, on NVIDIA's cards 32 bit in SGLang (layers/rotary_embedding.py).
 */
export function rotaryBytes(model: Model, { activationBytes, budget, gpu }: Holder): number {
  const { dimension, tables } = model.rotary ?? { dimension: model.mla?.ropeHeadDim ?? model.headDim, tables: 1 };
  const width = budget.engine === "sglang" && gpu.vendor === "nvidia" ? 4 : activationBytes;
  return model.maxPositions * dimension * tables * width;
}

/**
 * The projections out of the latent that decoding multiplies by, kept once more beside the checkpoint's: by vLLM where those are narrower
 * than activations (v1/attention/backends/mla/common.py), always by SGLang (models/deepseek_v2.py, w_kc and w_vc) and TensorRT-LLM.
 */
export function latentCopyBytes(
  { mla, heads }: Model,
  { weights, layout, activationBytes, budget }: Holder & Pick<SettledPool, "weights" | "layout">,
  stage: Stage,
): number {
  if (!mla) return 0;
  const isPlain = weights.method === "none" || (weights.plain?.attention ?? 0) > 0.5;
  if (budget.engine === "vllm" && isPlain) return 0;
  return ((stage.full * heads * (mla.nopeHeadDim + mla.valueHeadDim) * mla.kvRank) / layout.tensor) * activationBytes;
}

/**
 * Products of vLLM 0.7.1 to 0.7.3's latent projections with the queries' and the output's, made for decoding beside the checkpoint's own
 * (attention/backends/mla/utils.py; pull request 14770 took them out of 0.8.0). As narrow as an FP8 checkpoint; the queries' rotated part
 * is as wide as activations.
 */
export function absorbedBytes(
  { mla, heads, hidden }: Model,
  { weights, layout, activationBytes, budget, version }: Holder & Pick<SettledPool, "weights" | "layout" | "version">,
  stage: Stage,
): number {
  const isMade = budget.engine === "vllm" && atLeast(version, "0.7.1") && !atLeast(version, "0.8.0");
  if (!mla || !isMade || (weights.method !== "none" && weights.linear !== "fp8")) return 0;
  const width = weights.method === "none" ? activationBytes : 1;
  const queries = mla.queryRank ?? hidden;
  const bytesOfHead = queries * (mla.ropeHeadDim * activationBytes + mla.kvRank * width) + mla.kvRank * hidden * width;
  return (stage.full * heads * bytesOfHead) / layout.tensor;
}
