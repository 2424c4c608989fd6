import { h, say } from "./dom.ts";
import { nearest } from "./downsample.ts";
import type { Row, RowsModel } from "./models.ts";
import { momentWords, RowAxis } from "./row-axis.ts";
import { blocksOf, RowBlock } from "./row-block.ts";
import { listenToRows } from "./row-gestures.ts";
import { rowAction } from "./row-keys.ts";
import { RowView } from "./row-view.ts";
import type { Theme } from "./theme.ts";
import { words } from "./words.ts";

export interface RowsEvents {
  /** A person chose an interval (drag, link), or took it back (null). */
  readonly select: (from: number, to: number) => void;
  readonly reset: () => void;
  /** Where the cursor stands, in words, for the heading; empty when it is gone. */
  readonly cursor: (text: string) => void;
  readonly pinned: (at: number | null) => void;
  /** By seconds; only where time can be moved. */
  readonly pan?: (seconds: number) => void;
  readonly zoom?: (factor: number, at: number) => void;
}

/** Small multiples over one time, with one cursor through all of them; blocks of two sides stand beside each other where the page is wide. */
export class Rows {
  readonly root = h("div", { class: "rows", role: "group" });
  private readonly axis = new RowAxis();
  private readonly spoken = h("div", { class: "hidden-text", aria: { live: "polite" } });
  private readonly views = new Map<string, RowView>();
  private order: readonly RowView[] = [];
  private blocks: readonly RowBlock[] = [];
  private headings = "";
  private model: RowsModel | null = null;
  private index = -1;
  private pin: number | null = null;
  private active = 0;

  constructor(
    label: string,
    private readonly describedBy: string,
    private theme: Theme,
    private readonly events: RowsEvents,
  ) {
    this.root.setAttribute("aria-label", label);
    this.root.append(this.axis.root, this.spoken);
    new ResizeObserver(() => {
      if (this.blocks.some((block) => block.isOutgrown())) this.draw();
    }).observe(this.root);
    this.listen();
  }

  update(model: RowsModel): void {
    this.model = model;
    const ids = new Set(model.rows.map((row) => row.id));
    for (const [id, view] of this.views) {
      if (ids.has(id)) continue;
      view.dispose();
      this.views.delete(id);
    }
    const order = model.rows.map((row) => {
      const found = this.views.get(row.id);
      const view = found ?? new RowView(row, model, this.theme, this.describedBy);
      if (!found) this.views.set(row.id, view);
      view.update(row, model, this.theme);
      return view;
    });
    const headings = model.rows.map(({ heading }) => heading ?? "").join("\n");
    if (headings !== this.headings || order.length !== this.order.length || order.some((view, i) => view !== this.order[i]))
      this.arrange(model, order);
    this.headings = headings;
    this.order = order;
    this.active = Math.min(this.active, Math.max(0, order.length - 1));
    this.rove();
    if (this.pin !== null) this.index = nearest(model.x, model.length, this.pin);
    this.draw();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    if (this.model) this.update(this.model);
  }

  /** Puts the pinned cursor back after a reload. */
  pinAt(at: number | null): void {
    this.pin = at;
    if (this.model) this.move(at === null ? -1 : nearest(this.model.x, this.model.length, at));
  }

  private arrange({ rows }: RowsModel, order: readonly RowView[]): void {
    const focused = document.activeElement;
    const parts = blocksOf(rows);
    if (parts.length !== this.blocks.length || parts.some(({ side }, i) => side !== this.blocks[i]?.side)) this.place(parts);
    for (const [i, { from, to }] of parts.entries()) this.blocks[i]?.arrange(rows.slice(from, to), order.slice(from, to));
    if (focused instanceof HTMLElement && this.root.contains(focused)) focused.focus();
  }

  private place(parts: ReturnType<typeof blocksOf>): void {
    for (const { root } of this.blocks) root.remove();
    this.blocks = parts.map(({ side }) => this.block(side));
    this.axis.root.before(...this.blocks.map(({ root }) => root));
    const sides = new Set(parts.map(({ side }) => side));
    this.root.classList.toggle("row-pair", sides.has("left") && sides.has("right"));
  }

  private block(side: Row["side"]): RowBlock {
    const { pan, zoom, select, reset } = this.events;
    const block = new RowBlock(side);
    listenToRows(block.list, {
      timeAt: (event) => this.model && block.timeAt(event, this.model),
      hover: (at) => {
        if (this.pin === null && this.model) this.move(at === null ? -1 : nearest(this.model.x, this.model.length, at));
      },
      draw: (range) => {
        if (this.model) for (const one of this.blocks) one.select(range, this.model);
      },
      select,
      click: () => this.togglePin(),
      reset,
      pan: pan && ((pixels) => pan((pixels / Math.max(1, block.width)) * this.seconds())),
      zoom,
    });
    return block;
  }

  private draw(): void {
    const { model, blocks } = this;
    if (!model) return;
    // All are measured before the first is drawn, so that the page is laid out once.
    for (const block of blocks) block.measure();
    for (const block of blocks) block.draw(model);
    const across = blocks[0]?.width ?? 0;
    if (across === 0) return;
    this.axis.draw(model, across);
    this.move(this.index);
  }

  private move(index: number): void {
    const { model } = this;
    this.index = index;
    for (const view of this.order) view.point(index);
    const at = model?.x[index];
    this.events.cursor(index < 0 || at === undefined || !model ? "" : words("at {0}", momentWords(at, model)));
  }

  private rove(): void {
    for (const [i, view] of this.order.entries()) view.plot.tabIndex = i === this.active ? 0 : -1;
  }

  private listen(): void {
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("focusin", (event) => {
      const found = this.order.findIndex((view) => view.plot === event.target);
      if (found >= 0) this.active = found;
      this.rove();
      if (this.index < 0 && this.model && this.model.length > 0 && found >= 0) this.move(this.model.length - 1);
    });
    this.root.addEventListener("focusout", (event) => {
      const inside = event.relatedTarget instanceof Node && this.root.contains(event.relatedTarget);
      if (!inside && this.pin === null) this.move(-1);
    });
  }

  private seconds(): number {
    return this.model ? this.model.to - this.model.from : 0;
  }

  private togglePin(): void {
    this.setPin(this.pin === null ? (this.model?.x[this.index] ?? null) : null);
  }

  private setPin(at: number | null): void {
    this.pin = at;
    this.events.pinned(at);
    this.root.classList.toggle("pinned", at !== null);
  }

  private key(event: KeyboardEvent): void {
    const { model } = this;
    if (!model || !(event.target instanceof HTMLElement) || !event.target.classList.contains("row-plot")) return;
    const action = rowAction(event);
    if (!action) return;
    const last = model.length - 1;
    switch (action.kind) {
      case "step":
        this.steer(Math.min(last, Math.max(0, (this.index < 0 ? last : this.index) + action.samples)));
        break;
      case "row":
        this.active = Math.min(this.order.length - 1, Math.max(0, this.active + action.by));
        this.rove();
        this.order[this.active]?.plot.focus();
        this.speak();
        break;
      case "pin":
        this.togglePin();
        break;
      case "clear":
        this.setPin(null);
        this.move(-1);
        this.events.reset();
        break;
      case "pan":
        if (!this.events.pan) return;
        this.events.pan(action.share * this.seconds());
        break;
      case "zoom":
        if (!this.events.zoom) return;
        this.events.zoom(action.factor, model.x[this.index] ?? (model.from + model.to) / 2);
        break;
      default:
        action satisfies never;
    }
    event.preventDefault();
  }

  private steer(index: number): void {
    if (this.pin !== null) this.setPin(this.model?.x[index] ?? null);
    this.move(index);
    this.speak();
  }

  private speak(): void {
    const { model } = this;
    const row = model?.rows[this.active];
    const at = model?.x[this.index];
    if (!model || !row || at === undefined) return;
    say(this.spoken, `${row.name} ${this.order[this.active]?.valueAt(this.index) ?? ""} ${row.unit}, ${momentWords(at, model)}`);
  }
}
