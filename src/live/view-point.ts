import type { CanonicalHistogram, LivePoint, RoleMeasures } from "./snapshot.ts";

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
/** What it draws point by point. */
const drawn: readonly CanonicalHistogram[] = [
  ...shown,
  "queue_seconds",
  "prefill_seconds",
  "decode_seconds",
  "inference_time_seconds",
  "iteration_tokens",
  "kv_transfer_seconds",
  "kv_transfer_bytes",
];

/** A point as a page needs it: with the histograms of its latencies alone. All of them would make an hour's history tens of megabytes. */
export function viewPoint(point: LivePoint): LivePoint {
  if (!point.snapshot) return point;
  const { perEngine: _, wireNames: __, told: ___, infos: ____, perRole, ...snapshot } = point.snapshot;
  const roles = perRole?.map((role): RoleMeasures => ({ ...role, histograms: only(role.histograms, shownOfRole) }));
  return {
    ...point,
    snapshot: { ...snapshot, histograms: only(snapshot.histograms, shown), ...(roles ? { perRole: roles } : {}) },
    windows: only(point.windows, drawn),
  };
}

function only<Value>(
  all: Readonly<Partial<Record<CanonicalHistogram, Value>>>,
  words: readonly CanonicalHistogram[],
): Partial<Record<CanonicalHistogram, Value>> {
  const kept: Partial<Record<CanonicalHistogram, Value>> = {};
  for (const word of words) {
    const value = all[word];
    if (value !== undefined) kept[word] = value;
  }
  return kept;
}
