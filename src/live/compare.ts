import type { LivePrediction } from "./prediction.ts";
import { bucketAround } from "./quantile.ts";
import type { CanonicalHistogram } from "./snapshot.ts";
import type { LiveWindow } from "./window.ts";

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

/** One quantity predicted and measured. */
export interface ComparedRow {
  readonly metric: ComparedMetric;
  readonly unit: "s" | "requests" | "tok/s" | "req/s" | "share";
  readonly predicted: number;
  /** Bounds of the predicted range. */
  readonly low: number;
  readonly high: number;
  /** null = not offered, or nothing came in. */
  readonly measured: number | null;
  /** Bounds between which a measured quantile is known to lie; null where the value itself is known. */
  readonly bucket: readonly [low: number, high: number] | null;
  /** `cannot-tell`: the measured bucket reaches into the range, but the value lies outside. */
  readonly verdict: "within" | "below" | "above" | "cannot-tell" | "unknown";
  /** How far outside its range, relative to the prediction; 0 within. */
  readonly distance: number;
}

/** Rows in the order of the live page. */
export function compareLive(predicted: LivePrediction, measured: LiveWindow): readonly ComparedRow[] {
  const { band } = predicted;
  const { rates, gauges } = measured;
  const plain = (metric: ComparedMetric, unit: ComparedRow["unit"], prediction: number, value: number | null | undefined) =>
    row(metric, unit, prediction, band, value ?? null, null);
  const latency = (metric: ComparedMetric, word: CanonicalHistogram, q: "p50" | "p95", prediction: number) => {
    const value = measured.windows[word]?.[q] ?? null;
    const histogram = measured.growth.histograms[word];
    return row(metric, "s", prediction, band, value, value !== null && histogram ? bucketAround(value, histogram) : null);
  };
  return [
    latency("ttft_p50", "ttft_seconds", "p50", predicted.ttftSeconds.p50),
    latency("ttft_p95", "ttft_seconds", "p95", predicted.ttftSeconds.p95),
    latency("itl_p50", "itl_seconds", "p50", predicted.itlSeconds.p50),
    latency("itl_p95", "itl_seconds", "p95", predicted.itlSeconds.p95),
    latency("e2e_p95", "e2e_seconds", "p95", predicted.e2eSeconds.p95),
    plain("requests_running", "requests", predicted.running, gauges.requests_running),
    plain("requests_waiting", "requests", predicted.waiting, gauges.requests_waiting),
    plain("kv_cache_usage", "share", predicted.kvUsage, gauges.kv_cache_usage),
    plain("prompt_tokens_per_second", "tok/s", predicted.promptTokensPerSecond, rates.prompt_tokens_total),
    plain("generation_tokens_per_second", "tok/s", predicted.outputTokensPerSecond, rates.generation_tokens_total),
    plain("requests_per_second", "req/s", predicted.ratePerSecond, rates.request_success_total),
    plain("prefix_cache_hit_rate", "share", predicted.prefixHitRate, measured.prefixHitRate),
  ];
}

function row(
  metric: ComparedMetric,
  unit: ComparedRow["unit"],
  predicted: number,
  band: number,
  measured: number | null,
  bucket: readonly [number, number] | null,
): ComparedRow {
  // Few requests wait or run by whole numbers: less than one is no difference.
  const least = unit === "requests" ? 1 : 0;
  const low = Math.max(0, predicted - Math.max(least, Math.abs(predicted) * band));
  const high = predicted + Math.max(least, Math.abs(predicted) * band);
  const base = { metric, unit, predicted, low, high, measured, bucket };
  if (measured === null || Number.isNaN(predicted)) return { ...base, verdict: "unknown", distance: 0 };
  const outside = measured < low ? measured - low : measured > high ? measured - high : 0;
  if (outside === 0) return { ...base, verdict: "within", distance: 0 };
  const distance = predicted > 0 ? Math.abs(outside) / predicted : 1;
  if (bucket && bucket[0] <= high && bucket[1] >= low) return { ...base, verdict: "cannot-tell", distance: 0 };
  return { ...base, verdict: outside < 0 ? "below" : "above", distance };
}
