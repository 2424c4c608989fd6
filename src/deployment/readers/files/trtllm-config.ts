import { configUnit, settingKeys } from "../fields/config-unit.ts";
import type { Reader } from "../reader.ts";

/** Fields of TensorRT-LLM's `LlmArgs` that nothing else has under these names. */
const ownFields = new Set([
  "attention_dp_config",
  "build_config",
  "cache_transceiver_config",
  "cuda_graph_config",
  "disable_overlap_scheduler",
  "enable_attention_dp",
  "enable_lm_head_tp_in_adp",
  "guided_decoding_backend",
  "kv_cache_config",
  "kv_cache_free_gpu_memory_fraction",
  "moe_cluster_parallel_size",
  "moe_config",
  "moe_expert_parallel_size",
  "moe_tensor_parallel_size",
  "nvfp4_gemm_config",
  "peft_cache_config",
  "print_iter_log",
  "pytorch_backend_config",
  "scheduler_config",
  "sparse_attention_config",
  "torch_compile_config",
  "use_cuda_graph",
]);
const otherFields = new Set([
  "attn_backend",
  "backend",
  "context_parallel_size",
  "cuda_graph_batch_sizes",
  "cuda_graph_padding_enabled",
  "enable_chunked_prefill",
  "enable_iter_perf_stats",
  "gpus_per_node",
  "kv_cache_dtype",
  "max_batch_size",
  "max_num_tokens",
  "max_seq_len",
  "model",
  "moe_backend",
  "num_postprocess_workers",
  "pipeline_parallel_size",
  "speculative_config",
  "stream_interval",
  "tensor_parallel_size",
  "trust_remote_code",
]);

/** Further options of `trtllm-serve` (`--extra_llm_api_options`, `--config`): two fields of its `LlmArgs` at least, one of them its own. */
export const trtllmConfigReader: Reader = (root, extent, context) => {
  if (settingKeys(root).length === 0) return undefined;
  const keys = root.entries().map(({ key }) => key?.value ?? "");
  const isMtp = root.at("speculative_config", "decoding_type").exists;
  const own = keys.filter((key) => ownFields.has(key)).length + (isMtp ? 1 : 0);
  const known = keys.filter((key) => ownFields.has(key) || otherFields.has(key)).length;
  if (own === 0 || known < 2 || known < keys.length * 0.5) return undefined;
  return {
    format: "trtllm-extra-config",
    units: [configUnit("trtllm-extra-config", "tensorrt-llm", root, extent, context)],
  };
};
