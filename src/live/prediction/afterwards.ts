import type { LiveSeries } from "../series/series.ts";
import { type ComparedRow, compareLive } from "./compare.ts";
import type { LivePrediction } from "./prediction.ts";

/** Fewer seconds hold too few requests. */
const leastSeconds = 30;

/**
 * A prediction beside the time after the stretch that its load was read from: in that stretch it may agree because it was told, here it
 * had to foresee.
 */
export interface Afterwards {
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
  readonly rows: readonly ComparedRow[];
}

/** What came after `until`, the end of that stretch (unix seconds); null while it is too short, or where a restart cut it. */
export function afterwards(prediction: LivePrediction, series: LiveSeries, until: number): Afterwards | null {
  const window = series.window((series.last?.time ?? until) - until);
  if (!window || window.cutByRestart || window.to - window.from < leastSeconds) return null;
  return { from: window.from, to: window.to, rows: compareLive(prediction, window) };
}
