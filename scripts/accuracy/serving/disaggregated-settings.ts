import type { DisaggregatedRow } from "./disaggregated-rows.ts";

/** What a run's recipe says of its workers beside model and sizes. */
export interface DisaggregatedSettings {
  readonly prefill: Readonly<Record<string, unknown>>;
  readonly decode: Readonly<Record<string, unknown>>;
  readonly kvCacheDtype?: string;
}

/**
 * Recipes of InferenceX's disaggregated runs (srt-slurm, recipes/ and gb200/, one a model, GPU, engine, lengths and layout). Runs of other
 * sources do not say how they were started.
 */
export function disaggregatedSettings(row: DisaggregatedRow): DisaggregatedSettings {
  if (!row.source.startsWith("InferenceX")) return { prefill: {}, decode: {} };
  const recipe = recipes[`${row.engine} ${row.gpu}`];
  return recipe?.(row) ?? { prefill: {}, decode: {} };
}

type Recipe = (row: DisaggregatedRow) => DisaggregatedSettings;

const recipes: Readonly<Record<string, Recipe>> = {
  // recipes/gb200-fp4 and gb200-fp8
  "sglang gb200": (row) => ({ prefill: sglangPrefill(row), decode: sglangDecode(row), kvCacheDtype: "fp8_e4m3" }),
  // recipes/h200/8k1k
  "sglang h200_sxm": () => ({
    prefill: { ...sglang(0.82), "chunked-prefill-size": 32_768, "max-prefill-tokens": 32_768, "max-running-requests": 16 },
    decode: { ...sglang(0.82), "cuda-graph-max-bs": 128 },
  }),
  // gb200/ of ishandhanani/srt-slurm
  "trtllm gb200": (row) => ({
    prefill: tensorrt({ requests: row.promptTokens > 4096 ? 2 : 16, tokens: row.promptTokens > 4096 ? 16_640 : 16_384, share: 0.6 }),
    decode: tensorrt({ requests: decodeRequests(row), share: row.decode.attentionData > 1 ? 0.8 : 0.9 }),
    kvCacheDtype: "fp8",
  }),
  // recipes/trtllm/h200
  "trtllm h200_sxm": (row) => ({
    prefill: tensorrt({ requests: 8, tokens: Math.max(8192, row.promptTokens), share: 0.6 }),
    decode: tensorrt({ requests: 512, share: 0.9 }),
    kvCacheDtype: "fp8",
  }),
};

function sglang(share: number): Readonly<Record<string, unknown>> {
  return { "disable-radix-cache": true, "mem-fraction-static": share };
}

function sglangPrefill({ prefill, quantization, promptTokens, concurrency }: DisaggregatedRow): Readonly<Record<string, unknown>> {
  const isLong = promptTokens > 4096;
  if (prefill.attentionData > 1) {
    const wide = { ...sglang(isLong ? 0.8 : 0.75), "max-total-tokens": 524_288, "chunked-prefill-size": 131_072 };
    const narrow = { ...sglang(0.84), "max-total-tokens": 131_072, "max-prefill-tokens": 32_768, "chunked-prefill-size": 65_536 };
    return { ...(quantization === "nvfp4" ? narrow : wide), "max-running-requests": 30_000, "disable-cuda-graph": true };
  }
  if (concurrency > 256)
    return {
      ...sglang(0.95),
      "max-total-tokens": 131_072,
      "max-prefill-tokens": 524_288,
      "chunked-prefill-size": 131_072,
      "disable-cuda-graph": true,
    };
  return {
    ...sglang(0.95),
    "max-total-tokens": isLong ? 32_768 : 8192,
    "chunked-prefill-size": isLong ? 24_576 : 8192,
    "max-running-requests": 512,
    "scheduler-recv-interval": 10,
  };
}

function sglangDecode({ decode, quantization }: DisaggregatedRow): Readonly<Record<string, unknown>> {
  if (decode.attentionData === 1) return { ...sglang(0.9), "cuda-graph-max-bs": 256, "scheduler-recv-interval": 10 };
  return {
    ...sglang(quantization === "nvfp4" ? 0.83 : 0.82),
    "moe-dense-tp-size": 1,
    "enable-dp-lm-head": true,
    "cuda-graph-max-bs": 768,
    ...(decode.expert > 1 ? { "moe-a2a-backend": "deepep", "deepep-mode": "low_latency" } : {}),
    ...(quantization === "nvfp4" ? { "num-reserved-decode-tokens": 112 } : {}),
  };
}

/** Workers of TEP were swept at one size in 4 bit, those of the other formats and of DEP have the size of their row; sweeps before the recipes do not tell. */
function decodeRequests({ decode, quantization, promptTokens, outputTokens, decodeBatch, version }: DisaggregatedRow): number | undefined {
  const isSwept = decode.attentionData === 1 && quantization === "nvfp4" && outputTokens <= 1024;
  if (!isSwept) return decodeBatch;
  if (version.startsWith("0.5")) return undefined;
  return promptTokens > 4096 ? 16 : 32;
}

interface TensorrtLimits {
  readonly requests: number | undefined;
  readonly share: number;
  /** Of a step; left out where a step holds as many as there are requests. */
  readonly tokens?: number;
}

function tensorrt({ requests, tokens, share }: TensorrtLimits): Readonly<Record<string, unknown>> {
  return {
    ...(requests === undefined ? {} : { max_batch_size: requests, max_num_tokens: tokens ?? requests }),
    kv_cache_config: { dtype: "fp8", enable_block_reuse: false, free_gpu_memory_fraction: share },
    // Prefill workers are started without graphs.
    ...(tokens === undefined
      ? { cuda_graph_config: { enable_padding: true, ...(requests === undefined ? {} : { max_batch_size: requests }) } }
      : { cuda_graph_config: null, disable_overlap_scheduler: true }),
  };
}
