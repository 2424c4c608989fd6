import type { Bucket, Histogram, WindowQuantiles } from "../snapshot.ts";

/**
 * The q-quantile of a cumulative histogram, as PromQL's `histogram_quantile` gives it (Prometheus 2.42, promql/quantile.go): linear
 * inside the bucket, the first bucket from 0, the last finite bound where the answer lies above it, counts that shrink along the bounds
 * lifted, NaN where nothing was observed.
 */
export function histogramQuantile(q: number, histogram: Histogram): number {
  if (Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const { upper } = histogram;
  const count = lifted(histogram.count);
  const bucket = bucketOf(q, upper, count);
  if (bucket === undefined) return Number.NaN;
  const last = upper.length - 1;
  if (bucket === last) return upper[last - 1] ?? Number.NaN;
  const end = upper[bucket] ?? Number.NaN;
  if (bucket === 0 && end <= 0) return end;
  const start = bucket === 0 ? 0 : (upper[bucket - 1] ?? 0);
  const below = bucket === 0 ? 0 : (count[bucket - 1] ?? 0);
  return start + (end - start) * ((q * (count[last] ?? 0) - below) / ((count[bucket] ?? 0) - below));
}

/** The index of the bucket that holds the q-quantile; undefined where there is none. */
function bucketOf(q: number, upper: Float64Array, count: Float64Array): number | undefined {
  const last = upper.length - 1;
  const observations = count[last] ?? 0;
  if (last < 1 || upper[last] !== Number.POSITIVE_INFINITY || !(observations > 0)) return undefined;
  const rank = q * observations;
  let bucket = 0;
  while (bucket < last && (count[bucket] ?? 0) < rank) bucket++;
  return bucket;
}

/** Cumulative counts never shrink; where they do, lines of two moments stand on one page. */
function lifted(count: Float64Array): Float64Array {
  if (count.every((value, i) => i === 0 || value >= (count[i - 1] ?? 0))) return count;
  let highest = Number.NEGATIVE_INFINITY;
  return count.map((value) => {
    highest = Math.max(highest, value);
    return highest;
  });
}

const shownQuantiles = [0.5, 0.9, 0.95, 0.99] as const;

/** Quantiles and mean of a window's histogram, with the bucket of each; null where nothing was observed. */
export function windowQuantiles(window: Histogram): WindowQuantiles {
  const count = lifted(window.count);
  const even = count === window.count ? window : { ...window, count };
  const [p50, p90, p95, p99] = shownQuantiles.map((q) => finite(histogramQuantile(q, even)));
  const buckets = bucketsBetween(window.upper);
  const [b50, b90, b95, b99] = shownQuantiles.map((q) => buckets[bucketOf(q, window.upper, count) ?? -1] ?? null);
  return {
    count: window.total,
    mean: window.total > 0 ? finite(window.sum / window.total) : null,
    p50: p50 ?? null,
    p90: p90 ?? null,
    p95: p95 ?? null,
    p99: p99 ?? null,
    firstBound: window.upper[0] ?? Number.POSITIVE_INFINITY,
    lastBound: window.upper.at(-2) ?? Number.NEGATIVE_INFINITY,
    buckets: { p50: b50 ?? null, p90: b90 ?? null, p95: b95 ?? null, p99: b99 ?? null },
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** One pair for each bucket, made once for each list of bounds: a history of quantiles points to them. */
const pairs = new WeakMap<Float64Array, readonly Bucket[]>();

function bucketsBetween(upper: Float64Array): readonly Bucket[] {
  const known = pairs.get(upper);
  if (known) return known;
  const made = Array.from(upper, (high, i): Bucket => [i === 0 ? Math.min(0, high) : (upper[i - 1] ?? 0), high]);
  pairs.set(upper, made);
  return made;
}

/** A quantile as far as it is known: under the first bound and above the last one only that. null where there is none. */
export function statedQuantile(
  window: WindowQuantiles,
  quantile: "p50" | "p90" | "p95" | "p99",
): { readonly relation: "<" | "=" | ">"; readonly value: number } | null {
  const value = window[quantile];
  if (value === null) return null;
  const [low, high] = window.buckets?.[quantile] ?? [value < window.firstBound ? 0 : window.firstBound, window.firstBound];
  if (high === Number.POSITIVE_INFINITY) return { relation: ">", value: low };
  return value < window.firstBound && high === window.firstBound ? { relation: "<", value: high } : { relation: "=", value };
}

/** The bucket a quantile lies in, as its two bounds: what lies inside one bucket cannot be told apart. */
export function bucketAround(value: number, { upper }: Histogram): readonly [low: number, high: number] {
  let bucket = 0;
  while (bucket < upper.length - 1 && (upper[bucket] ?? 0) < value) bucket++;
  return [bucket === 0 ? 0 : (upper[bucket - 1] ?? 0), upper[bucket] ?? Number.POSITIVE_INFINITY];
}
