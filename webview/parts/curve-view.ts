import type { Plugin } from "chart.js";
import { bare, besidePlot, Chart, dashOf, type LineChart, marksOf, stroke, tickWidths } from "./chart.ts";
import { attribute, fill, h, say } from "./dom.ts";
import { type Box, labelPlaces } from "./label-places.ts";
import { lineLegend } from "./line-legend.ts";
import type { CurveLine, CurvePlot, PlotAxis } from "./models.ts";
import type { Theme } from "./theme.ts";
import { linearTicks, logTicks, logTicksApart } from "./ticks.ts";

/** Pixels around a point that count as a click on it. */
const reach = 24;

/** Curves or clouds with a limit across, marks down, and one point that can be chosen with the pointer. */
export class CurveView {
  readonly root: HTMLElement;
  private readonly title = h("span", {});
  private readonly note = h("span", { class: "secondary-text" });
  private readonly plot: HTMLElement;
  private readonly canvas = document.createElement("canvas");
  private chart: LineChart | null = null;
  private readonly picture: { model: CurvePlot; theme: Theme };

  /** `choose` hears of a point's place; a plot without it is only looked at. */
  constructor(
    model: CurvePlot,
    theme: Theme,
    describedBy: string,
    private readonly choose?: (at: number) => void,
  ) {
    this.picture = { model, theme };
    this.canvas.setAttribute("aria-hidden", "true");
    this.plot = h("div", { class: "distribution-plot", role: "img", aria: { describedby: describedBy } }, this.canvas);
    this.root = h("div", { class: "distribution" }, h("div", { class: "distribution-head" }, this.title, this.note), this.plot);
    if (choose) this.plot.addEventListener("click", (event) => this.pick(event));
    new ResizeObserver(() => this.draw()).observe(this.plot);
  }

  update(model: CurvePlot, theme: Theme): void {
    Object.assign(this.picture, { model, theme });
    say(this.title, model.title);
    this.title.title = model.definition;
    fill(this.note, model.note, ...(model.beside ? lineLegend([model.beside]) : []));
    attribute(this.plot, "aria-label", model.aria);
    this.draw();
  }

  private draw(): void {
    const { clientWidth: width, clientHeight: height } = this.plot;
    if (width === 0 || height === 0) return;
    const { model, theme } = this.picture;
    this.chart ??= this.make();
    const { chart } = this;
    chart.resize(width, height);
    chart.data.datasets = model.lines.map((line) => dataset(line, theme));
    const widthOf = tickWidths(chart, theme);
    const across = ticksOf(model.x, Math.max(2, Math.floor(width / 62)));
    const apart = (ticks: readonly number[]): readonly number[] =>
      logTicksApart(ticks, { ...model.x, pixels: width - besidePlot }, (tick) => widthOf(model.x.format(tick)));
    chart.options.scales = {
      x: scale(model.x, theme, model.x.scale === "log" ? apart(across) : across, 0),
      y: scale(model.y, theme, ticksOf(model.y, Math.max(2, Math.floor(height / 34))), 6),
    };
    chart.update("none");
  }

  private pick({ offsetX, offsetY }: MouseEvent): void {
    const { x, y } = this.chart?.scales ?? {};
    if (!x || !y) return;
    let best: { readonly at: number; readonly far: number } | undefined;
    for (const { points } of this.picture.model.lines)
      for (const point of points) {
        const far = Math.hypot(x.getPixelForValue(point.x) - offsetX, y.getPixelForValue(point.y) - offsetY);
        if (far <= reach && (!best || far < best.far)) best = { at: point.at, far };
      }
    if (best) this.choose?.(best.at);
  }

  private make(): LineChart {
    return new Chart<"line", { x: number; y: number }[], unknown>(this.canvas, {
      type: "line",
      data: { datasets: [] },
      options: { ...bare, layout: { padding: { top: 12, right: 16 } }, scales: { x: { type: "logarithmic" }, y: { type: "logarithmic" } } },
      plugins: [marks(this.picture)],
    });
  }
}

function dataset({ series, joined, points }: CurveLine, theme: Theme) {
  const { borderColor, borderWidth } = stroke(theme, series, series === 1 ? 2 : 1.5);
  return {
    data: points.map(({ x, y }) => ({ x, y })),
    showLine: joined,
    borderDash: [...dashOf(series)],
    pointStyle: marksOf[series] ?? "circle",
    pointRadius: points.map(({ isFile }) => (isFile ? 5 : joined ? 2.5 : 4)),
    pointBackgroundColor: points.map(({ isLost }) => (isLost ? theme.background : borderColor)),
    pointBorderColor: borderColor,
    pointBorderWidth: theme.highContrast ? 2 : 1.5,
    borderColor,
    borderWidth,
    clip: 6 as const,
  };
}

function ticksOf({ scale: kind, from, to }: PlotAxis, most: number): readonly number[] {
  return kind === "log" ? logTicks(from, to, most) : linearTicks(from, to, most);
}

function scale({ scale: kind, from, to, format }: PlotAxis, theme: Theme, ticks: readonly number[], padding: number) {
  return {
    type: kind === "log" ? ("logarithmic" as const) : ("linear" as const),
    min: from,
    max: to,
    border: { display: false },
    grid: { color: theme.grid, drawTicks: false },
    afterBuildTicks: (axis: { ticks: { value: number }[] }) => {
      axis.ticks = ticks.map((value) => ({ value }));
    },
    ticks: {
      callback: (value: number | string) => format(Number(value)),
      color: theme.secondary,
      font: { size: 11, family: theme.font },
      maxRotation: 0,
      autoSkip: false,
      padding: Math.max(6, padding),
    },
  };
}

function marks(picture: { model: CurvePlot; theme: Theme }): Plugin<"line"> {
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
      const taken: Box[] = [];
      const { limit } = model;
      if (limit && limit.value >= model.y.from && limit.value <= model.y.to) {
        const at = Math.round(y.getPixelForValue(limit.value)) + 0.5;
        line(pen, left, at, right, at, theme.highContrast ? 2 : 1, []);
        write(limit.text, left + 4, at - 8);
        taken.push({ x: left, y: at - 1, width: right - left, height: 2 });
        taken.push({ x: left, y: at - 15, width: pen.measureText(limit.text).width + 10, height: 15 });
      }
      model.marks.forEach(({ value, text }, i) => {
        const at = Math.round(x.getPixelForValue(value)) + 0.5;
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
          taken.push({ x: px - 5, y: py - 5, width: 10, height: 10 });
        }
      const told = model.lines.flatMap(({ points }) => points.filter(({ text }) => text !== ""));
      const labels = told.map(({ x: value, y: height, text }) => ({
        x: x.getPixelForValue(value),
        y: y.getPixelForValue(height),
        width: pen.measureText(text).width,
      }));
      const edges = { x: left, y: top - 12, width: right + 14 - left, height: bottom + 12 - top };
      for (const [i, place] of labelPlaces(labels, taken, edges).entries()) write(told[i]?.text ?? "", place.x, place.y + place.height / 2);
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
