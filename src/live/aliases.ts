import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, ServerKind } from "./snapshot.ts";

/** One name under which a server kind publishes a canonical quantity, with the versions it was seen in. */
export type Alias = {
  readonly server: ServerKind;
  /** Normalised: without `ray_` in front and `_total` behind, `:` as `_`. */
  readonly key: string;
  /** First and last release compared in which the name was on the page; null = still there, or not known. */
  readonly since: string | null;
  readonly until: string | null;
} & (
  | { readonly kind: "gauge"; readonly canonical: CanonicalGauge }
  | { readonly kind: "counter"; readonly canonical: CanonicalCounter }
  | { readonly kind: "histogram"; readonly canonical: CanonicalHistogram }
);

type Row<Word> = readonly [canonical: Word, name: string, since?: string, until?: string];

function rows<Kind extends Alias["kind"]>(
  server: ServerKind,
  prefix: string,
  kind: Kind,
  list: readonly Row<Extract<Alias, { kind: Kind }>["canonical"]>[],
) {
  return list.map(([canonical, name, since, until]) => ({
    server,
    kind,
    canonical,
    key: prefix + name,
    since: since ?? null,
    until: until ?? null,
  }));
}

/**
 * Names by server and version, newest first: the first that a page types as expected is taken, never two added up.
 * vLLM: read in the releases 0.4.0.post1 … 0.32.0 (vllm/v1/metrics/loggers.py, vllm/engine/metrics.py). SGLang: 0.4.0 … 0.5.23.
 * NIM serves vLLM's names without their prefix. llama.cpp: server of ggml 0c1e570.
 */
export const aliases: readonly Alias[] = [
  ...rows("vllm", "vllm_", "gauge", [
    ["requests_running", "num_requests_running"],
    ["requests_waiting", "num_requests_waiting"],
    ["kv_cache_usage", "kv_cache_usage_perc", "0.9.2"],
    ["kv_cache_usage", "gpu_cache_usage_perc", "0.4.0", "0.11.0"],
  ]),
  ...rows("vllm", "vllm_", "counter", [
    ["prompt_tokens_total", "prompt_tokens"],
    ["generation_tokens_total", "generation_tokens"],
    ["request_success_total", "request_success", "0.6.6"],
    ["preemptions_total", "num_preemptions", "0.6.6"],
    ["prefix_cache_queries_total", "prefix_cache_queries", "0.9.2"],
    ["prefix_cache_queries_total", "gpu_prefix_cache_queries", "0.7.3", "0.11.0"],
    ["prefix_cache_hits_total", "prefix_cache_hits", "0.9.2"],
    ["prefix_cache_hits_total", "gpu_prefix_cache_hits", "0.7.3", "0.11.0"],
  ]),
  ...rows("vllm", "vllm_", "histogram", [
    ["ttft_seconds", "time_to_first_token_seconds"],
    ["itl_seconds", "inter_token_latency_seconds", "0.10.2"],
    // The old name held gaps between tokens, not the mean of a request.
    ["itl_seconds", "time_per_output_token_seconds", "0.4.0", "0.14.0"],
    ["tpot_seconds", "request_time_per_output_token_seconds", "0.11.0"],
    ["e2e_seconds", "e2e_request_latency_seconds"],
    ["queue_seconds", "request_queue_time_seconds", "0.6.6"],
    ["queue_seconds", "time_in_queue_requests", "0.6.6", "0.9.0"],
    ["prefill_seconds", "request_prefill_time_seconds", "0.6.6"],
    ["decode_seconds", "request_decode_time_seconds", "0.6.6"],
    ["request_prompt_tokens", "request_prompt_tokens", "0.6.6"],
    ["request_generation_tokens", "request_generation_tokens", "0.6.6"],
  ]),
  ...rows("sglang", "sglang_", "gauge", [
    ["requests_running", "num_running_reqs"],
    ["requests_waiting", "num_queue_reqs"],
    ["kv_cache_usage", "token_usage"],
  ]),
  ...rows("sglang", "sglang_", "counter", [
    ["prompt_tokens_total", "prompt_tokens"],
    ["generation_tokens_total", "generation_tokens"],
    ["request_success_total", "num_requests", "0.4.6"],
    ["preemptions_total", "num_retracted_requests", "0.5.10"],
    // Every prompt token is looked up, so the prompt tokens are the queries.
    ["prefix_cache_queries_total", "prompt_tokens"],
    ["prefix_cache_hits_total", "cached_tokens", "0.4.6"],
  ]),
  ...rows("sglang", "sglang_", "histogram", [
    ["ttft_seconds", "time_to_first_token_seconds"],
    ["itl_seconds", "inter_token_latency_seconds", "0.4.6"],
    ["tpot_seconds", "request_time_per_output_token_seconds", "0.5.23"],
    ["e2e_seconds", "e2e_request_latency_seconds"],
    ["queue_seconds", "queue_time_seconds", "0.5.5"],
    ["request_prompt_tokens", "prompt_tokens_histogram", "0.5.5"],
    ["request_generation_tokens", "generation_tokens_histogram", "0.5.5"],
  ]),
  ...rows("llama.cpp", "llamacpp_", "gauge", [
    ["requests_running", "requests_processing"],
    ["requests_waiting", "requests_deferred"],
    ["kv_cache_usage", "kv_cache_usage_ratio"],
  ]),
  ...rows("llama.cpp", "llamacpp_", "counter", [
    ["prompt_tokens_total", "prompt_tokens"],
    ["generation_tokens_total", "tokens_predicted"],
  ]),
  ...rows("nim", "", "gauge", [
    ["requests_running", "num_requests_running"],
    ["requests_waiting", "num_requests_waiting"],
    ["kv_cache_usage", "gpu_cache_usage_perc"],
  ]),
  ...rows("nim", "", "counter", [
    ["prompt_tokens_total", "prompt_tokens"],
    ["generation_tokens_total", "generation_tokens"],
    ["request_success_total", "request_success"],
    ["request_success_total", "request_finish"],
  ]),
  ...rows("nim", "", "histogram", [
    ["ttft_seconds", "time_to_first_token_seconds"],
    ["itl_seconds", "time_per_output_token_seconds"],
    ["e2e_seconds", "e2e_request_latency_seconds"],
    ["request_prompt_tokens", "request_prompt_tokens"],
    ["request_generation_tokens", "request_generation_tokens"],
  ]),
];

/** The key of a wire name: Ray Serve writes `ray_vllm_x` for `vllm:x`, Python counters end in `_total`. */
export function aliasKey(wireName: string): string {
  return wireName
    .replace(/^ray_/, "")
    .replaceAll(":", "_")
    .replace(/_total$/, "");
}
