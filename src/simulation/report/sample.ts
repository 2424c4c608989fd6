import { highWord } from "./leading-bits.ts";
import { valuesAt } from "./selection.ts";

/** Six bits of the fraction tell a value's part: its width is a sixty-fourth of what it begins with, and all counts stay near the processor. */
const shift = 14;
/** Seconds of a run lie between 2^−31, whose high word this is, and 2^32, or count as these. */
const leastPart = 0x3e000000 >> shift;
const parts = (63 << 6) + 1;

const number = new Float64Array(1);
const words = new Int32Array(number.buffer);

/**
 * Values that are counted by their leading bits as they come, since numbers rise with these: what is asked for by rank is then looked for in
 * few of them. NaN have their place among the values, and are none of the sample.
 */
export class Sample {
  readonly values: Float64Array;
  /** Values that are not NaN, and their sum. */
  count = 0;
  total = 0;
  private readonly counts = new Int32Array(parts);
  private filled = 0;

  /** Room for so many, NaN among them. */
  constructor(room: number) {
    this.values = new Float64Array(room);
  }

  static of(values: Float64Array | Int32Array): Sample {
    const sample = new Sample(values.length);
    for (let i = 0; i < values.length; i++) sample.add(values[i] as number);
    return sample;
  }

  add(value: number): void {
    this.values[this.filled++] = value;
    if (Number.isNaN(value)) return;
    const part = partOf(value);
    this.counts[part] = (this.counts[part] as number) + 1;
    this.total += value;
    this.count++;
  }

  /** Values at these rising ranks, the smallest at rank 0. */
  at(ranks: readonly number[]): readonly number[] {
    const { values } = this;
    const wanted = this.wantedParts(ranks);
    const placeOf = new Uint8Array(parts);
    wanted.forEach(({ part }, place) => {
      placeOf[part] = place + 1;
    });
    for (let i = 0; i < this.filled; i++) {
      const value = values[i] as number;
      const place = placeOf[partOf(value)] as number;
      if (place === 0 || Number.isNaN(value)) continue;
      const own = wanted[place - 1] as WantedPart;
      own.values[own.filled++] = value;
    }
    return wanted.flatMap((own) => valuesAt(own.values, own.within));
  }

  private wantedParts(ranks: readonly number[]): readonly WantedPart[] {
    const { counts } = this;
    const found: WantedPart[] = [];
    let part = 0;
    let before = 0;
    for (const rank of ranks) {
      for (; rank - before >= (counts[part] as number); part++) before += counts[part] as number;
      if (found.at(-1)?.part !== part) found.push({ part, values: new Float64Array(counts[part] as number), filled: 0, within: [] });
      found.at(-1)?.within.push(rank - before);
    }
    return found;
  }
}

interface WantedPart {
  readonly part: number;
  readonly values: Float64Array;
  filled: number;
  /** Ranks among its own values. */
  readonly within: number[];
}

/** Negative numbers have negative words, and lie in the first part with the smallest. */
function partOf(value: number): number {
  number[0] = value;
  return Math.max(0, Math.min(parts - 1, ((words[highWord] as number) >> shift) - leastPart));
}
