import type { SettledPool } from "../deployment/settled.ts";
import { atLeast } from "../deployment/version.ts";
import { messageTokens } from "./front-end-costs.ts";
import { shiftStepSeconds } from "./shift-costs.ts";

/** Tokens go to clients one by one while they come, or nobody waits for them before the end. */
export type Delivery = "streamed" | "at-once";

/** What an engine's own ways cost beside its kernels; seconds. */
export interface EngineCosts {
  /** Norms, rotary embedding, cache write and the gaps between the nodes of a graph, in every layer. */
  readonly layer: number;
  /** Quantising activations, in every layer whose inputs are narrowed. */
  readonly quantise: number;
  /** An all-reduce against its kernel alone, whose neighbours may be fused into it. */
  readonly reduce: number;
  /** Between steps, what the GPU waits for: of a step, and of each of its sequences. */
  readonly step: number;
  readonly sequence: number;
  /** Of a sequence whose client reads along: every step looks at it, and hands a message over when it is full. */
  readonly stream: number;
  readonly message: number;
  /** Tokenise, HTTP and queues of the server, once a request. */
  readonly request: number;
  /** Of each prompt token: about a megabyte of text a second goes through a tokeniser. */
  readonly promptToken: number;
  /** Between a drafter's passes, each of which reads the token of the one before. */
  readonly draftPass: number;
  /** Launching a layer's kernels without a graph, and between the pieces of a piecewise one. */
  readonly eagerLayer: number;
  readonly piecewiseLayer: number;
}

const us = 1e-6;

/** vLLM's closed-loop rows (silicon_e2e) and two per-request runs (RTX PRO 6000, vLLM 0.19). */
const vllm: EngineCosts = {
  layer: 18 * us,
  quantise: 1 * us,
  reduce: 1,
  step: 500 * us,
  sequence: 36 * us,
  stream: 0,
  message: 0,
  request: 4e-3,
  promptToken: 3 * us,
  // EAGLE-3 with four drafts of text it does not know is 3.8 ms slower than none (inference-perf's runs of 0.11.0, one H100), 2.4 ms of it kernels.
  draftPass: 350 * us,
  eagerLayer: 90 * us,
  piecewiseLayer: 25 * us,
};

/** Norms and quantisation are fused into the all-reduce, and kernels start before the last one ends. */
const tensorrtLlm: EngineCosts = {
  ...vllm,
  layer: 12 * us,
  reduce: 0.5,
  step: 300 * us,
  sequence: 6 * us,
  stream: 26 * us,
  message: 10 * us,
  // Drafter and model are in one graph.
  draftPass: 0,
  request: 29e-3,
  promptToken: 2 * us,
};

/** Llama-3.1-8B of 1.0.0rc3 (silicon_e2e). */
const tensorrtLlm10: EngineCosts = { ...tensorrtLlm, message: 34 * us };

/** A drafter's passes are in one graph. */
const sglang: EngineCosts = { ...vllm, layer: 14 * us, step: 600 * us, sequence: 25 * us, request: 20e-3, promptToken: 0, draftPass: 0 };

/** Scheduling, the model's inputs and answers in one process: inference-perf's runs of 0.9.0 with VLLM_USE_V1=0, Llama-3.1-8B on one H100. */
const vllmV0: EngineCosts = { ...vllm, step: 1000 * us, sequence: 55 * us };

function costsOf({ budget, version }: SettledPool): EngineCosts {
  switch (budget.engine) {
    case "vllm":
      return budget.cache.isV1 ? vllm : vllmV0;
    case "sglang":
      return sglang;
    default:
      return atLeast(version, "1.1.0") ? tensorrtLlm : tensorrtLlm10;
  }
}

/** Scheduling that runs ahead of the GPU: what is left visible of it. */
const asyncShare = 0.5;

export function engineCosts(pool: SettledPool, delivery: Delivery): EngineCosts {
  const { settings, layout, shiftThreshold } = pool;
  const costs = costsOf(pool);
  const visible = settings.asyncScheduling ? asyncShare : 1;
  const shifting = layout.sequence > 1 && shiftThreshold !== null ? shiftStepSeconds : 0;
  const streaming = costs.stream + costs.message / messageTokens(settings);
  const sequence = costs.sequence + (delivery === "streamed" ? streaming : 0);
  return { ...costs, step: visible * costs.step + shifting, sequence: visible * sequence };
}
