import { type Message, message } from "../../deployment/message.ts";
import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, CanonicalPart, ServerKind } from "../snapshot.ts";

export type Word = CanonicalGauge | CanonicalCounter | CanonicalHistogram | CanonicalPart;

/** Figures that a server has only where something turns them on, or that it cannot have, with what to say of them. */
interface Condition {
  readonly server: ServerKind;
  readonly words: readonly Word[];
  readonly why: Message;
  /** Also where the name is on the page, without a value. */
  readonly evenNamed?: true;
}

const flops: readonly Word[] = [
  "estimated_flops_per_gpu_total",
  "estimated_read_bytes_per_gpu_total",
  "estimated_write_bytes_per_gpu_total",
];
const speculation: readonly Word[] = [
  "spec_decode_drafts_total",
  "spec_decode_draft_tokens_total",
  "spec_decode_accepted_tokens_total",
  "spec_decode_accepted_per_pos",
  "spec_decode_acceptance_rate",
  "spec_decode_mean_length",
];
const speculating = message("only with speculative decoding");
const transfers: readonly Word[] = [
  "kv_transfer_seconds",
  "kv_transfer_post_seconds",
  "kv_transfer_bytes",
  "kv_transfer_descriptors",
  "kv_transfer_failures_total",
];
const queues: readonly Word[] = [
  "pd_prefill_bootstrap_queue",
  "pd_prefill_inflight_queue",
  "pd_decode_prealloc_queue",
  "pd_decode_transfer_queue",
];

/** Read in vLLM 0.32, SGLang 0.5.23, TensorRT-LLM's main of 2026, Triton's and llama.cpp's manuals. */
const conditions: readonly Condition[] = [
  { server: "vllm", words: flops, why: message("only with {0}", "--enable-mfu-metrics") },
  {
    server: "vllm",
    words: ["kv_block_lifetime", "kv_block_idle", "kv_block_reuse_gap"],
    why: message("only with {0}", "--kv-cache-metrics"),
  },
  { server: "vllm", words: ["lora_running", "lora_waiting", "lora_max"], why: message("only with {0}", "--enable-lora") },
  { server: "vllm", words: speculation, why: speculating },
  { server: "vllm", words: transfers, why: message("only with {0}", "NixlConnector") },
  {
    server: "vllm",
    words: ["external_prefix_cache_queries_total", "external_prefix_cache_hits_total"],
    why: message("only with {0}", "--kv-transfer-config"),
  },
  {
    server: "vllm",
    words: [
      "kv_offload_load_bytes_total",
      "kv_offload_store_bytes_total",
      "kv_offload_load_time_total",
      "kv_offload_store_time_total",
      "kv_offload_load_size",
      "kv_offload_store_size",
    ],
    why: message("only with {0}", "--kv-offloading-size"),
  },
  {
    server: "sglang",
    words: ["request_prompt_tokens", "request_generation_tokens"],
    why: message("only with {0}", "--collect-tokens-histogram"),
  },
  { server: "sglang", words: speculation, why: speculating },
  { server: "sglang", words: [...queues, ...transfers, "kv_transfer_gbps"], why: message("only with {0}", "--disaggregation-mode") },
  {
    server: "sglang",
    words: ["host_kv_used_tokens", "host_kv_capacity_tokens", "kv_offload_load_tokens_total"],
    why: message("only with {0}", "--enable-hierarchical-cache"),
  },
  {
    server: "trtllm-serve",
    words: ["ttft_seconds", "tpot_seconds", "e2e_seconds", "queue_seconds", "prefill_seconds", "decode_seconds", "inference_time_seconds"],
    why: message("only with {0}, on the page {1}", "return_perf_metrics: true", "/prometheus/metrics"),
  },
  {
    server: "trtllm-serve",
    words: [
      "requests_running",
      "requests_waiting",
      "requests_prefill",
      "requests_decode",
      "kv_cache_usage",
      "kv_num_blocks",
      "iteration_seconds",
    ],
    why: message("only with {0}", "enable_iter_perf_stats: true"),
  },
  { server: "trtllm-serve", words: speculation, why: speculating },
  {
    server: "trtllm-serve",
    words: ["itl_seconds"],
    why: message("{0} tells the mean of each request (TPOT), not the gaps", "TensorRT-LLM"),
  },
  { server: "tgi", words: ["itl_seconds"], why: message("{0} tells the mean of each request (TPOT), not the gaps", "TGI") },
  {
    server: "tgi",
    words: ["ttft_seconds"],
    why: message("TGI has none; the time in its queue and the prefill of a batch come nearest"),
  },
  {
    server: "triton",
    words: ["ttft_seconds"],
    why: message("only with {0}, for models that stream", "--metrics-config histogram_latencies=true"),
  },
  {
    server: "dynamo",
    words: ["kv_num_blocks", "kv_capacity_tokens", "max_num_seqs"],
    why: message("{0} tells what one worker has, not how many there are: ask the workers", "Dynamo's frontend"),
  },
  {
    server: "production-stack-router",
    words: ["requests_waiting"],
    why: message("{0} knows what it sent to its engines, not what waits in them", "production-stack's router"),
    evenNamed: true,
  },
  {
    server: "production-stack-router",
    words: ["kv_cache_usage", "prefix_cache_hit_rate", "prefix_cache_hits_total", "prefix_cache_queries_total"],
    why: message("{0} copies it under a name that vLLM has no more since {1}: ask the engines", "production-stack's router", "0.12"),
    evenNamed: true,
  },
  { server: "llama.cpp", words: speculation, why: speculating },
  { server: "llama.cpp", words: ["kv_cache_usage"], why: message("newer builds of llama.cpp leave it out") },
  {
    server: "smg",
    words: ["ttft_seconds", "tpot_seconds", "prompt_tokens_total", "generation_tokens_total"],
    why: message("only for gRPC workers"),
  },
];

/** What turns a figure on, or why there can be none; undefined where nothing is known of it. */
export function conditionOf(server: ServerKind, word: Word, isNamed: boolean): Message | undefined {
  return conditions.find((one) => one.server === server && one.words.includes(word) && (!isNamed || one.evenNamed))?.why;
}
