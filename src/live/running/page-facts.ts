import type { MetricsPage, Sample } from "../snapshot.ts";
import { countOf, dtypeOf, numberOf, quantizationOf, switchOf, told, wordOf } from "./answer.ts";
import { type ToldPart, toldSettings } from "./told-part.ts";
import { cacheConfigLabels } from "./vllm.ts";

const from = "metrics";

/** What a metrics page tells of its server beside its figures: labels of information, and gauges that hold a limit. */
export function pageFacts({ families }: MetricsPage): readonly ToldPart[] {
  const samples = (...names: readonly string[]): readonly Sample[] =>
    names.map((name) => families.get(name)?.samples).find((found) => found !== undefined && found.length > 0) ?? [];
  const labels = (...names: readonly string[]): Sample["labels"] | undefined => samples(...names)[0]?.labels;
  /** Of the rank with the least: a server is as large as its smallest part. */
  const least = (...names: readonly string[]): number | null => {
    const values = samples(...names).flatMap(({ value }) => countOf(value) ?? []);
    return values.length > 0 ? Math.min(...values) : null;
  };
  const cache = labels("vllm:cache_config_info", "ray_vllm_cache_config_info", "vllm_cache_config_info");
  const parts: ToldPart[] = [
    ...(cache ? [cacheConfigLabels(cache)] : []),
    {
      settings: toldSettings(from, {
        blockTokens: least("sglang:page_size", "sglang_page_size"),
        maxModelLen: least("sglang:context_len", "sglang_context_len"),
      }),
      tokens: told(from, least("sglang:max_total_num_tokens", "sglang_max_total_num_tokens")),
      blocks: told(from, least("sglang:num_pages", "sglang_num_pages")),
    },
    {
      settings: toldSettings(from, {
        maxNumSeqs: least("trtllm_max_num_active_requests", "dynamo_frontend_model_max_num_seqs", "num_request_max"),
        maxNumBatchedTokens: least("dynamo_frontend_model_max_num_batched_tokens"),
        blockTokens: least("trtllm_kv_cache_tokens_per_block", "dynamo_frontend_model_kv_cache_block_size"),
        maxModelLen: least("dynamo_frontend_model_context_length"),
      }),
      blocks: told(from, least("trtllm_kv_cache_max_blocks", "dynamo_frontend_model_total_kv_blocks")),
      tokens: told(from, least("tgi_batch_total_tokens")),
    },
    tensorrtFacts(labels),
  ];
  return parts;
}

/** TensorRT-LLM tells its configuration as labels (tensorrt_llm/metrics/collector.py, log_config_info). */
function tensorrtFacts(labels: (...names: readonly string[]) => Sample["labels"] | undefined): ToldPart {
  const model = labels("trtllm_model_config_info");
  const sizes = labels("trtllm_parallel_config_info");
  const cache = labels("trtllm_kv_cache_config_info", "trtllm_cache_config_info");
  const speculation = labels("trtllm_speculative_config_info");
  return {
    modelRoot: told(from, wordOf(model?.model)),
    model: told(from, wordOf(model?.served_model_name)),
    settings: toldSettings(from, {
      maxModelLen: countOf(model?.max_model_len),
      dtype: dtypeOf(model?.dtype),
      quantization: model === undefined || model.quantization === undefined ? null : quantizationOf(model.quantization),
      tensor: countOf(sizes?.tensor_parallel_size),
      pipeline: countOf(sizes?.pipeline_parallel_size),
      prefillContext: countOf(sizes?.context_parallel_size),
      expert: countOf(sizes?.expert_parallel_size),
      blockTokens: countOf(cache?.page_size),
      prefixCaching: switchOf(cache?.enable_block_reuse),
      memoryShare: numberOf(cache?.free_gpu_memory_fraction),
      kvCacheDtype: wordOf(cache?.cache_dtype),
      speculation: switchOf(speculation?.spec_enabled) === true ? (wordOf(speculation?.spec_method)?.toLowerCase() ?? null) : null,
    }),
  };
}
