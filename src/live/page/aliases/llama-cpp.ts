import { counter, counterBy, gauge, gaugeTypedCounter, namesOf, ratio } from "./alias.ts";

/** llama.cpp (tools/server/server-task.cpp, ggml 0c1e570; server.cpp of b6700 and before): no histograms; its gauges of tokens a second begin anew with each scrape. */
export const llamaCppNames = namesOf("llama.cpp", "llamacpp:", [
  gauge("requests_running", "requests_processing"),
  gauge("requests_waiting", "requests_deferred"),
  gauge("kv_cache_usage", "kv_cache_usage_ratio"),
  gauge("kv_used_tokens", "kv_cache_tokens"),
  gauge("prompt_throughput", "prompt_tokens_seconds"),
  gauge("generation_throughput", "predicted_tokens_seconds"),
  gauge("mean_batch", "n_busy_slots_per_decode"),
  // As b6700 types it.
  gaugeTypedCounter("mean_batch", "n_busy_slots_per_decode"),
  // The largest context seen, under its name of today and that of b6700.
  gaugeTypedCounter("max_observed_context", "n_tokens_max"),
  gaugeTypedCounter("max_observed_context", "n_past_max"),

  counter("prompt_tokens_total", "prompt_tokens_total"),
  counter("generation_tokens_total", "tokens_predicted_total"),
  counter("prefix_cache_hits_total", "prompt_tokens_cached_total"),
  // Prompt tokens leave out those that were cached; together they were looked up.
  counter("prefix_cache_queries_total", "prompt_tokens_cached_total", { second: "prompt_tokens_total" }),
  counter("prefill_seconds_total", "prompt_seconds_total"),
  counter("decode_seconds_total", "tokens_predicted_seconds_total"),
  counter("engine_steps_total", "n_decode_total"),
  // Time of generation by tokens, as each request saw it.
  ratio("itl_seconds", "tokens_predicted_seconds_total", "tokens_predicted_total"),
  counter("spec_decode_drafts_total", "spec_decode_num_drafts_total"),
  counter("spec_decode_draft_tokens_total", "spec_decode_num_draft_tokens_total"),
  counter("spec_decode_accepted_tokens_total", "spec_decode_num_accepted_tokens_total"),
  counterBy("spec_decode_accepted_per_pos", "spec_decode_num_accepted_tokens_per_pos_total", "position"),
]);
