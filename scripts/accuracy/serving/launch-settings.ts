import type { ClosedLoopRow } from "./closed-loop-rows.ts";

/** What a run's start script says beside model and sizes. */
export interface LaunchSettings {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly kvCacheDtype?: string;
}

type Script = (row: ClosedLoopRow) => LaunchSettings;

/**
 * Start scripts of InferenceX (SemiAnalysisAI/InferenceX, benchmarks/, one a model, GPU and engine), in the days of the measurements. Runs of
 * other sources do not say how they were started, and are taken to run with the engine's defaults.
 */
export function launchSettings(row: ClosedLoopRow): LaunchSettings {
  if (!row.source.startsWith("InferenceX")) return { settings: {} };
  const model = /DeepSeek/.test(row.model) ? "dsr1" : /gpt-oss/.test(row.model) ? "gptoss" : "70b";
  const script = scripts[`${model} ${row.engine} ${row.gpu}`] ?? scripts[`${model} ${row.engine}`];
  return script?.(row) ?? { settings: {} };
}

const scripts: Readonly<Record<string, Script>> = {
  // 70b_fp8_h200_slurm.sh. The H100 script says the same, yet its runs wait for KV as 16 bit would: left open.
  "70b vllm h200_sxm": (row) => ({ settings: vllm(row, row.concurrency), kvCacheDtype: "fp8" }),
  "70b vllm h100_sxm": (row) => ({ settings: vllm(row, row.concurrency) }),
  // gptoss_fp4_h100.sh, gptoss_fp4_b200.sh
  "gptoss vllm h100_sxm": (row) => ({ settings: { ...vllm(row, row.concurrency), "max-cudagraph-capture-size": 2048 } }),
  "gptoss vllm b200_sxm": (row) => ({ settings: { ...vllm(row, 512), "max-cudagraph-capture-size": 2048 }, kvCacheDtype: "fp8" }),
  // 70b_fp8_h200_trt_slurm.sh
  "70b trtllm": (row) => ({
    settings: {
      max_seq_len: modelLength(row),
      max_num_tokens: modelLength(row),
      kv_cache_config: { dtype: "fp8", enable_block_reuse: false },
      cuda_graph_config: { enable_padding: true, max_batch_size: 1024 },
      stream_interval: 10,
      ...(row.promptTokens === row.outputTokens && row.tensor < 8
        ? { batch_wait_max_tokens_ratio: 0.9, batch_wait_timeout_iters: 20 }
        : {}),
    },
  }),
  // gptoss_fp4_b200_trt.sh
  "gptoss trtllm": (row) => ({
    settings: {
      max_batch_size: 512,
      max_num_tokens: 20_000,
      kv_cache_config: { dtype: "fp8", enable_block_reuse: false, free_gpu_memory_fraction: 0.85 },
      cuda_graph_config: { enable_padding: true, max_batch_size: row.concurrency },
      stream_interval: 20,
      ...(row.attentionData > 1 ? { attention_dp_config: { enable_balance: true } } : {}),
    },
  }),
  // dsr1_fp4_b200_trt.sh, dsr1_fp8_b200_trt.sh, dsr1_fp8_h200_trt.sh
  "dsr1 trtllm b200_sxm": (row) => (row.drafts ? drafting(row, 0.8) : deepseek(row, 0.8, 512)),
  "dsr1 trtllm h200_sxm": (row) => (row.drafts ? drafting(row, 0.75) : deepseek(row, 0.75, 128)),
  // dsr1_fp4_b200.sh, dsr1_fp8_b200.sh, dsr1_fp8_h200.sh
  "dsr1 sglang b200_sxm": (row) => ({
    settings:
      row.quantization === "nvfp4"
        ? sglang(row, { requests: 256, chunk: 16_384, share: 0.85, interval: receiveInterval(row) })
        : row.tensor >= 8
          ? sglang(row, { requests: 128, chunk: 32_768, share: 0.82, interval: receiveInterval(row) })
          : sglang(row, { requests: 32, chunk: 8192, share: 0.95, interval: 10 }),
    kvCacheDtype: "fp8_e4m3",
  }),
  "dsr1 sglang h200_sxm": (row) => ({
    settings: sglang(row, { requests: row.promptTokens === row.outputTokens ? 512 : 256, chunk: 32_768, share: 0.82, interval: 1 }),
  }),
};

/** The workflows allow both lengths and 200 tokens more. */
function modelLength({ promptTokens, outputTokens }: ClosedLoopRow): number {
  return promptTokens + outputTokens + 200;
}

function vllm(row: ClosedLoopRow, sequences: number): LaunchSettings["settings"] {
  return {
    "max-num-seqs": sequences,
    "max-num-batched-tokens": 8192,
    "max-model-len": modelLength(row),
    "gpu-memory-utilization": 0.9,
    "enable-prefix-caching": false,
    "async-scheduling": true,
  };
}

function deepseek({ concurrency, promptTokens, attentionData }: ClosedLoopRow, share: number, captured: number): LaunchSettings {
  return {
    settings: {
      max_num_tokens: Math.max(8192, 64 * Math.floor((concurrency + promptTokens + 127) / 64)),
      kv_cache_config: { dtype: "fp8", enable_block_reuse: false, free_gpu_memory_fraction: share },
      cuda_graph_config: { enable_padding: true, max_batch_size: captured },
      stream_interval: 10,
      ...(attentionData > 1 ? { attention_dp_config: { batching_wait_iters: 0, enable_balance: true, timeout_iters: 60 } } : {}),
    },
  };
}

/** dsr1_fp4_b200_trt_mtp.sh, dsr1_fp8_b200_trt_mtp.sh, dsr1_fp8_h200_trt_mtp.sh: three drafts, one with attention replicas. */
function drafting({ concurrency, promptTokens, attentionData }: ClosedLoopRow, share: number): LaunchSettings {
  const isReplicated = attentionData > 1;
  const sequences = isReplicated ? Math.max(1, Math.floor(concurrency / 4)) : concurrency;
  const drafts = isReplicated ? 1 : 3;
  return {
    settings: {
      max_batch_size: sequences,
      max_num_tokens: 64 * Math.floor(((drafts + 1) * sequences + promptTokens + 64 + 63) / 64),
      kv_cache_config: { dtype: "fp8", enable_block_reuse: false, free_gpu_memory_fraction: share },
      cuda_graph_config: { enable_padding: true, max_batch_size: sequences },
      stream_interval: 10,
      speculative_config: { decoding_type: "MTP", num_nextn_predict_layers: drafts },
      ...(isReplicated ? { attention_dp_config: { batching_wait_iters: 0, enable_balance: true, timeout_iters: 60 } } : {}),
    },
  };
}

interface SglangLimits {
  readonly requests: number;
  readonly chunk: number;
  readonly share: number;
  readonly interval: number;
}

function receiveInterval({ concurrency }: ClosedLoopRow): number {
  return concurrency >= 16 ? 30 : 10;
}

/** Sweeps that go beyond the requests of the script were started with more. */
function sglang({ concurrency }: ClosedLoopRow, { requests, chunk, share, interval }: SglangLimits): LaunchSettings["settings"] {
  const most = Math.max(requests, concurrency);
  return {
    "max-running-requests": most,
    "cuda-graph-max-bs": most,
    "chunked-prefill-size": chunk,
    ...(chunk > 16_384 ? { "max-prefill-tokens": chunk } : {}),
    "scheduler-recv-interval": interval,
    "stream-interval": 10,
    "mem-fraction-static": share,
    "disable-radix-cache": true,
  };
}
