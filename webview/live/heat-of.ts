import type { CanonicalHistogram } from "../../src/live/snapshot.ts";
import { lowerBound } from "../parts/downsample.ts";
import type { Heat } from "../parts/heat.ts";
import { timeStep } from "../parts/ticks.ts";
import type { Ring } from "./ring.ts";

/** As many columns as a wide page can tell apart. */
const mostColumns = 60;
/** Seconds; a step below what servers are asked in would be empty every other time. */
const leastStep = 1;

/**
 * What a histogram took in during each step of a time, by its own buckets: those between the lowest and the highest that hold something,
 * with the one that holds `limit`. Counts are never taken across a restart or a gap. null where nothing came in or nothing tells.
 */
export function heatOf(ring: Ring, word: CanonicalHistogram, from: number, to: number, limit: number | null): Heat | null {
  const upper = ring.boundsOf(word);
  if (upper.length < 2) return null;
  const stepSeconds = Math.max(leastStep, ring.intervalSeconds, timeStep(to - from, mostColumns));
  const start = Math.floor(from / stepSeconds + 1e-9) * stepSeconds;
  const columns = Math.max(1, Math.ceil((to - start) / stepSeconds - 1e-9));
  const all = new Float64Array(columns * upper.length);
  const take = (column: number, first: number, last: number): void => {
    const [before, after] = [ring.histogramAt(word, first), ring.histogramAt(word, last)];
    if (!before || !after || after.total <= before.total || column < 0 || column >= columns) return;
    let below = 0;
    for (let bucket = 0; bucket < upper.length; bucket++) {
      const grown = (after.count[bucket] ?? 0) - (before.count[bucket] ?? 0);
      const at = column * upper.length + bucket;
      all[at] = (all[at] ?? 0) + Math.max(0, grown - below);
      below = Math.max(below, grown);
    }
  };
  const columnOf = (i: number): number => Math.floor(((ring.time[i] ?? 0) - start) / stepSeconds + 1e-9);
  let base = -1;
  let last = -1;
  for (let i = Math.max(0, lowerBound(ring.time, ring.length, start) - 1); i < ring.length && (ring.time[i] ?? 0) <= to; i++) {
    const kind = ring.kindAt(i);
    const breaks = kind !== "answer";
    // What came in up to a sample belongs to the column that the sample is in.
    if (last > base && base >= 0 && (breaks || columnOf(i) !== columnOf(last))) {
      take(columnOf(last), base, last);
      base = last;
    }
    if (kind === "failure" || kind === "silence") base = last = -1;
    else if (breaks || base < 0) base = last = i;
    else last = i;
  }
  if (last > base && base >= 0) take(columnOf(last), base, last);
  return shownBuckets(all, upper, limit, { from: start, stepSeconds });
}

function shownBuckets(all: Float64Array, upper: Float64Array, limit: number | null, time: Pick<Heat, "from" | "stepSeconds">): Heat | null {
  const holds = (bucket: number): boolean => {
    for (let at = bucket; at < all.length; at += upper.length) if ((all[at] ?? 0) > 0) return true;
    return false;
  };
  let lowest = 0;
  let highest = upper.length - 1;
  while (lowest <= highest && !holds(lowest)) lowest++;
  if (lowest > highest) return null;
  while (!holds(highest)) highest--;
  const limited = limit === null ? -1 : upper.findIndex((bound) => limit <= bound);
  if (limited >= 0) [lowest, highest] = [Math.min(lowest, limited), Math.max(highest, limited)];
  const buckets = highest - lowest + 1;
  const columns = all.length / upper.length;
  const counts = new Float64Array(columns * buckets);
  for (let column = 0; column < columns; column++)
    counts.set(all.subarray(column * upper.length + lowest, column * upper.length + highest + 1), column * buckets);
  const edges = [lowest === 0 ? Math.min(0, upper[0] ?? 0) : (upper[lowest - 1] ?? 0), ...upper.subarray(lowest, highest + 1)];
  return { ...time, edges, counts };
}
