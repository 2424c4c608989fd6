import type { RequestRecords } from "./report.ts";

/**
 * Most requests that were between their first step and their end at once in any one instance. Those that two instances share count together,
 * wherever they run: no fewer than in either.
 */
export function peakRunning({
  firstScheduled,
  finished,
  instance,
  decodeQueue,
}: Pick<RequestRecords, "firstScheduled" | "finished" | "instance" | "decodeQueue">): number {
  const starts = new Map<number, number[]>();
  const ends = new Map<number, number[]>();
  for (let i = 0; i < instance.length; i++) {
    const start = firstScheduled[i] as number;
    // Never scheduled.
    if (Number.isNaN(start)) continue;
    const end = finished[i] as number;
    const isShared = !Number.isNaN(decodeQueue[i] as number);
    const at = isShared ? -1 : (instance[i] as number);
    listOf(starts, at).push(start);
    listOf(ends, at).push(Number.isNaN(end) ? Number.POSITIVE_INFINITY : end);
  }
  return Math.max(0, ...[...starts].map(([at, begun]) => overlap(begun, listOf(ends, at))));
}

function listOf(lists: Map<number, number[]>, key: number): number[] {
  const known = lists.get(key);
  if (known) return known;
  const made: number[] = [];
  lists.set(key, made);
  return made;
}

/** Largest number of intervals that hold one moment; one that ends when another begins is no longer there. */
function overlap(starts: readonly number[], ends: readonly number[]): number {
  const begun = Float64Array.from(starts).sort();
  const done = Float64Array.from(ends).sort();
  let most = 0;
  let over = 0;
  for (let i = 0; i < begun.length; i++) {
    while ((done[over] as number) <= (begun[i] as number)) over++;
    most = Math.max(most, i + 1 - over);
  }
  return most;
}
