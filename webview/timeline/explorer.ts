import type { SettingPlace } from "../../src/language/setting-places.ts";
import type { TimelineRun } from "../../src/protocol/timeline-view.ts";
import { h, say } from "../parts/dom.ts";
import { Section } from "../parts/section.ts";
import type { TableActions } from "../parts/table.ts";
import type { Theme } from "../parts/theme.ts";
import { words } from "../parts/words.ts";
import { Breakdown } from "./breakdown.ts";
import { listenTo } from "./gestures.ts";
import type { Hit } from "./hit.ts";
import { Keyboard } from "./keyboard.ts";
import { legend } from "./legend.ts";
import { Overview } from "./overview.ts";
import { paletteOf } from "./palette.ts";
import { Plot } from "./plot.ts";
import { Ranking } from "./ranking.ts";
import { cursorWords, pictureWords } from "./readout.ts";
import { indexRun, opening, type RunIndex } from "./run-index.ts";
import { type Selection, type StepAt, selectionOf, wayToFirstToken } from "./selection.ts";
import { StepCursor } from "./step-cursor.ts";
import { stepsIn, stepsTable } from "./steps-table.ts";
import { Turns } from "./turns.ts";
import { Viewport } from "./viewport.ts";
import { busyShare } from "./why.ts";

export interface ExplorerEvents {
  readonly actions: TableActions;
  readonly reveal: (line: number) => void;
  /** Writes the run down from another second on. */
  readonly record: (fromSeconds: number) => void;
  /** The key for finding was pressed. */
  readonly find: () => void;
  readonly keep: () => void;
}

/** Nothing moved for so long. */
const restMilliseconds = 150;

/** Overview, picture and what is selected: looking around in a run. */
export class Explorer {
  readonly root = h("div", { class: "explorer" });
  ranking: Ranking | null = null;
  private readonly section: Section;
  private readonly overview: Overview;
  private readonly plot: Plot;
  private readonly breakdown: Breakdown;
  private readonly line = h("div", { class: "readout", aria: { hidden: "true" } });
  private readonly spoken = h("div", { class: "hidden-text", aria: { live: "polite" } });
  private readonly turns = new Turns(() => {
    this.steps.toFirstLane();
    this.draw();
  });
  private readonly viewport = new Viewport(() => this.moved());
  private readonly steps = new StepCursor(() => this.instanceOrder);
  private readonly legend = h("div", { class: "timeline-legend small" });
  private index: RunIndex | null = null;
  private selection: Selection | null = null;
  private marks: readonly number[] = [];
  private cursor: number | null = null;
  private resting = 0;
  private theme: Theme;

  constructor(
    theme: Theme,
    private readonly events: ExplorerEvents,
  ) {
    this.theme = theme;
    this.section = new Section({
      id: "steps",
      title: words("Steps"),
      actions: events.actions,
      table: () =>
        this.index
          ? stepsTable(this.index, stepsIn(this.index, this.viewport.view, this.turns.shown))
          : { name: "", columns: [], rows: [] },
      toggled: () => events.keep(),
    });
    this.overview = new Overview((view) => this.viewport.look(view));
    this.plot = new Plot(paletteOf(theme), this.section.twinId);
    this.breakdown = new Breakdown({ select: (request) => this.select(request), reveal: events.reveal, record: events.record });
    this.section.body.append(this.legend, this.overview.root, this.turns.root, this.plot.root, this.line);
    this.root.append(this.section.root, this.breakdown.root, this.spoken);
    const keyboard = new Keyboard(this.viewport, this.steps, {
      focus: (step) => this.focusStep(step),
      choose: (request) => this.choose(request, "stay"),
      mark: () => this.mark(),
      fit: () => this.fit(),
      clear: () => this.clear(),
      find: events.find,
      speak: (text) => say(this.spoken, text),
    });
    listenTo(this.plot, {
      view: () => this.viewport.view,
      zoom: (factor, at) => this.viewport.zoom(factor, at),
      pan: (share) => this.viewport.pan(share),
      zoomTo: (view) => this.viewport.lookWithin(view),
      fit: () => this.fit(),
      pick: (hit) => this.pick(hit),
      hover: (hit, time) => this.hover(hit, time),
      key: (event) => this.index !== null && keyboard.press(event, this.index),
    });
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.plot.setPalette(paletteOf(theme));
    if (this.index) this.overview.update(this.index, paletteOf(theme));
  }

  setPlaces(places: readonly SettingPlace[], file: string): void {
    this.breakdown.setPlaces(places, file);
    this.describe();
  }

  show(run: TimelineRun): void {
    const index = indexRun(run);
    this.index = index;
    this.ranking = new Ranking(run.requests);
    this.selection = null;
    this.steps.on(null);
    this.steps.toFirstLane();
    this.turns.start(index.instances.length);
    this.legend.replaceChildren(...legend(index));
    this.overview.update(index, paletteOf(this.theme));
    this.viewport.open(index.whole, opening(index));
    this.describe();
  }

  /** Puts back what was looked at before the page was hidden. */
  restore({ from, to, request, marks, open }: Readonly<Record<string, unknown>>): void {
    if (!this.index) return;
    if (Array.isArray(marks)) this.marks = marks.filter((at) => typeof at === "number");
    if (open === true) this.section.setOpen(true);
    if (typeof request === "number") this.choose(request);
    if (typeof from === "number" && typeof to === "number" && to > from) this.viewport.lookWithin({ from, to });
  }

  get kept(): Readonly<Record<string, unknown>> {
    const { viewport, selection, marks, section } = this;
    return { ...viewport.view, request: selection?.request ?? null, marks, open: section.isOpen };
  }

  /** Selects a request and shows its way to the first token. */
  select(request: number): void {
    const { index } = this;
    if (!index) return;
    this.choose(request);
    const way = this.selection && wayToFirstToken(index, this.selection);
    if (way) this.viewport.lookAround(way);
    say(this.spoken, words("Request {0} is selected.", request));
  }

  focus(): void {
    this.plot.root.focus();
  }

  private choose(request: number, step: "last of its prompt" | "stay" = "last of its prompt"): void {
    const { index } = this;
    if (!index || !(request >= 0 && request < index.run.requests.arrival.length)) return;
    this.selection = selectionOf(index, request);
    if (step !== "stay") this.steps.on(this.selection.steps.at(-1) ?? null);
    this.turns.bring([...this.selection.steps, ...this.selection.decodes].map(({ instance }) => instance));
    document.body.dataset.selected = String(request);
    this.describe();
    this.draw();
    this.events.keep();
  }

  private clear(): void {
    this.selection = null;
    this.steps.on(null);
    delete document.body.dataset.selected;
    this.describe();
    this.draw();
    this.events.keep();
  }

  private describe(): void {
    const { index, ranking, selection } = this;
    const { focused } = this.steps;
    if (!index || !ranking) return;
    if (selection) this.breakdown.showRequest(index, ranking, selection);
    else if (focused) this.breakdown.showStep(index, focused);
    else this.breakdown.showNothing();
  }

  private moved(): void {
    this.overview.show(this.viewport.view);
    this.draw();
    this.rest();
  }

  /** What need not follow every turn of a wheel: the table, and what is kept across reloads. */
  private rest(): void {
    window.clearTimeout(this.resting);
    this.resting = window.setTimeout(() => {
      this.section.refresh();
      this.events.keep();
    }, restMilliseconds);
  }

  private draw(): void {
    const { index, selection, marks } = this;
    const { view } = this.viewport;
    if (!index) return;
    const instances = this.turns.shown;
    this.plot.update({ index, view, instances, selection, focus: this.steps.focused, marks });
    const busy = busyShare(
      index.instances.filter(({ instance }) => instances.has(instance)),
      view,
    );
    this.plot.setWords(pictureWords(index, view, busy, selection?.request ?? null));
    const { dataset } = document.body;
    dataset.from = String(view.from);
    dataset.to = String(view.to);
  }

  /** The selected request; without one, or asked again, the whole run. */
  private fit(): void {
    const life = this.selection?.life;
    this.viewport.fit(life ? { from: life.arrived, to: life.finished } : null);
  }

  private pick(hit: Hit): void {
    const { index } = this;
    if (!index || !hit) return;
    if (hit.kind === "transfer") this.choose(index.run.timeline.transfers.request[hit.row] as number);
    if (hit.kind !== "step") return;
    this.selection = null;
    delete document.body.dataset.selected;
    this.focusStep(hit.step);
  }

  private focusStep(step: StepAt): void {
    this.steps.on(step);
    document.body.dataset.step = String(step.row);
    this.describe();
    this.draw();
  }

  private hover(hit: Hit, time: number | null): void {
    this.cursor = time;
    this.plot.point(time);
    say(this.line, this.index && time !== null ? cursorWords(this.index, hit, time) : "");
  }

  private mark(): void {
    const { view } = this.viewport;
    const at = this.cursor ?? this.steps.focused?.from ?? (view.from + view.to) / 2;
    this.marks = [...this.marks.slice(-19), at];
    this.draw();
    this.events.keep();
  }

  private get instanceOrder(): readonly number[] {
    return this.plot.lanes.flatMap((lane) => (lane.kind === "instance" ? [lane.lane.instance] : []));
  }
}
