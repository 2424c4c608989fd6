/** Tokens of answers that an engine core has made. */
export class MadeTokens {
  total = 0;
  /** Of the step that ended last. */
  private last = 0;
  private lastEnd = Number.NEGATIVE_INFINITY;

  /** Steps have made so many, `last` of them the one that ended at `end`. */
  add(tokens: number, last: number, end: number): void {
    this.total += tokens;
    this.last = last;
    this.lastEnd = end;
  }

  /** In steps that had ended before: whether one that ends at this very instant is in the books yet must not matter. */
  before(now: number): number {
    return this.lastEnd === now ? this.total - this.last : this.total;
  }
}
