import type { Model } from "../catalog/facts.ts";
import type { Conditions, ConditionValue, MemoryTerm } from "./calibration.ts";
import type { SettledPool } from "./settled.ts";

/** What a figure that is measured under this pool's settings holds for. */
export function conditionsOf(model: Model, pool: SettledPool): Conditions {
  return {
    engine: pool.budget.engine,
    engineVersion: pool.version.text,
    model: model.id,
    weights: pool.weights.method,
    gpu: pool.gpu.id,
    role: pool.role,
    layout: Object.fromEntries(Object.entries(pool.layout).filter(([, size]) => size !== 1)),
    settings: settingsOf(pool, (model.recurrent?.layers ?? 0) > 0),
  };
}

/** Settings on which memory depends. */
function settingsOf(
  { budget, settings, activationBytes, kvElementBytes, observed }: SettledPool,
  recurrent: boolean,
): Readonly<Record<string, ConditionValue>> {
  const common = {
    "activation-bits": 8 * activationBytes,
    "kv-cache-bits": 8 * kvElementBytes,
    "block-size": settings.blockTokens,
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
        ...common,
      };
    case "sglang":
      return {
        "mem-fraction-static": budget.memFractionStatic,
        ...(budget.maxTotalTokens === null ? {} : { "max-total-tokens": budget.maxTotalTokens }),
        "context-length": settings.maxModelLen,
        "max-running-requests": settings.maxNumSeqs,
        "chunked-prefill-size": settings.maxNumBatchedTokens,
        ...common,
      };
    case "tensorrt-llm":
      return {
        "free-gpu-memory-fraction": budget.freeGpuMemoryFraction,
        ...(budget.maxTokens === null ? {} : { "max-tokens": budget.maxTokens }),
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

const loaded = ["activation-bits", "max-loras", "max-lora-rank", "cpu-offload-bytes"];
const batch = [
  "max-num-seqs",
  "max-num-batched-tokens",
  "max-running-requests",
  "chunked-prefill-size",
  "max-batch-size",
  "max-num-tokens",
  "enforce-eager",
];
const captured = [...batch, "max-cudagraph-capture-size"];
const shares = [
  "gpu-memory-utilization",
  "kv-cache-memory-bytes",
  "mem-fraction-static",
  "max-total-tokens",
  "free-gpu-memory-fraction",
  "max-tokens",
  "graphs-in-budget",
  "kv-cache-blocks",
];
const cacheBytes = [...loaded, ...captured, ...shares];

/** Settings on which each figure depends beside engine, version, model, format, GPU and layout. */
export const dependsOn: Readonly<Record<MemoryTerm, readonly string[]>> = {
  total: [],
  weights: loaded,
  activation: [...loaded, ...batch],
  nonTorch: [],
  graphs: [...loaded, ...captured],
  kvCache: cacheBytes,
  kvCacheBlocks: [...cacheBytes, "kv-cache-bits", "block-size", "prefix-caching", "max-model-len", "context-length", "max-seq-len"],
};
