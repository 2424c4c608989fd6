import { firstAbove } from "./search.ts";

/** What a step's height is made of, from the bottom up: index into `Track.shares`. */
export const layers = ["prefill-sequence", "prefill-tensor", "decode-tensor", "decode-sequence"] as const;

/** Rows of a table that do not overlap, in order of time. */
export interface TrackInput {
  readonly rows: Int32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly steps: Int32Array;
  /** Of each layer and row, its part of the lane's height; null where no row has any. */
  readonly shares: readonly (Float32Array | null)[];
}

/** Steps of one lane that do not overlap. Shares are summed up over time, so that any interval's mean is found in two searches. */
export class Track {
  readonly rows: Int32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Equal steps that a row stands for, one behind the other. */
  readonly steps: Int32Array;
  readonly shares: readonly (Float32Array | null)[];
  private readonly sums: readonly (Float64Array | null)[];
  /** Seconds of the rows before each. */
  private readonly seconds: Float64Array;

  constructor({ rows, start, end, steps, shares }: TrackInput) {
    this.rows = rows;
    this.start = start;
    this.end = end;
    this.steps = steps;
    this.shares = shares;
    this.seconds = new Float64Array(rows.length + 1);
    for (let i = 0; i < rows.length; i++) this.seconds[i + 1] = (this.seconds[i] as number) + (end[i] as number) - (start[i] as number);
    this.sums = shares.map((share) => {
      if (!share) return null;
      const sum = new Float64Array(rows.length + 1);
      for (let i = 0; i < rows.length; i++)
        sum[i + 1] = (sum[i] as number) + (share[i] as number) * ((end[i] as number) - (start[i] as number));
      return sum;
    });
  }

  get length(): number {
    return this.rows.length;
  }

  /** First row that ends after a time. */
  endingAfter(time: number): number {
    return firstAbove(this.end, time);
  }

  /** First row that starts after a time. */
  startingAfter(time: number): number {
    return firstAbove(this.start, time);
  }

  /** The row that runs at a time, or −1. */
  at(time: number): number {
    const i = this.endingAfter(time);
    return i < this.length && (this.start[i] as number) <= time ? i : -1;
  }

  /** Seconds of an interval in which a row runs. */
  secondsIn(from: number, to: number): number {
    return Math.max(0, this.secondsUpTo(to) - this.secondsUpTo(from));
  }

  private secondsUpTo(time: number): number {
    const i = this.endingAfter(time);
    const part = i < this.length ? Math.max(0, time - (this.start[i] as number)) : 0;
    return (this.seconds[i] as number) + part;
  }

  /** Integral of a layer's share from the beginning up to `time`, which row `i` is the first to end after. */
  upTo(layer: number, time: number, i: number): number {
    const sum = this.sums[layer];
    if (!sum) return 0;
    const part = i < this.length ? Math.max(0, time - (this.start[i] as number)) : 0;
    return (sum[i] as number) + (part > 0 ? part * ((this.shares[layer] as Float32Array)[i] as number) : 0);
  }
}
