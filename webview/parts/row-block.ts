import { fill, h, show } from "./dom.ts";
import type { Row, RowsModel } from "./models.ts";
import { RowAxis } from "./row-axis.ts";
import type { RowView } from "./row-view.ts";

/** Rows below each other whose plots have the same edges: a pointer over any of them is at one time. */
export class RowBlock {
  readonly root: HTMLElement;
  readonly list = h("div", { class: "row-list" });
  /** Of its plots, in CSS pixels. */
  width = 0;
  private readonly selection = h("div", { class: "selection", hidden: true });
  /** Seen where blocks stand side by side: the axis of all has another width. */
  private readonly axis: RowAxis | null;
  private views: readonly RowView[] = [];

  constructor(readonly side: Row["side"]) {
    this.axis = side ? new RowAxis() : null;
    this.root = h("div", { class: side ? `row-block row-side row-${side}` : "row-block" }, this.list);
    if (this.axis) this.root.append(this.axis.root);
  }

  arrange(rows: readonly Row[], views: readonly RowView[]): void {
    this.views = views;
    const nodes = views.flatMap((view, i) => {
      const heading = rows[i]?.heading;
      return heading === undefined ? [view.root] : [h("h3", { class: "row-heading", text: heading }), view.root];
    });
    fill(this.list, ...nodes, this.selection);
  }

  /** Whether its plots have another width than they are drawn with. */
  isOutgrown(): boolean {
    const width = this.plotWidth();
    return width !== 0 && width !== this.width;
  }

  measure(): void {
    this.width = this.plotWidth() || this.width;
  }

  draw(model: RowsModel): void {
    if (this.width === 0) return;
    for (const view of this.views) view.draw(this.width);
    this.axis?.draw(model, this.width);
  }

  /** Time under a pointer; null beside the plots. */
  timeAt({ clientX }: MouseEvent, { from, to }: RowsModel): number | null {
    const box = this.plot?.getBoundingClientRect();
    if (!box) return null;
    const share = (clientX - box.left) / box.width;
    return share < -0.01 || share > 1.01 ? null : from + Math.min(1, Math.max(0, share)) * (to - from);
  }

  select(range: readonly [from: number, to: number] | null, { from, to }: RowsModel): void {
    const { plot } = this;
    show(this.selection, range !== null);
    if (!range || !plot) return;
    const scale = plot.clientWidth / (to - from);
    this.selection.style.left = `${plot.offsetLeft + (range[0] - from) * scale}px`;
    this.selection.style.width = `${(range[1] - range[0]) * scale}px`;
  }

  private plotWidth(): number {
    return Math.floor(this.plot?.clientWidth ?? 0);
  }

  private get plot(): HTMLElement | undefined {
    return this.views[0]?.plot;
  }
}

/** Neighbours of one side, each with where it begins and ends among all rows. */
export function blocksOf(rows: readonly Row[]): readonly { readonly side: Row["side"]; readonly from: number; readonly to: number }[] {
  const starts = rows.flatMap((row, i) => (i === 0 || row.side !== rows[i - 1]?.side ? [i] : []));
  return starts.map((from, i) => ({ side: rows[from]?.side, from, to: starts[i + 1] ?? rows.length }));
}
