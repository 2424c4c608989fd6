import type { Plugin } from "chart.js";
import { faded } from "./chart.ts";
import type { CurvePlot } from "./models.ts";
import type { Theme } from "./theme.ts";

interface Place {
  readonly x: number;
  readonly y: number;
}

/** The bands of predicted lines, under all lines: a light area, in high contrast two dotted lines. */
export function curveBands(picture: { model: CurvePlot; theme: Theme }): Plugin<"line"> {
  return {
    id: "curve-bands",
    beforeDatasetsDraw: (chart) => {
      const { model, theme } = picture;
      const { x, y } = chart.scales;
      if (!x || !y) return;
      const pen = chart.ctx;
      const { left, top, width, height } = chart.chartArea;
      pen.save();
      pen.beginPath();
      pen.rect(left, top, width, height);
      pen.clip();
      for (const { series, band = [] } of model.lines) {
        const least = model.y.scale === "log" ? model.y.from : 0;
        const edge = (which: "low" | "high"): Place[] => {
          const places = band.map((at) => ({ x: x.getPixelForValue(at.x), y: y.getPixelForValue(Math.max(least, at[which])) }));
          // One point alone has its band as an upright bar.
          return places.length === 1 ? places.flatMap(widened) : places;
        };
        const [low, high] = [edge("low"), edge("high")];
        const colour = theme.series[series] ?? theme.foreground;
        if (theme.highContrast) {
          pen.strokeStyle = colour;
          pen.lineWidth = 1;
          pen.setLineDash([1, 3]);
          for (const end of [low, high]) {
            trace(pen, end);
            pen.stroke();
          }
          pen.setLineDash([]);
          continue;
        }
        faded(pen, 0.22, () => {
          pen.fillStyle = colour;
          trace(pen, [...low, ...high.reverse()]);
          pen.fill();
        });
      }
      pen.restore();
    },
  };
}

function widened({ x, y }: Place): Place[] {
  return [
    { x: x - 5, y },
    { x: x + 5, y },
  ];
}

function trace(pen: CanvasRenderingContext2D, points: readonly Place[]): void {
  pen.beginPath();
  for (const [i, { x, y }] of points.entries()) {
    if (i === 0) pen.moveTo(x, y);
    else pen.lineTo(x, y);
  }
}
