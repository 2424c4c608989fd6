import { fill, h, say, show } from "./dom.ts";
import { nearest } from "./downsample.ts";
import type { RowsModel } from "./models.ts";
import { blank, clock, elapsed } from "./numbers.ts";
import { RowView } from "./row-view.ts";
import type { Theme } from "./theme.ts";
import { timeStep, timeTicks } from "./ticks.ts";

export interface RowsEvents {
  /** A person chose an interval (drag, link), or took it back (null). */
  readonly select: (from: number, to: number) => void;
  readonly reset: () => void;
  /** Where the cursor stands, in words, for the heading; empty when it is gone. */
  readonly cursor: (text: string) => void;
  readonly pinned: (at: number | null) => void;
}

/** Small multiples over one time axis, with one cursor through all of them. */
export class Rows {
  readonly root = h("div", { class: "rows", role: "group" });
  private readonly list = h("div", { class: "row-list" });
  private readonly axis = h("div", { class: "row-axis", aria: { hidden: "true" } });
  private readonly selection = h("div", { class: "selection", hidden: true });
  private readonly spoken = h("div", { class: "hidden-text", aria: { live: "polite" } });
  private readonly views = new Map<string, RowView>();
  private order: readonly RowView[] = [];
  private model: RowsModel | null = null;
  private index = -1;
  private pin: number | null = null;
  private active = 0;
  private width = 0;
  private dragFrom: number | null = null;
  private readonly events: RowsEvents;
  private readonly describedBy: string;
  private theme: Theme;

  constructor(label: string, describedBy: string, theme: Theme, events: RowsEvents) {
    this.theme = theme;
    this.events = events;
    this.describedBy = describedBy;
    this.root.setAttribute("aria-label", label);
    this.root.append(this.list, this.axis, this.selection, this.spoken);
    new ResizeObserver(() => this.measure()).observe(this.root);
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
    if (order.length !== this.order.length || order.some((view, i) => view !== this.order[i]))
      fill(this.list, ...order.map((view) => view.root));
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

  private measure(): void {
    const width = Math.floor(this.order[0]?.plot.clientWidth ?? 0);
    if (width === 0 || width === this.width) return;
    this.width = width;
    this.draw();
  }

  private draw(): void {
    const { model } = this;
    if (!model) return;
    const width = Math.floor(this.order[0]?.plot.clientWidth ?? 0);
    if (width > 0) this.width = width;
    if (this.width === 0) return;
    for (const view of this.order) view.draw(this.width);
    this.drawAxis(model);
    this.move(this.index);
  }

  private drawAxis(model: RowsModel): void {
    const most = Math.max(2, Math.floor(this.width / (model.axis === "clock" ? 90 : 60)));
    const live = model.axis === "clock";
    const step = timeStep(model.to - model.from, most);
    const ticks = timeTicks(model.from, model.to, most);
    const total = model.to - model.from;
    const labels: { at: number; text: string }[] = ticks.map((at, i) => ({
      at,
      text: live ? clock(at, step < 60) : model.to >= 600 ? elapsed(at) : `${at}${i === 0 ? `${blank}s` : ""}`,
    }));
    const share = (at: number) => (at - model.from) / total;
    const shown = live ? [...labels.filter(({ at }) => share(at) > 0.04 && share(at) < 0.93), { at: model.to, text: "now" }] : labels;
    while (this.axis.childElementCount > shown.length) this.axis.lastElementChild?.remove();
    while (this.axis.childElementCount < shown.length) this.axis.append(h("span"));
    for (const [i, { at, text }] of shown.entries()) {
      const tick = this.axis.children[i];
      if (!(tick instanceof HTMLElement)) continue;
      say(tick, text);
      const place = share(at);
      tick.style.left = `${place * 100}%`;
      tick.className = place < 0.02 ? "first" : place > 0.98 ? "last" : "";
    }
  }

  private move(index: number): void {
    const { model } = this;
    this.index = index;
    for (const view of this.order) view.point(index);
    const at = model?.x[index];
    this.events.cursor(index < 0 || at === undefined || !model ? "" : `at ${this.moment(at, model)}`);
  }

  private moment(at: number, model: RowsModel): string {
    if (model.axis === "clock") return clock(at, true);
    return at >= 600 ? elapsed(at) : `${at.toFixed(1)}${blank}s`;
  }

  private rove(): void {
    for (const [i, view] of this.order.entries()) view.plot.tabIndex = i === this.active ? 0 : -1;
  }

  /** Time under a pointer; null outside the plots. */
  private timeAt(event: PointerEvent | MouseEvent): number | null {
    const plot = this.order[0]?.plot;
    if (!plot || !this.model) return null;
    const box = plot.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    if (share < -0.01 || share > 1.01) return null;
    return this.model.from + Math.min(1, Math.max(0, share)) * (this.model.to - this.model.from);
  }

  private listen(): void {
    this.list.addEventListener("pointermove", (event) => {
      const at = this.timeAt(event);
      if (this.dragFrom !== null) this.drawSelection(this.dragFrom, at);
      if (this.pin === null && this.model) this.move(at === null ? -1 : nearest(this.model.x, this.model.length, at));
    });
    this.list.addEventListener("pointerleave", () => {
      if (this.pin === null && this.dragFrom === null) this.move(-1);
    });
    this.list.addEventListener("pointerdown", (event) => {
      const at = this.timeAt(event);
      if (event.button !== 0 || at === null) return;
      this.dragFrom = at;
      this.list.setPointerCapture(event.pointerId);
    });
    this.list.addEventListener("pointerup", (event) => this.release(event));
    this.list.addEventListener("pointercancel", () => this.drawSelection(null, null));
    this.list.addEventListener("dblclick", () => this.events.reset());
    this.list.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("focusin", (event) => {
      const found = this.order.findIndex((view) => view.plot === event.target);
      if (found >= 0) this.active = found;
      this.rove();
      if (this.index < 0 && this.model && this.model.length > 0 && found >= 0) this.move(this.model.length - 1);
    });
    this.list.addEventListener("focusout", (event) => {
      const inside = event.relatedTarget instanceof Node && this.list.contains(event.relatedTarget);
      if (!inside && this.pin === null) this.move(-1);
    });
  }

  private release(event: PointerEvent): void {
    const from = this.dragFrom;
    const to = this.timeAt(event);
    this.drawSelection(null, null);
    if (from === null || to === null || !this.model) return;
    const wide = (Math.abs(to - from) / (this.model.to - this.model.from)) * this.width >= 4;
    if (wide) this.events.select(Math.min(from, to), Math.max(from, to));
    else this.setPin(this.pin === null ? (this.model.x[this.index] ?? null) : null);
  }

  private setPin(at: number | null): void {
    this.pin = at;
    this.events.pinned(at);
    this.root.classList.toggle("pinned", at !== null);
  }

  private drawSelection(from: number | null, to: number | null): void {
    this.dragFrom = from;
    const plot = this.order[0]?.plot;
    show(this.selection, from !== null && to !== null);
    if (from === null || to === null || !plot || !this.model) return;
    const scale = plot.clientWidth / (this.model.to - this.model.from);
    this.selection.style.left = `${plot.offsetLeft + (Math.min(from, to) - this.model.from) * scale}px`;
    this.selection.style.width = `${Math.abs(to - from) * scale}px`;
  }

  private key(event: KeyboardEvent): void {
    const { model } = this;
    if (!model || !(event.target instanceof HTMLElement) || !event.target.classList.contains("row-plot")) return;
    const last = model.length - 1;
    const step = event.shiftKey ? 10 : 1;
    const start = this.index < 0 ? last : this.index;
    switch (event.key) {
      case "ArrowLeft":
        this.steer(Math.max(0, start - step));
        break;
      case "ArrowRight":
        this.steer(Math.min(last, start + step));
        break;
      case "Home":
        this.steer(0);
        break;
      case "End":
        this.steer(last);
        break;
      case "ArrowUp":
      case "ArrowDown":
        this.active = Math.min(this.order.length - 1, Math.max(0, this.active + (event.key === "ArrowUp" ? -1 : 1)));
        this.rove();
        this.order[this.active]?.plot.focus();
        this.speak();
        break;
      case "Enter":
      case " ":
        this.setPin(this.pin === null ? (model.x[this.index] ?? null) : null);
        break;
      case "Escape":
        this.setPin(null);
        this.move(-1);
        this.events.reset();
        break;
      default:
        return;
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
    say(this.spoken, `${row.name} ${this.order[this.active]?.valueAt(this.index) ?? ""} ${row.unit}, ${this.moment(at, model)}`);
  }
}
