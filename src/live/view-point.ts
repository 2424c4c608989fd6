import type { CanonicalHistogram, Histogram, LivePoint } from "./snapshot.ts";

/** What a page forms window percentiles and distributions from. */
const shown: readonly CanonicalHistogram[] = [
  "ttft_seconds",
  "itl_seconds",
  "tpot_seconds",
  "e2e_seconds",
  "request_prompt_tokens",
  "request_generation_tokens",
];

/** A point as a page needs it: with the histograms of its latencies alone. All of them would make an hour's history tens of megabytes. */
export function viewPoint(point: LivePoint): LivePoint {
  if (!point.snapshot) return point;
  const { perEngine: _, wireNames: __, told: ___, ...snapshot } = point.snapshot;
  const histograms: Partial<Record<CanonicalHistogram, Histogram>> = {};
  for (const word of shown) {
    const histogram = snapshot.histograms[word];
    if (histogram) histograms[word] = histogram;
  }
  return { ...point, snapshot: { ...snapshot, histograms } };
}
