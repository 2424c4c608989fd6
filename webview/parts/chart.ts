import { Chart, LinearScale, LineController, LineElement, LogarithmicScale, PointElement } from "chart.js";
import type { Theme } from "./theme.ts";

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale);

export { Chart };

/** A line over points as given, NaN for breaks. */
export type LineChart = Chart<"line", { x: number; y: number }[], unknown>;

/** What every chart here has in common: data as given, nothing animated, sized by us, no event of its own. */
export const bare: { parsing: false; normalized: true; animation: false; responsive: false; maintainAspectRatio: false; events: [] } = {
  events: [],
  parsing: false,
  normalized: true,
  animation: false,
  responsive: false,
  maintainAspectRatio: false,
};

/** Line width and colour of a series on this theme. */
export function stroke(theme: Theme, series: number, width = 1.5): { borderColor: string; borderWidth: number } {
  return { borderColor: theme.series[series] ?? theme.foreground, borderWidth: theme.highContrast ? 2 : width };
}

/** How wide labels are in the font of the ticks. */
export function tickWidths({ ctx }: LineChart, theme: Theme): (text: string) => number {
  return (text) => {
    ctx.font = `11px ${theme.font}`;
    return ctx.measureText(text).width;
  };
}

/** Pixels beside a plot that the labels of its vertical axis and its right edge take, at most. */
export const besidePlot = 70;

/** A series is told by its dash as by its colour: this run solid, those beside it dashed each in its own way. */
const dashes: Readonly<Record<number, readonly number[]>> = { 2: [5, 3], 3: [2, 2], 5: [8, 3, 2, 3], 6: [6, 2, 1, 2] };

export function dashOf(series: number): readonly number[] {
  return dashes[series] ?? [];
}

/** And by the shape of its points. */
export const marksOf = ["circle", "circle", "rect", "triangle", "circle", "rectRot", "star"] as const;

const patterns = new Map<string, CanvasPattern>();

/** Diagonal lines, the pattern that tells gaps and sequence-parallel steps from plain fills. Made once a colour: a redraw asks for dozens. */
export function hatch(context: CanvasRenderingContext2D, colour: string, gap = 6): CanvasPattern | string {
  const scale = window.devicePixelRatio || 1;
  const key = `${colour} ${gap} ${scale}`;
  const found = patterns.get(key);
  if (found) return found;
  const tile = document.createElement("canvas");
  tile.width = tile.height = Math.round(gap * scale);
  const pen = tile.getContext("2d");
  if (!pen) return colour;
  pen.strokeStyle = colour;
  pen.lineWidth = scale;
  const size = tile.width;
  for (const shift of [-size, 0, size]) {
    pen.beginPath();
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
    pen.stroke();
  }
  const pattern = context.createPattern(tile, "repeat");
  if (!pattern) return colour;
  pattern.setTransform(new DOMMatrix().scale(1 / scale));
  patterns.set(key, pattern);
  return pattern;
}

/** Runs a drawing with a share of opacity. */
export function faded(context: CanvasRenderingContext2D, alpha: number, draw: () => void): void {
  context.save();
  context.globalAlpha = alpha;
  draw();
  context.restore();
}
