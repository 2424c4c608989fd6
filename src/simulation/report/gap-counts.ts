/** Gaps between tokens by their length, and by when the later of the two tokens came. */
export interface GapsOverTime {
  /** Rising bounds of the buckets in seconds; beyond the last one lies a further bucket. */
  readonly bounds: readonly number[];
  /** Seconds of a slice of time; the first one begins with the run's measured part. */
  readonly sliceSeconds: number;
  /** Tokens, slice by slice and in it bucket by bucket. */
  readonly tokens: Float64Array;
  /** Seconds that the gaps of each slice add up to. */
  readonly seconds: Float64Array;
}

const slices = 256;
const firstSliceNanoseconds = 1e7;

/** Counts gaps into buckets that somebody asks for, as a server does. Slices double in width whenever time outgrows them. */
export class GapCounts {
  private readonly bounds: readonly number[];
  private readonly tokens: Float64Array;
  private readonly seconds = new Float64Array(slices);
  private width = firstSliceNanoseconds;
  private origin = 0;
  private now = 0;

  /** `bounds` in seconds, rising. */
  constructor(private readonly asked: readonly number[]) {
    this.bounds = asked.map((bound) => bound * 1e9);
    this.tokens = new Float64Array(slices * this.buckets);
  }

  /** Starts anew: what came before was warm-up. */
  reset(now: number): void {
    this.origin = now;
    this.now = now;
    this.width = firstSliceNanoseconds;
    this.tokens.fill(0);
    this.seconds.fill(0);
  }

  /** An instant begins, in nanoseconds. */
  at(now: number): void {
    this.now = now;
    while (now - this.origin >= this.width * slices) this.widen();
  }

  /** Gaps of `first`, `first + growth`, … nanoseconds, one behind the other up to now, so many tokens each. */
  add(first: number, growth: number, steps: number, tokens: number, sum: number): void {
    let end = this.now - this.origin - sum;
    for (let step = 0; step < steps; step++) {
      const gap = first + growth * step;
      end += gap;
      const slice = Math.max(0, Math.min(slices - 1, Math.floor(end / this.width)));
      const at = slice * this.buckets + this.bucketOf(gap);
      this.tokens[at] = (this.tokens[at] as number) + tokens;
      this.seconds[slice] = (this.seconds[slice] as number) + (gap * tokens) / 1e9;
    }
  }

  /** What was counted. */
  taken(): GapsOverTime {
    return { bounds: this.asked, sliceSeconds: this.width / 1e9, tokens: this.tokens, seconds: this.seconds };
  }

  private get buckets(): number {
    return this.bounds.length + 1;
  }

  private bucketOf(gap: number): number {
    let low = 0;
    let high = this.bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.bounds[middle] as number) < gap) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private widen(): void {
    halved(this.seconds, 1);
    halved(this.tokens, this.buckets);
    this.width *= 2;
  }
}

/** Rows of so many columns, each two made one. */
function halved(values: Float64Array, columns: number): void {
  for (let i = 0; i < values.length; i++) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    values[i] = (values[2 * row * columns + column] ?? 0) + (values[(2 * row + 1) * columns + column] ?? 0);
  }
}
