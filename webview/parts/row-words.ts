import type { Span } from "./models.ts";
import type { Theme } from "./theme.ts";

/** Events are marked by a line through all rows where they end; causes and gaps by what lies behind the rows. */
export function isEvent({ kind }: Span): boolean {
  return kind !== "cause" && kind !== "gap";
}

/** Small text with a rim of the page's colour, so that lines behind it do not cut it. */
export function rimmed(pen: CanvasRenderingContext2D, theme: Theme, text: string, x: number, y: number): void {
  pen.font = `11px ${theme.font}`;
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  pen.lineWidth = 3;
  pen.lineJoin = "round";
  pen.setLineDash([]);
  pen.strokeStyle = theme.background;
  pen.strokeText(text, x, y);
  pen.fillStyle = theme.foreground;
  pen.fillText(text, x, y);
}
