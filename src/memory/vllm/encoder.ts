import type { Model } from "../../catalog/facts.ts";
import { imageTokens } from "../../catalog/image-tokens.ts";
import type { Stage } from "../stages.ts";
import type { VllmPool } from "./pool.ts";
import { none, type Size } from "./size.ts";

/** What the profiling run's images take in a tower's layer: a tower of 28 layers of 12 · width² elements, each patch 11 widths. No fit. */
export function encoderPeak(model: Model, pool: VllmPool, stage: Stage): Size {
  const { towerElements } = model;
  if (!hasEncoder(model, pool, stage) || towerElements === undefined) return none;
  const tokens = encoderTokens(model, pool);
  const { patches } = imageTokens(model);
  const width = Math.round(Math.sqrt(towerElements / (28 * 12)));
  return {
    bytes: tokens * patches * 11 * width * pool.activationBytes,
    formula: `${tokens} encoder tokens · ${patches} · 11 · ${width} · ${pool.activationBytes} B`,
  };
}

/** Outputs of the encoders, as many as a batch takes, wait in their cache while the model runs (gpu_model_runner.py, profile_run). */
export function encoderOutputs(model: Model, pool: VllmPool, stage: Stage): Size {
  if (!hasEncoder(model, pool, stage)) return none;
  const tokens = encoderTokens(model, pool);
  return {
    bytes: tokens * model.hidden * pool.activationBytes,
    formula: `${tokens} encoder tokens · ${model.hidden} · ${pool.activationBytes} B`,
  };
}

/** `--language-model-only` loads no tower. */
function hasEncoder({ multimodal }: Model, { layout }: VllmPool, stage: Stage): boolean {
  return multimodal && stage.first && layout.towers !== "none";
}

/** As many as a batch takes, or one largest image. */
function encoderTokens(model: Model, { settings }: VllmPool): number {
  return Math.max(settings.maxNumBatchedTokens, imageTokens(model).largest);
}
