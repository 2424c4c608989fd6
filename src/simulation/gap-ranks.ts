const parts = 1024;

/** Finds gaps by their rank among all, without writing every one of them down: a range is counted in parts, and the part looked into. */
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
    const all = Uint32Array.from({ length: this.entries }, (_, i) => i);
    let most = 0;
    for (let i = 0; i < this.entries; i++) most = Math.max(most, this.last(i));
    return this.find(ranks, all, 0, most + 1);
  }

  /** The same among the gaps from `from` up to but not `to` alone, all of them in these entries. */
  private find(ranks: readonly number[], entries: Uint32Array, from: number, to: number): number[] {
    if (to - from <= 1) return ranks.map(() => from);
    const width = Math.ceil((to - from) / parts);
    const counts = new Float64Array(parts);
    for (const i of entries) this.count(i, from, to, width, counts);
    const found: number[] = [];
    let before = 0;
    let part = 0;
    for (let k = 0; k < ranks.length; ) {
      const rank = ranks[k] as number;
      while (part < parts - 1 && rank - before >= (counts[part] as number)) before += counts[part++] as number;
      const low = from + part * width;
      const high = Math.min(to, low + width);
      const mine: number[] = [];
      for (; k < ranks.length && (ranks[k] as number) - before < (counts[part] as number); k++) mine.push((ranks[k] as number) - before);
      if (mine.length === 0) return [...found, ...ranks.slice(k).map(() => Number.NaN)];
      found.push(...this.find(mine, this.within(entries, low, high), low, high));
    }
    return found;
  }

  private within(entries: Uint32Array, low: number, high: number): Uint32Array {
    return entries.filter((i) => Math.round(this.first[i] as number) < high && this.last(i) >= low);
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
