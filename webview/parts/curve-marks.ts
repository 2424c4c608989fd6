import type { Plugin } from "chart.js";
import { type Box, freeOf, labelPlaces, nearestOn, takenByLine } from "./label-places.ts";
import type { CurvePlot } from "./models.ts";
import type { Theme } from "./theme.ts";

/** A label farther off than this is led to by a line. */
const besidePoint = 13;

/** What is drawn over the curves: the limit across, marks down, the ring of the point chosen and what is written beside points. */
export function curveMarks(picture: { model: CurvePlot; theme: Theme }): Plugin<"line"> {
  return {
    id: "curve-marks",
    afterDatasetsDraw: (chart) => {
      const { model, theme } = picture;
      const { x, y } = chart.scales;
      if (!x || !y) return;
      const pen = chart.ctx;
      const { left, right, top, bottom } = chart.chartArea;
      pen.save();
      pen.font = `11px ${theme.font}`;
      pen.textBaseline = "middle";
      const write = (text: string, at: number, line: number): void => {
        const width = pen.measureText(text).width;
        const from = Math.max(left + 2, Math.min(at, right + 12 - width));
        pen.lineWidth = 3;
        pen.lineJoin = "round";
        pen.strokeStyle = theme.background;
        pen.strokeText(text, from, line);
        pen.fillStyle = theme.foreground;
        pen.fillText(text, from, line);
      };
      pen.strokeStyle = theme.foreground;
      const taken: Box[] = model.lines.flatMap(({ joined, points }) =>
        joined ? takenByLine(points.map((point) => ({ x: x.getPixelForValue(point.x), y: y.getPixelForValue(point.y) }))) : [],
      );
      const { limit } = model;
      if (limit && limit.value >= model.y.from && limit.value <= model.y.to) {
        const at = Math.round(y.getPixelForValue(limit.value)) + 0.5;
        line(pen, left, at, right, at, theme.highContrast ? 2 : 1, []);
        const width = pen.measureText(limit.text).width + 8;
        const lefts = [0, 1, 0.25, 0.5, 0.75].map((share) => left + share * (right - width - left));
        const places = [at - 15, at + 1].flatMap((above) => lefts.map((from): Box => ({ x: from, y: above, width, height: 14 })));
        const place = freeOf(places, taken);
        if (place) {
          write(limit.text, place.x + 4, place.y + 7);
          taken.push(place);
        }
        taken.push({ x: left, y: at - 1, width: right - left, height: 2 });
      }
      model.marks.forEach(({ value, text }, i) => {
        const at = Math.round(x.getPixelForValue(value)) + 0.5;
        pen.strokeStyle = theme.foreground;
        line(pen, at, top, at, bottom, 1, [2, 3]);
        write(text, at + 4, bottom - 8 - 13 * (i % 3));
      });
      for (const { points } of model.lines)
        for (const point of points) {
          const [px, py] = [x.getPixelForValue(point.x), y.getPixelForValue(point.y)];
          if (point.at === model.chosen) {
            pen.beginPath();
            pen.lineWidth = theme.highContrast ? 2 : 1.5;
            pen.strokeStyle = theme.foreground;
            pen.arc(px, py, 8, 0, Math.PI * 2);
            pen.stroke();
          }
          // Wide, so that a label stands beside no point but its own.
          taken.push({ x: px - 10, y: py - 5, width: 20, height: 10 });
        }
      const told = model.lines.flatMap(({ points }) => points.filter(({ text }) => text !== ""));
      const labels = told.map(({ x: value, y: height, text }) => ({
        x: x.getPixelForValue(value),
        y: y.getPixelForValue(height),
        width: pen.measureText(text).width,
      }));
      const edges = { x: left, y: top - 12, width: right + 14 - left, height: bottom + 12 - top };
      for (const [i, place] of labelPlaces(labels, taken, edges).entries()) {
        const point = labels[i] ?? place;
        const end = nearestOn(place, point);
        pen.strokeStyle = theme.secondary;
        if (Math.hypot(end.x - point.x, end.y - point.y) > besidePoint) line(pen, point.x, point.y, end.x, end.y, 1, []);
        write(told[i]?.text ?? "", place.x, place.y + place.height / 2);
      }
      pen.restore();
    },
  };
}

function line(pen: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number, width: number, dash: number[]): void {
  pen.lineWidth = width;
  pen.setLineDash(dash);
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
  pen.setLineDash([]);
}
