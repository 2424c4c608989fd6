import { h, say, show } from "./dom.ts";
import { bucketsOf, cellAt, columnAt, columnsOf, fullestBucket, type Heat, type HeatCell, heatSteps, joined } from "./heat.ts";
import { columnsJoined, heatHeight, labelledEdges } from "./heat-marks.ts";
import type { Row, RowsModel } from "./models.ts";
import { brief, share, whole } from "./numbers.ts";
import type { Theme } from "./theme.ts";
import { words } from "./words.ts";

/** What a row of cells has besides its canvas: edges in the gutter, steps in the label, and the cell that is looked at. */
export class HeatView {
  readonly legend: readonly HTMLElement[];
  private readonly fills: HTMLElement;
  private readonly numbers = h("span", { text: words("numbers are % of requests") });
  private readonly cell = h("div", { class: "heat-cell", hidden: true });
  /** The cells as wide as they are drawn. */
  private grid: Heat | null = null;
  private pointedY: number | null = null;

  constructor(
    private readonly plot: HTMLElement,
    private readonly gutter: HTMLElement,
  ) {
    plot.append(this.cell);
    gutter.classList.add("heat-edges");
    const steps = heatSteps.map((_, i) => h("span", { class: `swatch heat-${i + 1}`, aria: { hidden: "true" } }));
    this.fills = h("span", {}, "0 ", ...steps, words("{0} % or more", (heatSteps.at(-1) ?? 0) * 100));
    this.legend = [this.fills, this.numbers];
    plot.addEventListener("pointermove", (event) => {
      this.pointedY = event.clientY - plot.getBoundingClientRect().top;
    });
    plot.addEventListener("pointerleave", () => {
      this.pointedY = null;
    });
  }

  /** The cells to paint at this width and how high the plot is. */
  arrange(
    heat: Heat,
    { format }: Row,
    { from, to }: RowsModel,
    theme: Theme,
    width: number,
  ): { readonly grid: Heat; readonly height: number } {
    const grid = joined(heat, columnsJoined(heat, to - from, width, theme));
    const height = heatHeight(heat, theme);
    this.grid = grid;
    show(this.fills, !theme.highContrast);
    show(this.numbers, theme.highContrast);
    this.plot.style.height = `${height}px`;
    const edges = labelledEdges(heat, height);
    while (this.gutter.childElementCount > edges.length) this.gutter.lastElementChild?.remove();
    while (this.gutter.childElementCount < edges.length) this.gutter.append(h("span"));
    for (const [i, { edge, y }] of edges.entries()) {
      const label = this.gutter.children[i];
      if (!(label instanceof HTMLElement)) continue;
      say(label, brief(format(edge)));
      label.style.top = `${Math.min(height - 14, Math.max(0, y - 7))}px`;
    }
    return { grid, height };
  }

  /** Nothing to show any more: words stand in the plot. */
  clear(): void {
    this.grid = null;
    this.plot.style.height = "";
    this.gutter.replaceChildren();
    show(this.cell, false);
  }

  /** Outlines the cell at a moment, where the pointer is or where most are; null takes the outline away. */
  point(time: number | null, { from, to }: RowsModel): void {
    const { grid } = this;
    const column = grid && time !== null ? columnAt(grid, time) : -1;
    show(this.cell, column >= 0);
    if (!grid || column < 0) return;
    const buckets = bucketsOf(grid);
    const bucket = this.bucketAt(grid, column);
    const start = grid.from + column * grid.stepSeconds;
    const [left, right] = [Math.max(from, start), Math.min(to, start + grid.stepSeconds)];
    const { style } = this.cell;
    style.left = `${((left - from) / (to - from)) * 100}%`;
    style.width = `${((right - left) / (to - from)) * 100}%`;
    style.bottom = `${(bucket / buckets) * 100}%`;
    style.height = `${100 / buckets}%`;
  }

  /** The cell at a moment: its share of the column, and of how many; the newest column with requests where nobody points. */
  read(time: number | null, row: Row): { readonly share: string; readonly of: string } {
    const { grid } = this;
    const column = grid ? (time === null ? newest(grid) : columnAt(grid, time)) : -1;
    if (!grid || column < 0) return { share: "", of: "" };
    const cell = cellAt(grid, column, this.bucketAt(grid, column));
    if (cell.of === 0) return { share: words("no request"), of: "" };
    return {
      share: share(cell.count / cell.of),
      of: words("{0} {1}, {2} of {3}", bucketRange(cell, row), row.unit, whole(cell.count), whole(cell.of)),
    };
  }

  private bucketAt(grid: Heat, column: number): number {
    if (this.pointedY === null) return fullestBucket(grid, column);
    const buckets = bucketsOf(grid);
    const fromTop = Math.floor((this.pointedY / Math.max(1, this.plot.clientHeight)) * buckets);
    return Math.min(buckets - 1, Math.max(0, buckets - 1 - fromTop));
  }
}

function newest(grid: Heat): number {
  let column = columnsOf(grid) - 1;
  while (column > 0 && cellAt(grid, column, 0).of === 0) column--;
  return column;
}

/** `100–250`, `≤ 100`, `> 10` in the unit of the row. */
export function bucketRange({ low, high }: Pick<HeatCell, "low" | "high">, { format }: Pick<Row, "format">): string {
  if (!Number.isFinite(high)) return `>\u00a0${brief(format(low))}`;
  return low <= 0 ? `≤\u00a0${brief(format(high))}` : `${brief(format(low))}–${brief(format(high))}`;
}
