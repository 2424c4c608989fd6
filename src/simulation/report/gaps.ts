import type { GapCounts } from "./gap-counts.ts";
import { GapEntries } from "./gap-entries.ts";
import { rankedGaps } from "./gap-ranks.ts";
import { LeadingBits } from "./leading-bits.ts";
import { rankedQuantiles } from "./quantiles.ts";
import { inRankedParts } from "./ranked-parts.ts";
import type { Quantiles } from "./report.ts";

/** Groups within one part in 10,000 of their middle. */
const coarseGroups = new LeadingBits(13);

/**
 * Gaps between tokens as stretches of steps whose gaps lie on a line, each with the tokens that every one of its steps makes: quantiles are
 * exact, since all members of a step have the same gap. Beyond four million entries they are kept within one part in 10,000.
 */
export class Gaps {
  private readonly entries = new GapEntries();
  /** Those that follow another one. */
  tokens = 0;
  private total = 0;
  /** Tokens by group of what came when the entries were full. */
  private coarse: Float64Array | null = null;

  /** `counts`: where somebody asks for gaps by bucket and time. */
  constructor(private readonly counts: GapCounts | null = null) {}

  add(nanoseconds: number, tokens: number): void {
    this.addStretch(nanoseconds, 0, 1, tokens, nanoseconds);
  }

  /** Gaps of whole nanoseconds nearest to `first`, `first + growth`, …, for so many tokens each; `sum` of one token's. */
  addStretch(first: number, growth: number, steps: number, tokens: number, sum: number): void {
    if (tokens <= 0 || steps <= 0) return;
    this.counts?.add(first, growth, steps, tokens, sum);
    this.tokens += steps * tokens;
    this.total += sum * tokens;
    if (!this.entries.isFull) {
      // Growing lines alone keep what asks for them simple.
      this.entries.add(growth < 0 ? first + growth * (steps - 1) : first, Math.abs(growth), steps, tokens);
      return;
    }
    this.coarse ??= new Float64Array(coarseGroups.groups);
    for (let step = 0; step < steps; step++) count(this.coarse, Math.round(first + growth * step), tokens);
  }

  clear(): void {
    this.entries.clear();
    this.tokens = 0;
    this.total = 0;
    this.coarse = null;
  }

  /** In seconds. */
  quantiles(): Quantiles {
    const { entries, coarse } = this;
    const gapsAt = (ranks: readonly number[]): readonly number[] =>
      coarse ? coarseGaps(coarse, entries, ranks) : rankedGaps(entries, ranks);
    return rankedQuantiles(this.total / this.tokens / 1e9, this.tokens, (ranks) => gapsAt(ranks).map((nanoseconds) => nanoseconds / 1e9));
  }
}

function coarseGaps(beyond: Float64Array, entries: GapEntries, ranks: readonly number[]): readonly number[] {
  const counts = beyond.slice();
  for (let i = 0; i < entries.count; i++)
    for (let step = 0; step < (entries.steps[i] as number); step++) count(counts, entries.gap(i, step), entries.tokens[i] as number);
  return inRankedParts(ranks, counts, (group, within) => {
    const middle = (coarseGroups.startOf(group) + coarseGroups.startOf(group + 1)) / 2;
    return within.map(() => middle);
  });
}

function count(counts: Float64Array, nanoseconds: number, tokens: number): void {
  const group = coarseGroups.groupOf(nanoseconds);
  counts[group] = (counts[group] as number) + tokens;
}
