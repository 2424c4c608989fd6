import type { Report } from "../../simulation/report/report.ts";
import { type Growth, hitRateOf, ratesOf, windowsOf } from "../series/point.ts";
import type { LiveWindow } from "../series/window.ts";
import type { CanonicalGauge, CanonicalHistogram, Histogram } from "../snapshot.ts";
import { predictedGaps } from "./predicted-gaps.ts";

/** What a window shows of a server, whether it was measured or simulated. */
export type WindowFigures = Pick<LiveWindow, "growth" | "rates" | "windows" | "gauges" | "prefixHitRate">;

/** A stretch of a run, in its seconds. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The stretch of a run that is to be laid beside a window: it begins as full as the window did, and lasts as long where the run does. */
export function comparedStretch({ requests: { arrival, finished } }: Report, seconds: number, insideAtStart: number): Stretch {
  const last = arrival.reduce((latest, time) => Math.max(latest, time), 0);
  if (last <= 0) return { from: 0, to: Number.POSITIVE_INFINITY };
  const from = Math.min(last / 2, filledAt(arrival, finished, insideAtStart));
  return { from, to: Math.min(last, from + seconds) };
}

/** When so many were inside for the first time; Infinity = never. */
function filledAt(arrival: Float64Array, finished: Float64Array, level: number): number {
  const came = arrival.toSorted();
  const left = finished.filter((time) => !Number.isNaN(time)).sort();
  let gone = 0;
  for (const [index, time] of came.entries()) {
    while (gone < left.length && (left[gone] as number) <= time) gone++;
    // Before the first arrival nobody is inside.
    if (index - gone >= level) return index === 0 ? 0 : time;
  }
  return Number.POSITIVE_INFINITY;
}

/** What a server would have shown of a stretch of a run, latencies in the buckets of its own histograms: like is compared with like. */
export function predictedWindow(report: Report, { from, to }: Stretch, asked: Growth["histograms"]): WindowFigures {
  const until = Number.isFinite(to) ? to : report.summary.durationSeconds;
  const seconds = Math.max(0, until - from);
  const histograms: Partial<Record<CanonicalHistogram, Histogram>> = {};
  for (const word of perRequest) {
    const bounds = asked[word]?.upper;
    if (bounds) histograms[word] = binned(valuesOf(report, word, from, until), bounds);
  }
  const gaps = predictedGaps(report, from, until, asked.itl_seconds?.upper ?? unbounded);
  if (asked.itl_seconds) histograms.itl_seconds = gaps;
  const growth: Growth = { seconds, counters: countersIn(report, from, until, gaps.total), histograms };
  return {
    growth,
    rates: ratesOf(growth),
    windows: windowsOf(growth),
    gauges: gaugesIn(report, from, until),
    prefixHitRate: hitRateOf(growth) ?? report.summary.kvCache.prefixHitRate,
  };
}

const unbounded = Float64Array.of(Number.POSITIVE_INFINITY);

const perRequest = [
  "ttft_seconds",
  "tpot_seconds",
  "e2e_seconds",
  "queue_seconds",
  "prefill_seconds",
  "decode_seconds",
  "request_prompt_tokens",
  "request_generation_tokens",
] as const satisfies readonly CanonicalHistogram[];
type PerRequest = (typeof perRequest)[number];

/** Observations as servers make them: the first token's when it is there, all others when a request ends. */
function valuesOf({ requests }: Report, word: PerRequest, from: number, to: number): readonly number[] {
  const { arrival, firstScheduled, firstToken, finished, promptTokens, outputTokens } = requests;
  const values: number[] = [];
  // Only what it waits in the engine's own queue is observed as that.
  const way = word === "queue_seconds" ? wayToEngine(requests) : 0;
  const observed = word === "ttft_seconds" ? firstToken : finished;
  for (const [r, time] of observed.entries()) {
    if (!(time > from && time <= to)) continue;
    const [came, begun, first] = [arrival[r] as number, firstScheduled[r] as number, firstToken[r] as number];
    const tokens = outputTokens[r] as number;
    const value = {
      ttft_seconds: first - came,
      tpot_seconds: tokens > 1 ? (time - first) / (tokens - 1) : Number.NaN,
      e2e_seconds: time - came,
      queue_seconds: begun - came - way,
      prefill_seconds: first - begun,
      decode_seconds: time - first,
      request_prompt_tokens: promptTokens[r] as number,
      request_generation_tokens: tokens,
    }[word];
    if (!Number.isNaN(value)) values.push(value);
  }
  return values;
}

/** Seconds to an engine's queue: somebody finds that empty. */
function wayToEngine({ arrival, firstScheduled }: Report["requests"]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const [r, begun] of firstScheduled.entries()) if (!Number.isNaN(begun)) least = Math.min(least, begun - (arrival[r] as number));
  return Number.isFinite(least) ? Math.max(0, least) : 0;
}

function binned(values: readonly number[], upper: Float64Array): Histogram {
  const rising = Float64Array.from(values).sort();
  const count = new Float64Array(upper.length);
  let at = 0;
  for (const [index, bound] of upper.entries()) {
    while (at < rising.length && (rising[at] as number) <= bound) at++;
    count[index] = at;
  }
  return { upper, count, sum: values.reduce((sum, value) => sum + value, 0), total: values.length };
}

/** Counters as engines count: whole prompts by their first token, looked up when they start. */
function countersIn({ requests }: Report, from: number, to: number, gaps: number): Growth["counters"] {
  const { firstScheduled, firstToken, finished, promptTokens, cachedTokens, preemptions } = requests;
  const sum = (when: Float64Array, amount: (r: number) => number): number =>
    when.reduce((total, time, r) => (time > from && time <= to ? total + amount(r) : total), 0);
  return {
    prompt_tokens_total: sum(firstToken, (r) => promptTokens[r] as number),
    generation_tokens_total: gaps + sum(firstToken, () => 1),
    request_success_total: sum(finished, () => 1),
    preemptions_total: sum(finished, (r) => preemptions[r] as number),
    prefix_cache_queries_total: sum(firstScheduled, (r) => promptTokens[r] as number),
    prefix_cache_hits_total: sum(firstScheduled, (r) => cachedTokens[r] as number),
  };
}

function gaugesIn({ series: { t, running, waiting, kvUsage } }: Report, from: number, to: number) {
  const gauges: Record<Extract<CanonicalGauge, "requests_running" | "requests_waiting" | "kv_cache_usage">, number> = {
    requests_running: meanOver(t, running, from, to),
    requests_waiting: meanOver(t, waiting, from, to),
    kv_cache_usage: meanOver(t, kvUsage, from, to),
  };
  return gauges;
}

/** Mean over a stretch of what is known by interval, `t` being their ends; 0 where it has none. */
function meanOver(t: Float64Array, values: Float64Array, from: number, to: number): number {
  let sum = 0;
  let seconds = 0;
  let start = 0;
  for (const [index, end] of t.entries()) {
    const inside = Math.min(to, end) - Math.max(from, start);
    const value = values[index] as number;
    start = end;
    if (!(inside > 0) || Number.isNaN(value)) continue;
    sum += value * inside;
    seconds += inside;
  }
  return seconds > 0 ? sum / seconds : 0;
}
