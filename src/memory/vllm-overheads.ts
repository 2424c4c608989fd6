import type { Model } from "../catalog/facts.ts";
import { gib } from "../catalog/quantity.ts";
import { captureSizes } from "../deployment/defaults.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { atLeast } from "../deployment/version.ts";
import type { Confidence } from "./plan.ts";
import type { Stage } from "./stages.ts";
import type { Term } from "./sum.ts";

const GiB = 2 ** 30;

/** A part of the sum before it is said how sure it is. */
type Size = Pick<Term, "bytes" | "formula">;

/** Constants were fitted on start-up logs of 0.7 to 0.19; graphs and profiling hardly moved up to 0.20. */
function fitted(pool: SettledPool, model: Model): Confidence {
  return model.approximate || atLeast(pool.version, "0.21.0") ? "estimated" : "fitted";
}

/**
 * Peak of the profiling run beyond the weights (memory.md 4). The last stage samples for max-num-seqs sequences: logits in several
 * copies; every stage has the MLP's working set for max-num-batched-tokens, and the larger of the two counts.
 */
export function activationPeak(model: Model, pool: SettledPool, stage: Stage): Term {
  const mlp = workingSet(model, pool, stage);
  const sampler = stage.last ? samplerPeak(model, pool) : undefined;
  const larger = sampler && sampler.bytes >= mlp.bytes ? sampler : mlp;
  const confidence = fitted(pool, model);
  return { ...larger, confidence, spread: confidence === "fitted" ? 0.1 * GiB + 0.05 * larger.bytes : 0.3 * GiB + 0.3 * larger.bytes };
}

/** Bytes for each logit: 39 up to 0.16; from 0.17 less, and the hidden states of the batch beside them. Fitted on 30 starts, within 0.1 GiB. */
function samplerPeak(model: Model, { settings, version, activationBytes }: SettledPool): Size {
  const { maxNumSeqs, maxNumBatchedTokens } = settings;
  const recent = atLeast(version, "0.17.0");
  const perLogit = recent ? 14.2 : 39;
  const hidden = recent ? 1.13 * maxNumBatchedTokens * model.hidden * activationBytes : 0;
  const fixed = recent ? 0.09 * GiB : 0;
  const bytes = perLogit * maxNumSeqs * model.vocab + hidden + fixed;
  const rest = recent ? ` + 1.13 · ${maxNumBatchedTokens} tokens · ${model.hidden} · ${activationBytes} B + 0.09 GiB` : "";
  return { bytes, formula: `${perLogit} · ${maxNumSeqs} sequences · ${model.vocab} logits${rest}` };
}

/** Gate, up and their product beside the layer's input, residual and output, all for the largest batch; with experts, a copy for each token's choice. */
function workingSet(model: Model, pool: SettledPool, stage: Stage): Size {
  const { settings, layout, activationBytes } = pool;
  const tokens = Math.ceil(settings.maxNumBatchedTokens / layout.sequence);
  // Between pipeline stages hidden states and residual are held for the hand-over.
  const vectors = layout.pipeline > 1 ? 6 : 3;
  const { moe, hidden } = model;
  if (moe && stage.expertLayers > 0) {
    const chosen = moe.expertsPerToken;
    const width = Math.ceil(moe.intermediate / (layout.expert > 1 ? 1 : layout.tensor * layout.attentionData));
    return {
      bytes: tokens * activationBytes * (chosen * (3 * width + hidden) + vectors * hidden),
      formula: `${tokens} tokens · ${activationBytes} B · (${chosen} experts · (3 · ${width} + ${hidden}) + ${vectors} · ${hidden})`,
    };
  }
  const width = Math.ceil(model.intermediate / layout.tensor);
  return {
    bytes: tokens * activationBytes * (3 * width + vectors * hidden),
    formula: `${tokens} tokens · ${activationBytes} B · (3 · ${width} + ${vectors} · ${hidden})`,
  };
}

/** Context, NCCL and custom all-reduce buffers outside the allocator (memory.md 6). */
export function nonTorch(model: Model, pool: SettledPool): Term {
  const { gpu, layout } = pool;
  const ranks = layout.tensor * layout.sequence * layout.attentionData * layout.prefillContext;
  const bytes = nonTorchGiB(pool, ranks) * GiB;
  const known = gpu.vendor === "nvidia" && layout.attentionData === 1 && (ranks === 1 || hasWorkspaces(pool));
  const confidence = known ? fitted(pool, model) : "estimated";
  // Beyond what was logged, groups of ranks hold between 0.5 and 2 GiB.
  const spread = confidence === "fitted" ? 0.1 * GiB : ranks === 1 ? 0.3 * GiB : 1.5 * GiB;
  return { bytes, formula: gib(bytes, 3), confidence, spread };
}

/** From 0.18 groups on Hopper and newer also hold symmetric-memory workspaces; the logs are of such GPUs. */
function hasWorkspaces({ gpu, version }: SettledPool): boolean {
  return atLeast(version, "0.18.0") && (gpu.computeCapability ?? 0) >= 9;
}

function nonTorchGiB(pool: SettledPool, ranks: number): number {
  const { gpu, version, layout } = pool;
  if (ranks > 1) return hasWorkspaces(pool) ? (ranks === 2 ? 2.07 : 2.15) : 0.54;
  if (layout.pipeline > 1) return 0.07;
  if ((gpu.computeCapability ?? 9) < 9) return 0.06;
  return atLeast(version, "0.18.0") ? 0.25 : 0.13;
}

/** Captured graphs: a fixed part and one for each layer, twice as much with experts (0.5 to 1.9 GiB in the logs of 0.19). Nothing when eager. */
export function cudaGraphs(model: Model, pool: SettledPool, stage: Stage): Term {
  const { settings, layout } = pool;
  if (settings.enforceEager || settings.maxCaptureSize === 0 || pool.gpu.vendor !== "nvidia") {
    return { bytes: 0, formula: "0 GiB", confidence: pool.gpu.vendor === "nvidia" ? "engine-law" : "estimated", spread: 0 };
  }
  const sizes = captureSizes(settings.maxCaptureSize).length / captureSizes(512).length;
  const ranks = layout.tensor * layout.sequence;
  const split = Number(Math.max(0.7, 1 - 0.1 * Math.log2(ranks)).toFixed(3));
  const experts = model.moe ? 1.85 : 1;
  const share = Number(sizes.toFixed(3));
  const confidence = settings.maxCaptureSize === 512 ? fitted(pool, model) : "estimated";
  const bytes = (0.38 + 0.0167 * stage.layers * share) * split * experts * GiB;
  return {
    bytes,
    formula: `(0.38 + 0.0167 · ${stage.layers} layers · ${share}) · ${split} · ${experts} GiB`,
    confidence,
    spread: (confidence === "fitted" ? 0.2 : 0.5) * GiB,
  };
}
