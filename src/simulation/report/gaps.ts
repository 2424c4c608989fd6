import { GapRanks } from "./gap-ranks.ts";
import { rankedQuantiles } from "./quantiles.ts";
import type { Quantiles } from "./report.ts";

/** Above this many entries gaps are kept within one part in 10,000. */
const mostEntries = 1 << 22;
const widthOfBucket = Math.log(1 + 1e-4);
/** Up to e^37 nanoseconds, longer than any run. */
const buckets = Math.ceil(37 / widthOfBucket);

/**
 * Gaps between tokens as stretches of steps whose gaps lie on a line, each with the tokens that every one of its steps makes: quantiles are
 * exact, since all members of a step have the same gap.
 */
export class Gaps {
  private first = new Float64Array(4096);
  private growth = new Float64Array(4096);
  private steps = new Int32Array(4096);
  private weights = new Int32Array(4096);
  private entries = 0;
  /** Those that follow another one. */
  tokens = 0;
  private total = 0;
  /** Weights by the logarithm of the gap; there once the entries were too many. */
  private coarse: Float64Array | null = null;

  add(nanoseconds: number, tokens: number): void {
    this.addStretch(nanoseconds, 0, 1, tokens, nanoseconds);
  }

  /** Gaps of whole nanoseconds nearest to `first`, `first + growth`, …, for so many tokens each; `sum` of one token's. */
  addStretch(first: number, growth: number, steps: number, tokens: number, sum: number): void {
    if (tokens <= 0 || steps <= 0) return;
    if (this.entries === this.first.length) this.makeRoom();
    const i = this.entries++;
    // Growing lines alone keep what asks for them simple.
    this.first[i] = growth < 0 ? first + growth * (steps - 1) : first;
    this.growth[i] = Math.abs(growth);
    this.steps[i] = steps;
    this.weights[i] = tokens;
    this.tokens += steps * tokens;
    this.total += sum * tokens;
  }

  clear(): void {
    this.entries = 0;
    this.tokens = 0;
    this.total = 0;
    this.coarse = null;
  }

  /** In seconds. */
  quantiles(): Quantiles {
    const { first, growth, steps, weights, entries, coarse } = this;
    const ranks = coarse ? null : new GapRanks(first, growth, steps, weights, entries);
    if (coarse) this.foldInto(coarse);
    const gapsAt = (wanted: readonly number[]): readonly number[] => ranks?.at(wanted) ?? wanted.map((rank) => this.coarseAt(rank));
    return rankedQuantiles(this.total / this.tokens / 1e9, this.tokens, (wanted) => gapsAt(wanted).map((nanoseconds) => nanoseconds / 1e9));
  }

  private coarseAt(rank: number): number {
    let left = rank;
    let bucket = 0;
    for (const tokens of this.coarse ?? []) {
      if (left < tokens) break;
      left -= tokens;
      bucket++;
    }
    return Math.exp((bucket + 0.5) * widthOfBucket);
  }

  private makeRoom(): void {
    if (this.entries < mostEntries) {
      this.first = grown(this.first, Float64Array);
      this.growth = grown(this.growth, Float64Array);
      this.steps = grown(this.steps, Int32Array);
      this.weights = grown(this.weights, Int32Array);
      return;
    }
    this.coarse ??= new Float64Array(buckets);
    this.foldInto(this.coarse);
  }

  private foldInto(coarse: Float64Array): void {
    for (let i = 0; i < this.entries; i++) {
      for (let step = 0; step < (this.steps[i] as number); step++) {
        const gap = Math.max(1, Math.round((this.first[i] as number) + (this.growth[i] as number) * step));
        const bucket = Math.min(buckets - 1, Math.floor(Math.log(gap) / widthOfBucket));
        coarse[bucket] = (coarse[bucket] as number) + (this.weights[i] as number);
      }
    }
    this.entries = 0;
  }
}

function grown<Numbers extends Float64Array | Int32Array>(array: Numbers, kind: new (length: number) => Numbers): Numbers {
  const larger = new kind(array.length * 2);
  larger.set(array);
  return larger;
}
