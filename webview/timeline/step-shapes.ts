import { layers, type Track } from "./track.ts";
import type { Interval } from "./window.ts";

/** A step narrower than this is not drawn by itself. */
export const narrowest = 3;
/** So many rows for each pixel are not walked: their pixels show shares of time at once. */
const rowsPerPixel = 2;

/**
 * How a track looks in a view of so many pixels: whole steps as boxes, and shares of each pixel's time where steps are narrower than three
 * pixels. One object is filled again for every track and frame, so that drawing allocates nothing.
 */
export class StepShapes {
  boxes = 0;
  /** Of the view, in pixels. */
  width = 0;
  /** Whole pixels, and the row of the track. */
  left = new Int32Array(0);
  right = new Int32Array(0);
  row = new Int32Array(0);
  columns = 0;
  x = new Int32Array(0);
  /** Of each layer and column, its part of the lane's height. */
  readonly shares: Float32Array[] = layers.map(() => new Float32Array(0));
  private readonly before = new Float64Array(layers.length);

  fill(track: Track, { from, to }: Interval, width: number): void {
    this.reserve(width);
    this.width = width;
    this.boxes = 0;
    this.columns = 0;
    const scale = width / (to - from);
    const first = track.endingAfter(from);
    const last = track.startingAfter(to);
    if (last - first > rowsPerPixel * width) {
      this.fillColumns(track, from, scale, 0, width);
      return;
    }
    let next = 0;
    for (let i = first; i < last; i++) {
      const start = ((track.start[i] as number) - from) * scale;
      const end = ((track.end[i] as number) - from) * scale;
      const steps = track.steps[i] as number;
      if ((end - start) / steps >= narrowest) {
        this.addBoxes(start, end, steps, i, width);
        continue;
      }
      const begin = Math.max(next, Math.floor(start));
      next = Math.min(width, Math.ceil(end));
      if (next > begin) this.fillColumns(track, from, scale, begin, next);
    }
  }

  private addBoxes(start: number, end: number, steps: number, row: number, width: number): void {
    const each = (end - start) / steps;
    const firstStep = Math.max(0, Math.floor(-start / each));
    const lastStep = Math.min(steps, Math.ceil((width - start) / each));
    for (let step = firstStep; step < lastStep; step++) {
      this.left[this.boxes] = Math.round(start + step * each);
      this.right[this.boxes] = Math.round(start + (step + 1) * each);
      this.row[this.boxes++] = row;
    }
  }

  private fillColumns(track: Track, from: number, scale: number, begin: number, end: number): void {
    const { before } = this;
    let time = from + begin / scale;
    let at = track.endingAfter(time);
    for (let layer = 0; layer < layers.length; layer++) before[layer] = track.upTo(layer, time, at);
    for (let x = begin; x < end; x++) {
      time = from + (x + 1) / scale;
      at = track.endingAfter(time);
      this.x[this.columns] = x;
      for (let layer = 0; layer < layers.length; layer++) {
        const sum = track.upTo(layer, time, at);
        (this.shares[layer] as Float32Array)[this.columns] = (sum - (before[layer] as number)) * scale;
        before[layer] = sum;
      }
      this.columns++;
    }
  }

  private reserve(width: number): void {
    if (this.x.length > width) return;
    this.x = new Int32Array(width + 1);
    for (let layer = 0; layer < layers.length; layer++) this.shares[layer] = new Float32Array(width + 1);
    // Steps of three pixels, and one that is cut on each side.
    const most = Math.ceil(width / narrowest) + 2;
    this.left = new Int32Array(most);
    this.right = new Int32Array(most);
    this.row = new Int32Array(most);
  }
}
