/** Values at these rising ranks, the smallest at rank 0, in linear time; the values are reordered on the way. No value may be NaN. */
export function valuesAt(values: Float64Array, ranks: readonly number[]): readonly number[] {
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
