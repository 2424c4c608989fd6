import { faded } from "./chart.ts";
import type { RowsModel, Span } from "./models.ts";
import type { RowPlot } from "./row-plot.ts";
import { isEvent, rimmed } from "./row-words.ts";
import type { Theme } from "./theme.ts";

/** Gaps as bars, events as flags, each with its words where there is room before the next. */
export function paintEvents(pen: CanvasRenderingContext2D, plot: RowPlot, { spans, from, to }: RowsModel, theme: Theme): void {
  const middle = Math.round(plot.height / 2);
  let free = Number.NEGATIVE_INFINITY;
  pen.font = `11px ${theme.font}`;
  const shown = spans.filter((span) => span.to >= from && span.from <= to);
  for (const [i, span] of shown.entries()) {
    const left = Math.max(0, plot.x(span.from));
    const right = Math.min(plot.width, Math.max(left, plot.x(span.to)));
    pen.fillStyle = theme.series[6] ?? theme.foreground;
    if (span.to > span.from) faded(pen, theme.highContrast ? 1 : 0.5, () => pen.fillRect(left, middle - 3, Math.max(2, right - left), 6));
    if (isEvent(span)) flag(pen, plot, span, right, theme);
    const at = right + (isEvent(span) ? 11 : 5);
    const next = shown.slice(i + 1).find((other) => other.text !== "" && other.from > span.to);
    const room = Math.min(plot.width, next ? plot.x(next.from) - 4 : Number.POSITIVE_INFINITY);
    // The whole sentence, else its first piece, else only the mark.
    const fits = [span.text, span.text.split(",")[0] ?? ""].find((text) => text !== "" && at + pen.measureText(text).width <= room);
    if (fits === undefined || at < free) continue;
    rimmed(pen, theme, fits, at, middle);
    free = at + pen.measureText(fits).width + 6;
  }
}

/** Told apart by their shape: a restart is a flag, what was put there is a diamond, what differs two bars, an alert a triangle. */
function flag(pen: CanvasRenderingContext2D, plot: RowPlot, { kind }: Span, at: number, theme: Theme): void {
  const middle = Math.round(plot.height / 2);
  pen.fillStyle = theme.series[4] ?? theme.foreground;
  pen.fillRect(at - 0.5, 0, theme.highContrast ? 2 : 1, plot.height);
  pen.beginPath();
  if (kind === "drift") {
    pen.rect(at + 2, middle - 4, 6, 2);
    pen.rect(at + 2, middle + 2, 6, 2);
  } else if (kind === "restart") {
    pen.moveTo(at, middle - 6);
    pen.lineTo(at + 7, middle);
    pen.lineTo(at, middle + 6);
  } else if (kind === "alert") {
    pen.moveTo(at + 5, middle - 5);
    pen.lineTo(at + 10, middle + 4);
    pen.lineTo(at + 1, middle + 4);
  } else {
    pen.moveTo(at + 5, middle - 5);
    pen.lineTo(at + 9, middle);
    pen.lineTo(at + 5, middle + 5);
    pen.lineTo(at + 1, middle);
  }
  pen.fill();
}
