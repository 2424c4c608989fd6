import type { LivePoint } from "../snapshot.ts";
import { firstWith } from "./in-time.ts";

/** Fewer waiting requests come and go by chance. */
const leastWaiting = 8;
/** Parts of the window whose differences tell how much a queue comes and goes by itself. */
const parts = 24;
const leastPoints = 8;
/** Standard deviations of chance by which it must have grown: one false alarm in hundreds of quiet stretches. */
const beyondChance = 3;
/** Where nothing was told for longer, nobody knows what the queue did. */
const longestSilence = 20;

/**
 * By how many requests a second the queue grows; null where it does not, or no more than a queue that empties again would by chance. Chance
 * is what the queue itself shows (von Neumann's estimate from successive differences: the variance of a walk's steps whatever its drift),
 * and at least that of random arrivals and completions, 2n of n finished requests: a test of ranks would not say how much is too much.
 */
export function queueGrowth(points: readonly LivePoint[], from: number, to: number): number | null {
  const seen = between(points, from, to).flatMap(({ time, snapshot, state }) => {
    const waiting = snapshot?.gauges.requests_waiting;
    if (waiting === undefined) return [];
    return [{ time, waiting, finished: snapshot?.counters.request_success_total ?? 0, isNew: state === "restarted" }];
  });
  const levels = seen.slice(
    Math.max(
      0,
      seen.findLastIndex(({ isNew }) => isNew),
    ),
  );
  const [first] = levels;
  const last = levels.at(-1);
  if (levels.length < leastPoints || !first || !last || last.waiting < leastWaiting) return null;
  // A queue that was empty in the second half does not grow for want of capacity.
  if (levels.slice(levels.length >> 1).some(({ waiting }) => waiting === 0)) return null;
  const growths = growthsOf(levels.map(({ waiting }) => waiting));
  const total = growths.reduce((sum, growth) => sum + growth, 0);
  const differences = growths.slice(1).reduce((sum, growth, index) => sum + (growth - (growths[index] ?? 0)) ** 2, 0);
  const shown = (growths.length * differences) / (2 * Math.max(1, growths.length - 1));
  const ofArrivals = 2 * (last.finished - first.finished);
  if (!(total > beyondChance * Math.sqrt(Math.max(shown, ofArrivals)))) return null;
  const slope = slopeOf(levels);
  return slope > 0 ? slope : null;
}

/** Whether the queue was told all the way from `from` to `to`: else that it does not grow says nothing. */
export function isQueueTold(points: readonly LivePoint[], from: number, to: number): boolean {
  const told = between(points, from, to).filter(({ snapshot }) => snapshot?.gauges.requests_waiting !== undefined);
  const times = told.map(({ time }) => time);
  return [...times, to].every((time, index) => time - (times[index - 1] ?? from) <= longestSilence);
}

function between(points: readonly LivePoint[], from: number, to: number): readonly LivePoint[] {
  return points.slice(
    firstWith(points, (time) => time >= from),
    firstWith(points, (time) => time > to),
  );
}

/** How far the level went in each of at most so many parts. */
function growthsOf(levels: readonly number[]): readonly number[] {
  const count = Math.min(parts, levels.length - 1);
  const at = (part: number): number => levels[Math.round((part / count) * (levels.length - 1))] ?? 0;
  return Array.from({ length: count }, (_, part) => at(part + 1) - at(part));
}

/** By least squares. */
function slopeOf(levels: readonly { readonly time: number; readonly waiting: number }[]): number {
  const middle = levels.reduce((sum, { time }) => sum + time, 0) / levels.length;
  const mean = levels.reduce((sum, { waiting }) => sum + waiting, 0) / levels.length;
  const along = levels.reduce((sum, { time, waiting }) => sum + (time - middle) * (waiting - mean), 0);
  const spread = levels.reduce((sum, { time }) => sum + (time - middle) ** 2, 0);
  return spread > 0 ? along / spread : 0;
}
