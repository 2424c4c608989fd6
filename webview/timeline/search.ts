/** Index of the first value above `at` in ascending values; their number where there is none. */
export function firstAbove(values: Float64Array, at: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
