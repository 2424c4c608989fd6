import type { LivePoint } from "../snapshot.ts";

/** Means over so many seconds each, so that one step's jump does not count as many. */
const slotSeconds = 10;
const slots = 12;
/** Of a Mann–Kendall test, in standard deviations: one false alarm in thousands of quiet stretches. */
const surely = 3;
const fewest = 5;

/**
 * Whether the queue has grown over the last two minutes by more than chance: steadily (Mann–Kendall's trend test over means of 10 s), and
 * by more than random arrivals would leave of so many requests, three times √(2n). undefined where the server does not tell its queue or
 * the time is not over.
 */
export function queueGrows(points: readonly LivePoint[], until: number, finishedPerSecond: number | null): boolean | undefined {
  const means = slotMeans(points, until);
  if (!means) return undefined;
  const first = means[0] ?? 0;
  const last = means.at(-1) ?? 0;
  const finished = (finishedPerSecond ?? 0) * slotSeconds * slots;
  const byChance = Math.max(fewest, surely * Math.sqrt(2 * finished));
  return last - first > byChance && trend(means) > surely;
}

function slotMeans(points: readonly LivePoint[], until: number): readonly number[] | undefined {
  const sums = new Float64Array(slots);
  const counts = new Float64Array(slots);
  for (let i = points.length - 1; i >= 0; i--) {
    const point = points[i];
    if (!point || point.time <= until - slots * slotSeconds) break;
    const waiting = point.snapshot?.gauges.requests_waiting;
    const slot = slots - 1 - Math.floor((until - point.time) / slotSeconds);
    if (waiting === undefined || slot < 0 || slot >= slots) continue;
    sums[slot] = (sums[slot] ?? 0) + waiting;
    counts[slot] = (counts[slot] ?? 0) + 1;
  }
  return counts.every((count) => count > 0) ? [...sums].map((sum, slot) => sum / (counts[slot] ?? 1)) : undefined;
}

/** Mann–Kendall: pairs that rise less pairs that fall, in standard deviations of an order by chance. */
function trend(values: readonly number[]): number {
  let score = 0;
  for (let i = 0; i < values.length; i++) {
    for (let j = i + 1; j < values.length; j++) score += Math.sign((values[j] ?? 0) - (values[i] ?? 0));
  }
  const n = values.length;
  return score / Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
}
