import { attribute, h, say, show } from "./dom.ts";
import { HeatView } from "./heat-view.ts";
import type { Row, RowsModel } from "./models.ts";
import { paintRow, type RowPicture } from "./row-marks.ts";
import { RowPlot } from "./row-plot.ts";
import type { Theme } from "./theme.ts";
import { words } from "./words.ts";

/** One small multiple: label, plot, top of scale. Cursor and dot are elements above the canvas. */
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
  private readonly legend = h("span", { class: "row-legend", hidden: true });
  private readonly lineValues = new Map<string, HTMLElement>();
  private readonly surface = new RowPlot();
  private readonly picture: RowPicture;
  private readonly heat: HeatView | null;

  constructor(row: Row, model: RowsModel, theme: Theme, describedBy: string) {
    this.picture = { row, model, theme, cells: null };
    this.plot = h("div", { class: "row-plot", role: "img", tabindex: -1, aria: { label: row.aria, describedby: describedBy } });
    this.plot.append(this.surface.canvas, this.cursor, this.dot, this.words);
    this.heat = row.shape === "heat" ? new HeatView(this.plot, this.top) : null;
    if (this.heat) this.legend.append(...this.heat.legend);
    if (row.shape === "share" && model.shares) this.legend.append(...shareLegend(model.shares));
    this.root = h(
      "div",
      { class: `row row-${row.shape}` },
      h(
        "div",
        { class: "row-label" },
        h("div", { class: "row-head" }, h("span", {}, this.name, " ", this.unit), this.now),
        this.note,
        this.legend,
      ),
      this.plot,
      this.top,
    );
    this.root.dataset.row = row.id;
  }

  update(row: Row, model: RowsModel, theme: Theme): void {
    Object.assign(this.picture, { row, model, theme });
    this.root.classList.toggle("row-tall", row.tall);
    this.root.classList.toggle("row-words", row.absent !== null);
    say(this.name, row.name);
    say(this.unit, row.unit);
    if (!this.heat || row.absent !== null) say(this.note, row.note);
    if (!this.heat) say(this.top, row.absent ? "" : row.topText);
    say(this.words, row.absent ?? "");
    show(this.words, row.absent !== null);
    attribute(this.plot, "aria-label", row.aria);
    this.drawLegend(row);
  }

  /** Draws anew; `width` in CSS pixels, the height follows the row's kind. */
  draw(width: number): void {
    const { row, model } = this.picture;
    const events = row.shape === "events";
    const height = this.arrangedHeight(width) ?? (events ? 22 : row.absent !== null ? 28 : row.tall ? 62 : 46);
    const pen = this.surface.begin({ width, height, padding: events ? 0 : 4 }, { from: model.from, to: model.to, most: row.top });
    if (pen) paintRow(pen, this.surface, this.picture);
  }

  /** Lays the cells of a row of cells out; undefined for other rows. */
  private arrangedHeight(width: number): number | undefined {
    const { row, model, theme } = this.picture;
    if (!this.heat) return undefined;
    show(this.legend, row.heat !== undefined);
    if (!row.heat) {
      this.heat.clear();
      this.picture.cells = null;
      return undefined;
    }
    const { grid, height } = this.heat.arrange(row.heat, row, model, theme, width);
    this.picture.cells = grid;
    return height;
  }

  /** Puts the cursor on sample `index`; −1 takes it away. */
  point(index: number): void {
    const { row, model } = this.picture;
    const at = model.x[index];
    const value = row.values[index] ?? Number.NaN;
    const inside = index >= 0 && at !== undefined && at >= model.from && at <= model.to;
    show(this.cursor, inside);
    if (this.heat) this.pointHeat(this.heat, inside ? at : null);
    const dotted = inside && Number.isFinite(value) && row.shape !== "events" && row.absent === null;
    show(this.dot, dotted && row.shape !== "share");
    if (!this.heat) this.tellValues(inside, index);
    if (!inside || at === undefined) return;
    const share = (at - model.from) / (model.to - model.from);
    this.cursor.style.left = `${share * 100}%`;
    this.dot.style.left = `${share * 100}%`;
    if (dotted) this.dot.style.top = `${this.surface.y(value)}px`;
  }

  private pointHeat(heat: HeatView, time: number | null): void {
    const { row, model } = this.picture;
    if (row.absent !== null) return;
    heat.point(time, model);
    const { share, of } = heat.read(time, row);
    say(this.now, share);
    say(this.note, of);
  }

  private tellValues(inside: boolean, index: number): void {
    const { row, model } = this.picture;
    const shown = inside ? index : this.lastShown();
    const silent = row.absent !== null || row.shape === "events" || (!inside && model.axis !== "clock");
    say(this.now, silent || row.values.length === 0 ? "" : this.valueAt(shown));
    for (const line of row.lines ?? []) {
      const said = this.lineValues.get(line.name);
      if (said) say(said, silent ? "" : this.valueIn(line.values, shown, line.format));
    }
  }

  /** What the row says at a sample, gaps in words. */
  valueAt(index: number): string {
    const { row, model } = this.picture;
    if (this.heat && row.absent === null) {
      const { share, of } = this.heat.read(model.x[index] ?? null, row);
      return `${share} ${of}`;
    }
    return this.valueIn(this.picture.row.values, index);
  }

  dispose(): void {
    this.root.remove();
  }

  /** The newest sample in view. */
  private lastShown(): number {
    const { x, length, to } = this.picture.model;
    let last = length - 1;
    while (last > 0 && (x[last] ?? 0) > to) last--;
    return last;
  }

  private valueIn(values: Float64Array, index: number, format = this.picture.row.format): string {
    const value = values[index] ?? Number.NaN;
    if (value === Number.NEGATIVE_INFINITY) return words("no request");
    return Number.isNaN(value) ? words("no value") : format(value);
  }

  private drawLegend({ lines, absent }: Row): void {
    if (!lines) return;
    show(this.legend, absent === null);
    const names = lines.map(({ name }) => name);
    if (names.join() === [...this.lineValues.keys()].join()) return;
    this.lineValues.clear();
    this.legend.replaceChildren(
      ...lines.map((line) => {
        const value = h("b");
        this.lineValues.set(line.name, value);
        const sign = h("span", { class: `line-swatch line-${line.look === "own" ? line.series : line.look}`, aria: { hidden: "true" } });
        return h("span", { class: "legend-line" }, sign, line.name, " ", value);
      }),
    );
  }
}

function shareLegend([below, above]: readonly [string, string]): (Node | string)[] {
  const sign = (classes: string) => h("span", { class: `swatch ${classes}`, aria: { hidden: "true" } });
  return [h("span", {}, sign("series-5 hatched"), below), h("span", {}, sign("series-3"), above)];
}
