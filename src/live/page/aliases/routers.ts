import { counter, counterBy, counterTypedGauge, gauge, histogram, type Named, namesOf } from "./alias.ts";

/** -1 until an engine answered a first request. */
const unasked = { above: -1 };
/** Copied from names that engines have no more: 0 is what the router writes where it found none (vllm_router/stats/engine_stats.py). */
const copied = { above: 0 };

/** production-stack's router (src/vllm_router/services/metrics_service): the engines' names, told by the label `server`. */
export const productionStackNames = [
  ...namesOf("production-stack-router", "vllm:", [
    gauge("requests_running", "num_requests_running"),
    gauge("requests_waiting", "num_requests_waiting"),
    gauge("requests_prefill", "num_prefill_requests"),
    gauge("requests_decode", "num_decoding_requests"),
    gauge("requests_swapped", "num_requests_swapped"),
    gauge("request_rate", "current_qps"),
    // A gauge, whatever its name ends with; several workers of the router repeat it.
    gauge("ready_replicas", "healthy_pods_total", { once: ["server"] }),
    gauge("avg_e2e", "avg_latency", unasked),
    gauge("avg_itl", "avg_itl", unasked),
    gauge("avg_decode", "avg_decoding_length", unasked),
    gauge("kv_cache_usage", "gpu_cache_usage_perc", copied),
    gauge("prefix_cache_hit_rate", "gpu_prefix_cache_hit_rate", copied),
    counterTypedGauge("prefix_cache_hits_total", "gpu_prefix_cache_hits_total", copied),
    counterTypedGauge("prefix_cache_queries_total", "gpu_prefix_cache_queries_total", copied),
    counter("prompt_tokens_total", "input_tokens_total"),
    counter("generation_tokens_total", "output_tokens_total"),
    counter("requests_total", "num_incoming_requests_total"),
    counter("request_errors_total", "request_errors_total"),
    counterBy("request_errors_by_reason", "request_errors_total", "error_type"),
    histogram("e2e_seconds", "request_latency_seconds"),
  ]),
  ...namesOf("production-stack-router", "router_", [gauge("router_cpu", "cpu_usage_percent")]),
];

const input = { where: { token_type: ["input"] } };
const output = { where: { token_type: ["output"] } };

/** A router in Rust that SGLang and vLLM have each their own line of. */
const rustRouter: readonly Named[] = [
  gauge("requests_running", "running_requests"),
  gauge("requests_running", "worker_load"),
  gauge("ready_replicas", "active_workers"),
  counter("requests_total", "requests_total"),
  counter("request_success_total", "worker_requests_total", { where: { outcome: ["success"] } }),
  counter("request_success_total", "processed_requests_total"),
  counter("request_errors_total", "request_errors_total"),
  counterBy("request_errors_by_reason", "request_errors_total", "error_type"),
  histogram("ttft_seconds", "ttft_seconds"),
  histogram("e2e_seconds", "request_duration_seconds"),
  histogram("e2e_seconds", "generate_duration_seconds"),
  histogram("e2e_seconds", "pd_request_duration_seconds"),
];

/** vLLM's own router (vllm-project/router src/metrics.rs). */
export const vllmRouterNames = namesOf("vllm-router", "vllm_router_", rustRouter);

/** SGLang's model gateway (model_gateway/src/observability/metrics.rs); TTFT, TPOT and tokens of gRPC workers alone. */
export const gatewayNames = [
  ...namesOf("smg", "smg_", [
    gauge("requests_running", "worker_requests_active"),
    gauge("ready_replicas", "worker_pool_size"),
    counter("requests_total", "router_requests_total"),
    counter("request_errors_total", "router_request_errors_total"),
    counterBy("request_errors_by_reason", "router_request_errors_total", "error_type"),
    counter("prompt_tokens_total", "router_tokens_total", input),
    counter("generation_tokens_total", "router_tokens_total", output),
    counter("admission_rejections_total", "http_rate_limit_total", { where: { decision: ["rejected"] } }),
    histogram("ttft_seconds", "router_ttft_seconds"),
    histogram("tpot_seconds", "router_tpot_seconds"),
    histogram("e2e_seconds", "router_request_duration_seconds"),
    histogram("decode_seconds", "router_generation_duration_seconds"),
  ]),
  ...namesOf("smg", "sgl_router_", rustRouter),
];
