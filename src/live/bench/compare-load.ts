import type { Quantiles, Summary } from "../../simulation/report/report.ts";
import type { StepModel } from "../../timing/step-model.ts";
import type { Spread } from "./benchmark-run.ts";
import type { MeasuredLoad } from "./measured-load.ts";

export type LoadMetric = "ttft" | "tpot" | "e2e" | "throughput";
export type LatencyStatistic = keyof Spread;

/** One figure of a load, measured and predicted. */
export interface LoadRow {
  readonly metric: LoadMetric;
  readonly statistic: LatencyStatistic | "rate";
  readonly unit: "s" | "tok/s";
  readonly measured: number | null;
  readonly predicted: number;
  /** Ends of the prediction's band. */
  readonly low: number;
  readonly high: number;
  /** Predicted over measured, less one; null where nothing was measured. */
  readonly share: number | null;
  /** Whether what was measured lies within the band of the prediction. */
  readonly verdict: "within" | "too-low" | "too-high" | "unknown";
}

/** Half-widths of the 80 % bands of a step model. */
export type Widths = Pick<StepModel, "band" | "firstTokenBand">;

export const latencyStatistics: readonly LatencyStatistic[] = ["mean", "p50", "p90", "p95", "p99"];

/**
 * A load's figures beside what a simulation of the same load predicts, in the order of the field: first token, tokens, the whole request,
 * throughput; of each latency every statistic that the load tells, of which the first speaks for it.
 */
export function compareLoad({ spreads, outputTokensPerSecond }: MeasuredLoad, predicted: Summary, widths: Widths): readonly LoadRow[] {
  const { band, firstTokenBand } = widths;
  return [
    ...latencyRows("ttft", spreads.ttft, predicted.ttftSeconds, firstTokenBand),
    ...latencyRows("tpot", spreads.tpot, predicted.tpotSeconds, band),
    ...(spreads.e2e ? latencyRows("e2e", spreads.e2e, predicted.e2eSeconds, Math.max(band, firstTokenBand)) : []),
    row({ metric: "throughput", statistic: "rate", unit: "tok/s" }, outputTokensPerSecond, predicted.outputTokensPerSecond, band),
  ];
}

/** What speaks for a load in few words: the first statistic of first token and tokens, and throughput. */
export function mainRows(rows: readonly LoadRow[]): readonly LoadRow[] {
  return rows.filter((one, i) => one.metric !== "e2e" && rows.findIndex(({ metric }) => metric === one.metric) === i);
}

function latencyRows(metric: LoadMetric, spread: Spread | null, all: Quantiles, width: number): readonly LoadRow[] {
  const told = latencyStatistics.filter((statistic) => (spread?.[statistic] ?? 0) > 0);
  const statistics = told.length > 0 ? told : latencyStatistics.slice(0, 1);
  return statistics.map((statistic) => row({ metric, statistic, unit: "s" }, spread?.[statistic] || null, all[statistic], width));
}

function row(what: Pick<LoadRow, "metric" | "statistic" | "unit">, measured: number | null, predicted: number, band: number): LoadRow {
  const [low, high] = [predicted * Math.max(0, 1 - band), predicted * (1 + band)];
  const known = { ...what, measured, predicted, low, high };
  if (measured === null || !Number.isFinite(predicted)) return { ...known, share: null, verdict: "unknown" };
  const verdict = measured > predicted * (1 + band) ? "too-low" : measured < predicted * (1 - band) ? "too-high" : "within";
  return { ...known, share: predicted / measured - 1, verdict };
}
