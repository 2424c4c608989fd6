import type { GapsOverTime } from "../../simulation/report/gap-counts.ts";
import type { Quantiles, Report } from "../../simulation/report/report.ts";
import type { Histogram } from "../snapshot.ts";

/** Of the time of a step, as a logarithm: no model of one is better. */
export const stepError = 0.03;

/** Bounds that a run is to count its gaps by: those of the server's buckets, and where they would lie were every step so much quicker or slower. */
export function gapBoundsFor(upper: Float64Array | undefined): readonly number[] | undefined {
  const bounds = [...(upper ?? [])].filter(Number.isFinite);
  if (bounds.length === 0) return undefined;
  const asked = bounds.flatMap((bound) => [bound * Math.exp(-stepError), bound, bound * Math.exp(stepError)]);
  return [...new Set(asked)].sort((a, b) => a - b);
}

/** Gaps between tokens of which the later one falls in a stretch of a run, in the buckets of a server. */
export function predictedGaps(report: Report, from: number, to: number, upper: Float64Array): Histogram {
  return report.gaps ? counted(report.gaps, from, to, upper) : shaped(report.summary.itlSeconds, evenGaps(report, from, to), upper);
}

/** As the run counted them; a slice of time that the stretch cuts counts by its part. */
function counted({ bounds, sliceSeconds, tokens, seconds }: GapsOverTime, from: number, to: number, upper: Float64Array): Histogram {
  const buckets = bounds.length + 1;
  const below = new Float64Array(buckets);
  let sum = 0;
  for (const [slice, total] of seconds.entries()) {
    const inside = Math.min(to, (slice + 1) * sliceSeconds) - Math.max(from, slice * sliceSeconds);
    if (!(inside > 0)) continue;
    const share = Math.min(1, inside / sliceSeconds);
    sum += share * total;
    for (let i = 0; i < buckets; i++) below[i] = (below[i] as number) + share * (tokens[slice * buckets + i] as number);
  }
  for (let i = 1; i < buckets; i++) below[i] = (below[i] as number) + (below[i - 1] as number);
  const total = below[buckets - 1] as number;
  const count = upper.map((bound) => (Number.isFinite(bound) ? upTo(bounds, below, bound) : total));
  return { upper, count, sum, total };
}

/** Tokens with a gap of at most `bound`: between bounds that were counted they are taken as even. */
function upTo(bounds: readonly number[], below: Float64Array, bound: number): number {
  const at = bounds.findIndex((one) => one >= bound);
  if (at < 0) return below[bounds.length - 1] ?? 0;
  const [low, high] = [bounds[at - 1] ?? 0, bounds[at] as number];
  const [before, here] = [below[at - 1] ?? 0, below[at] as number];
  return here - ((here - before) * (high - bound)) / (high - low);
}

interface GapSum {
  readonly count: number;
  readonly seconds: number;
}

/** Where nobody counted them a request's own are taken as even. */
function evenGaps({ requests: { firstToken, finished, outputTokens } }: Report, from: number, to: number): GapSum {
  let count = 0;
  let seconds = 0;
  for (const [r, first] of firstToken.entries()) {
    const gaps = (outputTokens[r] as number) - 1;
    const end = finished[r] as number;
    const inside = Math.min(to, end) - Math.max(from, first);
    if (gaps < 1 || !(inside > 0) || !(end > first)) continue;
    count += (gaps * inside) / (end - first);
    seconds += inside;
  }
  return { count, seconds };
}

/**
 * A run keeps quantiles of its gaps: between them they are taken as even, below the median from four fifths of it. Those of the stretch
 * have their own mean, and the same shape.
 */
function shaped(quantiles: Quantiles, { count, seconds }: GapSum, upper: Float64Array): Histogram {
  const own = count > 0 && quantiles.mean > 0 ? seconds / count / quantiles.mean : 1;
  const [p50, p90, p95, p99] = [quantiles.p50, quantiles.p90, quantiles.p95, quantiles.p99].map((gap) => own * gap) as [
    number,
    number,
    number,
    number,
  ];
  const knots: readonly (readonly [gap: number, share: number])[] = [
    [0.8 * p50, 0],
    [p50, 0.5],
    [p90, 0.9],
    [p95, 0.95],
    [p99, 0.99],
    [1.2 * p99, 1],
  ];
  const counts = Float64Array.from(upper, (bound) => (Number.isNaN(p50) ? 0 : count * shareBelow(knots, bound)));
  return { upper, count: counts, sum: seconds, total: count };
}

function shareBelow(knots: readonly (readonly [number, number])[], bound: number): number {
  let [low, below] = [0, 0];
  for (const [gap, share] of knots) {
    if (bound < gap) return gap > low ? below + ((share - below) * Math.max(0, bound - low)) / (gap - low) : below;
    [low, below] = [gap, share];
  }
  return 1;
}
