import type { LivePoint } from "./snapshot.ts";

/** Fewer waiting requests come and go by chance. */
const leastWaiting = 8;
/** Parts of the window whose differences tell how much a queue comes and goes by itself. */
const parts = 24;
const leastPoints = 8;
/** Standard deviations of that by which it must have grown. */
const beyondChance = 2;

/**
 * By how many requests a second the queue grows; null where it does not, or no more than a queue that empties again would by chance (von
 * Neumann's estimate from successive differences: the variance of a walk's steps whatever its drift).
 */
export function queueGrowth(points: readonly LivePoint[], from: number, to: number): number | null {
  const seen = points.flatMap(({ time, snapshot, state }) => {
    const waiting = snapshot?.gauges.requests_waiting;
    return time >= from && time <= to && waiting !== undefined ? [{ time, waiting, isNew: state === "restarted" }] : [];
  });
  const levels = seen.slice(
    Math.max(
      0,
      seen.findLastIndex(({ isNew }) => isNew),
    ),
  );
  const last = levels.at(-1);
  if (levels.length < leastPoints || !last || last.waiting < leastWaiting) return null;
  // A queue that was empty in the second half does not grow for want of capacity.
  if (levels.slice(levels.length >> 1).some(({ waiting }) => waiting === 0)) return null;
  const growths = growthsOf(levels.map(({ waiting }) => waiting));
  const total = growths.reduce((sum, growth) => sum + growth, 0);
  const differences = growths.slice(1).reduce((sum, growth, index) => sum + (growth - (growths[index] ?? 0)) ** 2, 0);
  const variance = differences / (2 * Math.max(1, growths.length - 1));
  if (!(total > beyondChance * Math.sqrt(variance * growths.length))) return null;
  const slope = slopeOf(levels);
  return slope > 0 ? slope : null;
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
