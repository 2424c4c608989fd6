import { bare, Chart, type LineChart, stroke } from "./chart.ts";
import { attribute, h, say, show } from "./dom.ts";
import { downsample } from "./downsample.ts";
import type { Row, RowsModel } from "./models.ts";
import { type RowPicture, rowMarks } from "./row-marks.ts";
import type { Theme } from "./theme.ts";

/** One small multiple: label, plot, top of scale. The plot is a chart.js line; cursor and dot are elements above it. */
export class RowView {
  readonly root: HTMLElement;
  readonly plot: HTMLElement;
  private readonly name = h("span", { class: "row-name" });
  private readonly unit = h("span", { class: "row-unit" });
  private readonly now = h("span", { class: "row-now" });
  private readonly note = h("span", { class: "row-note" });
  private readonly top = h("div", { class: "row-top", aria: { hidden: "true" } });
  private readonly words = h("div", { class: "row-absent", hidden: true });
  private readonly cursor = h("div", { class: "cursor", hidden: true });
  private readonly dot = h("div", { class: "dot", hidden: true });
  private readonly canvas = document.createElement("canvas");
  private readonly picture: RowPicture;
  private readonly chart: LineChart;
  private width = 0;
  private height = 0;

  constructor(row: Row, model: RowsModel, theme: Theme, describedBy: string) {
    this.picture = { row, model, theme };
    this.canvas.setAttribute("aria-hidden", "true");
    this.plot = h("div", { class: "row-plot", role: "img", tabindex: -1, aria: { label: row.aria, describedby: describedBy } });
    this.plot.append(this.canvas, this.cursor, this.dot, this.words);
    const share = row.shape === "share" && model.shares;
    const legend = share ? h("span", { class: "row-legend" }, ...shareLegend(share)) : null;
    this.root = h(
      "div",
      { class: `row row-${row.shape}${row.tall ? " row-tall" : ""}` },
      h(
        "div",
        { class: "row-label" },
        h("div", { class: "row-head" }, h("span", {}, this.name, " ", this.unit), this.now),
        this.note,
        legend,
      ),
      this.plot,
      this.top,
    );
    this.root.dataset.row = row.id;
    this.chart = new Chart<"line", { x: number; y: number }[], unknown>(this.canvas, {
      type: "line",
      data: { datasets: [{ data: [], pointRadius: 0, spanGaps: false, clip: 2 }] },
      options: {
        ...bare,
        layout: { padding: { top: row.shape === "events" ? 0 : 4, bottom: 1, left: 0, right: 0 } },
        // Neither scale is drawn; without this chart.js would still make and thin ticks on every redraw.
        scales: {
          x: { type: "linear", display: false, ticks: { display: false, autoSkip: false, maxTicksLimit: 2 }, grid: { display: false } },
          y: {
            type: "linear",
            display: false,
            min: 0,
            ticks: { display: false, autoSkip: false, maxTicksLimit: 2 },
            grid: { display: false },
          },
        },
      },
      plugins: [rowMarks(this.picture)],
    });
  }

  update(row: Row, model: RowsModel, theme: Theme): void {
    Object.assign(this.picture, { row, model, theme });
    say(this.name, row.name);
    say(this.unit, row.unit);
    say(this.note, row.note);
    say(this.top, row.absent ? "" : row.topText);
    say(this.words, row.absent ?? "");
    show(this.words, row.absent !== null);
    attribute(this.plot, "aria-label", row.aria);
  }

  /** Draws anew; `width` in CSS pixels, the height follows the row's kind. */
  draw(width: number): void {
    const { row, model, theme } = this.picture;
    const height = row.shape === "events" ? 22 : row.tall ? 62 : 46;
    if (width !== this.width || height !== this.height) {
      this.width = width;
      this.height = height;
      this.chart.resize(width, height);
    }
    const dataset = this.chart.data.datasets[0];
    const { x, y } = this.chart.options.scales ?? {};
    if (!dataset || !x || !y) return;
    const drawn = row.shape === "line" || row.shape === "step";
    dataset.data =
      drawn && row.absent === null
        ? downsample(model.x, row.values, model.length, model.from, model.to, Math.max(1, Math.round(width / 2)))
        : [];
    Object.assign(dataset, stroke(theme, row.series, row.shape === "step" ? 1 : 1.75), { stepped: row.shape === "step" ? "after" : false });
    Object.assign(x, { min: model.from, max: model.to });
    Object.assign(y, { max: row.top });
    this.chart.update("none");
  }

  /** Puts the cursor on sample `index`; −1 takes it away. */
  point(index: number): void {
    const { row, model } = this.picture;
    const at = model.x[index];
    const value = row.values[index] ?? Number.NaN;
    const inside = index >= 0 && at !== undefined && at >= model.from && at <= model.to;
    show(this.cursor, inside);
    const dotted = inside && Number.isFinite(value) && row.shape !== "events" && row.absent === null;
    show(this.dot, dotted && row.shape !== "share");
    const shown = inside ? index : model.length - 1;
    const text = row.absent !== null || row.shape === "events" ? "" : this.valueAt(inside ? index : shown);
    say(this.now, inside || model.axis === "clock" ? text : "");
    if (!inside || at === undefined) return;
    const share = (at - model.from) / (model.to - model.from);
    this.cursor.style.left = `${share * 100}%`;
    this.dot.style.left = `${share * 100}%`;
    const { top, bottom } = this.chart.chartArea;
    if (dotted) this.dot.style.top = `${bottom - Math.min(1, value / row.top) * (bottom - top)}px`;
  }

  /** What the row says at a sample, gaps in words. */
  valueAt(index: number): string {
    const { row } = this.picture;
    const value = row.values[index] ?? Number.NaN;
    if (value === Number.NEGATIVE_INFINITY) return "no request";
    return Number.isNaN(value) ? "no value" : row.format(value);
  }

  dispose(): void {
    this.chart.destroy();
    this.root.remove();
  }
}

function shareLegend([below, above]: readonly [string, string]): (Node | string)[] {
  const sign = (classes: string) => h("span", { class: `swatch ${classes}`, aria: { hidden: "true" } });
  return [h("span", {}, sign("series-5 hatched"), below), h("span", {}, sign("series-3"), above)];
}
