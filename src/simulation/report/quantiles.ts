import type { Quantiles } from "./report.ts";
import type { Sample } from "./sample.ts";

const probabilities = [0.5, 0.9, 0.95, 0.99] as const;

/** Exact quantiles with linear interpolation between neighbours, as load generators print them. NaN of an empty sample. */
export function quantilesOf(sample: Sample): Quantiles {
  return rankedQuantiles(sample.total / sample.count, sample.count, (ranks) => sample.at(ranks));
}

/** The same of a sample whose values are asked for by their ranks, each once and rising. */
export function rankedQuantiles(mean: number, count: number, valuesAt: (ranks: readonly number[]) => readonly number[]): Quantiles {
  const wanted = new Set<number>();
  for (const p of count > 0 ? probabilities : []) {
    const rank = Math.floor(p * (count - 1));
    wanted.add(rank).add(Math.min(rank + 1, count - 1));
  }
  const ranks = [...wanted].sort((a, b) => a - b);
  const values = valuesAt(ranks);
  const at = (rank: number): number => values[ranks.indexOf(rank)] ?? Number.NaN;
  const [p50, p90, p95, p99] = probabilities.map((p) => between(p, count, at));
  return named(mean, [p50, p90, p95, p99]);
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
