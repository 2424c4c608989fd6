import { dashOf, faded, hatch } from "./chart.ts";
import { downsample, type Point } from "./downsample.ts";
import { paintEvents } from "./event-marks.ts";
import type { Heat } from "./heat.ts";
import { paintHeat, paintHeatLimit } from "./heat-marks.ts";
import type { Row, RowLine, RowsModel, Span } from "./models.ts";
import { dotLone, fillUnder, type RowPlot, trace } from "./row-plot.ts";
import { isEvent, rimmed } from "./row-words.ts";
import { paintShares } from "./share-marks.ts";
import type { Theme } from "./theme.ts";

/** What a row shows; replaced as a whole on every update. */
export interface RowPicture {
  row: Row;
  model: RowsModel;
  theme: Theme;
  /** Those of a `heat` row, as wide as they are drawn. */
  cells: Heat | null;
}

/** Paints one row: spans, prediction and limit behind its lines, events and words before them. */
export function paintRow(pen: CanvasRenderingContext2D, plot: RowPlot, picture: RowPicture): void {
  const { row, model, theme } = picture;
  pen.lineJoin = "round";
  pen.lineCap = "butt";
  pen.setLineDash([]);
  if (row.shape === "events") {
    paintEvents(pen, plot, model, theme);
    return;
  }
  if (row.shape === "heat") {
    cells(pen, plot, picture);
    return;
  }
  for (const span of model.spans) backdrop(pen, plot, span, theme);
  if (row.predicted) prediction(pen, plot, row, theme);
  if (row.limit) limitLine(pen, plot, row, theme);
  if (row.shape === "share") paintShares(pen, plot, picture);
  else if (row.absent === null) lines(pen, plot, picture);
  for (const span of model.spans) if (isEvent(span)) eventLine(pen, plot, span, theme);
  if (row.limit) limitWords(pen, plot, row, theme);
  if (row.id === model.spanWordsIn) causeWords(pen, plot, model, theme);
}

function cells(pen: CanvasRenderingContext2D, plot: RowPlot, picture: RowPicture): void {
  const { model, theme } = picture;
  paintHeat(pen, plot, picture);
  for (const span of model.spans) backdrop(pen, plot, span, theme);
  for (const span of model.spans) if (isEvent(span)) eventLine(pen, plot, span, theme);
  paintHeatLimit(pen, plot, picture);
}

function lines(pen: CanvasRenderingContext2D, plot: RowPlot, { row, model, theme }: RowPicture): void {
  const pointsOf = (values: Float64Array) =>
    downsample(model.x, values, model.length, model.from, model.to, Math.max(1, Math.round(plot.width / 2)));
  for (const line of row.lines ?? []) {
    lineStyle(pen, line, theme);
    stroked(pen, plot, pointsOf(line.values));
  }
  pen.setLineDash([]);
  pen.globalAlpha = 1;
  if (row.values.length === 0) return;
  const points = pointsOf(row.values);
  const colour = theme.series[row.series] ?? theme.foreground;
  if (row.shape === "line" && model.axis === "elapsed" && !theme.highContrast)
    faded(pen, 0.12, () => {
      pen.fillStyle = colour;
      fillUnder(pen, plot, points);
    });
  pen.strokeStyle = colour;
  pen.lineWidth = theme.highContrast ? 2 : row.shape === "step" ? 1 : 1.75;
  stroked(pen, plot, points, row.shape === "step");
}

function stroked(pen: CanvasRenderingContext2D, plot: RowPlot, points: readonly Point[], stepped = false): void {
  trace(pen, plot, points, stepped);
  pen.stroke();
  pen.fillStyle = pen.strokeStyle;
  dotLone(pen, plot, points, 1.5 * pen.lineWidth);
}

function lineStyle(pen: CanvasRenderingContext2D, { series, look }: RowLine, theme: Theme): void {
  pen.strokeStyle = theme.series[series] ?? theme.foreground;
  pen.globalAlpha = look === "faint" && !theme.highContrast ? 0.6 : 1;
  pen.lineWidth = look === "own" ? (theme.highContrast ? 2 : 1.5) : 1;
  pen.setLineDash(look === "dotted" ? [1, 3] : look === "faint" ? [] : [...dashOf(series)]);
}

function backdrop(pen: CanvasRenderingContext2D, plot: RowPlot, span: Span, theme: Theme): void {
  if (isEvent(span)) return;
  const edges = plot.across(span.from, span.to);
  if (!edges) return;
  const [left, right] = edges;
  const colour = span.kind === "cause" ? theme.bad : (theme.series[6] ?? theme.foreground);
  if (theme.highContrast) {
    pen.strokeStyle = colour;
    pen.lineWidth = 1;
    pen.setLineDash([2, 2]);
    for (const at of edges) upright(pen, at, plot.height);
    pen.setLineDash([]);
    return;
  }
  faded(pen, span.kind === "cause" ? 0.13 : 0.18, () => {
    pen.fillStyle = colour;
    pen.fillRect(left, 0, right - left, plot.height);
  });
  if (span.kind !== "gap") return;
  faded(pen, 0.3, () => {
    pen.fillStyle = hatch(pen, colour);
    pen.fillRect(left, 0, right - left, plot.height);
  });
}

function upright(pen: CanvasRenderingContext2D, at: number, height: number): void {
  pen.beginPath();
  pen.moveTo(Math.round(at) + 0.5, 0);
  pen.lineTo(Math.round(at) + 0.5, height);
  pen.stroke();
}

function eventLine(pen: CanvasRenderingContext2D, plot: RowPlot, span: Span, theme: Theme): void {
  const at = plot.x(span.to);
  if (at < 0 || at > plot.width) return;
  pen.strokeStyle = theme.series[4] ?? theme.foreground;
  pen.lineWidth = theme.highContrast ? 2 : 1;
  upright(pen, at, plot.height);
}

/** The predicted value, dashed and grey, over its band: in high contrast the band is two dotted lines. */
function prediction(pen: CanvasRenderingContext2D, plot: RowPlot, { predicted, top }: Row, theme: Theme): void {
  if (!predicted) return;
  const [low, high] = [plot.y(predicted.low), plot.y(predicted.high)];
  const grey = theme.series[6] ?? theme.foreground;
  pen.strokeStyle = grey;
  pen.lineWidth = 1;
  const across = (y: number) => {
    pen.beginPath();
    pen.moveTo(0, Math.round(y) + 0.5);
    pen.lineTo(plot.width, Math.round(y) + 0.5);
    pen.stroke();
  };
  if (theme.highContrast) {
    pen.setLineDash([1, 3]);
    across(low);
    across(high);
  } else {
    faded(pen, 0.22, () => {
      pen.fillStyle = grey;
      pen.fillRect(0, high, plot.width, Math.max(1, low - high));
    });
  }
  if (predicted.value <= top) {
    pen.setLineDash([4, 3]);
    across(plot.y(predicted.value));
  }
  pen.setLineDash([]);
}

function limitY(plot: RowPlot, value: number): number {
  return Math.round(plot.y(value)) + 0.5;
}

function limitLine(pen: CanvasRenderingContext2D, plot: RowPlot, { limit, top }: Row, theme: Theme): void {
  if (!limit || limit.value > top) return;
  pen.strokeStyle = theme.foreground;
  pen.lineWidth = theme.highContrast ? 2 : 1;
  pen.beginPath();
  pen.moveTo(0, limitY(plot, limit.value));
  pen.lineTo(plot.width, limitY(plot, limit.value));
  pen.stroke();
}

function limitWords(pen: CanvasRenderingContext2D, plot: RowPlot, { limit, top }: Row, theme: Theme): void {
  if (!limit || limit.value > top) return;
  const y = limitY(plot, limit.value);
  rimmed(pen, theme, limit.text, 2, y < 16 ? y + 9 : y - 7);
}

/** Words beside each cause, left out where they would run into those before. */
function causeWords(pen: CanvasRenderingContext2D, plot: RowPlot, { spans }: RowsModel, theme: Theme): void {
  let free = 0;
  for (const span of spans) {
    const edges = span.kind === "cause" && span.text !== "" ? plot.across(span.from, span.to) : null;
    if (!edges) continue;
    pen.font = `11px ${theme.font}`;
    const width = pen.measureText(span.text).width;
    const right = edges[1] + 4 + width <= plot.width;
    const at = right ? edges[1] + 4 : edges[0] - 4 - width;
    if (at < free) continue;
    rimmed(pen, theme, span.text, at, 10);
    free = at + width + 6;
  }
}
