import { bucketsOf, columnsOf, type Heat, heatOpacity, heatSteps, heightOf } from "./heat.ts";
import type { Span } from "./models.ts";
import type { RowPicture } from "./row-marks.ts";
import type { RowPlot } from "./row-plot.ts";
import { rimmed } from "./row-words.ts";
import type { Theme } from "./theme.ts";

/** Least width of a column: of a fill, and of a number where there are no fills. */
const filledPixels = 4;
const numberPixels = 22;
/** Height of a bucket with a number in it. */
const numberHeight = 13;
const leastHeight = 96;

/** How high a plot of cells is. */
export function heatHeight(heat: Heat, theme: Theme): number {
  return theme.highContrast ? Math.max(leastHeight, bucketsOf(heat) * numberHeight + 1) : leastHeight;
}

/** How many columns become one, so that each is wide enough to be seen, or read. */
export function columnsJoined(heat: Heat, secondsShown: number, width: number, theme: Theme): number {
  const pixels = (heat.stepSeconds / secondsShown) * width;
  return Math.max(1, Math.ceil((theme.highContrast ? numberPixels : filledPixels) / pixels));
}

/** Cells by their share of their column: filled in steps of one colour, and in high contrast as numbers in percent. */
export function paintHeat(pen: CanvasRenderingContext2D, plot: RowPlot, { row, model, theme, cells: heat }: RowPicture): void {
  if (!heat) return;
  const buckets = bucketsOf(heat);
  const height = plot.height / buckets;
  const gaps = model.spans.filter(({ kind }) => kind === "gap");
  pen.save();
  pen.fillStyle = theme.highContrast ? theme.foreground : (theme.series[row.series] ?? theme.foreground);
  pen.font = `11px ${theme.font}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (let column = 0; column < columnsOf(heat); column++) {
    const counts = heat.counts.subarray(column * buckets, (column + 1) * buckets);
    let of = 0;
    for (const count of counts) of += count;
    if (of === 0) continue;
    const edges = plot.across(...outsideGaps(heat.from + column * heat.stepSeconds, heat.stepSeconds, gaps));
    if (!edges) continue;
    const [left, right] = [Math.round(edges[0]), Math.round(edges[1])];
    for (let bucket = 0; bucket < buckets; bucket++) {
      const share = (counts[bucket] ?? 0) / of;
      if (share === 0) continue;
      const [top, bottom] = [Math.round(plot.height - (bucket + 1) * height), Math.round(plot.height - bucket * height)];
      if (theme.highContrast) {
        if (right - left >= numberPixels / 2) pen.fillText(percentOf(share), (left + right) / 2, (top + bottom) / 2 + 0.5);
        continue;
      }
      pen.globalAlpha = heatOpacity[heatSteps.findLastIndex((least) => share >= least)] ?? 1;
      pen.fillRect(left, top, Math.max(1, right - left - (right - left > 6 ? 1 : 0)), bottom - top - 1);
    }
  }
  pen.restore();
}

/** The part of a column in which somebody answered: a gap that reaches into it is left out. */
function outsideGaps(start: number, seconds: number, gaps: readonly Span[]): readonly [from: number, to: number] {
  let [from, to] = [start, start + seconds];
  for (const gap of gaps) {
    if (gap.to <= from || gap.from >= to) continue;
    if (to - gap.to > gap.from - from) from = gap.to;
    else to = gap.from;
  }
  return [from, to];
}

/** Whole percents; what is there is never 0. */
function percentOf(share: number): string {
  return share < 0.01 ? "<1" : String(Math.round(share * 100));
}

/** The limit among the buckets, with its words. */
export function paintHeatLimit(pen: CanvasRenderingContext2D, plot: RowPlot, { row, theme, cells }: RowPicture): void {
  const share = row.limit && cells ? heightOf(cells, row.limit.value) : null;
  if (!row.limit || share === null) return;
  const y = Math.round(plot.height * (1 - share)) + 0.5;
  pen.strokeStyle = theme.foreground;
  pen.lineWidth = theme.highContrast ? 2 : 1;
  pen.setLineDash([]);
  pen.font = `11px ${theme.font}`;
  pen.beginPath();
  pen.moveTo(0, y);
  pen.lineTo(plot.width, y);
  pen.stroke();
  const at = y < 16 ? y + 9 : y - 7;
  // Numbers around words would be read with them.
  if (theme.highContrast) pen.clearRect(0, at - 6, 4 + pen.measureText(row.limit.text).width, 12);
  rimmed(pen, theme, row.limit.text, 2, at);
}

/** Edges that have room for a label, from the lowest, with their places from the top. */
export function labelledEdges({ edges }: Heat, height: number): readonly { readonly edge: number; readonly y: number }[] {
  const each = height / (edges.length - 1);
  const every = Math.max(1, Math.ceil(labelPixels / each));
  return edges.flatMap((edge, i) => {
    const fits = i % every === 0 && Number.isFinite(edge) && (edges.length - 1 - i) * each >= -1;
    return fits ? [{ edge, y: height - i * each }] : [];
  });
}

const labelPixels = 14;
