import type { CanonicalHistogram, Histogram, LivePoint, RoleMeasures, Snapshot } from "./snapshot.ts";

/** What a page forms window percentiles and distributions from. */
const shown: readonly CanonicalHistogram[] = [
  "ttft_seconds",
  "itl_seconds",
  "tpot_seconds",
  "e2e_seconds",
  "request_prompt_tokens",
  "request_generation_tokens",
];
/** And from those of one role. */
const shownOfRole: readonly CanonicalHistogram[] = ["ttft_seconds", "itl_seconds", "tpot_seconds", "queue_seconds"];

/** A point as a page needs it: with the histograms of its latencies alone. All of them would make an hour's history tens of megabytes. */
export function viewPoint(point: LivePoint): LivePoint {
  if (!point.snapshot) return point;
  const { perEngine: _, wireNames: __, told: ___, perRole, ...snapshot } = point.snapshot;
  const roles = perRole?.map((role): RoleMeasures => ({ ...role, histograms: only(role.histograms, shownOfRole) }));
  return { ...point, snapshot: { ...snapshot, histograms: only(snapshot.histograms, shown), ...(roles ? { perRole: roles } : {}) } };
}

function only(all: Snapshot["histograms"], words: readonly CanonicalHistogram[]): Snapshot["histograms"] {
  const kept: Partial<Record<CanonicalHistogram, Histogram>> = {};
  for (const word of words) {
    const histogram = all[word];
    if (histogram) kept[word] = histogram;
  }
  return kept;
}
