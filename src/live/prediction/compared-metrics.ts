import type { CanonicalHistogram } from "../snapshot.ts";
import type { WindowFigures } from "./predicted-window.ts";

export type ComparedMetric =
  | "ttft_p50"
  | "ttft_p95"
  | "itl_p50"
  | "itl_p95"
  | "e2e_p95"
  | "requests_running"
  | "requests_waiting"
  | "kv_cache_usage"
  | "prompt_tokens_per_second"
  | "generation_tokens_per_second"
  | "requests_per_second"
  | "prefix_cache_hit_rate";

export type ComparedUnit = "s" | "requests" | "tok/s" | "req/s" | "share";

/** In the order of the live page. */
export const comparedMetrics: readonly ComparedMetric[] = [
  "ttft_p50",
  "ttft_p95",
  "itl_p50",
  "itl_p95",
  "e2e_p95",
  "requests_running",
  "requests_waiting",
  "kv_cache_usage",
  "prompt_tokens_per_second",
  "generation_tokens_per_second",
  "requests_per_second",
  "prefix_cache_hit_rate",
];

export const unitOf: Readonly<Record<ComparedMetric, ComparedUnit>> = {
  ttft_p50: "s",
  ttft_p95: "s",
  itl_p50: "s",
  itl_p95: "s",
  e2e_p95: "s",
  requests_running: "requests",
  requests_waiting: "requests",
  kv_cache_usage: "share",
  prompt_tokens_per_second: "tok/s",
  generation_tokens_per_second: "tok/s",
  requests_per_second: "req/s",
  prefix_cache_hit_rate: "share",
};

/** The histogram that a quantile is read off; absent where a metric is none. */
export const quantileSource: Readonly<Partial<Record<ComparedMetric, readonly [CanonicalHistogram, "p50" | "p95"]>>> = {
  ttft_p50: ["ttft_seconds", "p50"],
  ttft_p95: ["ttft_seconds", "p95"],
  itl_p50: ["itl_seconds", "p50"],
  itl_p95: ["itl_seconds", "p95"],
  e2e_p95: ["e2e_seconds", "p95"],
};

/** A metric of a window; null = not offered, or nothing came in. */
export function metricOf({ windows, gauges, rates, prefixHitRate }: WindowFigures, metric: ComparedMetric): number | null {
  const source = quantileSource[metric];
  if (source) return windows[source[0]]?.[source[1]] ?? null;
  switch (metric) {
    case "requests_running":
    case "requests_waiting":
    case "kv_cache_usage":
      return gauges[metric] ?? null;
    case "prompt_tokens_per_second":
      return rates.prompt_tokens_total ?? null;
    case "generation_tokens_per_second":
      return rates.generation_tokens_total ?? null;
    case "requests_per_second":
      return rates.request_success_total ?? null;
    case "prefix_cache_hit_rate":
      return prefixHitRate;
    default:
      return null;
  }
}
