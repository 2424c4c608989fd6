import { type Alias, counter, counterBy, gauge, histogram, type Named, namesOf, sumOf } from "./alias.ts";

const refused = { where: { outcome: ["RejectedCapacity", "RejectedNoEndpoints", "RejectedOther"] } };

/** Each figure under its name of today and those of before; the picker writes both, and one alone is read. */
const renamed: readonly (readonly [today: Named, ...before: readonly string[]])[] = [
  [gauge("requests_running", "request_running"), "inference_objective_running_requests", "inference_model_running_requests"],
  [gauge("requests_waiting", "per_endpoint_queue_size"), "inference_pool_per_pod_queue_size"],
  [gauge("requests_running_avg", "average_running_requests"), "inference_pool_average_running_requests"],
  [gauge("requests_waiting_avg", "average_queue_size"), "inference_pool_average_queue_size"],
  [gauge("kv_cache_usage", "average_kv_cache_utilization"), "inference_pool_average_kv_cache_utilization"],
  [gauge("ready_replicas", "ready_endpoints"), "inference_pool_ready_pods"],
  [gauge("gateway_queue", "flow_control_queue_size"), "inference_extension_flow_control_queue_size"],
  [counter("requests_total", "request_total"), "inference_objective_request_total", "inference_model_request_total"],
  [
    counter("request_errors_total", "request_error_total"),
    "inference_objective_request_error_total",
    "inference_model_request_error_total",
  ],
  [
    counterBy("request_errors_by_reason", "request_error_total", "error_code"),
    "inference_objective_request_error_total",
    "inference_model_request_error_total",
  ],
  [counter("admission_rejections_total", "flow_control_requests_total", refused)],
  [counterBy("admission_rejections_by_reason", "flow_control_requests_total", "outcome", refused)],
  [counter("slo_violations_total", "request_slo_violation_total")],
  [counterBy("slo_violations_by_type", "request_slo_violation_total", "type")],
  [sumOf("prompt_tokens_total", "request_input_tokens"), "inference_objective_input_tokens", "inference_model_input_tokens"],
  [sumOf("generation_tokens_total", "request_output_tokens"), "inference_objective_output_tokens", "inference_model_output_tokens"],
  [histogram("ttft_seconds", "request_ttft_seconds", { prefer: { streaming: "true" } })],
  [histogram("tpot_seconds", "request_streaming_tpot_seconds")],
  [histogram("itl_seconds", "request_streaming_itl_seconds")],
  [
    histogram("e2e_seconds", "request_duration_seconds"),
    "inference_objective_request_duration_seconds",
    "inference_model_request_duration_seconds",
  ],
  // Held back before an engine was chosen.
  [
    histogram("queue_seconds", "flow_control_request_queue_duration_seconds", { where: { outcome: ["Dispatched"] } }),
    "inference_extension_flow_control_request_queue_duration_seconds",
  ],
  [histogram("ntpot_seconds", "request_ntpot_seconds"), "inference_objective_normalized_time_per_output_token_seconds"],
  [histogram("request_prompt_tokens", "request_input_tokens"), "inference_objective_input_tokens", "inference_model_input_tokens"],
  [histogram("request_generation_tokens", "request_output_tokens"), "inference_objective_output_tokens", "inference_model_output_tokens"],
  [histogram("request_cached_tokens", "request_cached_tokens"), "inference_objective_prompt_cached_tokens"],
  [histogram("router_scheduling_seconds", "scheduler_e2e_duration_seconds"), "inference_extension_scheduler_e2e_duration_seconds"],
  [histogram("router_plugin_seconds", "plugin_duration_seconds"), "inference_extension_plugin_duration_seconds"],
  [histogram("predicted_kv_hit_rate", "prefix_indexer_hit_ratio"), "inference_extension_prefix_indexer_hit_ratio"],
  [histogram("predicted_ttft_seconds", "request_predicted_ttft_seconds")],
  [histogram("predicted_tpot_seconds", "request_predicted_tpot_seconds")],
];

/** llm-d's endpoint picker (llm-d-router docs/metrics.md; before it llm_d_inference_scheduler_* and the Gateway API extension's names). */
export const endpointPickerNames: readonly Alias[] = renamed.flatMap(([today, ...before]) => [
  ...namesOf("llm-d-epp", "llm_d_epp_", [today]),
  ...namesOf("llm-d-epp", "llm_d_inference_scheduler_", [today]),
  ...before.flatMap((name) => namesOf("llm-d-epp", "", [{ ...today, name }])),
]);
