import { attribute, h, show } from "../parts/dom.ts";
import { words } from "../parts/words.ts";
import { LaneLabels } from "./lane-labels.ts";
import { type Lane, type Lanes, lanesOf } from "./lanes.ts";
import { StepLabels, stepLines } from "./paint-steps.ts";
import type { Palette } from "./palette.ts";
import { Picture, type Scene } from "./picture.ts";
import type { RunIndex } from "./run-index.ts";
import { requestsIn, type Selection, type StepAt } from "./selection.ts";
import type { Interval } from "./window.ts";

const labelWidth = 148;
/** Below this width of the page names stand above their lanes. */
const narrowWidth = 560;

/** What the picture is to show; the plot itself knows only where things lie. */
export interface Shown {
  readonly index: RunIndex;
  readonly view: Interval;
  readonly instances: ReadonlySet<number>;
  readonly selection: Selection | null;
  readonly focus: StepAt | null;
  readonly marks: readonly number[];
}

/** The picture with its labels and its cursor. It draws at most once a frame. */
export class Plot {
  readonly root: HTMLElement;
  private readonly canvas = h("canvas", { aria: { hidden: "true" } });
  private readonly labels = new LaneLabels();
  private readonly cursor = h("div", { class: "timeline-cursor", hidden: true });
  private readonly drawn = h("div", { class: "timeline-range", hidden: true });
  private picture: Picture | null = null;
  private labelled: RunIndex | null = null;
  private shown: Shown | null = null;
  private palette: Palette;
  private laid: Lanes = { lanes: [], height: 0 };
  private laidFor: readonly unknown[] = [];
  private width = 0;
  private isDue = false;

  constructor(palette: Palette, describedBy: string) {
    this.palette = palette;
    this.root = h(
      "div",
      { class: "timeline-plot", role: "application", tabindex: 0, aria: { describedby: describedBy, roledescription: words("timeline") } },
      this.canvas,
      this.labels.root,
      this.cursor,
      this.drawn,
    );
    new ResizeObserver(() => this.measure()).observe(this.root);
  }

  get lanes(): readonly Lane[] {
    return this.laid.lanes;
  }

  /** Of the time axis. */
  get plotLeft(): number {
    return this.isNarrow ? 0 : labelWidth;
  }

  get plotWidth(): number {
    return Math.max(1, this.width - this.plotLeft);
  }

  setPalette(palette: Palette): void {
    this.palette = palette;
    this.ask();
  }

  update(shown: Shown): void {
    this.shown = shown;
    if (this.labelled !== shown.index) {
      const { steps } = shown.index.run.timeline;
      this.picture = new Picture(
        new StepLabels((row) =>
          stepLines(steps.promptTokens[row] as number, requestsIn(shown.index, row).length, steps.decodeSequences[row] as number),
        ),
      );
      this.labelled = shown.index;
    }
    this.ask();
  }

  setWords(text: string): void {
    attribute(this.root, "aria-label", text);
  }

  /** Puts the cursor at a time, or takes it away. */
  point(time: number | null): void {
    const { shown } = this;
    show(this.cursor, time !== null);
    if (!shown) return;
    if (time !== null) this.cursor.style.left = `${this.pixel(time, shown.view)}px`;
    this.labels.point(shown.index, time);
  }

  /** Shows what is being drawn with the pointer. */
  range(range: Interval | null): void {
    show(this.drawn, range !== null);
    if (!range || !this.shown) return;
    const left = this.pixel(range.from, this.shown.view);
    this.drawn.style.left = `${left}px`;
    this.drawn.style.width = `${this.pixel(range.to, this.shown.view) - left}px`;
  }

  /** Time and height under a pointer. */
  place(event: MouseEvent): { readonly time: number; readonly y: number; readonly isInside: boolean } {
    const box = this.canvas.getBoundingClientRect();
    const view = this.shown?.view ?? { from: 0, to: 1 };
    const share = (event.clientX - box.left - this.plotLeft) / this.plotWidth;
    return {
      time: view.from + Math.min(1, Math.max(0, share)) * (view.to - view.from),
      y: event.clientY - box.top,
      isInside: share >= 0 && share <= 1,
    };
  }

  private get isNarrow(): boolean {
    return this.width < narrowWidth;
  }

  private pixel(time: number, view: Interval): number {
    return this.plotLeft + ((time - view.from) / (view.to - view.from)) * this.plotWidth;
  }

  private measure(): void {
    const width = Math.floor(this.root.clientWidth);
    if (width === 0 || width === this.width) return;
    this.width = width;
    this.ask();
  }

  private ask(): void {
    if (this.isDue) return;
    this.isDue = true;
    requestAnimationFrame(() => {
      this.isDue = false;
      this.draw();
    });
  }

  private draw(): void {
    const { shown, picture, width } = this;
    if (width === 0) this.width = Math.floor(this.root.clientWidth);
    const pen = this.canvas.getContext("2d");
    if (!shown || !picture || !pen || this.width === 0) return;
    this.layOut(shown);
    const scale = window.devicePixelRatio || 1;
    this.size(scale);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    const scene: Scene = {
      index: shown.index,
      lanes: this.laid.lanes,
      view: shown.view,
      palette: this.palette,
      left: this.plotLeft,
      width: this.plotWidth,
      height: this.laid.height,
      selection: shown.selection,
      focus: shown.focus,
      marks: shown.marks,
    };
    picture.draw(pen, scene);
  }

  /** Lanes and labels anew, where what they rest on has changed. */
  private layOut({ index, instances }: Shown): void {
    const now = [index, instances, this.isNarrow];
    if (now.every((one, i) => one === this.laidFor[i])) return;
    this.laidFor = now;
    this.laid = lanesOf(index, instances, this.isNarrow);
    this.root.classList.toggle("narrow", this.isNarrow);
    this.root.style.height = `${this.laid.height}px`;
    this.labels.update(this.laid.lanes, index);
  }

  private size(scale: number): void {
    const [width, height] = [Math.round(this.width * scale), Math.round(this.laid.height * scale)];
    if (this.canvas.width === width && this.canvas.height === height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.canvas.style.width = `${this.width}px`;
    this.canvas.style.height = `${this.laid.height}px`;
  }
}
