import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, LivePoint, WindowQuantiles } from "../../src/live/snapshot.ts";

/** What stands at one place of a column when nothing was observed: the line goes on, unlike at NaN, where nobody answered. */
export const nothingCame = Number.NEGATIVE_INFINITY;

export type Told = Pick<LivePoint, "snapshot" | "rates" | "windows" | "prefixHitRate">;

/** One quantity of a point. */
export interface Column {
  readonly id: string;
  readonly of: (point: Told) => number;
  /** What stays of two samples that become one: the higher, because peaks are looked for, or their mean. */
  readonly merged: "higher" | "mean";
  /** Read off a histogram: below its first bound nothing is known. */
  readonly isQuantile?: boolean;
}

export function gaugeColumn(id: string, word: CanonicalGauge): Column {
  return { id, of: ({ snapshot }) => snapshot?.gauges[word] ?? Number.NaN, merged: "higher" };
}

export function rateColumn(id: string, word: CanonicalCounter): Column {
  return { id, of: ({ rates }) => rates[word] ?? Number.NaN, merged: "mean" };
}

export function quantileColumn(id: string, word: CanonicalHistogram, which: "p50" | "p95" | "mean"): Column {
  return {
    id,
    of: ({ windows, snapshot }) => quantile(windows[word], which === "mean" ? snapshot?.means?.[word] : undefined, which),
    merged: which === "mean" ? "mean" : "higher",
    isQuantile: which !== "mean",
  };
}

/** `kept`: the mean that a server without a histogram keeps itself. */
function quantile(window: WindowQuantiles | undefined, kept: number | undefined, which: "p50" | "p95" | "mean"): number {
  return window === undefined ? (kept ?? Number.NaN) : (window[which] ?? nothingCame);
}
