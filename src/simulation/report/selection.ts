import { highWord } from "./leading-bits.ts";

/** From here on values are counted before they are looked at. */
const leastCounted = 4096;
/** High words of 2^−31 and 2^32: seconds of a run lie between, or count as these. */
const leastWord = 0x3e000000;
/** Ten bits of the fraction tell a value's part: its width is a thousandth of what it begins with. */
const shift = 10;
const parts = (63 << 10) + 1;

/** Values of a sample at these rising ranks, the smallest at rank 0. No value may be NaN. */
export function valuesAt(sample: Float64Array, ranks: readonly number[]): readonly number[] {
  return sample.length < leastCounted ? selected(sample.slice(), ranks) : counted(sample, ranks);
}

/** Numbers rise with their leading bits: these are counted, and only the parts that hold a wanted rank are looked into. */
function counted(sample: Float64Array, ranks: readonly number[]): readonly number[] {
  const words = new Int32Array(sample.buffer, sample.byteOffset, 2 * sample.length);
  const counts = new Int32Array(parts);
  for (let i = highWord; i < words.length; i += 2) {
    const part = partOf(words[i] as number);
    counts[part] = (counts[part] as number) + 1;
  }
  const wanted = wantedParts(counts, ranks);
  const placeOf = new Uint8Array(parts);
  wanted.forEach(({ part }, place) => {
    placeOf[part] = place + 1;
  });
  for (let i = 0; i < sample.length; i++) {
    const place = placeOf[partOf(words[2 * i + highWord] as number)] as number;
    if (place === 0) continue;
    const own = wanted[place - 1] as WantedPart;
    own.values[own.filled++] = sample[i] as number;
  }
  return wanted.flatMap(({ values, within }) => selected(values, within));
}

/** Negative numbers have negative words, and lie in the first part with the smallest. */
function partOf(word: number): number {
  return Math.max(0, Math.min(parts - 1, (word - leastWord) >> shift));
}

interface WantedPart {
  readonly part: number;
  readonly values: Float64Array;
  filled: number;
  /** Ranks among its own values. */
  readonly within: number[];
}

function wantedParts(counts: Int32Array, ranks: readonly number[]): readonly WantedPart[] {
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

function selected(values: Float64Array, ranks: readonly number[]): readonly number[] {
  selectRanks(values, ranks, 0, ranks.length, 0, values.length - 1);
  return ranks.map((rank) => values[rank] as number);
}

/**
 * Moves values so that each of the ranks `from` … `to − 1` of the list, all of which lie between `left` and `right`, holds what it would after
 * sorting: the middle one parts those on its sides.
 */
function selectRanks(values: Float64Array, ranks: readonly number[], from: number, to: number, left: number, right: number): void {
  if (from >= to) return;
  const middle = (from + to) >> 1;
  const rank = ranks[middle] as number;
  select(values, rank, left, right);
  selectRanks(values, ranks, from, middle, left, rank - 1);
  selectRanks(values, ranks, middle + 1, to, rank + 1, right);
}

/** Quickselect with the median of three as its pivot, in place. */
function select(values: Float64Array, rank: number, from: number, to: number): void {
  let left = from;
  let right = to;
  while (left < right) {
    const pivot = medianOf(values[left] as number, values[(left + right) >> 1] as number, values[right] as number);
    let low = left;
    let high = right;
    while (low <= high) {
      while ((values[low] as number) < pivot) low++;
      while ((values[high] as number) > pivot) high--;
      if (low > high) break;
      const value = values[low] as number;
      values[low++] = values[high] as number;
      values[high--] = value;
    }
    if (rank <= high) right = high;
    else if (rank >= low) left = low;
    else return;
  }
}

function medianOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
