import type { Model } from "../catalog/facts.ts";
import type { Conditions, ConditionValue, MemoryTerm } from "./calibration.ts";
import type { Drafter, Layout, SettledPool, VllmCache } from "./settled.ts";

/** What a figure that is measured under this pool's settings holds for. */
export function conditionsOf(model: Model, pool: SettledPool): Conditions {
  return {
    engine: pool.budget.engine,
    engineVersion: pool.version.text,
    model: model.id,
    weights: pool.weights.method,
    gpu: pool.gpu.id,
    role: pool.role,
    layout: sizesOf(pool.layout),
    settings: settingsOf(model, pool),
  };
}

/** Sizes other than one. */
function sizesOf(layout: Layout): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(layout).flatMap(([name, size]: readonly [string, unknown]) =>
      typeof size === "number" && size !== 1 ? [[name, size]] : [],
    ),
  );
}

/** Settings on which memory or the time of a step depends. */
function settingsOf(model: Model, pool: SettledPool): Readonly<Record<string, ConditionValue>> {
  const { budget, settings, activationBytes, kvElementBytes, observed, drafter, weights } = pool;
  const recurrent = (model.recurrent?.layers ?? 0) > 0;
  const { stageLayers, towers, shared } = pool.layout;
  const common = {
    ...(stageLayers ? { "pipeline-layers": stageLayers.join(",") } : {}),
    ...(towers ? { "vision-towers": towers } : {}),
    ...(shared ? { "ranks-of-mlp-experts-head": [shared.mlp, shared.sharedExperts, shared.head].join(",") } : {}),
    ...(weights.method === "none" ? {} : { "weight-elements": weights.linear }),
    ...(drafter ? { drafter: drafterWords(drafter) } : {}),
    "activation-bits": 8 * activationBytes,
    "kv-cache-bits": 8 * kvElementBytes,
    "block-size": settings.blockTokens,
    ...(settings.asyncScheduling ? { "async-scheduling": true } : {}),
    // How states of recurrent layers are kept depends on it (VM12).
    ...(recurrent ? { "prefix-caching": settings.prefixCaching } : {}),
    ...(observed.kvCacheBlocks === null ? {} : { "kv-cache-blocks": observed.kvCacheBlocks }),
  };
  switch (budget.engine) {
    case "vllm":
      return {
        "gpu-memory-utilization": budget.gpuMemoryUtilization,
        ...(budget.kvCacheMemoryBytes === null ? {} : { "kv-cache-memory-bytes": budget.kvCacheMemoryBytes }),
        "graphs-in-budget": budget.graphsInBudget,
        "max-model-len": settings.lengthToFit ? "auto" : settings.maxModelLen,
        "max-num-seqs": settings.maxNumSeqs,
        "max-num-batched-tokens": settings.maxNumBatchedTokens,
        "max-cudagraph-capture-size": settings.maxCaptureSize,
        "enforce-eager": settings.enforceEager,
        "max-loras": settings.lora?.slots ?? 0,
        "max-lora-rank": settings.lora?.rank ?? 0,
        "cpu-offload-bytes": settings.cpuOffloadBytes,
        ...cacheConditions(budget.cache, model),
        ...common,
      };
    case "sglang":
      return {
        "mem-fraction-static": budget.memFractionStatic,
        ...(budget.maxTotalTokens === null ? {} : { "max-total-tokens": budget.maxTotalTokens }),
        "context-length": settings.maxModelLen,
        "max-running-requests": settings.maxNumSeqs,
        "chunked-prefill-size": settings.maxNumBatchedTokens,
        ...(budget.windowTokenRatio === null ? {} : { "swa-full-tokens-ratio": budget.windowTokenRatio }),
        ...(recurrent ? { "mamba-full-memory-ratio": budget.stateRatio, "mamba-ssm-bits": 8 * budget.stateElementBytes } : {}),
        ...(recurrent && budget.stateSlots !== null ? { "max-mamba-cache-size": budget.stateSlots } : {}),
        ...(budget.draft ? { "draft-layers": budget.draft.layers ?? "own model" } : {}),
        ...common,
      };
    case "tensorrt-llm":
      return {
        "free-gpu-memory-fraction": budget.freeGpuMemoryFraction,
        ...(budget.maxTokens === null ? {} : { "max-tokens": budget.maxTokens }),
        ...(budget.maxBytes === null ? {} : { "max-gpu-total-bytes": budget.maxBytes }),
        "max-seq-len": settings.maxModelLen,
        "max-batch-size": settings.maxNumSeqs,
        "max-num-tokens": settings.maxNumBatchedTokens,
        ...common,
      };
    default: {
      const never: never = budget;
      return never;
    }
  }
}

/** What decides the shape of vLLM's cache, as far as this model has use for it; what is as usual is left out. */
function cacheConditions(cache: VllmCache, model: Model): Readonly<Record<string, ConditionValue>> {
  const recurrent = (model.recurrent?.layers ?? 0) > 0;
  return {
    ...(cache.isV1 ? {} : { "v0-engine": true }),
    ...(model.slidingLayers > 0 && !cache.isGrouped ? { "windows-grouped": false } : {}),
    ...(recurrent ? { "mamba-cache-mode": cache.states, "mamba-cache-bits": 8 * cache.stateElementBytes } : {}),
    ...(recurrent && cache.matrixElementBytes !== null ? { "mamba-ssm-cache-bits": 8 * cache.matrixElementBytes } : {}),
    ...(cache.draftTokens > 0 ? { "draft-tokens": cache.draftTokens, "draft-layers": cache.headLayers } : {}),
  };
}

function drafterWords(drafter: Drafter): string {
  switch (drafter.kind) {
    case "own-layers":
      return `${drafter.layers} layers of the model`;
    case "model":
      return `${drafter.model.id}, ${drafter.weights.method}, TP ${drafter.tensor}`;
    case "unsized":
      return drafter.name;
    default: {
      const never: never = drafter;
      return never;
    }
  }
}

/** How ranks divide the model, beside the sizes. */
const divided = ["pipeline-layers", "vision-towers", "ranks-of-mlp-experts-head"];
const loaded = [...divided, "activation-bits", "weight-elements", "drafter", "max-loras", "max-lora-rank", "cpu-offload-bytes"];
/** What bounds a step, by each engine's own flags. */
export const stepLimits = [
  "max-num-seqs",
  "max-num-batched-tokens",
  "max-running-requests",
  "chunked-prefill-size",
  "max-batch-size",
  "max-num-tokens",
] as const;
const batch = [...stepLimits, "enforce-eager"];
const captured = [...batch, "max-cudagraph-capture-size"];
const shares = [
  "gpu-memory-utilization",
  "kv-cache-memory-bytes",
  "mem-fraction-static",
  "max-total-tokens",
  "free-gpu-memory-fraction",
  "max-tokens",
  "max-gpu-total-bytes",
  "graphs-in-budget",
  "kv-cache-blocks",
];
/** States of recurrent layers and pools of windows, which some engines take before the cache. */
const shapes = [
  "v0-engine",
  "swa-full-tokens-ratio",
  "mamba-full-memory-ratio",
  "max-mamba-cache-size",
  "mamba-ssm-bits",
  "mamba-cache-bits",
  "mamba-ssm-cache-bits",
  "draft-layers",
];
const cacheBytes = [...loaded, ...captured, ...shares, ...shapes];

/** Settings on which each figure depends beside engine, version, model, format, GPU and layout. */
export const dependsOn: Readonly<Record<MemoryTerm, readonly string[]>> = {
  total: [],
  weights: loaded,
  activation: [...loaded, ...batch, "v0-engine"],
  nonTorch: [...divided, "v0-engine"],
  graphs: [...loaded, ...captured],
  kvCache: cacheBytes,
  kvCacheBlocks: [
    ...cacheBytes,
    "kv-cache-bits",
    "block-size",
    "prefix-caching",
    "windows-grouped",
    "mamba-cache-mode",
    "draft-tokens",
    "max-model-len",
    "context-length",
    "max-seq-len",
  ],
};

/** Settings on which the time of a given step depends; what a step may hold is the scheduler's and simulated. */
export const timingDependsOn: readonly string[] = [
  ...loaded,
  "enforce-eager",
  "max-cudagraph-capture-size",
  "async-scheduling",
  "kv-cache-bits",
  "v0-engine",
  "draft-tokens",
  "draft-layers",
];
