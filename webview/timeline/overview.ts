import { hatch } from "../parts/chart.ts";
import { h } from "../parts/dom.ts";
import { words } from "../parts/words.ts";
import { Level } from "./level.ts";
import type { Palette } from "./palette.ts";
import type { RunIndex } from "./run-index.ts";
import { type Interval, within } from "./window.ts";

const height = 36;
const preemptionHeight = 3;
/** The brush is never narrower than a finger finds. */
const narrowest = 8;

/** The whole run at a glance, with the time in view as a frame that can be moved and drawn anew. */
export class Overview {
  readonly root: HTMLElement;
  private readonly canvas = h("canvas", { aria: { hidden: "true" } });
  private readonly brush = h("div", { class: "brush", aria: { hidden: "true" } });
  private readonly strip = h("div", { class: "overview-strip" }, this.canvas, this.brush);
  private readonly heights = new Float32Array(4096);
  private index: RunIndex | null = null;
  private running = new Level(new Float64Array(), new Float64Array());
  private palette: Palette | null = null;
  private view: Interval = { from: 0, to: 1 };
  private drag: { readonly kind: "move" | "new"; readonly at: number; readonly view: Interval } | null = null;

  constructor(private readonly moved: (view: Interval) => void) {
    this.root = h(
      "div",
      { class: "overview" },
      h(
        "div",
        { class: "lane-label" },
        h("b", { text: words("Whole run") }),
        h("span", { class: "lane-note", text: words("running requests") }),
      ),
      this.strip,
    );
    new ResizeObserver(() => this.draw()).observe(this.strip);
    this.listen();
  }

  update(index: RunIndex, palette: Palette): void {
    if (index !== this.index) {
      const { t, running } = index.run.overview;
      // A mean of an interval holds from its beginning, and `t` is its end.
      this.running = new Level(
        Float64Array.from(t, (_, i) => t[i - 1] ?? 0),
        running,
      );
    }
    this.index = index;
    this.palette = palette;
    this.draw();
  }

  show(view: Interval): void {
    this.view = view;
    const { width } = this;
    const left = this.pixel(view.from);
    const wide = Math.max(narrowest, this.pixel(view.to) - left);
    this.brush.style.left = `${Math.min(left, width - wide)}px`;
    this.brush.style.width = `${wide}px`;
  }

  /** Again, where the width has changed. */
  draw(): void {
    const { index, palette, width } = this;
    const pen = this.canvas.getContext("2d");
    if (!index || !palette || !pen || width === 0) return;
    const scale = window.devicePixelRatio || 1;
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    this.drawRunning(pen, palette);
    this.drawPreemptions(pen, index, palette);
    // What is not recorded.
    const { from, to, end } = index.run.timeline;
    pen.fillStyle = hatch(pen, palette.theme.secondary, 8);
    pen.globalAlpha = 0.5;
    if (from > 0) pen.fillRect(0, 0, this.pixel(from), height);
    if (to < end) pen.fillRect(this.pixel(to), 0, width - this.pixel(to), height);
    pen.globalAlpha = 1;
    this.show(this.view);
  }

  private drawRunning(pen: CanvasRenderingContext2D, palette: Palette): void {
    const { running, width, heights } = this;
    running.fill(heights, { from: 0, to: this.end }, width);
    const y = (x: number): number => height - 5 - ((heights[x] as number) / Math.max(1, running.peak)) * (height - 8);
    pen.beginPath();
    pen.moveTo(0, y(0));
    for (let x = 1; x < width; x++) pen.lineTo(x, y(x));
    pen.strokeStyle = palette.theme.secondary;
    pen.lineWidth = palette.theme.highContrast ? 2 : 1;
    pen.stroke();
    if (palette.theme.highContrast) return;
    pen.lineTo(width, height - 5);
    pen.lineTo(0, height - 5);
    pen.fillStyle = palette.level;
    pen.globalAlpha = 0.22;
    pen.fill();
    pen.globalAlpha = 1;
  }

  private drawPreemptions(pen: CanvasRenderingContext2D, { run }: RunIndex, palette: Palette): void {
    const { t, preemptionsPerSecond } = run.overview;
    pen.fillStyle = palette.event;
    for (let i = 0; i < t.length; i++) {
      if ((preemptionsPerSecond[i] as number) === 0) continue;
      const left = this.pixel(t[i - 1] ?? 0);
      pen.fillRect(left, height - preemptionHeight, Math.max(2, this.pixel(t[i] as number) - left - 1), preemptionHeight);
    }
  }

  private get end(): number {
    return Math.max(1e-3, this.index?.run.timeline.end ?? 0);
  }

  private get width(): number {
    return Math.min(this.heights.length, Math.floor(this.strip.clientWidth));
  }

  private pixel(time: number): number {
    return (time / this.end) * this.width;
  }

  private timeAt(event: PointerEvent): number {
    const box = this.strip.getBoundingClientRect();
    return ((event.clientX - box.left) / Math.max(1, box.width)) * this.end;
  }

  private listen(): void {
    this.strip.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.index) return;
      const at = this.timeAt(event);
      const { view } = this;
      const isInside = event.target === this.brush;
      this.drag = { kind: isInside ? "move" : "new", at, view };
      this.strip.setPointerCapture(event.pointerId);
      if (!isInside) this.moved(centred(at, view, this.index.whole));
      event.preventDefault();
    });
    this.strip.addEventListener("pointermove", (event) => {
      if (!this.drag || !this.index) return;
      const at = this.timeAt(event);
      const { kind, at: begin, view } = this.drag;
      if (kind === "move") this.moved(within({ from: view.from + at - begin, to: view.to + at - begin }, this.index.whole));
      else if (Math.abs(this.pixel(at) - this.pixel(begin)) >= narrowest)
        this.moved(within({ from: Math.min(at, begin), to: Math.max(at, begin) }, this.index.whole));
    });
    for (const end of ["pointerup", "pointercancel"] as const)
      this.strip.addEventListener(end, () => {
        this.drag = null;
      });
  }
}

function centred(at: number, { from, to }: Interval, whole: Interval): Interval {
  const half = (to - from) / 2;
  return within({ from: at - half, to: at + half }, whole);
}
