/** Parts that a range is counted in. */
const parts = 1024;
/** Leading bits of a number's fraction that tell its group; with its exponent, up to 2^53. */
const groupBits = 6;
const groups = 53 << groupBits;

const number = new Float64Array(1);
const words = new Int32Array(number.buffer);
/** Index of the word with sign and exponent. */
const high = new Uint8Array(Float64Array.of(1).buffer)[7] === 0x3f ? 1 : 0;
const firstGroup = 1023 << groupBits;

/** Numbers from 1 on rise with their groups, each about a sixty-fourth wide. */
function groupOf(value: number): number {
  number[0] = Math.max(1, value);
  return ((words[high] as number) >> (20 - groupBits)) - firstGroup;
}

/** Smallest number of a group. */
function startOf(group: number): number {
  words[1 - high] = 0;
  words[high] = (group + firstGroup) << (20 - groupBits);
  return number[0] as number;
}

/** Finds gaps by their rank among all, without writing every one of them down: they are counted in parts, and the part looked into. */
export class GapRanks {
  constructor(
    private readonly first: Float64Array,
    private readonly growth: Float64Array,
    private readonly steps: Int32Array,
    private readonly tokens: Int32Array,
    private readonly entries: number,
  ) {}

  /** Whole nanoseconds of the gaps of these rising ranks, the smallest of rank 0. */
  at(ranks: readonly number[]): number[] {
    const all = new Int32Array(this.entries);
    for (let i = 0; i < all.length; i++) all[i] = i;
    const counts = new Float64Array(groups);
    for (let i = 0; i < all.length; i++) this.countGroups(i, counts);
    return this.pick(ranks, counts, (group, within) => {
      const from = Math.ceil(startOf(group));
      const to = Math.ceil(startOf(group + 1));
      // The first group holds what is below 1, too.
      return this.find(within, all, group === 0 ? 0 : from, to);
    });
  }

  /** Which part each rank is in, and what `look` finds there for its rank among the part's own. */
  private pick(ranks: readonly number[], counts: Float64Array, look: (part: number, within: readonly number[]) => number[]): number[] {
    const found: number[] = [];
    let before = 0;
    let part = 0;
    while (found.length < ranks.length) {
      while (part < counts.length - 1 && (ranks[found.length] as number) - before >= (counts[part] as number))
        before += counts[part++] as number;
      const end = before + (counts[part] as number);
      const within: number[] = [];
      for (let k = found.length; k < ranks.length && (ranks[k] as number) < end; k++) within.push((ranks[k] as number) - before);
      if (within.length === 0) break;
      for (const gap of look(part, within)) found.push(gap);
    }
    return found;
  }

  /** The same among the gaps from `from` up to but not `to` alone. */
  private find(ranks: readonly number[], among: Int32Array, from: number, to: number): number[] {
    if (to - from <= 1) return ranks.map(() => from);
    const entries = this.within(among, from, to);
    const width = Math.ceil((to - from) / parts);
    const counts = new Float64Array(parts);
    for (let k = 0; k < entries.length; k++) this.count(entries[k] as number, from, to, width, counts);
    return this.pick(ranks, counts, (part, within) => {
      const low = from + part * width;
      return this.find(within, entries, low, Math.min(to, low + width));
    });
  }

  private within(among: Int32Array, low: number, high: number): Int32Array {
    const kept = new Int32Array(among.length);
    let count = 0;
    for (let k = 0; k < among.length; k++) {
      const i = among[k] as number;
      if (this.gap(i, 0) < high && this.last(i) >= low) kept[count++] = i;
    }
    return kept.slice(0, count);
  }

  /** Adds the tokens of one entry to each group that its gaps are of. */
  private countGroups(i: number, counts: Float64Array): void {
    const tokens = this.tokens[i] as number;
    const steps = this.steps[i] as number;
    for (let below = 0; below < steps; ) {
      const group = groupOf(this.gap(i, below));
      const next = Math.max(below + 1, this.below(i, Math.ceil(startOf(group + 1))));
      counts[group] = (counts[group] as number) + tokens * (next - below);
      below = next;
    }
  }

  /** Adds the tokens of one entry to each part of the range that its gaps lie in. */
  private count(i: number, from: number, to: number, width: number, counts: Float64Array): void {
    const tokens = this.tokens[i] as number;
    let below = this.below(i, from);
    const most = this.below(i, to);
    while (below < most) {
      const part = Math.floor((this.gap(i, below) - from) / width);
      const next = Math.min(most, Math.max(below + 1, this.below(i, from + (part + 1) * width)));
      counts[part] = (counts[part] as number) + tokens * (next - below);
      below = next;
    }
  }

  /** Steps of an entry with a gap below `bound`. */
  private below(i: number, bound: number): number {
    const first = this.first[i] as number;
    const growth = this.growth[i] as number;
    const steps = this.steps[i] as number;
    if (growth === 0 || steps === 1) return Math.round(first) < bound ? steps : 0;
    return Math.max(0, Math.min(steps, Math.ceil((bound - 0.5 - first) / growth)));
  }

  private gap(i: number, step: number): number {
    return Math.round((this.first[i] as number) + (this.growth[i] as number) * step);
  }

  private last(i: number): number {
    return this.gap(i, (this.steps[i] as number) - 1);
  }
}
