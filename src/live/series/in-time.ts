/** Index of the first point whose time passes; points are in order of time. */
export function firstWith(points: readonly { readonly time: number }[], passes: (time: number) => boolean): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (passes(points[middle]?.time ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
