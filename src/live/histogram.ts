import type { Histogram, Sample } from "./snapshot.ts";

/**
 * The histogram that the `_bucket`, `_sum` and `_count` lines of one series spell out, in any order, with bounds and sum times `scale`.
 * undefined without a `+Inf` bucket (a page cut short) or with counts that are no numbers. Counts that shrink along the bounds are lifted,
 * as Prometheus does.
 */
export function histogramOf(name: string, samples: readonly Sample[], scale = 1): Histogram | undefined {
  const counts = new Map<number, number>();
  const bucket = `${name}_bucket`;
  let sum = Number.NaN;
  let total = Number.NaN;
  for (const sample of samples) {
    if (sample.name === bucket) {
      const bound = boundOf(sample.labels.le);
      if (bound !== undefined) counts.set(bound, (counts.get(bound) ?? 0) + sample.value);
    } else if (sample.name.endsWith("_sum")) sum = added(sum, sample.value);
    else if (sample.name.endsWith("_count")) total = added(total, sample.value);
  }
  const last = counts.get(Number.POSITIVE_INFINITY);
  if (last === undefined || !Number.isFinite(last)) return undefined;
  const upper = Float64Array.from(counts.keys()).sort();
  const count = new Float64Array(upper.length);
  let highest = 0;
  for (let i = 0; i < upper.length; i++) {
    highest = Math.max(highest, counts.get(upper[i] as number) ?? 0);
    count[i] = highest;
  }
  if (scale !== 1) for (let i = 0; i < upper.length; i++) upper[i] = (upper[i] as number) * scale;
  return { upper, count, sum: sum * scale, total: Number.isNaN(total) ? last : total };
}

/** What is known of `count` observations by their sum alone: a mean, and no quantile. */
export function meanOf(sum: number, count: number): Histogram {
  return { upper: Float64Array.of(Number.POSITIVE_INFINITY), count: Float64Array.of(count), sum, total: count };
}

function added(before: number, value: number): number {
  return Number.isNaN(before) ? value : before + value;
}

function boundOf(le: string | undefined): number | undefined {
  if (le === undefined || le === "") return undefined;
  if (le === "+Inf") return Number.POSITIVE_INFINITY;
  const bound = /^\+?inf/i.test(le) ? Number.POSITIVE_INFINITY : Number(le);
  return Number.isNaN(bound) ? undefined : bound;
}

/** Counts at the bounds both know: there cumulative counts add exactly, between them nothing is known. */
function onCommonBounds(a: Histogram, b: Histogram, combine: (a: number, b: number) => number): Histogram {
  const upper: number[] = [];
  const count: number[] = [];
  for (let i = 0, j = 0; i < a.upper.length && j < b.upper.length; ) {
    const left = a.upper[i] ?? 0;
    const right = b.upper[j] ?? 0;
    if (left === right) {
      upper.push(left);
      count.push(combine(a.count[i] ?? 0, b.count[j] ?? 0));
    }
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return {
    upper: sameBounds(upper, a.upper) ? a.upper : Float64Array.from(upper),
    count: Float64Array.from(count),
    sum: combine(a.sum, b.sum),
    total: combine(a.total, b.total),
  };
}

function sameBounds(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Both histograms' observations together: buckets are added before any quantile is taken. */
export function mergeHistograms(a: Histogram, b: Histogram): Histogram {
  return onCommonBounds(a, b, (left, right) => left + right);
}

/** What was observed after `before`. A count that went down means the server began anew: then all of `after` is new. */
export function histogramSince(after: Histogram, before: Histogram | undefined): Histogram {
  if (!before || after.total < before.total) return after;
  const difference = onCommonBounds(after, before, (late, early) => late - early);
  return difference.count.every((count) => count >= 0) ? difference : after;
}

/** The same counts with `bounds` in place of equal ones, so that a history keeps each list of bounds once. */
export function sharingBounds(histogram: Histogram, bounds: Float64Array | undefined): Histogram {
  return bounds && bounds !== histogram.upper && sameBounds(bounds, histogram.upper) ? { ...histogram, upper: bounds } : histogram;
}
