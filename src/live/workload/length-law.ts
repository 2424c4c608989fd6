import type { Length } from "../../simulation/workload/workload.ts";
import type { Histogram } from "../snapshot.ts";

/** Lengths of fewer requests say nothing of their spread. */
const fewest = 8;
/** Equally likely lengths that stand for the law. */
const steps = 100;
/** A mean that differs no more from the counted lengths' own is theirs. */
const sameMean = 0.03;
const mostTilt = 60;
/** The warp of the places inside buckets that a mean asks for is sought between 1/2^8 and 2^8. */
const mostWarp = 8;

/**
 * The lengths behind a histogram whose sum is known: their shares of each bucket are as counted, inside the buckets they follow one smooth
 * curve through the counts, drawn towards the bounds as far as the measured mean asks. One number where too few were counted.
 */
export function lengthLaw(measured: Histogram | undefined, mean: number): Length {
  const knots = measured && measured.total >= fewest ? curveKnots(measured, mean) : undefined;
  if (!measured || !knots) return atLeastOne(mean);
  const own = measured.sum / measured.total;
  if (!(own > 0) || Math.abs(mean / own - 1) <= sameMean) return { values: rounded(lengthsOf(knots, mean), mean) };
  return { values: rounded(tilted(lengthsOf(knots, own), mean), mean) };
}

/** Lengths as the buckets have them, with a mean that they allow. */
function lengthsOf(knots: Knots, mean: number): readonly number[] {
  const curve = monotoneCurve(knots);
  const places = Array.from({ length: steps }, (_, i) => placeOf(knots, curve((i + 0.5) / steps)));
  const warped = (exponent: number) => places.map(({ low, width, share }) => low + width * share ** exponent);
  let [few, many] = [-mostWarp, mostWarp];
  // A larger exponent draws everything down.
  for (let round = 0; round < 40; round++) {
    const middle = (few + many) / 2;
    if (meanOf(warped(2 ** middle)) > mean) few = middle;
    else many = middle;
  }
  return warped(2 ** ((few + many) / 2));
}

/** The same law with another mean: long ones are under way when short ones have finished, the more so the longer they are. */
function tilted(lengths: readonly number[], mean: number): readonly number[] {
  const longest = Math.max(...lengths);
  const weights = (tilt: number) => lengths.map((length) => Math.exp((tilt * (length - longest)) / longest));
  let [low, high] = [-mostTilt, mostTilt];
  for (let round = 0; round < 40; round++) {
    const middle = (low + high) / 2;
    if (weightedMean(lengths, weights(middle)) > mean) high = middle;
    else low = middle;
  }
  const by = weights((low + high) / 2);
  const whole = by.reduce((sum, weight) => sum + weight, 0);
  const found: number[] = [];
  let before = 0;
  for (const [index, length] of lengths.entries()) {
    before += ((by[index] ?? 0) / whole) * steps;
    while (found.length < steps && found.length + 0.5 <= before) found.push(length);
  }
  return found.length > 0 ? found : lengths;
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return values.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0) / whole;
}

interface Knots {
  /** Shares counted up to each bound, from 0 to 1, rising. */
  readonly share: readonly number[];
  readonly bound: readonly number[];
}

/** Bounds of the buckets that hold something. Lengths beyond the last bound are taken to reach as far as their mean asks, at least twice it. */
function curveKnots({ upper, count, total, sum }: Histogram, mean: number): Knots | undefined {
  const all = count.at(-1) ?? 0;
  if (all <= 0) return undefined;
  const share: number[] = [0];
  const bound: number[] = [0];
  let before = 0;
  for (const [index, up] of upper.entries()) {
    const counted = count[index] ?? 0;
    if (counted <= before) {
      // An empty bucket below the first that holds something moves where that begins.
      if (before === 0 && Number.isFinite(up)) bound[0] = up;
      continue;
    }
    const last = upper[index - 1] ?? 0;
    if (last > (bound.at(-1) ?? 0)) {
      share.push(before / all);
      bound.push(last);
    }
    share.push(counted / all);
    bound.push(Number.isFinite(up) ? up : Math.max(2 * last, 2 * mean, (2 * sum) / Math.max(1, total)));
    before = counted;
  }
  return bound.length > 1 ? { share, bound } : undefined;
}

/** Lengths by share: cubic pieces that never fall (Fritsch and Carlson 1980). */
function monotoneCurve({ share, bound }: Knots): (share: number) => number {
  const at = (list: readonly number[], index: number): number => list[index] ?? 0;
  const pieces = share.length - 1;
  const rise = Array.from({ length: pieces }, (_, i) => {
    const wide = at(share, i + 1) - at(share, i);
    return wide > 0 ? (at(bound, i + 1) - at(bound, i)) / wide : 0;
  });
  const slope = share.map((_, i) => {
    const [left, right] = [rise[i - 1], rise[i]];
    if (left === undefined || right === undefined) return left ?? right ?? 0;
    return left > 0 && right > 0 ? (2 * left * right) / (left + right) : 0;
  });
  return (wanted) => {
    let piece = 0;
    while (piece < pieces - 1 && at(share, piece + 1) < wanted) piece++;
    const wide = at(share, piece + 1) - at(share, piece);
    if (wide <= 0) return at(bound, piece + 1);
    const t = (wanted - at(share, piece)) / wide;
    const [low, high] = [at(bound, piece), at(bound, piece + 1)];
    return (
      (1 + 2 * t) * (1 - t) ** 2 * low +
      t * (1 - t) ** 2 * wide * at(slope, piece) +
      t * t * (3 - 2 * t) * high +
      t * t * (t - 1) * wide * at(slope, piece + 1)
    );
  };
}

/** The bucket of a length, and how far up in it that lies. */
function placeOf({ bound }: Knots, length: number): { readonly low: number; readonly width: number; readonly share: number } {
  let piece = 0;
  while (piece < bound.length - 2 && (bound[piece + 1] ?? 0) < length) piece++;
  const high = bound[piece + 1] ?? 0;
  // Lengths are whole, and a bucket begins behind its lower bound.
  const low = Math.min(high, (bound[piece] ?? 0) + 1);
  const width = high - low;
  return { low, width, share: width > 0 ? Math.min(1, Math.max(1e-6, (length - low) / width)) : 0 };
}

/** Whole tokens, what rounding takes from one given to the next, so that the mean stays. */
function rounded(lengths: readonly number[], mean: number): readonly number[] {
  let owed = 0;
  const off = mean - meanOf(lengths);
  return lengths.map((length) => {
    const exact = length + off + owed;
    const whole = atLeastOne(exact);
    owed = exact - whole;
    return whole;
  });
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function atLeastOne(tokens: number): number {
  return Math.max(1, Math.round(tokens));
}
