import type { Plugin } from "chart.js";
import { bare, besidePlot, Chart, dashOf, type LineChart, stroke, tickWidths } from "./chart.ts";
import { attribute, h, say } from "./dom.ts";
import type { Distribution } from "./models.ts";
import { brief, duration } from "./numbers.ts";
import type { Theme } from "./theme.ts";
import { logTicks, logTicksApart } from "./ticks.ts";

/** A cumulative distribution over a logarithmic axis: limit and percentile are read off directly. */
export class DistributionView {
  readonly root: HTMLElement;
  private readonly title = h("span", {});
  private readonly note = h("span", { class: "secondary-text" });
  private readonly plot: HTMLElement;
  private readonly canvas = document.createElement("canvas");
  private chart: LineChart | null = null;
  private readonly picture: { model: Distribution; theme: Theme };

  /** `pick` hears at which value the plot was clicked. */
  constructor(model: Distribution, theme: Theme, describedBy: string, pick: (value: number) => void) {
    this.picture = { model, theme };
    this.canvas.setAttribute("aria-hidden", "true");
    this.plot = h("div", { class: "distribution-plot", role: "img", aria: { describedby: describedBy } }, this.canvas);
    this.root = h("div", { class: "distribution" }, h("div", { class: "distribution-head" }, this.title, this.note), this.plot);
    this.plot.addEventListener("click", (event) => {
      const value = this.chart?.scales.x?.getValueForPixel(event.clientX - this.plot.getBoundingClientRect().left);
      if (value !== undefined && value > 0) pick(value);
    });
    new ResizeObserver(() => this.draw()).observe(this.plot);
  }

  update(model: Distribution, theme: Theme): void {
    Object.assign(this.picture, { model, theme });
    say(this.title, model.title);
    this.title.title = model.definition;
    say(this.note, model.note);
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
    const lines = [{ series: 1, x: model.x, percent: model.percent }, ...(model.others ?? [])];
    chart.data.datasets = lines.map(({ series, x, percent }) => ({
      data: Array.from(x, (value, i) => ({ x: value, y: percent[i] ?? 0 })),
      pointRadius: 0,
      clip: 2,
      borderDash: [...dashOf(series)],
      ...stroke(theme, series, series === 1 ? 2 : 1.5),
    }));
    const format = model.format ?? ((value: number) => brief(duration(value)));
    const font = { size: 11, family: theme.font };
    const widthOf = tickWidths(chart, theme);
    const scale = { from: model.from, to: model.to, pixels: width - besidePlot };
    const all = logTicks(model.from, model.to, Math.max(2, Math.floor(width / 62)));
    const ticks = logTicksApart(all, scale, (tick) => widthOf(format(tick)));
    chart.options.scales = {
      x: {
        type: "logarithmic",
        min: model.from,
        max: model.to,
        border: { display: false },
        grid: { color: theme.grid, drawTicks: false },
        afterBuildTicks: (axis) => {
          axis.ticks = ticks.map((value) => ({ value }));
        },
        ticks: {
          callback: (value) => format(Number(value)),
          color: theme.secondary,
          font,
          maxRotation: 0,
          autoSkip: false,
          padding: 6,
        },
      },
      y: {
        type: "linear",
        min: 0,
        max: 101,
        border: { display: false },
        grid: { color: theme.grid, drawTicks: false },
        afterBuildTicks: (axis) => {
          axis.ticks = [0, 50, 95].map((value) => ({ value }));
        },
        ticks: { callback: (value) => `${value}\u00a0%`, color: theme.secondary, font, padding: 6 },
      },
    };
    chart.update("none");
  }

  private make(): LineChart {
    return new Chart<"line", { x: number; y: number }[], unknown>(this.canvas, {
      type: "line",
      data: { datasets: [] },
      options: { ...bare, layout: { padding: { top: 10, right: 14 } }, scales: { x: { type: "logarithmic" }, y: { type: "linear" } } },
      plugins: [spread(this.picture), marks(this.picture)],
    });
  }
}

/** Between the curves of other seeds: filled below the line, two dotted lines where nothing is filled. */
function spread(picture: { model: Distribution; theme: Theme }): Plugin<"line"> {
  return {
    id: "distribution-spread",
    beforeDatasetsDraw: (chart) => {
      const { model, theme } = picture;
      const { x, y } = chart.scales;
      if (!x || !y || !model.spread) return;
      const { percent, low, high } = model.spread;
      const pen = chart.ctx;
      const { left, right, top, bottom } = chart.chartArea;
      const side = (values: Float64Array): readonly (readonly [number, number])[] =>
        Array.from(values, (value, i) => [x.getPixelForValue(value), y.getPixelForValue(percent[i] ?? 0)] as const);
      pen.save();
      pen.beginPath();
      pen.rect(left, top, right - left, bottom - top);
      pen.clip();
      const trace = (points: readonly (readonly [number, number])[]): void => {
        for (const [i, [across, down]] of points.entries()) {
          if (i === 0) pen.moveTo(across, down);
          else pen.lineTo(across, down);
        }
      };
      pen.fillStyle = theme.series[1] ?? theme.foreground;
      pen.strokeStyle = theme.foreground;
      pen.beginPath();
      if (theme.highContrast) {
        pen.setLineDash([1, 3]);
        trace(side(low));
        trace(side(high));
        pen.stroke();
      } else {
        pen.globalAlpha = 0.22;
        trace([...side(low), ...side(high).toReversed()]);
        pen.fill();
      }
      pen.restore();
    },
  };
}

function marks(picture: { model: Distribution; theme: Theme }): Plugin<"line"> {
  return {
    id: "distribution-marks",
    afterDatasetsDraw: (chart) => {
      const { model, theme } = picture;
      const { x, y } = chart.scales;
      if (!x || !y) return;
      const pen = chart.ctx;
      const { left, right, top, bottom } = chart.chartArea;
      pen.font = `11px ${theme.font}`;
      pen.textBaseline = "middle";
      const write = (text: string, at: number, line: number) => {
        pen.lineWidth = 3;
        pen.lineJoin = "round";
        pen.strokeStyle = theme.background;
        pen.strokeText(text, at, line);
        pen.fillStyle = theme.foreground;
        pen.fillText(text, at, line);
      };
      let barred = Number.POSITIVE_INFINITY;
      const dot = model.mark ? { x: x.getPixelForValue(model.mark.value), y: y.getPixelForValue(model.mark.percent) } : null;
      if (model.limit && model.limit.value >= model.from && model.limit.value <= model.to) {
        const at = Math.round(x.getPixelForValue(model.limit.value)) + 0.5;
        if (dot && at > dot.x) barred = at;
        pen.strokeStyle = theme.foreground;
        pen.lineWidth = theme.highContrast ? 2 : 1;
        pen.beginPath();
        pen.moveTo(at, top);
        pen.lineTo(at, bottom);
        pen.stroke();
        const width = pen.measureText(model.limit.text).width;
        write(model.limit.text, at + 5 + width <= right + 10 ? at + 5 : at - 5 - width, bottom - 9);
      }
      if (!model.mark || !dot) return;
      pen.fillStyle = theme.series[1] ?? theme.foreground;
      pen.strokeStyle = theme.background;
      pen.lineWidth = 1.5;
      pen.beginPath();
      pen.arc(dot.x, dot.y, 4.5, 0, Math.PI * 2);
      pen.fill();
      pen.stroke();
      const width = pen.measureText(model.mark.text).width;
      const beside = dot.x + 6 + width <= Math.min(right + 12, barred - 3);
      write(model.mark.text, beside ? dot.x + 6 : Math.max(left, dot.x - 6 - width), dot.y + (beside ? 13 : -7));
    },
  };
}
