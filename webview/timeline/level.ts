import { firstAbove } from "./search.ts";
import type { Interval } from "./window.ts";

/** Each coarser row of peaks stands for so many of the finer one. */
const fan = 16;

/** A value that holds from each time until the next. Peaks of long stretches are found from coarser rows, so that none is lost in a wide view. */
export class Level {
  readonly time: Float64Array;
  readonly value: Float64Array;
  readonly peak: number;
  private readonly coarser: readonly Float64Array[];

  constructor(time: Float64Array, value: Float64Array) {
    this.time = time;
    this.value = value;
    const rows: Float64Array[] = [];
    for (let finer = value; finer.length > 1; ) {
      const next = new Float64Array(Math.ceil(finer.length / fan));
      for (let i = 0; i < finer.length; i++) {
        const to = Math.floor(i / fan);
        next[to] = Math.max(next[to] as number, finer[i] as number);
      }
      rows.push(next);
      finer = next;
    }
    this.coarser = rows;
    this.peak = rows.at(-1)?.[0] ?? value[0] ?? 0;
  }

  /** At a time; 0 before the first. */
  at(time: number): number {
    return this.value[firstAbove(this.time, time) - 1] ?? 0;
  }

  /** The highest value in [from, to). */
  highest(from: number, to: number): number {
    const first = Math.max(0, firstAbove(this.time, from) - 1);
    return this.highestOf(first, Math.max(first + 1, firstAbove(this.time, to)));
  }

  /** Heights of a view's pixels, the highest of each: as many as `heights` has room for. */
  fill(heights: Float32Array, { from, to }: Interval, width: number): void {
    const perPixel = (to - from) / width;
    let first = Math.max(0, firstAbove(this.time, from) - 1);
    for (let x = 0; x < width; x++) {
      const last = firstAbove(this.time, from + (x + 1) * perPixel);
      heights[x] = this.length === 0 ? 0 : this.highestOf(first, Math.max(first + 1, last));
      first = Math.max(0, last - 1);
    }
  }

  get length(): number {
    return this.time.length;
  }

  /** Of rows [first, last): the ends row by row, what lies between from a coarser one. */
  private highestOf(first: number, last: number): number {
    let [row, low, high] = [this.value, first, Math.min(last, this.value.length)];
    let most = 0;
    for (let depth = 0; low < high; depth++) {
      const coarser = this.coarser[depth];
      while (low < high && (low % fan !== 0 || !coarser || high - low < fan)) most = Math.max(most, row[low++] as number);
      while (low < high && high % fan !== 0) most = Math.max(most, row[--high] as number);
      if (!coarser) break;
      [row, low, high] = [coarser, low / fan, high / fan];
    }
    return most;
  }
}
