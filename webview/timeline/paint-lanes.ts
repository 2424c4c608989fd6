import { faded } from "../parts/chart.ts";
import { type Band, trackBand } from "./lanes.ts";
import type { Level } from "./level.ts";
import type { Palette } from "./palette.ts";
import { firstAbove } from "./search.ts";
import type { StepShapes } from "./step-shapes.ts";
import type { Track } from "./track.ts";
import type { Interval } from "./window.ts";

/** What every lane is drawn into. */
export interface Plot {
  readonly pen: CanvasRenderingContext2D;
  readonly palette: Palette;
  readonly view: Interval;
  /** Of the plot's left edge, and its width. */
  readonly left: number;
  readonly width: number;
  /** A request is selected, and this is not of it. */
  readonly isDimmed: boolean;
}

const tickHeight = 10;

/** A level as an area, the highest of each pixel; its scale ends at `top`. */
export function paintLevel({ pen, palette, view, left, width }: Plot, level: Level, top: number, band: Band, heights: Float32Array): void {
  level.fill(heights, view, width);
  const bottom = band.top + band.height;
  const y = (x: number): number => bottom - Math.min(1, (heights[x] as number) / Math.max(1, top)) * (band.height - 1);
  pen.beginPath();
  pen.moveTo(left, y(0));
  let before = y(0);
  for (let x = 0; x < width; x++) {
    const now = y(x);
    if (now !== before) {
      pen.lineTo(left + x, before);
      pen.lineTo(left + x, now);
    }
    before = now;
  }
  pen.lineTo(left + width, before);
  pen.strokeStyle = palette.level;
  pen.lineWidth = palette.theme.highContrast ? 2 : 1;
  pen.stroke();
  if (palette.theme.highContrast) return;
  pen.lineTo(left + width, bottom);
  pen.lineTo(left, bottom);
  pen.closePath();
  pen.fillStyle = palette.level;
  faded(pen, 0.25 * pen.globalAlpha, () => pen.fill());
}

/** Arrivals as ticks; where they are closer than three pixels, their number in each pixel as its height. */
export function paintArrivals({ pen, palette, view, left, width }: Plot, arrivals: Float64Array, band: Band): void {
  const first = firstAbove(arrivals, view.from - 1e-12);
  const last = firstAbove(arrivals, view.to);
  const scale = width / (view.to - view.from);
  pen.beginPath();
  if (last - first <= width / 3) {
    for (let i = first; i < last; i++) pen.rect(left + Math.round(((arrivals[i] as number) - view.from) * scale), band.top, 1, tickHeight);
  } else {
    const counts = new Uint32Array(width);
    let most = 1;
    for (let i = first; i < last; i++) {
      const x = Math.min(width - 1, Math.floor(((arrivals[i] as number) - view.from) * scale));
      counts[x] = (counts[x] as number) + 1;
      most = Math.max(most, counts[x] as number);
    }
    for (let x = 0; x < width; x++) {
      const height = (tickHeight * (counts[x] as number)) / most;
      if (height > 0) pen.rect(left + x, band.top + tickHeight - height, 1, height);
    }
  }
  pen.fillStyle = palette.theme.foreground;
  pen.fill();
}

/** Spans of one kind: boxes, and shares of time where they are narrow. */
export function paintSpans(
  { pen, palette, view, left, width }: Plot,
  tracks: readonly Track[],
  colour: string,
  band: Band,
  shapes: StepShapes,
): void {
  pen.beginPath();
  for (const [i, track] of tracks.entries()) {
    shapes.fill(track, view, width);
    const { top, height: each } = trackBand(band, i, tracks.length);
    for (let box = 0; box < shapes.boxes; box++) {
      const x = shapes.left[box] as number;
      pen.rect(left + x, top, Math.max(1, (shapes.right[box] as number) - x), each);
    }
    const parts = shapes.shares[0] as Float32Array;
    for (let column = 0; column < shapes.columns; column++) {
      const part = Math.min(1, parts[column] as number) * each;
      if (part > 0) pen.rect(left + (shapes.x[column] as number), top + each - Math.max(1, part), 1, Math.max(1, part));
    }
  }
  pen.fillStyle = colour;
  if (!palette.theme.highContrast) {
    pen.fill();
    return;
  }
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.stroke();
}
