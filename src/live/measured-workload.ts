import type { Length, Workload } from "../simulation/workload/workload.ts";
import { histogramQuantile } from "./quantile.ts";
import type { Histogram } from "./snapshot.ts";
import type { LiveWindow } from "./window.ts";

/** The load a server was under during a window, in the words a simulation takes. */
export interface MeasuredWorkload {
  readonly seconds: number;
  /** Requests that arrived: finished ones and the change of those running and waiting. */
  readonly requests: number;
  readonly ratePerSecond: number;
  readonly promptTokensMean: number;
  readonly outputTokensMean: number;
  readonly promptTokens: Length;
  readonly outputTokens: Length;
  /** Share of prompt tokens found in the prefix cache; null where not offered. */
  readonly prefixHitRate: number | null;
}

/** Why no load could be measured. */
export type NoWorkload = "no-window" | "idle" | "not-offered";

/** Fits rate and lengths to the counters of a window. */
export function measuredWorkload(window: LiveWindow | undefined): MeasuredWorkload | NoWorkload {
  if (!window) return "no-window";
  const { counters, histograms, seconds } = window.growth;
  const finished = counters.request_success_total ?? histograms.e2e_seconds?.total;
  if (finished === undefined) return "not-offered";
  const requests = Math.max(0, finished + inside(window.last) - inside(window.first));
  const lengthsOf = (tokens: number | undefined, lengths: Histogram | undefined) =>
    lengths && lengths.total > 0 ? lengths.sum / lengths.total : tokens !== undefined && finished > 0 ? tokens / finished : undefined;
  if (requests < 1 || finished < 1) return "idle";
  const prompt = lengthsOf(counters.prompt_tokens_total, histograms.request_prompt_tokens);
  const output = lengthsOf(counters.generation_tokens_total, histograms.request_generation_tokens);
  if (prompt === undefined || output === undefined) return "not-offered";
  return {
    seconds,
    requests,
    ratePerSecond: requests / seconds,
    promptTokensMean: prompt,
    outputTokensMean: output,
    promptTokens: lengths(histograms.request_prompt_tokens, prompt),
    outputTokens: lengths(histograms.request_generation_tokens, output),
    prefixHitRate: window.prefixHitRate,
  };
}

function inside({ gauges }: LiveWindow["first"]): number {
  return (gauges.requests_running ?? 0) + (gauges.requests_waiting ?? 0);
}

/** Quantiles of the measured lengths at even steps, moved to the measured mean; one number where the lengths are not offered. */
function lengths(measured: Histogram | undefined, mean: number): Length {
  const whole = (value: number) => Math.max(1, Math.round(value));
  if (!measured || measured.total < 8) return whole(mean);
  const steps = 100;
  const values = Array.from({ length: steps }, (_, i) => histogramQuantile((i + 0.5) / steps, measured)).filter(Number.isFinite);
  const sum = values.reduce((a, b) => a + b, 0);
  if (values.length < steps || sum <= 0) return whole(mean);
  return { values: values.map((value) => whole((value * mean * values.length) / sum)) };
}

/** A workload to simulate, with as many requests as the measured rate brings in `seconds`, within bounds. */
export function workloadOf(measured: MeasuredWorkload, seconds = 300): Workload {
  return {
    kind: "open-loop",
    name: "measured workload",
    ratePerSecond: measured.ratePerSecond,
    arrivals: "poisson",
    requests: Math.min(5000, Math.max(100, Math.round(measured.ratePerSecond * seconds))),
    promptTokens: measured.promptTokens,
    outputTokens: measured.outputTokens,
  };
}
