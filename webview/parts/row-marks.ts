import type { Chart, Plugin } from "chart.js";
import { faded, hatch } from "./chart.ts";
import type { Row, RowsModel, Span } from "./models.ts";
import type { Theme } from "./theme.ts";

/** What a row's plugin draws besides its line; replaced as a whole on every update. */
export interface RowPicture {
  row: Row;
  model: RowsModel;
  theme: Theme;
}

/** Spans, limits, predictions and areas of one row, drawn around chart.js's own line. */
export function rowMarks(picture: RowPicture): Plugin<"line"> {
  return {
    id: "row-marks",
    beforeDatasetsDraw: (chart) => {
      const { row, model, theme } = picture;
      const pen = chart.ctx;
      if (row.shape === "events") {
        events(chart, picture);
        return;
      }
      for (const span of model.spans) backdrop(chart, span, theme);
      if (row.predicted) prediction(chart, picture);
      if (row.shape === "share") shares(chart, picture);
      else if (row.shape === "line" && model.axis === "elapsed" && !theme.highContrast)
        area(chart, theme.series[row.series] ?? theme.foreground);
      if (row.limit) limitLine(chart, picture);
      pen.setLineDash([]);
    },
    afterDatasetsDraw: (chart) => {
      const { row, model, theme } = picture;
      if (row.shape === "events") return;
      for (const span of model.spans) if (span.kind === "restart") restartLine(chart, span, theme);
      if (row.limit) limitWords(chart, picture);
      if (row.id === model.spanWordsIn) causeWords(chart, model, theme);
    },
  };
}

function xs(chart: Chart, from: number, to: number): readonly [number, number] | null {
  const scale = chart.scales.x;
  if (!scale) return null;
  const { left, right } = chart.chartArea;
  const start = Math.max(left, scale.getPixelForValue(from));
  const end = Math.min(right, scale.getPixelForValue(to));
  return end < left || start > right || end <= start ? null : [start, end];
}

function backdrop(chart: Chart, span: Span, theme: Theme): void {
  if (span.kind === "restart") return;
  const edges = xs(chart, span.from, span.to);
  if (!edges) return;
  const pen = chart.ctx;
  const [left, right] = edges;
  const colour = span.kind === "cause" ? theme.bad : (theme.series[6] ?? theme.foreground);
  if (theme.highContrast) {
    pen.strokeStyle = colour;
    pen.lineWidth = 1;
    pen.setLineDash([2, 2]);
    for (const at of edges) upright(pen, at, chart.height);
    pen.setLineDash([]);
    return;
  }
  faded(pen, span.kind === "cause" ? 0.13 : 0.18, () => {
    pen.fillStyle = colour;
    pen.fillRect(left, 0, right - left, chart.height);
  });
  if (span.kind !== "gap") return;
  faded(pen, 0.3, () => {
    pen.fillStyle = hatch(pen, colour);
    pen.fillRect(left, 0, right - left, chart.height);
  });
}

function upright(pen: CanvasRenderingContext2D, at: number, height: number): void {
  pen.beginPath();
  pen.moveTo(Math.round(at) + 0.5, 0);
  pen.lineTo(Math.round(at) + 0.5, height);
  pen.stroke();
}

function restartLine(chart: Chart, span: Span, theme: Theme): void {
  const scale = chart.scales.x;
  if (!scale || span.to < (scale.min ?? 0) || span.to > (scale.max ?? 0)) return;
  chart.ctx.strokeStyle = theme.series[4] ?? theme.foreground;
  chart.ctx.lineWidth = theme.highContrast ? 2 : 1;
  upright(chart.ctx, scale.getPixelForValue(span.to), chart.height);
}

/** The predicted value, dashed and grey, over its band: in high contrast the band is two dotted lines. */
function prediction(chart: Chart, { row, theme }: RowPicture): void {
  const scale = chart.scales.y;
  if (!scale || !row.predicted) return;
  const pen = chart.ctx;
  const { left, right, top, bottom } = chart.chartArea;
  const at = (value: number) => Math.min(bottom, Math.max(top, scale.getPixelForValue(value)));
  const [low, high] = [at(row.predicted.low), at(row.predicted.high)];
  const grey = theme.series[6] ?? theme.foreground;
  pen.strokeStyle = grey;
  pen.lineWidth = 1;
  const across = (y: number) => {
    pen.beginPath();
    pen.moveTo(left, Math.round(y) + 0.5);
    pen.lineTo(right, Math.round(y) + 0.5);
    pen.stroke();
  };
  if (theme.highContrast) {
    pen.setLineDash([1, 3]);
    across(low);
    across(high);
  } else {
    faded(pen, 0.22, () => {
      pen.fillStyle = grey;
      pen.fillRect(left, high, right - left, Math.max(1, low - high));
    });
  }
  if (row.predicted.value <= scale.max) {
    pen.setLineDash([4, 3]);
    across(at(row.predicted.value));
  }
  pen.setLineDash([]);
}

/** A light area under the line; breaks where the line breaks. */
function area(chart: Chart, colour: string): void {
  const points = chart.getDatasetMeta(0).data;
  const pen = chart.ctx;
  const { bottom } = chart.chartArea;
  faded(pen, 0.12, () => {
    pen.fillStyle = colour;
    pen.beginPath();
    let open = false;
    let lastX = 0;
    for (const point of points) {
      if (Number.isNaN(point.y)) {
        if (open) pen.lineTo(lastX, bottom);
        open = false;
        continue;
      }
      if (!open) pen.moveTo(point.x, bottom);
      open = true;
      pen.lineTo(point.x, point.y);
      lastX = point.x;
    }
    if (open) pen.lineTo(lastX, bottom);
    pen.fill();
  });
}

/** Two shares of a whole, from the bottom: hatched over plain. In high contrast the boundary alone. */
function shares(chart: Chart, { row, model, theme }: RowPicture): void {
  const scale = chart.scales.x;
  if (!scale) return;
  const pen = chart.ctx;
  const { left, right, top, bottom } = chart.chartArea;
  const below = theme.series[5] ?? theme.foreground;
  const above = theme.series[3] ?? theme.foreground;
  const pattern = hatch(pen, theme.background, 4);
  pen.save();
  pen.beginPath();
  pen.rect(left, top, right - left, bottom - top);
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
    const [x0, x1] = [scale.getPixelForValue(start), scale.getPixelForValue(end)];
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

function limitY(chart: Chart, value: number): number {
  return Math.round(chart.scales.y?.getPixelForValue(value) ?? 0) + 0.5;
}

function limitLine(chart: Chart, { row, theme }: RowPicture): void {
  if (!row.limit || row.limit.value > row.top) return;
  const pen = chart.ctx;
  pen.strokeStyle = theme.foreground;
  pen.lineWidth = theme.highContrast ? 2 : 1;
  pen.setLineDash([]);
  pen.beginPath();
  pen.moveTo(chart.chartArea.left, limitY(chart, row.limit.value));
  pen.lineTo(chart.chartArea.right, limitY(chart, row.limit.value));
  pen.stroke();
}

function limitWords(chart: Chart, { row, theme }: RowPicture): void {
  if (!row.limit || row.limit.value > row.top) return;
  const y = limitY(chart, row.limit.value);
  words(chart, theme, row.limit.text, chart.chartArea.left + 2, y < 16 ? y + 9 : y - 7, theme.foreground);
}

/** Words beside each cause, left out where they would run into those before. */
function causeWords(chart: Chart, model: RowsModel, theme: Theme): void {
  const pen = chart.ctx;
  let free = 0;
  for (const span of model.spans) {
    const edges = span.kind === "cause" && span.text !== "" ? xs(chart, span.from, span.to) : null;
    if (!edges) continue;
    pen.font = `11px ${theme.font}`;
    const width = pen.measureText(span.text).width;
    const right = edges[1] + 4 + width <= chart.chartArea.right;
    const at = right ? edges[1] + 4 : edges[0] - 4 - width;
    if (at < free) continue;
    words(chart, theme, span.text, at, 10, theme.foreground);
    free = at + width + 6;
  }
}

/** Small text with a rim of the page's colour, so that lines behind it do not cut it. */
function words(chart: Chart, theme: Theme, text: string, x: number, y: number, colour: string): void {
  const pen = chart.ctx;
  pen.font = `11px ${theme.font}`;
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  pen.lineWidth = 3;
  pen.lineJoin = "round";
  pen.setLineDash([]);
  pen.strokeStyle = theme.background;
  pen.strokeText(text, x, y);
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
}

/** Gaps as bars, restarts as flags, each with its words where there is room before the next. */
function events(chart: Chart, { model, theme }: RowPicture): void {
  const pen = chart.ctx;
  const middle = Math.round(chart.height / 2);
  const scale = chart.scales.x;
  if (!scale) return;
  let free = Number.NEGATIVE_INFINITY;
  pen.font = `11px ${theme.font}`;
  for (const span of model.spans) {
    if (span.to < model.from || span.from > model.to) continue;
    const left = Math.max(chart.chartArea.left, scale.getPixelForValue(span.from));
    const right = Math.min(chart.chartArea.right, Math.max(left, scale.getPixelForValue(span.to)));
    const restart = span.kind === "restart";
    const colour = theme.series[restart ? 4 : 6] ?? theme.foreground;
    pen.fillStyle = theme.series[6] ?? theme.foreground;
    if (span.to > span.from) faded(pen, theme.highContrast ? 1 : 0.5, () => pen.fillRect(left, middle - 3, Math.max(2, right - left), 6));
    if (restart) {
      pen.fillStyle = colour;
      pen.fillRect(right - 0.5, 0, theme.highContrast ? 2 : 1, chart.height);
      pen.beginPath();
      pen.moveTo(right, middle - 6);
      pen.lineTo(right + 7, middle);
      pen.lineTo(right, middle + 6);
      pen.fill();
    }
    const at = right + (restart ? 11 : 5);
    const next = model.spans.find((other) => other.from > span.to);
    const room = Math.min(chart.chartArea.right, next ? scale.getPixelForValue(next.from) - 4 : Number.POSITIVE_INFINITY);
    // The whole sentence, else its first piece, else only the mark.
    const fits = [span.text, span.text.split(",")[0] ?? ""].find((text) => text !== "" && at + pen.measureText(text).width <= room);
    if (fits === undefined || at < free) continue;
    words(chart, theme, fits, at, middle, theme.foreground);
    free = at + pen.measureText(fits).width + 6;
  }
}
