import type { Summary } from "../../simulation/report/report.ts";
import type { StepModel } from "../../timing/step-model.ts";
import type { MeasuredLoad, MeasuredMean } from "./measured-load.ts";

export type LoadMetric = "ttft" | "tpot" | "throughput";

/** One figure of a load, measured and predicted. */
export interface LoadRow {
  readonly metric: LoadMetric;
  readonly statistic: "mean" | "p50" | "rate";
  readonly unit: "s" | "tok/s";
  readonly measured: number | null;
  readonly predicted: number;
  /** Predicted over measured, less one; null where nothing was measured. */
  readonly share: number | null;
  /** Whether what was measured lies within the band of the prediction. */
  readonly verdict: "within" | "too-low" | "too-high" | "unknown";
}

/** Half-widths of the 80 % bands of a step model. */
export type Widths = Pick<StepModel, "band" | "firstTokenBand">;

/** A load's figures beside what a simulation of the same load predicts, in the order of the field: first token, tokens, throughput. */
export function compareLoad(load: MeasuredLoad, predicted: Summary, { band, firstTokenBand }: Widths): readonly LoadRow[] {
  const latency = (metric: LoadMetric, measured: MeasuredMean | null, all: Summary["ttftSeconds"], width: number): LoadRow => {
    const statistic = measured?.statistic ?? "mean";
    return row({ metric, statistic, unit: "s" }, measured?.seconds ?? null, all[statistic], width);
  };
  return [
    latency("ttft", load.ttft, predicted.ttftSeconds, firstTokenBand),
    latency("tpot", load.tpot, predicted.tpotSeconds, band),
    row({ metric: "throughput", statistic: "rate", unit: "tok/s" }, load.outputTokensPerSecond, predicted.outputTokensPerSecond, band),
  ];
}

function row(what: Pick<LoadRow, "metric" | "statistic" | "unit">, measured: number | null, predicted: number, band: number): LoadRow {
  if (measured === null || !Number.isFinite(predicted)) return { ...what, measured, predicted, share: null, verdict: "unknown" };
  const verdict = measured > predicted * (1 + band) ? "too-low" : measured < predicted * (1 - band) ? "too-high" : "within";
  return { ...what, measured, predicted, share: predicted / measured - 1, verdict };
}
