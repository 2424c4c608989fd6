import { histogramSince } from "../../src/live/series/histogram.ts";
import { bucketAround, windowQuantiles } from "../../src/live/series/quantile.ts";
import type { CanonicalCounter, CanonicalHistogram, Histogram } from "../../src/live/snapshot.ts";
import { lowerBound } from "../parts/downsample.ts";
import type { Ring } from "./ring.ts";

/** One latency of the window: quantiles, mean, and the bucket within which the quantile is known. */
export interface MeasuredLatency {
  readonly count: number;
  readonly p95: number;
  readonly p50: number | null;
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

const latencyWords: readonly LatencyWord[] = ["ttft_seconds", "itl_seconds", "tpot_seconds", "e2e_seconds"];

/** The first and last answer of a window after the last break in it; both the same where there is one alone. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
}

/** The answers in [from, to] that counters can be compared between: never across a restart or a span of unknown length. */
export function stretchOf(ring: Ring, from: number, to: number): Stretch | null {
  let last = -1;
  let first = -1;
  const after = lowerBound(ring.time, ring.length, to);
  for (let i = Math.min(after, ring.length - 1); i >= 0 && (ring.time[i] ?? 0) >= from; i--) {
    if ((ring.time[i] ?? 0) > to) continue;
    const kind = ring.kindAt(i);
    if (kind === "failure" || kind === "silence") continue;
    if (last < 0) last = i;
    first = i;
    if (kind === "restart" || kind === "anew") break;
  }
  return last < 0 ? null : { first, last };
}

/** What a histogram took in over a stretch; undefined where the server has none. */
export function histogramOver(ring: Ring, word: CanonicalHistogram, { first, last }: Stretch): Histogram | undefined {
  const after = ring.histogramAt(word, last);
  return after && last > first ? histogramSince(after, ring.histogramAt(word, first)) : undefined;
}

/**
 * Measures the samples in [from, to], never across a restart. Quantiles come from the window's own histograms; where samples carry none,
 * those of the newest stand for themselves, because quantiles cannot be averaged.
 */
export function measure(ring: Ring, from: number, to: number): Measured | null {
  const answered = ring.answered;
  const stretch = stretchOf(ring, from, to);
  if (!answered?.snapshot || !stretch) return null;
  const grown = new Map(latencyWords.map((word) => [word, histogramOver(ring, word, stretch)]));
  const isWhole = [...grown.values()].some((histogram) => histogram !== undefined);
  const seconds = (ring.time[stretch.last] ?? 0) - (ring.time[stretch.first] ?? 0);
  const latency = (word: LatencyWord): MeasuredLatency | null => {
    const histogram = grown.get(word);
    const quantiles = isWhole ? histogram && windowQuantiles(histogram) : answered.windows[word];
    if (!quantiles || quantiles.p95 === null) return null;
    const { count, p95, p50, mean, firstBound } = quantiles;
    return { count, p95, p50, mean, firstBound, bucket: histogram ? bucketAround(p95, histogram) : null };
  };
  const rate = (word: CanonicalCounter): number | null => {
    const grew = growthOf(ring, word, stretch);
    return grew === null ? (answered.rates[word] ?? null) : grew / seconds;
  };
  const now = (id: string): number | null => finite(ring.column(id)[stretch.last]);
  const queries = growthOf(ring, "prefix_cache_queries_total", stretch);
  const hits = growthOf(ring, "prefix_cache_hits_total", stretch);
  return {
    seconds: isWhole ? seconds : 0,
    latencies: {
      ttft_seconds: latency("ttft_seconds"),
      itl_seconds: latency("itl_seconds"),
      tpot_seconds: latency("tpot_seconds"),
      e2e_seconds: latency("e2e_seconds"),
    },
    running: now("running"),
    waiting: now("waiting"),
    kvUsage: now("kv"),
    promptTokensPerSecond: rate("prompt_tokens_total"),
    outputTokensPerSecond: rate("generation_tokens_total"),
    requestsPerSecond: rate("request_success_total"),
    prefixHitRate: queries !== null && hits !== null && queries > 0 ? hits / queries : answered.prefixHitRate,
  };
}

/** What a counter counted over a stretch; null where it is not offered. One that was not there before began at 0. */
function growthOf(ring: Ring, word: CanonicalCounter, { first, last }: Stretch): number | null {
  const after = ring.totalAt(word, last);
  if (last === first || Number.isNaN(after)) return null;
  const before = ring.totalAt(word, first);
  const grew = after - (Number.isNaN(before) ? 0 : before);
  return grew >= 0 ? grew : after;
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
