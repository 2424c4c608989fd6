import { type Alias, counter, counterBy, gauge, histogram, type Named, namesOf, sumOf } from "./alias.ts";

const succeeded = { where: { status: ["success"] } };
const failed = { where: { status: ["error"] } };

/** A request is in flight from its first byte, and queued, or in one of three stages, until its first token. */
const withoutQueued = { second: "queued_requests" };
const withoutStages = { second: "stage_requests" };

/** What the frontend says, whatever stands before it: `DYN_METRICS_PREFIX` changes that, releases before 0.4 wrote `nv_llm_http_service_`. */
const frontend: readonly Named[] = [
  gauge("requests_running", "inflight_requests", withoutQueued),
  gauge("requests_running", "active_requests", withoutQueued),
  gauge("requests_running", "active_requests", withoutStages),
  gauge("requests_running", "inflight_requests"),
  gauge("requests_running", "active_requests"),
  gauge("requests_waiting", "queued_requests"),
  gauge("requests_waiting", "stage_requests"),
  gauge("disconnected_clients", "disconnected_clients"),
  gauge("kv_block_size", "model_kv_cache_block_size"),
  gauge("max_num_batched_tokens", "model_max_num_batched_tokens"),
  gauge("max_model_len", "model_context_length"),
  gauge("kv_used_blocks", "worker_active_decode_blocks"),
  gauge("queued_prefill_tokens", "worker_active_prefill_tokens"),
  gauge("last_ttft", "worker_last_time_to_first_token_seconds"),
  gauge("router_queue", "router_queue_pending_requests"),
  counter("requests_total", "requests_total"),
  counter("request_success_total", "requests_total", succeeded),
  counter("request_errors_total", "requests_total", failed),
  counterBy("request_errors_by_reason", "requests_total", "error_type", failed),
  counter("generation_tokens_total", "output_tokens_total"),
  sumOf("generation_tokens_total", "output_sequence_tokens"),
  sumOf("prompt_tokens_total", "input_sequence_tokens"),
  histogram("ttft_seconds", "time_to_first_token_seconds"),
  histogram("itl_seconds", "inter_token_latency_seconds"),
  histogram("e2e_seconds", "request_duration_seconds"),
  histogram("request_prompt_tokens", "input_sequence_tokens"),
  histogram("request_generation_tokens", "output_sequence_tokens"),
  histogram("request_cached_tokens", "cached_tokens"),
  histogram("predicted_kv_hit_rate", "kv_hit_rate"),
  // What a worker said when it registered, under its model's name.
  gauge("kv_num_blocks", "model_total_kv_blocks", { ofEach: true }),
  gauge("max_num_seqs", "model_max_num_seqs", { ofEach: true }),
];

/** A worker's own endpoints count their calls beside it: the cache's index, the load, the flush. */
const generating = { prefer: { dynamo_endpoint: "generate" }, whole: true } as const;

/** Workers, beside the metrics of the engine that they hand on. */
const component: readonly Named[] = [
  gauge("requests_running", "inflight_requests", generating),
  // A share, whatever it is called.
  gauge("kv_cache_usage", "gpu_cache_usage_percent"),
  gauge("kv_cache_usage", "kvstats_gpu_cache_usage_percent"),
  gauge("prefix_cache_hit_rate", "kvstats_gpu_prefix_cache_hit_rate"),
  gauge("kv_num_blocks", "total_blocks"),
  gauge("kv_num_blocks", "kvstats_total_blocks"),
  gauge("kv_used_blocks", "kvstats_active_blocks"),
  counter("requests_total", "requests_total", generating),
  counter("request_errors_total", "errors_total", generating),
  counterBy("request_errors_by_reason", "errors_total", "error_type", generating),
  histogram("e2e_seconds", "request_duration_seconds", generating),
];

/** A router that stands alone, without a frontend. */
const router: readonly Named[] = [
  counter("requests_total", "requests_total"),
  sumOf("generation_tokens_total", "output_sequence_tokens"),
  sumOf("prompt_tokens_total", "input_sequence_tokens"),
  histogram("ttft_seconds", "time_to_first_token_seconds"),
  histogram("itl_seconds", "inter_token_latency_seconds"),
  histogram("request_prompt_tokens", "input_sequence_tokens"),
  histogram("request_generation_tokens", "output_sequence_tokens"),
  histogram("predicted_kv_hit_rate", "kv_hit_rate"),
];

/** Dynamo (lib/runtime/src/metrics/prometheus_names.rs, 1.4 … 1.6; kvstats until 0.8). */
export const dynamoNames = [
  ...namesOf("dynamo", "dynamo_frontend_", frontend),
  ...namesOf("dynamo", "nv_llm_http_service_", frontend),
  ...namesOf("dynamo", "dynamo_component_", component),
  ...namesOf("dynamo", "dynamo_component_router_", router),
];

/** Two histograms that no other server names so. */
const telling = ["_input_sequence_tokens", "_output_sequence_tokens"] as const;

/** The names of a frontend whose prefix was changed, from the keys on its page; empty where there is none. */
export function renamedFrontend(keys: Iterable<string>): readonly Alias[] {
  const found = new Set<string>();
  for (const key of keys) if (telling.some((ending) => key.endsWith(ending))) found.add(key);
  for (const key of found) {
    if (!key.endsWith(telling[0])) continue;
    const prefix = key.slice(0, -telling[0].length);
    if (found.has(prefix + telling[1])) return namesOf("dynamo", `${prefix}_`, frontend);
  }
  return [];
}
