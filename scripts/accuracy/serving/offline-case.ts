import type { OfflineRow } from "./offline-rows.ts";

/** Checkpoints that the page names in short. */
const models: Readonly<Record<string, string>> = {
  "Llama-3.3-70B": "meta-llama/Llama-3.3-70B-Instruct",
  "Llama-3.1-70B": "meta-llama/Llama-3.1-70B-Instruct",
  "Llama-3.1-8B": "meta-llama/Llama-3.1-8B-Instruct",
  "Qwen3-30B-A3B": "Qwen/Qwen3-30B-A3B",
  "Qwen3-235B-A22B": "Qwen/Qwen3-235B-A22B",
  // The window of 0.1 is used only where it is told (max_attention_window): as the next versions, which have none.
  "Mistral-7B": "mistralai/Mistral-7B-v0.3",
  "Llama-4-Maverick": "meta-llama/Llama-4-Maverick-17B-128E-Instruct",
};

const gpus: Readonly<Record<string, string>> = {
  RTX6000PRO: "RTX-PRO-6000-Blackwell-Server",
  // 480 GB are the processor's; the GPU has 96.
  "GH200-480GB": "GH200-96GB",
};

const quantizations: Readonly<Record<string, string | null>> = { FP8: "fp8", FP4: "nvfp4", FP16: null };

/**
 * A row as a case. How it was run: docs/source/performance/perf-overview.md of TensorRT-LLM 0.17 and 1.0: equal lengths, so many requests
 * for each pair of them, a KV share of 0.95 “in many cases”, 4,096 sequences and 8,192 tokens a step in the printed example, KV in 8 bit
 * with narrow weights. EP is not told and left at its default, none.
 */
export function caseOf(row: OfflineRow) {
  const { tensor, pipeline, promptTokens, outputTokens } = row;
  const quantization = quantizations[row.precision];
  return {
    id: String(row.line),
    deployment: {
      engine: "tensorrt-llm",
      engineVersion: `${row.version}.0`,
      model: models[row.model] ?? row.model,
      gpu: gpus[row.gpu] ?? row.gpu,
      pools: [
        {
          role: "mixed",
          parallel: row.attentionReplicas ? { attentionData: tensor, pipeline } : { tensor, pipeline },
        },
      ],
      weightQuantization: quantization,
      kvCacheDtype: quantization === null ? null : "fp8",
      settings: {
        max_batch_size: 4096,
        max_num_tokens: 8192,
        max_seq_len: promptTokens + outputTokens,
        enable_chunked_prefill: true,
        kv_cache_config: { free_gpu_memory_fraction: 0.95, enable_block_reuse: false },
      },
    },
    workload: { kind: "offline", requests: requestsOf(row), promptTokens, outputTokens },
    seed: 1,
  };
}

/** The page's own numbers of requests. */
function requestsOf({ promptTokens, outputTokens }: OfflineRow): number {
  if (outputTokens === 128) return promptTokens === 128 ? 30_000 : 3000;
  if (promptTokens === 20_000) return 1000;
  const isLong = outputTokens === 4096 || (promptTokens >= 1000 && outputTokens >= 2000) || promptTokens === 5000;
  return isLong ? 1500 : 3000;
}
