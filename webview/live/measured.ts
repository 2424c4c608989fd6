import { bucketAround } from "../../src/live/quantile.ts";
import type { CanonicalHistogram, LivePoint } from "../../src/live/snapshot.ts";
import { measureWindow } from "../../src/live/window.ts";

/** One latency of the window: quantile, mean, and the bucket within which the quantile is known. */
export interface MeasuredLatency {
  readonly count: number;
  readonly p95: number;
  readonly mean: number | null;
  /** Below it a quantile is only known to be smaller. */
  readonly firstBound: number;
  readonly bucket: readonly [low: number, high: number] | null;
}

export type LatencyWord = "ttft_seconds" | "itl_seconds" | "tpot_seconds" | "e2e_seconds";

/** What the chosen window measured; null = not offered, or nothing came in. */
export interface Measured {
  /** How much time the latencies cover: the window, or the time between the last two scrapes. */
  readonly seconds: number;
  readonly latencies: Readonly<Record<LatencyWord, MeasuredLatency | null>>;
  readonly running: number | null;
  readonly waiting: number | null;
  readonly kvUsage: number | null;
  readonly promptTokensPerSecond: number | null;
  readonly outputTokensPerSecond: number | null;
  readonly requestsPerSecond: number | null;
  readonly prefixHitRate: number | null;
}

const words: readonly LatencyWord[] = ["ttft_seconds", "itl_seconds", "tpot_seconds", "e2e_seconds"];

/**
 * Measures the points in [from, to], never across a restart. Quantiles come from the window's own histograms; where points carry none,
 * those of the newest scrape stand for themselves, because quantiles cannot be averaged.
 */
export function measure(points: readonly LivePoint[], from: number, to: number): Measured | null {
  const last = points.findLast((point) => point.snapshot !== undefined && point.time <= to);
  if (!last?.snapshot) return null;
  const window = measureWindow(points, from, to);
  const whole = window !== undefined && words.some((word) => window.windows[word] !== undefined);
  const newest = points.findLast(
    (point) => point.time <= to && point.time >= from && words.some((word) => (point.windows[word]?.count ?? 0) > 0),
  );
  const latency = (word: LatencyWord): MeasuredLatency | null => {
    const quantiles = whole ? window.windows[word] : newest?.windows[word];
    if (!quantiles || quantiles.p95 === null) return null;
    const histogram = whole ? histogramOf(window.growth.histograms, word) : undefined;
    return {
      count: quantiles.count,
      p95: quantiles.p95,
      mean: quantiles.mean,
      firstBound: quantiles.firstBound,
      bucket: histogram ? bucketAround(quantiles.p95, histogram) : null,
    };
  };
  const { gauges } = last.snapshot;
  return {
    seconds: whole ? window.to - window.from : 0,
    latencies: {
      ttft_seconds: latency("ttft_seconds"),
      itl_seconds: latency("itl_seconds"),
      tpot_seconds: latency("tpot_seconds"),
      e2e_seconds: latency("e2e_seconds"),
    },
    running: gauges.requests_running ?? null,
    waiting: gauges.requests_waiting ?? null,
    kvUsage: gauges.kv_cache_usage ?? null,
    promptTokensPerSecond: window?.rates.prompt_tokens_total ?? last.rates.prompt_tokens_total ?? null,
    outputTokensPerSecond: window?.rates.generation_tokens_total ?? last.rates.generation_tokens_total ?? null,
    requestsPerSecond: window?.rates.request_success_total ?? last.rates.request_success_total ?? null,
    prefixHitRate: window?.prefixHitRate ?? last.prefixHitRate,
  };
}

function histogramOf<T>(histograms: Readonly<Partial<Record<CanonicalHistogram, T>>>, word: LatencyWord): T | undefined {
  return histograms[word];
}
