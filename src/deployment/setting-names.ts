import type { EngineId } from "./deployment.ts";

/** A switch and how it is written to turn something on: `true`, or null where the flag turns it off. */
export interface SwitchName {
  readonly flag: string;
  readonly on: "true" | null;
}

/** What an engine calls the settings that decide memory and scheduling; undefined where it has no such setting, or none as a flag. */
export interface SettingNames {
  readonly sequences: string;
  readonly batchedTokens: string;
  readonly length: string;
  readonly share: string;
  readonly tensor: string;
  readonly pipeline: string;
  readonly sequenceParallel?: string;
  readonly shift?: string;
  readonly shiftThreshold?: string;
  readonly cacheType?: { readonly flag: string; readonly fp8: string };
  readonly quantization?: string;
  readonly eager?: string;
  readonly prefixCaching?: SwitchName;
  readonly asyncScheduling?: SwitchName;
}

const names: Partial<Readonly<Record<EngineId, SettingNames>>> = {
  vllm: {
    sequences: "max-num-seqs",
    batchedTokens: "max-num-batched-tokens",
    length: "max-model-len",
    share: "gpu-memory-utilization",
    tensor: "tensor-parallel-size",
    pipeline: "pipeline-parallel-size",
    sequenceParallel: "ulysses-sequence-parallel-size",
    shift: "enable-shift-parallel",
    shiftThreshold: "shift-parallel-threshold",
    cacheType: { flag: "kv-cache-dtype", fp8: "fp8" },
    quantization: "quantization",
    eager: "enforce-eager",
    prefixCaching: { flag: "enable-prefix-caching", on: "true" },
    asyncScheduling: { flag: "async-scheduling", on: "true" },
  },
  sglang: {
    sequences: "max-running-requests",
    batchedTokens: "chunked-prefill-size",
    length: "context-length",
    share: "mem-fraction-static",
    tensor: "tp-size",
    pipeline: "pp-size",
    cacheType: { flag: "kv-cache-dtype", fp8: "fp8_e4m3" },
    quantization: "quantization",
    eager: "disable-cuda-graph",
    prefixCaching: { flag: "disable-radix-cache", on: null },
    asyncScheduling: { flag: "disable-overlap-schedule", on: null },
  },
  "tensorrt-llm": {
    sequences: "max_batch_size",
    batchedTokens: "max_num_tokens",
    length: "max_seq_len",
    share: "free_gpu_memory_fraction",
    tensor: "tensor_parallel_size",
    pipeline: "pipeline_parallel_size",
    asyncScheduling: { flag: "disable_overlap_scheduler", on: null },
  },
};

export function settingNames(engine: EngineId): SettingNames | undefined {
  return names[engine];
}
