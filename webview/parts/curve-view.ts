import { bare, besidePlot, Chart, dashOf, type LineChart, marksOf, stroke, tickWidths } from "./chart.ts";
import { curveBands } from "./curve-bands.ts";
import { curveMarks } from "./curve-marks.ts";
import { attribute, fill, h, say } from "./dom.ts";
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
      plugins: [curveBands(this.picture), curveMarks(this.picture)],
    });
  }
}

function dataset({ series, joined, points, isPredicted }: CurveLine, theme: Theme) {
  const { borderColor, borderWidth } = stroke(theme, series, isPredicted ? 1 : series === 1 ? 2 : 1.5);
  return {
    data: points.map(({ x, y }) => ({ x, y })),
    showLine: joined,
    borderDash: isPredicted ? [4, 3] : [...dashOf(series)],
    pointStyle: isPredicted ? "circle" : (marksOf[series] ?? "circle"),
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
