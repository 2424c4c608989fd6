import type { Quantiles, Report, TimeSeries } from "../simulation/report/report.ts";

/** What a simulation says a server would show under the same load: one figure a row, all with the band of its step times. */
export interface LivePrediction {
  /** Which run: `llama-70b-shift, 2,360 requests`. */
  readonly from: string;
  /** Relative half-width of the 80 % band. */
  readonly band: number;
  readonly ttftSeconds: Quantiles;
  readonly itlSeconds: Quantiles;
  readonly e2eSeconds: Quantiles;
  readonly running: number;
  readonly waiting: number;
  readonly kvUsage: number;
  readonly promptTokensPerSecond: number;
  readonly outputTokensPerSecond: number;
  readonly prefixHitRate: number;
  readonly ratePerSecond: number;
  /** Load and lengths it was made for: `measured workload`, `the file's workload`. */
  readonly basis: string;
}

/** The prediction a report holds. Levels and rates are means while requests still arrived: the drain at the end is no steady state. */
export function predictionFrom(report: Report, basis: string): LivePrediction {
  const { summary, series, requests } = report;
  const until = requests.arrival.reduce((latest, arrival) => Math.max(latest, arrival), 0);
  const level = (pick: (series: TimeSeries) => Float64Array) => meanUntil(series.t, pick(series), until);
  return {
    from: report.name,
    band: report.confidence.timingBand,
    ttftSeconds: summary.ttftSeconds,
    itlSeconds: summary.itlSeconds,
    e2eSeconds: summary.e2eSeconds,
    running: level((all) => all.running),
    waiting: level((all) => all.waiting),
    kvUsage: level((all) => all.kvUsage),
    promptTokensPerSecond: promptRate(report, until),
    outputTokensPerSecond: level((all) => all.outputTokensPerSecond),
    prefixHitRate: summary.kvCache.prefixHitRate,
    ratePerSecond: report.workload.ratePerSecond ?? summary.requestsPerSecond,
    basis,
  };
}

/** Whole prompts by the time of their first token, as vLLM and SGLang count them: also the part that the prefix cache had. */
function promptRate({ requests, summary }: Report, until: number): number {
  const seconds = until > 0 ? until : summary.durationSeconds;
  let tokens = 0;
  for (const [r, answered] of requests.firstToken.entries()) if (answered <= seconds) tokens += requests.promptTokens[r] ?? 0;
  return seconds > 0 ? tokens / seconds : 0;
}

/** Mean over the intervals that began before `until`; all of them where none did (everything queued at the start). */
function meanUntil(t: Float64Array, values: Float64Array, until: number): number {
  let sum = 0;
  let seconds = 0;
  const end = until > 0 ? until : Number.POSITIVE_INFINITY;
  for (const [index, to] of t.entries()) {
    const from = index === 0 ? 0 : (t[index - 1] ?? 0);
    const value = values[index] ?? Number.NaN;
    if (from >= end || Number.isNaN(value)) continue;
    sum += value * (to - from);
    seconds += to - from;
  }
  return seconds > 0 ? sum / seconds : 0;
}
