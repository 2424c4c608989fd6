import { bucketAround } from "../series/quantile.ts";
import type { LiveWindow } from "../series/window.ts";
import { type ComparedMetric, type ComparedUnit, comparedMetrics, comparedWords, metricOf, quantileSource } from "./compared-metrics.ts";
import { bandRange, type LivePrediction } from "./prediction.ts";

/** One quantity predicted and measured. */
export interface ComparedRow {
  readonly metric: ComparedMetric;
  readonly unit: ComparedUnit;
  readonly predicted: number;
  /** Bounds of the predicted range; null = no upper end, the queue may never empty. */
  readonly low: number;
  readonly high: number | null;
  /** null = not offered, or nothing came in. */
  readonly measured: number | null;
  /** Bounds between which a measured quantile is known to lie; null where the value itself is known. */
  readonly bucket: readonly [low: number, high: number] | null;
  /**
   * `cannot-tell`: the measured bucket reaches into the range, but the value lies outside. `input`: read off the server and fed into the
   * prediction, so that it agrees of itself.
   */
  readonly verdict: "within" | "below" | "above" | "cannot-tell" | "unknown" | "input";
  /** How far outside its range, relative to the prediction; 0 within. */
  readonly distance: number;
}

/** Rows in the order of the live page. */
export function compareLive(predicted: LivePrediction, measured: LiveWindow): readonly ComparedRow[] {
  return comparedMetrics.map((metric) => rowOf(metric, predicted, measured));
}

function rowOf(metric: ComparedMetric, prediction: LivePrediction, window: LiveWindow): ComparedRow {
  const predicted = predictedValue(prediction, metric);
  const [low, high] = prediction.ranges[metric] ?? bandRange(metric, predicted, prediction.band);
  const measured = metricOf(window, metric);
  const source = quantileSource[metric];
  const histogram = source && window.growth.histograms[source[0]];
  const bucket = measured !== null && histogram ? bucketAround(measured, histogram) : null;
  const base = { metric, unit: comparedWords[metric].unit, predicted, low, high, measured, bucket };
  if (measured === null || Number.isNaN(predicted)) return { ...base, verdict: "unknown", distance: 0 };
  if (prediction.inputs.includes(metric)) return { ...base, verdict: "input", distance: 0 };
  const outside = measured < low ? measured - low : high !== null && measured > high ? measured - high : 0;
  if (outside === 0) return { ...base, verdict: "within", distance: 0 };
  if (bucket && (high === null || bucket[0] <= high) && bucket[1] >= low) return { ...base, verdict: "cannot-tell", distance: 0 };
  return { ...base, verdict: outside < 0 ? "below" : "above", distance: predicted > 0 ? Math.abs(outside) / predicted : 1 };
}

/** Where a prediction sees a metric. */
export function predictedValue(prediction: LivePrediction, metric: ComparedMetric): number {
  switch (metric) {
    case "ttft_p50":
      return prediction.ttftSeconds.p50;
    case "ttft_p95":
      return prediction.ttftSeconds.p95;
    case "itl_p50":
      return prediction.itlSeconds.p50;
    case "itl_p95":
      return prediction.itlSeconds.p95;
    case "e2e_p95":
      return prediction.e2eSeconds.p95;
    case "requests_running":
      return prediction.running;
    case "requests_waiting":
      return prediction.waiting;
    case "kv_cache_usage":
      return prediction.kvUsage;
    case "prompt_tokens_per_second":
      return prediction.promptTokensPerSecond;
    case "generation_tokens_per_second":
      return prediction.outputTokensPerSecond;
    case "requests_per_second":
      return prediction.ratePerSecond;
    case "prefix_cache_hit_rate":
      return prediction.prefixHitRate;
    default:
      return metric satisfies never;
  }
}
