import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, CanonicalPart, LivePoint, Measures, Snapshot } from "../snapshot.ts";

/** What a page forms window percentiles and distributions from. */
const histograms: readonly CanonicalHistogram[] = [
  "ttft_seconds",
  "itl_seconds",
  "tpot_seconds",
  "e2e_seconds",
  "request_prompt_tokens",
  "request_generation_tokens",
];
/** And from those of one role. */
const histogramsOfRole: readonly CanonicalHistogram[] = ["ttft_seconds", "itl_seconds", "tpot_seconds", "queue_seconds"];
/** What it draws point by point. */
const windows: readonly CanonicalHistogram[] = [
  ...histograms,
  "queue_seconds",
  "prefill_seconds",
  "decode_seconds",
  "iteration_tokens",
  "kv_transfer_seconds",
];
const gauges: readonly CanonicalGauge[] = [
  "requests_running",
  "requests_waiting",
  "kv_cache_usage",
  "kv_used_tokens",
  "kv_capacity_tokens",
  "kv_transfer_waiting",
  "spec_decode_acceptance_rate",
  "gpu_utilization",
  "gpu_power_w",
  "gpu_memory_used_bytes",
];
const counters: readonly CanonicalCounter[] = [
  "prompt_tokens_total",
  "generation_tokens_total",
  "request_success_total",
  "preemptions_total",
  "prefix_cache_queries_total",
  "prefix_cache_hits_total",
  "spec_decode_draft_tokens_total",
  "spec_decode_accepted_tokens_total",
  "request_errors_total",
];
const parts: readonly CanonicalPart[] = ["requests_waiting_by_reason", "request_success_by_reason"];

/**
 * A point as a page needs it: the figures it draws, with the histograms of its latencies and lengths. All of it would make an hour's history
 * tens of megabytes. Names on the wire are told where they are others than `known`: they seldom change.
 */
export function viewPoint(point: LivePoint, known?: Snapshot["wireNames"]): LivePoint {
  if (!point.snapshot) return point;
  const { time, server, startedAt, perRole, wireNames } = point.snapshot;
  const roles = perRole?.map(({ role, members, ...measures }) => ({ role, members, ...shown(measures, histogramsOfRole) }));
  return {
    ...point,
    snapshot: {
      time,
      server,
      startedAt,
      cacheConfig: undefined,
      ...shown(point.snapshot, histograms),
      ...(roles ? { perRole: roles } : {}),
      ...(wireNames && wireNames !== known ? { wireNames } : {}),
    },
    rates: only(point.rates, counters),
    windows: only(point.windows, windows),
  };
}

function shown(measures: Measures, words: readonly CanonicalHistogram[]): Measures {
  return {
    gauges: only(measures.gauges, gauges),
    counters: only(measures.counters, counters),
    histograms: only(measures.histograms, words),
    ...(measures.parts ? { parts: only(measures.parts, parts) } : {}),
    ...(measures.means ? { means: only(measures.means, windows) } : {}),
  };
}

function only<Word extends string, Value>(
  all: Readonly<Partial<Record<Word, Value>>>,
  words: readonly Word[],
): Partial<Record<Word, Value>> {
  const kept: Partial<Record<Word, Value>> = {};
  for (const word of words) {
    const value = all[word];
    if (value !== undefined) kept[word] = value;
  }
  return kept;
}
