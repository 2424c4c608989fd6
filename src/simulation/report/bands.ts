import type { Settled } from "../../deployment/settled.ts";
import type { MemoryPlan } from "../../memory/plan.ts";
import { scaledSteps } from "../../timing/scaled-steps.ts";
import { poolModels } from "../pool-models.ts";
import { simulateWith } from "../simulate-with.ts";
import type { Workload } from "../workload/workload.ts";
import type { Outcome, Quantiles, Report, RunControl } from "./report.ts";
import { running } from "./served.ts";

/** Where 8 values in 10 lie. null = no end: at the slow end of the model's error the queue never empties. */
export type Range = readonly [low: number, high: number | null];
export type QuantileBands = { readonly [K in keyof Quantiles]: Range };

/** 80 % bands of a run's figures: the spread over seeds and the error of the step times together. */
export interface Bands {
  readonly ttftSeconds: QuantileBands;
  readonly tpotSeconds: QuantileBands;
  readonly e2eSeconds: QuantileBands;
  readonly requestsPerSecond: Range;
  readonly outputTokensPerSecond: Range;
  /** null without limits. */
  readonly sloAttainment: Range | null;
  readonly goodputRequestsPerSecond: Range | null;
  readonly seeds: number;
}

/** A run beside the first: with steps at an end of their band, or with another seed. */
export interface BandRun {
  readonly steps: "quick" | "as-predicted" | "slow";
  readonly seed: number;
}

export interface BesideRun {
  readonly run: BandRun;
  readonly report: Report;
}

/** Further seeds, whose spread is that of the draw. */
const furtherSeeds = 2;

export function bandRuns(seed: number): readonly BandRun[] {
  const further = Array.from({ length: furtherSeeds }, (_, i): BandRun => ({ steps: "as-predicted", seed: seed + 1 + i }));
  return [{ steps: "quick", seed }, { steps: "slow", seed }, ...further];
}

/** Simulates with every step at one end of its model's band. */
export function simulateBand(
  settled: Settled,
  plans: readonly MemoryPlan[],
  workload: Workload,
  { steps, seed }: BandRun,
  control: RunControl = {},
): Outcome {
  const sign = steps === "slow" ? 1 : steps === "quick" ? -1 : 0;
  const run = running(settled, plans);
  if (run.error) return run;
  const models = poolModels(run.settled, workload).map((model) =>
    sign === 0 ? model : scaledSteps(model, Math.max(leastFactor, 1 + sign * model.band)),
  );
  return simulateWith(run.settled, run.plans, models, workload, seed, control);
}

/** Of a band of ± 100 % and more the quick end is still a time. */
const leastFactor = 0.1;

/** The bands of a report from the runs beside it; undefined where one of them failed or was stopped, or the queue never empties anyway. */
export function bandsOf(
  report: Report,
  beside: readonly { readonly run: BandRun; readonly report: Report | undefined }[],
): Bands | undefined {
  if (report.saturated || report.stoppedAtSeconds !== null) return undefined;
  const others: BesideRun[] = [];
  for (const one of beside) {
    if (!one.report || one.report.stoppedAtSeconds !== null) return undefined;
    others.push({ run: one.run, report: one.report });
  }
  const endless = others.some((one) => one.report.saturated !== null);
  const band = (of: (one: Report) => number, kind: Kind, beyond = 0) => figureRange(report, others, of, kind, beyond);
  const quantiles = (of: (one: Report) => Quantiles, mayBeEndless: boolean, beyond = 0): QuantileBands => {
    const one = (name: keyof Quantiles): Range => {
      const [low, high] = band((made) => of(made)[name], "ratio", beyond);
      return [low, endless && mayBeEndless ? null : high];
    };
    return { mean: one("mean"), p50: one("p50"), p90: one("p90"), p95: one("p95"), p99: one("p99") };
  };
  const limited = report.summary.sloAttainment !== null;
  return {
    ttftSeconds: quantiles(({ summary }) => summary.ttftSeconds, true, beyondSteps(report.confidence)),
    tpotSeconds: quantiles(({ summary }) => summary.tpotSeconds, false),
    e2eSeconds: quantiles(({ summary }) => summary.e2eSeconds, true),
    requestsPerSecond: band(({ summary }) => summary.requestsPerSecond, "ratio"),
    outputTokensPerSecond: band(({ summary }) => summary.outputTokensPerSecond, "ratio"),
    sloAttainment: limited ? band(({ summary }) => summary.sloAttainment ?? 0, "share") : null,
    goodputRequestsPerSecond: limited ? band(({ summary }) => summary.goodputRequestsPerSecond ?? 0, "ratio") : null,
    seeds: 1 + others.filter(({ run }) => run.steps === "as-predicted").length,
  };
}

/** Times and rates are compared by ratio, shares and what may be nothing by difference. */
type Kind = "ratio" | "share" | "amount";

/** The 80 % band of one figure of a run, from the runs beside it. `beyond`: what its error has beside that of steps, as a logarithm. */
export function figureRange(
  report: Report,
  beside: readonly BesideRun[],
  of: (one: Report) => number,
  kind: Kind,
  beyond = 0,
): readonly [low: number, high: number] {
  const ends = beside.filter(({ run }) => run.steps !== "as-predicted").map((one) => of(one.report));
  const seeds = beside.filter(({ run }) => run.steps === "as-predicted").map((one) => of(one.report));
  return combined(of(report), ends, seeds, kind, beyond);
}

/** 8 of 10 values of a normal distribution lie within so many standard deviations. */
const deviations = 1.2816;

/** What the error of a first token has that is none of its steps', as a logarithm: the squares of the two make the whole. */
export function beyondSteps({ timingBand, firstTokenBand }: Report["confidence"]): number {
  return Math.sqrt(Math.max(0, Math.log1p(firstTokenBand) ** 2 - Math.log1p(timingBand) ** 2));
}

/** Errors of the model and the draw are independent of each other: their squares add. */
function combined(value: number, ends: readonly number[], seeds: readonly number[], kind: Kind, beyond: number): readonly [number, number] {
  const isRatio = kind === "ratio" && [value, ...ends, ...seeds].every((one) => one > 0);
  const on = isRatio ? Math.log : (one: number) => one;
  const off = isRatio ? Math.exp : (one: number) => one;
  const middle = on(value);
  const spread = deviations * deviation([middle, ...seeds.map(on)]);
  const below = Math.max(0, ...ends.map((end) => middle - on(end)));
  const above = Math.max(0, ...ends.map((end) => on(end) - middle));
  const low = off(middle - Math.hypot(below, spread, beyond));
  const high = off(middle + Math.hypot(above, spread, beyond));
  return kind === "share" ? [Math.max(0, low), Math.min(1, high)] : [Math.max(0, low), high];
}

function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
