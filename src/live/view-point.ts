import type { LivePoint } from "./snapshot.ts";

/** A point as a page needs it: without the histograms behind its quantiles, which would make an hour's history tens of megabytes. */
export function viewPoint(point: LivePoint): LivePoint {
  if (!point.snapshot) return point;
  const { perEngine: _, wireNames: __, ...snapshot } = point.snapshot;
  return { ...point, snapshot: { ...snapshot, histograms: {} } };
}
