import { counter, counterBy, gauge, histogram, namesOf, sumOf } from "./alias.ts";

/** TGI (router/src/server.rs, backends v2 and v3): counters without `_total`, no counter of tokens, no TTFT. */
export const tgiNames = namesOf("tgi", "tgi_", [
  gauge("requests_running", "batch_current_size"),
  gauge("requests_waiting", "queue_size"),
  gauge("batch_max_tokens", "batch_current_max_tokens"),
  gauge("kv_capacity_tokens", "batch_total_tokens"),

  sumOf("prompt_tokens_total", "request_input_length"),
  sumOf("generation_tokens_total", "request_generated_tokens"),
  counter("request_success_total", "request_success"),
  counter("requests_total", "request_count"),
  counter("request_errors_total", "request_failure"),
  counterBy("request_errors_by_reason", "request_failure", "err"),
  counter("admission_rejections_total", "request_failure", { where: { err: ["overloaded"] } }),
  counter("batch_concat_total", "batch_concat"),

  histogram("e2e_seconds", "request_duration"),
  histogram("queue_seconds", "request_queue_duration"),
  histogram("inference_time_seconds", "request_inference_duration"),
  histogram("validation_seconds", "request_validation_duration"),
  // Time of inference by tokens: the prefill is in it.
  histogram("tpot_seconds", "request_mean_time_per_token_duration"),
  histogram("request_prompt_tokens", "request_input_length"),
  histogram("request_generation_tokens", "request_generated_tokens"),
  histogram("request_param_max_tokens", "request_max_new_tokens"),
  histogram("spec_decode_accepted", "request_skipped_tokens"),
  histogram("batch_next_size", "batch_next_size"),
  histogram("batch_seconds", "batch_inference_duration"),
  histogram("batch_prefill_seconds", "batch_inference_duration", { where: { method: ["prefill"] } }),
  histogram("batch_decode_seconds", "batch_inference_duration", { where: { method: ["decode"] } }),
  histogram("batch_forward_seconds", "batch_forward_duration"),
  histogram("batch_token_decode_seconds", "batch_decode_duration"),
  histogram("batch_filter_seconds", "batch_filter_duration"),
]);
