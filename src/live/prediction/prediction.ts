import { type BesideRun, beyondSteps, figureRange } from "../../simulation/report/bands.ts";
import type { Quantiles, Report } from "../../simulation/report/report.ts";
import type { LiveWindow } from "../series/window.ts";
import type { CanonicalHistogram, WindowQuantiles } from "../snapshot.ts";
import { type ComparedMetric, comparedMetrics, comparedWords, metricOf, quantileSource } from "./compared-metrics.ts";
import { comparedStretch, predictedWindow, type WindowFigures } from "./predicted-window.ts";

/** Where a figure is predicted to lie in 8 of 10 cases; no upper end where the queue may never empty. */
export type PredictedRange = readonly [low: number, high: number | null];

/** What a simulation says a server would show under the same load. */
export interface LivePrediction {
  /** Which run: `llama-70b-shift, 2,360 requests`. */
  readonly from: string;
  /** Relative half-width of the 80 % band of its step times. */
  readonly band: number;
  /** Latencies as the server's own buckets would show them; exact where it has none. */
  readonly ttftSeconds: Quantiles;
  readonly itlSeconds: Quantiles;
  readonly tpotSeconds: Quantiles;
  readonly e2eSeconds: Quantiles;
  readonly running: number;
  readonly waiting: number;
  readonly kvUsage: number;
  readonly promptTokensPerSecond: number;
  readonly outputTokensPerSecond: number;
  readonly prefixHitRate: number;
  readonly ratePerSecond: number;
  readonly ranges: Readonly<Partial<Record<ComparedMetric, PredictedRange>>>;
  /** What was read off the server and fed in: agrees of itself, and confirms nothing. */
  readonly inputs: readonly ComparedMetric[];
  /** Load and lengths it was made for: `measured workload`, `the file's workload`. */
  readonly basis: string;
}

export interface PredictionContext {
  readonly basis: string;
  /** What it is to be laid beside: its buckets, how long it lasts and how full it begins; without it, the whole run is taken. */
  readonly window?: LiveWindow | undefined;
  /** Runs with quick and slow steps and with other seeds; without them, ranges are the band of steps. */
  readonly beside?: readonly BesideRun[];
  readonly isMeasuredLoad?: boolean;
}

/** The prediction a report holds. Levels and rates are means while requests still arrived: the drain at the end is no steady state. */
export function predictionFrom(report: Report, { basis, window, beside = [], isMeasuredLoad = false }: PredictionContext): LivePrediction {
  const { summary, confidence, workload } = report;
  const shown = (one: Report): WindowFigures => figuresBeside(one, window);
  const figures = shown(report);
  const all = new Map([report, ...beside.map((one) => one.report)].map((one) => [one, one === report ? figures : shown(one)]));
  const value = (metric: ComparedMetric, one: Report): number => metricOf(all.get(one) ?? figures, metric) ?? exactOf(one, metric);
  const isEndless = [report, ...beside.map((one) => one.report)].some((one) => one.saturated !== null);
  const range = (metric: ComparedMetric): PredictedRange => {
    const unit = comparedWords[metric].unit;
    const kind = unit === "requests" ? "amount" : unit === "share" ? "share" : "ratio";
    const middle = value(metric, report);
    const beyond = metric.startsWith("ttft") ? beyondSteps(confidence) : 0;
    const [low, high] = beside.length > 0 ? figureRange(report, beside, (one) => value(metric, one), kind, beyond) : [middle, middle];
    const [least, most] = bandRange(metric, middle, beside.length > 0 ? 0 : confidence.timingBand);
    return [Math.min(low, least), isEndless && growsEndlessly.has(metric) ? null : Math.max(high, most)];
  };
  const ranges: Partial<Record<ComparedMetric, PredictedRange>> = {};
  for (const metric of comparedMetrics) ranges[metric] = range(metric);
  const of = (metric: ComparedMetric) => value(metric, report);
  return {
    from: report.name,
    band: confidence.timingBand,
    ttftSeconds: quantilesOf(figures.windows.ttft_seconds, summary.ttftSeconds),
    itlSeconds: quantilesOf(figures.windows.itl_seconds, summary.itlSeconds),
    tpotSeconds: quantilesOf(figures.windows.tpot_seconds, summary.tpotSeconds),
    e2eSeconds: quantilesOf(figures.windows.e2e_seconds, summary.e2eSeconds),
    running: of("requests_running"),
    waiting: of("requests_waiting"),
    kvUsage: of("kv_cache_usage"),
    promptTokensPerSecond: of("prompt_tokens_per_second"),
    outputTokensPerSecond: of("generation_tokens_per_second"),
    prefixHitRate: of("prefix_cache_hit_rate"),
    ratePerSecond: workload.ratePerSecond ?? summary.requestsPerSecond,
    ranges,
    inputs: isMeasuredLoad ? inputsOf(report) : [],
    basis,
  };
}

/** Long prompts may have short answers: which lengths go together is not told, and moves the cache's use by about so much (measured on chat). */
const unknownPairs = 0.2;

/** A range by the band of steps alone. Few requests wait or run by whole numbers: less than one is no difference. */
export function bandRange(metric: ComparedMetric, value: number, band: number): readonly [low: number, high: number] {
  const least = comparedWords[metric].unit === "requests" ? 1 : metric === "kv_cache_usage" ? Math.max(0.01, unknownPairs * value) : 0;
  const half = Math.max(least, Math.abs(value) * band);
  return [Math.max(0, value - half), value + half];
}

/** What a server would have shown of a run, laid beside a window. */
export function figuresBeside(report: Report, window: LiveWindow | undefined): WindowFigures {
  if (!window) return predictedWindow(report, comparedStretch(report, Number.POSITIVE_INFINITY, 0), {});
  const { requests_running: running = 0, requests_waiting: waiting = 0 } = window.first.gauges;
  return predictedWindow(report, comparedStretch(report, window.to - window.from, running + waiting), window.growth.histograms);
}

/** Of a queue that never empties these only tell how long it grew. */
const growsEndlessly: ReadonlySet<ComparedMetric> = new Set(["ttft_p50", "ttft_p95", "e2e_p95", "requests_waiting"]);

/** A closed loop has the rate that the server makes of it, and so has one that is over what it can hold. */
function inputsOf({ workload, saturated }: Report): readonly ComparedMetric[] {
  if (workload.ratePerSecond === null) return ["prefix_cache_hit_rate"];
  const served: readonly ComparedMetric[] =
    saturated === null ? ["prompt_tokens_per_second", "generation_tokens_per_second", "requests_per_second"] : [];
  return [...served, "prefix_cache_hit_rate"];
}

function exactOf({ summary }: Report, metric: ComparedMetric): number {
  const source = quantileSource[metric];
  if (!source) return 0;
  const all: Readonly<Partial<Record<CanonicalHistogram, Quantiles>>> = {
    ttft_seconds: summary.ttftSeconds,
    itl_seconds: summary.itlSeconds,
    e2e_seconds: summary.e2eSeconds,
  };
  return all[source[0]]?.[source[1]] ?? Number.NaN;
}

function quantilesOf(shown: WindowQuantiles | undefined, exact: Quantiles): Quantiles {
  if (!shown) return exact;
  const { mean, p50, p90, p95, p99 } = shown;
  return { mean: mean ?? exact.mean, p50: p50 ?? exact.p50, p90: p90 ?? exact.p90, p95: p95 ?? exact.p95, p99: p99 ?? exact.p99 };
}
