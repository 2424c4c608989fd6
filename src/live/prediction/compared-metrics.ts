import { duration, figure, percent, rate, whole } from "../../catalog/quantity.ts";
import { type Message, message } from "../../deployment/message.ts";
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

/** What a metric is called, on a page and in the terminal, and what it is counted in. */
export const comparedWords: Readonly<Record<ComparedMetric, { readonly title: Message; readonly unit: ComparedUnit }>> = {
  ttft_p50: { title: message("TTFT p50"), unit: "s" },
  ttft_p95: { title: message("TTFT p95"), unit: "s" },
  itl_p50: { title: message("ITL p50"), unit: "s" },
  itl_p95: { title: message("ITL p95"), unit: "s" },
  e2e_p95: { title: message("E2E p95"), unit: "s" },
  requests_running: { title: message("Running"), unit: "requests" },
  requests_waiting: { title: message("Waiting"), unit: "requests" },
  kv_cache_usage: { title: message("KV cache"), unit: "share" },
  prompt_tokens_per_second: { title: message("Prompt tokens"), unit: "tok/s" },
  generation_tokens_per_second: { title: message("Output tokens"), unit: "tok/s" },
  requests_per_second: { title: message("Finished"), unit: "req/s" },
  prefix_cache_hit_rate: { title: message("Prefix hits"), unit: "share" },
};

/** `231 ms`, `42 %`, `3.17` requests on average. */
export function comparedText(value: number, unit: ComparedUnit): string {
  switch (unit) {
    case "s":
      return duration(value);
    case "share":
      return percent(value);
    case "requests":
      return Number.isInteger(value) ? whole(value) : figure(value);
    case "tok/s":
    case "req/s":
      return rate(value, unit);
    default:
      return unit satisfies never;
  }
}

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
