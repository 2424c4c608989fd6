import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, CanonicalPart } from "../../snapshot.ts";
import type { WordNames } from "./names.ts";

/** What pages, measured loads, predictions and alerts are made of. A store answers others too: the rest of a server's words is not asked. */
const gauges = [
  "requests_running",
  "requests_waiting",
  "requests_swapped",
  "kv_cache_usage",
  "kv_capacity_tokens",
  "kv_num_blocks",
  "kv_block_size",
  "max_num_seqs",
  "max_num_batched_tokens",
  "max_model_len",
  "prefix_cache_hit_rate",
  "spec_decode_acceptance_rate",
  "spec_decode_mean_length",
] as const satisfies readonly CanonicalGauge[];

const counters = [
  "prompt_tokens_total",
  "generation_tokens_total",
  "request_success_total",
  "requests_total",
  "requests_aborted_total",
  "request_errors_total",
  "preemptions_total",
  "prefix_cache_queries_total",
  "prefix_cache_hits_total",
  "spec_decode_drafts_total",
  "spec_decode_draft_tokens_total",
  "spec_decode_accepted_tokens_total",
] as const satisfies readonly CanonicalCounter[];

const histograms = [
  "ttft_seconds",
  "itl_seconds",
  "tpot_seconds",
  "e2e_seconds",
  "queue_seconds",
  "prefill_seconds",
  "decode_seconds",
  "inference_time_seconds",
  "request_prompt_tokens",
  "request_generation_tokens",
  "iteration_tokens",
  "kv_transfer_seconds",
] as const satisfies readonly CanonicalHistogram[];

const parts = ["requests_waiting_by_reason", "request_success_by_reason"] as const satisfies readonly CanonicalPart[];

/** The names of the words that are watched. */
export function watchedNames(names: WordNames): WordNames {
  return {
    kind: names.kind,
    gauges: only(names.gauges, gauges),
    counters: only(names.counters, counters),
    histograms: only(names.histograms, histograms),
    parts: only(names.parts, parts),
  };
}

function only<Word, Value>(all: ReadonlyMap<Word, Value>, words: readonly Word[]): ReadonlyMap<Word, Value> {
  const kept = new Map<Word, Value>();
  for (const word of words) {
    const value = all.get(word);
    if (value !== undefined) kept.set(word, value);
  }
  return kept;
}
