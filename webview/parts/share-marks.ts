import { hatch } from "./chart.ts";
import type { RowPicture } from "./row-marks.ts";
import type { RowPlot } from "./row-plot.ts";

/** Two shares of a whole, from the bottom: hatched over plain. In high contrast the boundary alone. */
export function paintShares(pen: CanvasRenderingContext2D, plot: RowPlot, { row, model, theme }: RowPicture): void {
  const { width, top, bottom } = plot;
  const below = theme.series[5] ?? theme.foreground;
  const above = theme.series[3] ?? theme.foreground;
  const pattern = hatch(pen, theme.background, 4);
  pen.save();
  pen.beginPath();
  pen.rect(0, top, width, bottom - top);
  pen.clip();
  if (theme.highContrast) {
    pen.strokeStyle = below;
    pen.lineWidth = 2;
    pen.beginPath();
  }
  let before = Number.NaN;
  for (let i = 0; i < model.length; i++) {
    const value = row.values[i] ?? Number.NaN;
    const end = model.x[i] ?? 0;
    const start = i > 0 ? (model.x[i - 1] ?? 0) : 2 * end - (model.x[1] ?? end * 2);
    if (end < model.from || start > model.to || Number.isNaN(value)) {
      before = Number.NaN;
      continue;
    }
    const [x0, x1] = [plot.x(start), plot.x(end)];
    const y = bottom - value * (bottom - top);
    if (theme.highContrast) {
      if (Number.isNaN(before)) pen.moveTo(x0, y);
      else pen.lineTo(x0, y);
      pen.lineTo(x1, y);
      before = y;
      continue;
    }
    pen.fillStyle = above;
    pen.globalAlpha = 0.75;
    pen.fillRect(x0, top, x1 - x0 + 0.3, y - top);
    pen.globalAlpha = 1;
    pen.fillStyle = below;
    pen.fillRect(x0, y, x1 - x0 + 0.3, bottom - y);
    pen.globalAlpha = 0.35;
    pen.fillStyle = pattern;
    pen.fillRect(x0, y, x1 - x0 + 0.3, bottom - y);
  }
  if (theme.highContrast) pen.stroke();
  pen.restore();
}
