/** Longest table; beyond it the last slope goes on. */
const longest = 16_384;

/** Seconds by a whole number from 0 up, tabulated once and read in O(1). Never falls: more work is never faster. */
export class TokenTable {
  private readonly values: Float64Array;
  private readonly slope: number;

  /** `padded` tells which size really runs for a count; `seconds` is asked only at knots between which lines are drawn. */
  constructor(most: number, padded: (count: number) => number, seconds: (count: number) => number) {
    const size = Math.max(2, Math.min(Math.ceil(most), longest));
    this.values = new Float64Array(size + 1);
    let from = 0;
    let before = 0;
    while (from < size) {
      const next = Math.min(size, nextKnot(from, padded));
      const run = padded(from + 1);
      // A padded stretch costs the same all along; elsewhere the cost rises from knot to knot.
      const flat = run >= next && run > from + 1;
      const value = Math.max(before, seconds(flat ? run : next));
      if (flat) this.values.fill(value, from + 1, next + 1);
      else for (let i = from + 1; i <= next; i++) this.values[i] = before + ((value - before) * (i - from)) / (next - from);
      before = value;
      from = next;
    }
    const last = this.values[size] ?? 0;
    const middle = this.values[size >> 1] ?? 0;
    this.slope = Math.max(0, (last - middle) / (size - (size >> 1)));
  }

  at(count: number): number {
    const last = this.values.length - 1;
    if (count <= last) return this.values[Math.max(count, 0)] as number;
    return (this.values[last] as number) + this.slope * (count - last);
  }
}

function nextKnot(from: number, padded: (count: number) => number): number {
  const run = padded(from + 1);
  // Padding that is small beside the count is not worth a knot of its own.
  if (run > from + 1 && run - from > from / 64) return run;
  if (from < 16) return from + 1;
  if (from < 1024) return from + 16;
  return from + (from < 4096 ? 128 : 512);
}
