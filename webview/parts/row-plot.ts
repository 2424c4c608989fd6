import type { Point } from "./downsample.ts";

/** Where a row is painted: CSS pixels, a linear scale each way, nothing allocated between two redraws. */
export class RowPlot {
  readonly canvas = document.createElement("canvas");
  private readonly context = this.canvas.getContext("2d");
  width = 0;
  height = 0;
  /** Edges of the vertical scale. */
  top = 0;
  bottom = 0;
  private from = 0;
  private perSecond = 0;
  private perUnit = 0;

  constructor() {
    this.canvas.setAttribute("aria-hidden", "true");
  }

  /** Clears the surface for a time from `from` to `to` and values from 0 to `most`; null where nothing can be painted. */
  begin(
    size: { readonly width: number; readonly height: number; readonly padding: number },
    { from, to, most }: { readonly from: number; readonly to: number; readonly most: number },
  ): CanvasRenderingContext2D | null {
    const { width, height, padding } = size;
    const pen = this.context;
    if (!pen) return null;
    const scale = window.devicePixelRatio || 1;
    const [across, down] = [Math.round(width * scale), Math.round(height * scale)];
    if (this.canvas.width !== across || this.canvas.height !== down) {
      this.canvas.width = across;
      this.canvas.height = down;
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
    }
    Object.assign(this, { width, height, top: padding, bottom: height - 1 });
    this.from = from;
    this.perSecond = width / (to - from);
    this.perUnit = (this.bottom - this.top) / most;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    return pen;
  }

  x(time: number): number {
    return (time - this.from) * this.perSecond;
  }

  /** Held inside the plot. */
  y(value: number): number {
    return Math.min(this.bottom, Math.max(this.top, this.bottom - value * this.perUnit));
  }

  /** Pixels of a span of time inside the plot; null outside. */
  across(from: number, to: number): readonly [left: number, right: number] | null {
    const left = Math.max(0, this.x(from));
    const right = Math.min(this.width, this.x(to));
    return right < 0 || left > this.width || right <= left ? null : [left, right];
  }
}

/** Lays a line through points, broken where a value is NaN. */
export function trace(pen: CanvasRenderingContext2D, plot: RowPlot, points: readonly Point[], stepped = false): void {
  pen.beginPath();
  let open = false;
  let before = 0;
  for (const point of points) {
    if (Number.isNaN(point.y)) {
      open = false;
      continue;
    }
    const x = plot.x(point.x);
    const y = plot.y(point.y);
    if (!open) pen.moveTo(x, y);
    else if (stepped) pen.lineTo(before, y);
    pen.lineTo(x, y);
    before = x;
    open = true;
  }
}

/** A value with a break on either side makes no line: it is a dot, whole also at the edges of the plot. */
export function dotLone(pen: CanvasRenderingContext2D, plot: RowPlot, points: readonly Point[], radius: number): void {
  const isBreak = (at: number) => Number.isNaN(points[at]?.y ?? Number.NaN);
  pen.beginPath();
  for (const [i, point] of points.entries()) {
    if (Number.isNaN(point.y) || !isBreak(i - 1) || !isBreak(i + 1)) continue;
    const x = plot.x(point.x);
    if (x < 0 || x > plot.width) continue;
    const [across, down] = [Math.min(plot.width - radius, Math.max(radius, x)), Math.min(plot.height - radius, plot.y(point.y))];
    pen.moveTo(across + radius, down);
    pen.arc(across, down, radius, 0, 2 * Math.PI);
  }
  pen.fill();
}

/** A light area under the line; breaks where the line breaks. */
export function fillUnder(pen: CanvasRenderingContext2D, plot: RowPlot, points: readonly Point[]): void {
  pen.beginPath();
  let open = false;
  let before = 0;
  for (const point of points) {
    if (Number.isNaN(point.y)) {
      if (open) pen.lineTo(before, plot.bottom);
      open = false;
      continue;
    }
    const x = plot.x(point.x);
    if (!open) pen.moveTo(x, plot.bottom);
    pen.lineTo(x, plot.y(point.y));
    before = x;
    open = true;
  }
  if (open) pen.lineTo(before, plot.bottom);
  pen.fill();
}
