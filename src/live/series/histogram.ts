import type { Histogram, Sample } from "../snapshot.ts";

/**
 * The histogram that the `_bucket`, `_sum` and `_count` lines of one series spell out, in any order, with bounds and sum times `scale`.
 * undefined without a `+Inf` bucket (a page cut short) or with counts that are no numbers. Counts that shrink along the bounds are lifted,
 * as Prometheus does.
 */
export function histogramOf(name: string, samples: readonly Sample[], scale = 1): Histogram | undefined {
  const bucket = `${name}_bucket`;
  const bounds: number[] = [];
  const counts: number[] = [];
  let sum = Number.NaN;
  let total = Number.NaN;
  let inOrder = true;
  for (const sample of samples) {
    if (sample.name === bucket) {
      const bound = boundOf(sample.labels.le);
      if (bound === undefined) continue;
      inOrder &&= bounds.length === 0 || bound > (bounds[bounds.length - 1] as number);
      bounds.push(bound);
      counts.push(sample.value);
    } else if (sample.name.endsWith("_sum")) sum = added(sum, sample.value);
    else if (sample.name.endsWith("_count")) total = added(total, sample.value);
  }
  // Some exporters write no buckets: then there is a mean alone.
  if (bounds.length === 0 && Number.isFinite(sum) && Number.isFinite(total)) return meanOf(sum * scale, total);
  const [upper, count] = inOrder ? [Float64Array.from(bounds), Float64Array.from(counts)] : sorted(bounds, counts);
  const last = count[count.length - 1];
  if (upper[upper.length - 1] !== Number.POSITIVE_INFINITY || last === undefined || !Number.isFinite(last)) return undefined;
  let highest = 0;
  for (let i = 0; i < upper.length; i++) {
    highest = Math.max(highest, count[i] as number);
    count[i] = highest;
    if (scale !== 1) upper[i] = (upper[i] as number) * scale;
  }
  return { upper, count, sum: sum * scale, total: Number.isNaN(total) ? last : total };
}

/** Bounds in order, with the counts of equal ones added up. */
function sorted(bounds: readonly number[], counts: readonly number[]): readonly [Float64Array, Float64Array] {
  const sums = new Map<number, number>();
  for (let i = 0; i < bounds.length; i++) {
    const bound = bounds[i] as number;
    sums.set(bound, (sums.get(bound) ?? 0) + (counts[i] as number));
  }
  const upper = Float64Array.from(sums.keys()).sort();
  return [upper, upper.map((bound) => sums.get(bound) ?? 0)];
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
