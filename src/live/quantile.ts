import type { Histogram, WindowQuantiles } from "./snapshot.ts";

/**
 * The q-quantile of a cumulative histogram, as PromQL's `histogram_quantile` gives it (Prometheus 2.42, promql/quantile.go): linear
 * inside the bucket, the first bucket from 0, the last finite bound where the answer lies above it, NaN where nothing was observed.
 */
export function histogramQuantile(q: number, { upper, count }: Histogram): number {
  if (Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const last = upper.length - 1;
  const observations = count[last] ?? 0;
  if (last < 1 || upper[last] !== Number.POSITIVE_INFINITY || observations === 0) return Number.NaN;
  const rank = q * observations;
  let bucket = 0;
  while (bucket < last && (count[bucket] ?? 0) < rank) bucket++;
  if (bucket === last) return upper[last - 1] ?? Number.NaN;
  const end = upper[bucket] ?? Number.NaN;
  if (bucket === 0) return end <= 0 ? end : end * (rank / (count[0] ?? 0));
  const start = upper[bucket - 1] ?? 0;
  const below = count[bucket - 1] ?? 0;
  return start + (end - start) * ((rank - below) / ((count[bucket] ?? 0) - below));
}

/** Quantiles and mean of a window's histogram; null where nothing was observed. */
export function windowQuantiles(window: Histogram): WindowQuantiles {
  const at = (q: number) => finite(histogramQuantile(q, window));
  return {
    count: window.total,
    mean: window.total > 0 ? finite(window.sum / window.total) : null,
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    firstBound: window.upper[0] ?? Number.POSITIVE_INFINITY,
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** The bucket a quantile lies in, as its two bounds: what lies inside one bucket cannot be told apart. */
export function bucketAround(value: number, { upper }: Histogram): readonly [low: number, high: number] {
  let bucket = 0;
  while (bucket < upper.length - 1 && (upper[bucket] ?? 0) < value) bucket++;
  return [bucket === 0 ? 0 : (upper[bucket - 1] ?? 0), upper[bucket] ?? Number.POSITIVE_INFINITY];
}
