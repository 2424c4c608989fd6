/** Above this many entries equal gaps are merged, then gaps within one part in 10,000. */
const mostEntries = 1 << 22;

/** Gaps between tokens, each with the number of tokens it holds for: all quantiles are exact, as every member of a step has the same gap. */
export class Gaps {
  private nanoseconds = new Float64Array(4096);
  private weights = new Float64Array(4096);
  private entries = 0;

  add(nanoseconds: number, tokens: number): void {
    if (tokens <= 0) return;
    if (this.entries === this.nanoseconds.length) this.makeRoom();
    this.nanoseconds[this.entries] = nanoseconds;
    this.weights[this.entries++] = tokens;
  }

  clear(): void {
    this.entries = 0;
  }

  /** Sorted copies of gaps and weights. */
  sorted(): { readonly values: Float64Array; readonly weights: Float64Array } {
    const order = Uint32Array.from({ length: this.entries }, (_, i) => i);
    const { nanoseconds } = this;
    order.sort((a, b) => (nanoseconds[a] as number) - (nanoseconds[b] as number));
    const values = new Float64Array(this.entries);
    const weights = new Float64Array(this.entries);
    order.forEach((from, to) => {
      values[to] = nanoseconds[from] as number;
      weights[to] = this.weights[from] as number;
    });
    return { values, weights };
  }

  private makeRoom(): void {
    if (this.entries < mostEntries) {
      const nanoseconds = new Float64Array(this.entries * 2);
      const weights = new Float64Array(this.entries * 2);
      nanoseconds.set(this.nanoseconds);
      weights.set(this.weights);
      this.nanoseconds = nanoseconds;
      this.weights = weights;
      return;
    }
    const { values, weights } = this.sorted();
    for (let width = 0; this.entries > mostEntries / 2; width = width === 0 ? 1e-4 : width * 2) {
      let kept = -1;
      for (let i = 0; i < values.length; i++) {
        const value = values[i] as number;
        const weight = weights[i] as number;
        if (kept >= 0 && value <= (this.nanoseconds[kept] as number) * (1 + width))
          this.weights[kept] = (this.weights[kept] as number) + weight;
        else {
          kept++;
          this.nanoseconds[kept] = value;
          this.weights[kept] = weight;
        }
      }
      this.entries = kept + 1;
    }
  }
}
