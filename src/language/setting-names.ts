import type { EngineId } from "../deployment/deployment.ts";

/** What an engine calls the settings that decide how its memory is shared out; undefined where it has no such setting, or none as a flag. */
export interface SettingNames {
  readonly sequences: string;
  readonly batchedTokens: string;
  readonly length: string;
  readonly share: string;
  readonly tensor: string;
  readonly pipeline: string;
  readonly sequenceParallel?: string;
  readonly shift?: string;
  readonly cacheType?: { readonly flag: string; readonly fp8: string };
  readonly quantization?: string;
  readonly eager?: string;
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
    cacheType: { flag: "kv-cache-dtype", fp8: "fp8" },
    quantization: "quantization",
    eager: "enforce-eager",
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
  },
  "tensorrt-llm": {
    sequences: "max_batch_size",
    batchedTokens: "max_num_tokens",
    length: "max_seq_len",
    share: "free_gpu_memory_fraction",
    tensor: "tensor_parallel_size",
    pipeline: "pipeline_parallel_size",
  },
};

export function settingNames(engine: EngineId): SettingNames | undefined {
  return names[engine];
}
