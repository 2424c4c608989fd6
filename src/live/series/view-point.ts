import type {
  CanonicalCounter,
  CanonicalGauge,
  CanonicalHistogram,
  CanonicalPart,
  LivePoint,
  Measures,
  Snapshot,
  WindowQuantiles,
} from "../snapshot.ts";
import { keysOf } from "../words.ts";

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
  "request_max_generation_tokens",
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
  "spec_decode_mean_length",
  "lmcache_hit_rate",
  "host_kv_usage",
  "host_kv_used_bytes",
  "router_queue",
  "gateway_queue",
  "ready_replicas",
  "gpu_utilization",
  "gpu_tensor_active",
  "gpu_power_w",
  "gpu_temp_c",
  "gpu_sm_clock",
  "gpu_memory_used_bytes",
];
const counters: readonly CanonicalCounter[] = [
  "prompt_tokens_total",
  "generation_tokens_total",
  "request_success_total",
  "preemptions_total",
  "prefix_cache_queries_total",
  "prefix_cache_hits_total",
  "spec_decode_drafts_total",
  "spec_decode_draft_tokens_total",
  "spec_decode_accepted_tokens_total",
  "external_prefix_cache_queries_total",
  "external_prefix_cache_hits_total",
  "lmcache_lookup_tokens_total",
  "lmcache_lookup_hits_total",
  "estimated_flops_per_gpu_total",
  "estimated_read_bytes_per_gpu_total",
  "estimated_write_bytes_per_gpu_total",
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
    windows: withoutBuckets(only(point.windows, windows)),
  };
}

/** A page finds the bucket of a quantile in the histogram of the window that it looks at. */
function withoutBuckets(all: LivePoint["windows"]): LivePoint["windows"] {
  const light: Partial<Record<CanonicalHistogram, WindowQuantiles>> = {};
  for (const word of keysOf(all)) {
    const window = all[word];
    if (!window) continue;
    const { buckets: _, ...quantiles } = window;
    light[word] = quantiles;
  }
  return light;
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
