import { counter, counterBy, gauge, histogram, namesOf } from "./alias.ts";

/** NIM for LLMs 1.x: vLLM's names without their prefix ("Observability for NVIDIA NIM for LLMs"). */
export const nimNames = namesOf("nim", "", [
  gauge("requests_running", "num_requests_running"),
  gauge("requests_waiting", "num_requests_waiting"),
  gauge("kv_cache_usage", "gpu_cache_usage_perc"),
  gauge("max_num_seqs", "num_request_max"),
  counter("prompt_tokens_total", "prompt_tokens_total"),
  counter("generation_tokens_total", "generation_tokens_total"),
  counter("request_success_total", "request_success_total"),
  counter("request_success_total", "request_finish_total"),
  counterBy("request_success_by_reason", "request_finish_total", "finished_reason"),
  counterBy("request_success_by_reason", "request_success_total", "finished_reason"),
  counter("requests_total", "request_finish_total"),
  counter("request_errors_total", "request_failure_total"),
  histogram("ttft_seconds", "time_to_first_token_seconds"),
  histogram("itl_seconds", "time_per_output_token_seconds"),
  histogram("e2e_seconds", "e2e_request_latency_seconds"),
  histogram("request_prompt_tokens", "request_prompt_tokens"),
  histogram("request_generation_tokens", "request_generation_tokens"),

  // A share already, unlike DCGM's percent.
  gauge("gpu_utilization", "gpu_utilization"),
  gauge("gpu_memory_used_bytes", "gpu_memory_used_bytes"),
  gauge("gpu_memory_total_bytes", "gpu_memory_total_bytes"),
  gauge("gpu_power_w", "gpu_power_usage_watts"),
  counter("gpu_energy_j_total", "gpu_total_energy_consumption_joules"),
]);
