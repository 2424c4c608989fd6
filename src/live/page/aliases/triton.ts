import { counter, counterBy, gauge, gaugeBy, histogram, namesOf, ratio } from "./alias.ts";

const requests = (type: string) => ({ where: { request_type: [type] } });
const blocks = (type: string) => ({ where: { kv_cache_block_type: [type] } });
const memory = (type: string) => ({ where: { memory_type: [type] } });
/** An ensemble's steps are models of their own. */
const engines = {
  among: { label: "model", families: ["trt_llm_request_metrics", "trt_llm_kv_cache_block_metrics", "vllm:prompt_tokens_total"] },
};
const us = { ...engines, scale: 1e-6 };

/** Triton's vLLM backend: a few of vLLM's names, with labels of its own (vllm_backend src/utils/metrics.py). */
const backendNames = namesOf("triton", "vllm:", [
  counter("prompt_tokens_total", "prompt_tokens_total"),
  counter("generation_tokens_total", "generation_tokens_total"),
  histogram("ttft_seconds", "time_to_first_token_seconds"),
  histogram("itl_seconds", "time_per_output_token_seconds"),
  histogram("e2e_seconds", "e2e_request_latency_seconds"),
  histogram("request_prompt_tokens", "request_prompt_tokens"),
  histogram("request_generation_tokens", "request_generation_tokens"),
  histogram("request_param_n", "request_params_n"),
]);

/** Triton's TensorRT-LLM backend (tensorrtllm_backend README) and Triton itself (docs/user_guide/metrics.md). */
export const tritonNames = [
  ...backendNames,
  ...namesOf("triton", "nv_", [
    // What waits is what is active and not scheduled (inflight_batcher_llm, model_instance_state.cc): active ones are both together.
    gauge("requests_running", "trt_llm_request_metrics", requests("scheduled")),
    gauge("requests_running", "trt_llm_request_metrics", requests("active")),
    gauge("requests_waiting", "trt_llm_request_metrics", requests("waiting")),
    gauge("requests_scheduled", "trt_llm_request_metrics", requests("scheduled")),
    gauge("requests_prefill", "trt_llm_request_metrics", requests("context")),
    gauge("max_num_seqs", "trt_llm_request_metrics", requests("max")),
    gauge("requests_waiting", "inference_pending_request_count", engines),
    gauge("kv_cache_usage", "trt_llm_kv_cache_block_metrics", blocks("fraction")),
    gauge("kv_used_blocks", "trt_llm_kv_cache_block_metrics", blocks("used")),
    gauge("kv_free_blocks", "trt_llm_kv_cache_block_metrics", blocks("free")),
    gauge("kv_num_blocks", "trt_llm_kv_cache_block_metrics", blocks("max")),
    gauge("kv_block_size", "trt_llm_kv_cache_block_metrics", blocks("tokens_per")),
    gauge("gpu_memory_bytes", "trt_llm_runtime_memory_metrics", memory("gpu")),
    gauge("cpu_memory_bytes", "trt_llm_runtime_memory_metrics", memory("cpu")),
    gauge("pinned_memory_bytes", "trt_llm_runtime_memory_metrics", memory("pinned")),
    gaugeBy("inflight_batcher", "trt_llm_inflight_batcher_metrics", "inflight_batcher_specific_metric"),
    counter("kv_transfer_ms_total", "trt_llm_disaggregated_serving_metrics", {
      where: { disaggregated_serving_type: ["kv_cache_transfer_ms"] },
    }),

    counter("request_success_total", "inference_request_success", engines),
    counter("request_errors_total", "inference_request_failure", engines),
    counterBy("request_errors_by_reason", "inference_request_failure", "reason", engines),
    counter("admission_rejections_total", "inference_request_failure", { ...engines, where: { reason: ["REJECTED"] } }),
    counter("requests_aborted_total", "inference_request_failure", { ...engines, where: { reason: ["CANCELED"] } }),
    counter("inferences_total", "inference_count", engines),
    counter("batches_total", "inference_exec_count", engines),
    counter("e2e_us_total", "inference_request_duration_us", engines),
    counter("queue_us_total", "inference_queue_duration_us", engines),
    counter("compute_us_total", "inference_compute_infer_duration_us", engines),
    ratio("e2e_seconds", "inference_request_duration_us", "inference_request_success", us),
    ratio("queue_seconds", "inference_queue_duration_us", "inference_request_success", us),
    ratio("inference_time_seconds", "inference_compute_infer_duration_us", "inference_request_success", us),
    histogram("ttft_seconds", "inference_first_response_histogram_ms", { scale: 1e-3 }),

    // A share already, unlike DCGM's percent.
    gauge("gpu_utilization", "gpu_utilization"),
    gauge("gpu_memory_used_bytes", "gpu_memory_used_bytes"),
    gauge("gpu_memory_total_bytes", "gpu_memory_total_bytes"),
    gauge("gpu_power_w", "gpu_power_usage"),
    counter("gpu_energy_j_total", "energy_consumption"),
  ]),
];
