import type { Report } from "../simulation/report/report.ts";

const steps = 100;

/**
 * A report keeps each request's mean gap and the quantiles of all gaps, but not every gap. This gives the spread of gaps around a
 * request's mean, as 100 factors of mean 1, so that all gaps together have the report's p95. The factors repeat in an order that mixes
 * long and short.
 */
export function gapFactors({ summary, requests }: Report): Float64Array {
  const { p50, p90, p95, p99 } = summary.itlSeconds;
  const flat = new Float64Array(steps).fill(1);
  if (!(p50 > 0) || !(p99 >= p50)) return flat;
  const knots: readonly (readonly [at: number, value: number])[] = [
    [0, p50 * 0.9],
    [0.5, p50],
    [0.9, p90],
    [0.95, p95],
    [0.99, p99],
    [1, p99],
  ];
  const means = sampledMeans(requests);
  if (means.length === 0) return flat;
  // Requests differ among themselves already: only as much is added as the p95 of all gaps asks for.
  let low = 0;
  let high = 1;
  for (let round = 0; round < 10; round++) {
    const middle = (low + high) / 2;
    if (p95Of(means, factors(knots, middle)) > p95) high = middle;
    else low = middle;
  }
  return factors(knots, low);
}

function factors(knots: readonly (readonly [number, number])[], strength: number): Float64Array {
  const values = Float64Array.from({ length: steps }, (_, i) => onKnots(knots, (((i * 37) % steps) + 0.5) / steps) ** strength);
  const mean = values.reduce((a, b) => a + b, 0) / steps;
  return values.map((value) => value / mean);
}

function onKnots(knots: readonly (readonly [number, number])[], at: number): number {
  for (const [index, [right, value]] of knots.entries()) {
    const before = knots[index - 1];
    if (at > right || !before) continue;
    return before[1] + ((value - before[1]) * (at - before[0])) / (right - before[0]);
  }
  return knots.at(-1)?.[1] ?? 1;
}

/** Mean gaps of up to 300 requests, one for every 50 of their gaps, so that long answers weigh more. */
function sampledMeans({ arrival, firstToken, finished, outputTokens }: Report["requests"]): readonly number[] {
  const stride = Math.max(1, Math.floor(arrival.length / 300));
  const means: number[] = [];
  for (let i = 0; i < arrival.length; i += stride) {
    const gaps = (outputTokens[i] ?? 0) - 1;
    const seconds = (finished[i] ?? Number.NaN) - (firstToken[i] ?? Number.NaN);
    if (gaps < 1 || !(seconds > 0)) continue;
    for (let part = 0; part < Math.min(10, Math.ceil(gaps / 50)); part++) means.push(seconds / gaps);
  }
  return means;
}

function p95Of(means: readonly number[], factor: Float64Array): number {
  const all = new Float64Array(means.length * factor.length);
  for (const [i, mean] of means.entries()) for (const [j, f] of factor.entries()) all[i * factor.length + j] = mean * f;
  all.sort();
  return all[Math.floor(all.length * 0.95)] ?? 0;
}
