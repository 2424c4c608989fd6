import { foundShare, outputCost, type RunFigures } from "./figures.ts";

/** Figures that two runs of the same load are compared by. */
export const comparedFigures = [
  "ttft-p50",
  "ttft-p95",
  "tpot-p95",
  "e2e-p95",
  "within",
  "goodput",
  "output",
  "cost",
  "cost-gpus",
  "kv-peak",
  "hit-rate",
  "preemptions",
] as const;
export type ComparedFigure = (typeof comparedFigures)[number];

/** One figure of a run; null where it has none, such as a percentile of a queue that never empties. */
export function comparedValue(figure: ComparedFigure, figures: RunFigures): number | null {
  const { summary, saturated, gpus } = figures;
  switch (figure) {
    case "ttft-p50":
      return saturated ? null : known(summary.ttftSeconds.p50);
    case "ttft-p95":
      return saturated ? null : known(summary.ttftSeconds.p95);
    case "tpot-p95":
      return saturated ? null : known(summary.tpotSeconds.p95);
    case "e2e-p95":
      return saturated ? null : known(summary.e2eSeconds.p95);
    case "within":
      return summary.sloAttainment;
    case "goodput":
      return summary.goodputRequestsPerSecond;
    case "output":
      return summary.outputTokensPerSecond;
    case "cost":
      return saturated ? null : outputCost(figures);
    case "cost-gpus":
      return gpus;
    case "kv-peak":
      return summary.kvCache.peakUsage;
    case "hit-rate":
      return foundShare(figures);
    case "preemptions":
      return summary.preemptions;
    default:
      return figure satisfies never;
  }
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** Further draws of a load, without which nobody knows what is noise. */
export function furtherSeeds(seed: number): readonly number[] {
  return [seed + 1, seed + 2];
}

/** How a figure of another run stands to that of this one. */
export type Difference =
  | { readonly kind: "change"; readonly from: number; readonly to: number; readonly isBetter: boolean | null }
  /** The seeds do not agree on which is larger. */
  | { readonly kind: "noise" }
  | { readonly kind: "same" }
  | { readonly kind: "unknown" };

const better: Readonly<Record<ComparedFigure, "lower" | "higher" | null>> = {
  "ttft-p50": "lower",
  "ttft-p95": "lower",
  "tpot-p95": "lower",
  "e2e-p95": "lower",
  within: "higher",
  goodput: "higher",
  output: "higher",
  cost: "lower",
  "cost-gpus": "lower",
  "kv-peak": null,
  "hit-rate": "higher",
  preemptions: "lower",
};

/**
 * The difference of one figure between two runs of the same load and seed, each with its further seeds: noise where these disagree on its
 * sign, so that another draw could turn it round.
 */
export function difference(figure: ComparedFigure, these: readonly RunFigures[], others: readonly RunFigures[]): Difference {
  const pairs = these.slice(0, others.length).map((one, i) => {
    const other = others[i];
    return { from: comparedValue(figure, one), to: other ? comparedValue(figure, other) : null };
  });
  const [first] = pairs;
  if (!first || first.from === null || first.to === null) return { kind: "unknown" };
  const changes = pairs.flatMap(({ from, to }) => (from === null || to === null ? [] : [to - from]));
  if (changes.every((change) => change === 0)) return { kind: "same" };
  if (changes.some((change) => change <= 0) && changes.some((change) => change >= 0)) return { kind: "noise" };
  const which = better[figure];
  const isBetter = which === null ? null : which === "lower" ? first.to < first.from : first.to > first.from;
  return { kind: "change", from: first.from, to: first.to, isBetter };
}
