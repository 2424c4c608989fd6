import type { Histogram } from "../../src/live/snapshot.ts";

/** The cumulative histograms of one word at each sample, in one array: thousands of them cost what their numbers cost. */
export class HistogramTrack {
  private upper = new Float64Array();
  private counts = new Float64Array();
  private readonly sums: Float64Array;
  private readonly totals: Float64Array;

  constructor(private readonly capacity: number) {
    this.sums = new Float64Array(capacity);
    // NaN = the page had none at this sample.
    this.totals = new Float64Array(capacity).fill(Number.NaN);
  }

  put(at: number, histogram: Histogram | undefined): void {
    if (!histogram) {
      this.totals[at] = Number.NaN;
      return;
    }
    if (!sameBounds(histogram.upper, this.upper)) this.begin(histogram.upper);
    this.counts.set(histogram.count, at * this.upper.length);
    this.sums[at] = histogram.sum;
    this.totals[at] = histogram.total;
  }

  at(at: number): Histogram | undefined {
    const total = this.totals[at] ?? Number.NaN;
    if (Number.isNaN(total)) return undefined;
    const buckets = this.upper.length;
    return { upper: this.upper, count: this.counts.subarray(at * buckets, (at + 1) * buckets), sum: this.sums[at] ?? Number.NaN, total };
  }

  get bounds(): Float64Array {
    return this.upper;
  }

  /** The sample at `from` moves to `to`. */
  move(from: number, to: number): void {
    const buckets = this.upper.length;
    this.counts.copyWithin(to * buckets, from * buckets, (from + 1) * buckets);
    this.sums[to] = this.sums[from] ?? Number.NaN;
    this.totals[to] = this.totals[from] ?? Number.NaN;
  }

  /** Other bounds cannot be compared with those before: what was kept goes. */
  private begin(upper: Float64Array): void {
    this.upper = Float64Array.from(upper);
    this.counts = new Float64Array(this.capacity * upper.length);
    this.totals.fill(Number.NaN);
  }
}

function sameBounds(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((bound, i) => bound === b[i]);
}
