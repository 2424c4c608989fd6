import { counter, counterBy, counterTypedGauge, gauge, histogram, info, mean, namesOf, summary } from "./alias.ts";

/** With priority scheduling the total stands under an empty priority, beside its shares (metrics_collector.py, 0.5.10). */
const total = { prefer: { priority: "" } };
/** A request that does not stream has its whole time as TTFT and 0 as gap. */
const streaming = { prefer: { is_streaming: "True" } };
const perMillisecond = 1e-3;
/** Called MB, computed by 2^20. */
const perMebibyte = 2 ** 20;

/**
 * SGLang: read in the releases 0.4.0 … 0.5.23 (sglang/srt/observability/metrics_collector.py, before 0.5.10 sglang/srt/metrics/
 * collector.py). Its gateway hands them on with `sglang_` in front.
 */
export const sglangNames = namesOf("sglang", "sglang:", [
  gauge("requests_running", "num_running_reqs", total),
  gauge("requests_running", "num_requests_running", total),
  gauge("requests_waiting", "num_queue_reqs", total),
  gauge("grammar_queue", "num_grammar_queue_reqs", { since: "0.5.5" }),
  gauge("requests_paused", "num_paused_reqs", { since: "0.5.5" }),
  gauge("preemptions_now", "num_retracted_reqs", { since: "0.5.5" }),
  gauge("kv_cache_usage", "token_usage"),
  gauge("kv_cache_usage_full", "full_token_usage", { since: "0.5.10" }),
  gauge("kv_cache_usage_swa", "swa_token_usage", { since: "0.5.5" }),
  gauge("kv_cache_usage_mamba", "mamba_usage", { since: "0.5.5" }),
  gauge("kv_used_tokens", "num_used_tokens"),
  gauge("kv_free_tokens", "kv_available_tokens", { since: "0.5.23" }),
  gauge("kv_evictable_tokens", "kv_evictable_tokens", { since: "0.5.23" }),
  gauge("kv_active_tokens", "kv_used_tokens", { since: "0.5.23" }),
  gauge("kv_capacity_tokens", "max_total_num_tokens", { since: "0.5.10" }),
  gauge("kv_block_size", "page_size", { since: "0.5.23" }),
  gauge("kv_num_blocks", "num_pages", { since: "0.5.23" }),
  gauge("max_model_len", "context_len", { since: "0.5.23" }),
  gauge("weights_memory_gb", "weight_memory_usage_gb", { since: "0.5.23" }),
  gauge("kv_cache_memory_gb", "kv_cache_memory_usage_gb", { since: "0.5.23" }),
  gauge("graph_memory_gb", "graph_memory_usage_gb", { since: "0.5.23" }),
  gauge("startup_free_memory_gb", "startup_available_gpu_memory_gb", { since: "0.5.23" }),
  // Of the last batch alone: the counters of prompt and cached tokens say more.
  gauge("prefix_cache_hit_rate", "cache_hit_rate"),
  gauge("generation_throughput", "gen_throughput"),
  gauge("decode_context_tokens", "decode_sum_seq_lens", { since: "0.5.10" }),
  gauge("new_token_ratio", "new_token_ratio", { since: "0.5.10" }),
  // -1 where nobody set it up.
  gauge("slo_utilization", "utilization", { since: "0.5.5", above: -1 }),
  gauge("spec_decode_mean_length", "spec_accept_length", { since: "0.4.6" }),
  gauge("spec_decode_acceptance_rate", "spec_accept_rate", { since: "0.5.5" }),
  info("cache_config_info", "cache_config_info", { since: "0.5.10", until: "0.5.10" }),

  counter("prompt_tokens_total", "prompt_tokens_total"),
  counter("generation_tokens_total", "generation_tokens_total"),
  counter("request_success_total", "num_requests_total", { since: "0.4.6" }),
  counter("requests_total", "num_requests_total", { since: "0.4.6" }),
  counter("requests_aborted_total", "num_aborted_requests_total", { since: "0.5.5" }),
  counter("preemptions_total", "num_retracted_requests_total", { since: "0.5.10" }),
  counterTypedGauge("preemptions_total", "total_retracted_reqs", { until: "0.5.2" }),
  histogram("preemptions_per_request", "num_retractions", { since: "0.5.5", until: "0.5.10" }),
  // Every prompt token is looked up, so the prompt tokens are the queries.
  counter("prefix_cache_queries_total", "prompt_tokens_total"),
  // By source, one source for each request: `total` stands in where none was told.
  counter("prefix_cache_hits_total", "cached_tokens_total", { since: "0.4.6" }),
  counterBy("prompt_tokens_cached_by_tier", "cached_tokens_total", "cache_source", { since: "0.4.6" }),
  counterBy("tokens_by_mode", "realtime_tokens_total", "mode", { since: "0.5.10" }),
  counter("spec_decode_drafts_total", "spec_verify_calls_total"),
  counter("gpu_busy_seconds_total", "forward_execution_seconds_total", { since: "0.5.23" }),
  counter("gpu_busy_seconds_total", "gpu_execution_seconds_total", { since: "0.5.10", until: "0.5.10" }),
  counterBy("gpu_busy_seconds_by_category", "forward_execution_seconds_total", "category", { since: "0.5.23" }),
  counterBy("gpu_busy_seconds_by_category", "gpu_execution_seconds_total", "category", { since: "0.5.10", until: "0.5.10" }),
  counter("idle_seconds_total", "scheduler_idle_seconds_total", { since: "0.5.23" }),
  counter("kv_evicted_tokens_total", "evicted_tokens_total", { since: "0.5.10" }),
  // By pool since 0.5.23: those of windows and states are moved beside the same tokens.
  counter("kv_offload_load_tokens_total", "load_back_tokens_total", { since: "0.5.10", prefer: { pool: "kv" } }),
  histogram("kv_offload_load_seconds", "load_back_duration_seconds", { since: "0.5.10" }),
  histogram("kv_offload_store_seconds", "hicache_backup_duration_seconds", { since: "0.5.23" }),
  counter("estimated_flops_per_gpu_total", "estimated_flops_per_gpu_total", { since: "0.5.10" }),
  counter("estimated_read_bytes_per_gpu_total", "estimated_read_bytes_per_gpu_total", { since: "0.5.10" }),
  counter("estimated_write_bytes_per_gpu_total", "estimated_write_bytes_per_gpu_total", { since: "0.5.10" }),

  histogram("ttft_seconds", "time_to_first_token_seconds", streaming),
  histogram("itl_seconds", "inter_token_latency_seconds", { since: "0.4.6" }),
  histogram("tpot_seconds", "request_time_per_output_token_seconds", { since: "0.5.23", ...streaming }),
  histogram("tpot_seconds", "time_per_output_token_seconds", { until: "0.4.0" }),
  histogram("e2e_seconds", "e2e_request_latency_seconds"),
  histogram("queue_seconds", "queue_time_seconds", { since: "0.5.5" }),
  histogram("queue_seconds", "queue_time_s", { until: "0.5.2" }),
  mean("queue_seconds", "avg_request_queue_latency", { since: "0.4.6", until: "0.4.6" }),
  histogram("stage_seconds", "per_stage_req_latency_seconds", { since: "0.5.5" }),
  histogram("prefill_seconds", "per_stage_req_latency_seconds", { since: "0.5.5", where: { stage: ["prefill_forward"] } }),
  histogram("decode_seconds", "per_stage_req_latency_seconds", { since: "0.5.5", where: { stage: ["decode_forward"] } }),
  histogram("request_prompt_tokens", "prompt_tokens_histogram", { since: "0.5.5" }),
  histogram("request_generation_tokens", "generation_tokens_histogram", { since: "0.5.5" }),
  histogram("dp_imbalance", "dp_attention_token_imbalance_ratio", { since: "0.5.23" }),
  histogram("dp_sync_wait_seconds", "dp_attention_sync_wait_seconds", { since: "0.5.23" }),
  summary("ep_balance", "eplb_balancedness", { since: "0.5.10" }),

  gauge("pd_prefill_bootstrap_queue", "num_prefill_bootstrap_queue_reqs", { since: "0.5.23" }),
  gauge("pd_prefill_bootstrap_queue", "num_prefill_prealloc_queue_reqs", { since: "0.5.5", until: "0.5.10" }),
  gauge("pd_prefill_inflight_queue", "num_prefill_inflight_queue_reqs", { since: "0.5.5" }),
  // As 0.4.10 spells it.
  gauge("pd_prefill_inflight_queue", "num_prefill_infight_queue_reqs", { until: "0.4.10" }),
  gauge("pd_decode_prealloc_queue", "num_decode_prealloc_queue_reqs", { since: "0.5.5" }),
  gauge("pd_decode_transfer_queue", "num_decode_transfer_queue_reqs", { since: "0.5.5" }),
  histogram("kv_transfer_gbps", "kv_transfer_speed_gb_s", { since: "0.5.5" }),
  mean("kv_transfer_gbps", "kv_transfer_speed_gb_s", { since: "0.5.5" }),
  histogram("kv_transfer_seconds", "kv_transfer_latency_ms", { since: "0.5.5", scale: perMillisecond }),
  mean("kv_transfer_seconds", "kv_transfer_latency_ms", { since: "0.5.5", scale: perMillisecond }),
  histogram("kv_transfer_bytes", "kv_transfer_total_mb", { since: "0.5.10", scale: perMebibyte }),
  counter("kv_transfer_failures_total", "num_transfer_failed_reqs_total", { since: "0.5.5" }),
  gauge("host_kv_used_tokens", "hicache_host_used_tokens", { since: "0.5.10" }),
  gauge("host_kv_capacity_tokens", "hicache_host_total_tokens", { since: "0.5.10" }),
]);
