import { type GapEntries, gapGroups } from "./gap-entries.ts";
import { inRankedParts } from "./ranked-parts.ts";

/** Parts that a range is counted in. */
const parts = 1024;

/**
 * Gaps by their rank among all, in whole nanoseconds, without writing every one of them down: they are counted in groups, and these again in
 * parts, and only those looked into that hold a wanted rank. Ranks rise, and the smallest gap has rank 0.
 */
export function rankedGaps(entries: GapEntries, ranks: readonly number[]): number[] {
  const { spread } = entries;
  const counts = entries.tokensOf.slice();
  for (const i of spread) countGroups(entries, i, counts);
  return inRankedParts(ranks, counts, (group, within) => {
    // The first group holds what is below 1, too.
    const from = group === 0 ? 0 : Math.ceil(gapGroups.startOf(group));
    const to = Math.ceil(gapGroups.startOf(group + 1));
    const own = entries.listedBy(group);
    const others = inRange(entries, spread, from, to);
    const among = new Int32Array(own.length + others.length);
    among.set(own);
    among.set(others, own.length);
    return find(entries, among, within, from, to);
  });
}

/** The same among the gaps of some entries from `from` up to but not `to`. */
function find(entries: GapEntries, among: Int32Array, ranks: readonly number[], from: number, to: number): readonly number[] {
  if (to - from <= 1) return ranks.map(() => from);
  const width = Math.ceil((to - from) / parts);
  const counts = new Float64Array(parts);
  for (let k = 0; k < among.length; k++) countParts(entries, among[k] as number, from, to, width, counts);
  return inRankedParts(ranks, counts, (part, within) => {
    const low = from + part * width;
    const high = Math.min(to, low + width);
    return find(entries, inRange(entries, among, low, high), within, low, high);
  });
}

function inRange(entries: GapEntries, among: Int32Array, low: number, high: number): Int32Array {
  const kept = new Int32Array(among.length);
  let count = 0;
  for (let k = 0; k < among.length; k++) {
    const i = among[k] as number;
    if (entries.gap(i, 0) < high && entries.gap(i, (entries.steps[i] as number) - 1) >= low) kept[count++] = i;
  }
  return kept.subarray(0, count);
}

/** Adds the tokens of one entry to each group that its gaps are of. */
function countGroups(entries: GapEntries, i: number, counts: Float64Array): void {
  const tokens = entries.tokens[i] as number;
  const steps = entries.steps[i] as number;
  for (let below = 0; below < steps; ) {
    const group = gapGroups.groupOf(entries.gap(i, below));
    const next = Math.max(below + 1, entries.below(i, Math.ceil(gapGroups.startOf(group + 1))));
    counts[group] = (counts[group] as number) + tokens * (next - below);
    below = next;
  }
}

/** Adds the tokens of one entry to each part of the range that its gaps lie in. */
function countParts(entries: GapEntries, i: number, from: number, to: number, width: number, counts: Float64Array): void {
  const tokens = entries.tokens[i] as number;
  let below = entries.below(i, from);
  const most = entries.below(i, to);
  while (below < most) {
    const part = Math.floor((entries.gap(i, below) - from) / width);
    const next = Math.min(most, Math.max(below + 1, entries.below(i, from + (part + 1) * width)));
    counts[part] = (counts[part] as number) + tokens * (next - below);
    below = next;
  }
}
