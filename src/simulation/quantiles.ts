import type { Quantiles } from "./report.ts";

const probabilities = [0.5, 0.9, 0.95, 0.99] as const;

/** Exact quantiles with linear interpolation between neighbours, as load generators print them. NaN of an empty sample. */
export function quantilesOf(sample: Float64Array): Quantiles {
  const sorted = sample.slice().sort();
  let total = 0;
  for (const value of sorted) total += value;
  const [p50, p90, p95, p99] = probabilities.map((p) => between(p, sorted.length, (rank) => sorted[rank] ?? Number.NaN));
  return named(total / sorted.length, [p50, p90, p95, p99]);
}

/** The same of values that each stand for `weights[i]` equal ones; values must rise. */
export function weightedQuantiles(values: Float64Array, weights: Float64Array): Quantiles {
  const upTo = new Float64Array(weights.length);
  let count = 0;
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    count += weights[i] as number;
    total += (weights[i] as number) * (values[i] as number);
    upTo[i] = count;
  }
  const at = (rank: number) => values[firstAbove(upTo, rank)] ?? Number.NaN;
  const [p50, p90, p95, p99] = probabilities.map((p) => between(p, count, at));
  return named(total / count, [p50, p90, p95, p99]);
}

function named(mean: number, [p50, p90, p95, p99]: readonly (number | undefined)[]): Quantiles {
  const nothing = Number.NaN;
  return { mean, p50: p50 ?? nothing, p90: p90 ?? nothing, p95: p95 ?? nothing, p99: p99 ?? nothing };
}

function between(p: number, count: number, at: (rank: number) => number): number {
  if (count === 0) return Number.NaN;
  const exact = p * (count - 1);
  const rank = Math.floor(exact);
  const low = at(rank);
  const rest = exact - rank;
  return rest === 0 ? low : low + (at(rank + 1) - low) * rest;
}

/** Index of the first entry above `rank`. */
function firstAbove(upTo: Float64Array, rank: number): number {
  let low = 0;
  let high = upTo.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((upTo[middle] as number) > rank) high = middle;
    else low = middle + 1;
  }
  return low;
}
