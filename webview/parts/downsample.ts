export interface Point {
  x: number;
  y: number;
}

/**
 * The points of a line as a plot `pixels` wide can show them: per pixel the lowest and the highest, in their order, so that no peak is
 * lost. NaN breaks the line and stays a break; −Infinity (nothing was observed) is left out and breaks nothing. Only x in
 * [from, to] counts, with one neighbour on each side.
 */
export function downsample(x: Float64Array, y: Float64Array, length: number, from: number, to: number, pixels: number): Point[] {
  const first = Math.max(0, lowerBound(x, length, from) - 1);
  const last = Math.min(length - 1, lowerBound(x, length, to));
  const points: Point[] = [];
  if (last < first || pixels <= 0) return points;
  if (last - first + 1 <= pixels * 2) {
    for (let i = first; i <= last; i++) {
      const value = y[i] ?? Number.NaN;
      if (value !== Number.NEGATIVE_INFINITY) points.push({ x: x[i] ?? 0, y: value });
    }
    return points;
  }
  const width = (to - from) / pixels;
  let start = first;
  while (start <= last) {
    const bucket = Math.floor(((x[start] ?? 0) - from) / width);
    let end = start;
    let low = -1;
    let high = -1;
    let broken = false;
    while (end <= last && Math.floor(((x[end] ?? 0) - from) / width) === bucket) {
      const value = y[end] ?? Number.NaN;
      if (Number.isNaN(value)) broken = true;
      else if (value !== Number.NEGATIVE_INFINITY) {
        if (low < 0 || value < (y[low] ?? 0)) low = end;
        if (high < 0 || value > (y[high] ?? 0)) high = end;
      }
      end++;
    }
    emit(points, x, y, start, low, high, broken);
    start = end;
  }
  return points;
}

function emit(points: Point[], x: Float64Array, y: Float64Array, start: number, low: number, high: number, broken: boolean): void {
  if (low >= 0) {
    points.push({ x: x[Math.min(low, high)] ?? 0, y: y[Math.min(low, high)] ?? 0 });
    if (low !== high) points.push({ x: x[Math.max(low, high)] ?? 0, y: y[Math.max(low, high)] ?? 0 });
  }
  if (broken) points.push({ x: x[Math.max(start, low, high)] ?? 0, y: Number.NaN });
}

/** Index of the first of the ascending `x[0 … length)` that is at or above `value`. */
export function lowerBound(x: Float64Array, length: number, value: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((x[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the x nearest to `value`; −1 where there is none. */
export function nearest(x: Float64Array, length: number, value: number): number {
  const after = lowerBound(x, length, value);
  if (length === 0) return -1;
  if (after === 0) return 0;
  if (after === length) return length - 1;
  return value - (x[after - 1] ?? 0) <= (x[after] ?? 0) - value ? after - 1 : after;
}

/** Mean, lowest, highest and last of the numbers with x in [from, to]; NaN where there are none. */
export function summary(x: Float64Array, y: Float64Array, length: number, from: number, to: number) {
  let sum = 0;
  let count = 0;
  let low = Number.NaN;
  let high = Number.NaN;
  let highAt = Number.NaN;
  let last = Number.NaN;
  for (let i = lowerBound(x, length, from); i < length && (x[i] ?? 0) <= to; i++) {
    const value = y[i] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
    if (!(value >= low)) low = value;
    if (!(value <= high)) {
      high = value;
      highAt = x[i] ?? 0;
    }
    last = value;
  }
  return { mean: count > 0 ? sum / count : Number.NaN, low, high, highAt, last, count };
}
