import type { SettingPlace } from "../../src/language/setting-places.ts";
import type { TimelineRun } from "../../src/protocol/timeline-view.ts";
import { h, say } from "../parts/dom.ts";
import { Section } from "../parts/section.ts";
import type { TableActions } from "../parts/table.ts";
import type { Theme } from "../parts/theme.ts";
import { words } from "../parts/words.ts";
import { Breakdown } from "./breakdown.ts";
import { listenTo } from "./gestures.ts";
import { type Hit, neighbour } from "./hit.ts";
import { keyAction } from "./keys.ts";
import { legend } from "./legend.ts";
import { Overview } from "./overview.ts";
import { paletteOf } from "./palette.ts";
import { Plot } from "./plot.ts";
import { Ranking } from "./ranking.ts";
import { pictureWords, readout } from "./readout.ts";
import { indexRun, opening, type RunIndex } from "./run-index.ts";
import { requestsIn, type Selection, type StepAt, selectionOf } from "./selection.ts";
import { stepsIn, stepsTable } from "./steps-table.ts";
import { Turns } from "./turns.ts";
import { idleShare } from "./why.ts";
import { around, type Interval, panned, within, zoomed } from "./window.ts";

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
    this.lane = 0;
    this.draw();
  });
  private readonly legend = h("div", { class: "timeline-legend small" });
  private index: RunIndex | null = null;
  private view: Interval = { from: 0, to: 1 };
  private selection: Selection | null = null;
  private focused: StepAt | null = null;
  private marks: readonly number[] = [];
  private lane = 0;
  private cursor: number | null = null;
  private picked = 0;
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
        this.index ? stepsTable(this.index, stepsIn(this.index, this.view, this.turns.shown)) : { name: "", columns: [], rows: [] },
      toggled: () => events.keep(),
    });
    this.overview = new Overview((view) => this.look(view));
    this.plot = new Plot(paletteOf(theme), this.section.twinId);
    this.breakdown = new Breakdown({ select: (request) => this.select(request), reveal: events.reveal, record: events.record });
    this.section.body.append(this.legend, this.overview.root, this.turns.root, this.plot.root, this.line);
    this.root.append(this.section.root, this.breakdown.root, this.spoken);
    listenTo(this.plot, {
      view: () => this.view,
      zoom: (factor, at) => this.zoom(factor, at),
      pan: (share) => this.pan(share),
      zoomTo: (view) => this.look(this.index ? within(view, this.index.whole) : view),
      fit: () => this.fit(),
      pick: (hit) => this.pick(hit),
      hover: (hit, time) => this.hover(hit, time),
      key: (event) => this.key(event),
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
    this.focused = null;
    this.lane = 0;
    this.turns.start(index.instances.length);
    this.legend.replaceChildren(...legend(index));
    this.overview.update(index, paletteOf(this.theme));
    this.look(opening(index));
    this.describe();
  }

  /** Puts back what was looked at before the page was hidden. */
  restore({ from, to, request, marks, open }: Readonly<Record<string, unknown>>): void {
    if (!this.index) return;
    if (Array.isArray(marks)) this.marks = marks.filter((at) => typeof at === "number");
    if (open === true) this.section.setOpen(true);
    if (typeof request === "number") this.choose(request);
    if (typeof from === "number" && typeof to === "number" && to > from) this.look(within({ from, to }, this.index.whole));
  }

  get kept(): Readonly<Record<string, unknown>> {
    const { view, selection, marks, section } = this;
    return { ...view, request: selection?.request ?? null, marks, open: section.isOpen };
  }

  /** Selects a request and shows its way to the first token. */
  select(request: number): void {
    const { index } = this;
    if (!index) return;
    this.choose(request);
    const { selection } = this;
    const first = index.run.requests.firstToken[request] ?? Number.NaN;
    const arrived = index.run.requests.arrival[request] ?? Number.NaN;
    const until = selection?.decodes[0] ? Math.min(selection.decodes[0].to, selection.decodes[0].from + 0.25 * (first - arrived)) : first;
    if (!Number.isNaN(arrived) && !Number.isNaN(until)) this.look(around({ from: arrived, to: Math.max(first, until) }, index.whole));
    say(this.spoken, words("Request {0} is selected.", request));
  }

  focus(): void {
    this.plot.root.focus();
  }

  private choose(request: number): void {
    const { index } = this;
    if (!index || !(request >= 0 && request < index.run.requests.arrival.length)) return;
    this.selection = selectionOf(index, request);
    this.focused = this.selection.steps.at(-1) ?? null;
    this.turns.bring([...this.selection.steps, ...this.selection.decodes].map(({ instance }) => instance));
    document.body.dataset.selected = String(request);
    this.describe();
    this.draw();
    this.events.keep();
  }

  private clear(): void {
    this.selection = null;
    this.focused = null;
    delete document.body.dataset.selected;
    this.describe();
    this.draw();
    this.events.keep();
  }

  private describe(): void {
    const { index, ranking, selection, focused } = this;
    if (!index || !ranking) return;
    if (selection) this.breakdown.showRequest(index, ranking, selection);
    else if (focused) this.breakdown.showStep(index, focused);
    else this.breakdown.showNothing();
  }

  private look(view: Interval): void {
    this.view = view;
    this.overview.show(view);
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
    const { index, view, selection, focused, marks } = this;
    if (!index) return;
    const instances = this.turns.shown;
    this.plot.update({ index, view, instances, selection, focus: focused, marks });
    const shown = index.instances.filter(({ instance }) => instances.has(instance));
    const idle = shown.length * (view.to - view.from) > 0 ? shown.reduce((sum, lane) => sum + idleShare(lane, view), 0) / shown.length : 1;
    this.plot.setWords(pictureWords(index, view, 1 - idle, selection?.request ?? null));
    const { dataset } = document.body;
    dataset.from = String(view.from);
    dataset.to = String(view.to);
  }

  private zoom(factor: number, at: number): void {
    if (this.index) this.look(zoomed(this.view, factor, at, this.index.whole));
  }

  private pan(share: number): void {
    if (this.index) this.look(panned(this.view, share, this.index.whole));
  }

  /** The selected request; without one, or asked again, the whole run. */
  private fit(): void {
    const { index, selection, view } = this;
    if (!index) return;
    const life = selection?.life;
    const wanted = life ? around({ from: life.arrived, to: life.finished }, index.whole) : index.whole;
    this.look(wanted.from === view.from && wanted.to === view.to ? index.whole : wanted);
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
    this.focused = step;
    this.picked = 0;
    document.body.dataset.step = String(step.row);
    this.describe();
    this.draw();
  }

  private hover(hit: Hit, time: number | null): void {
    this.cursor = time;
    this.plot.point(time);
    const said = this.index && time !== null ? readout(this.index, hit, time) : "";
    say(this.line, time === null ? "" : `${time.toFixed(4)}\u00a0s${said === "" ? "" : ` · ${said}`}`);
  }

  private key({ key, shiftKey }: KeyboardEvent): boolean {
    const action = keyAction(key, shiftKey);
    switch (action?.kind) {
      case "zoom":
        this.zoom(action.factor, this.centre);
        break;
      case "pan":
        this.pan(action.share);
        break;
      case "step":
        this.walk(action.direction);
        break;
      case "lane":
        this.changeLane(action.direction);
        break;
      case "enter":
        this.enter();
        break;
      case "mark":
        this.mark();
        break;
      case "fit":
        this.fit();
        break;
      case "clear":
        this.clear();
        break;
      case "find":
        this.events.find();
        break;
      case undefined:
        return false;
      default:
        action satisfies never;
    }
    return true;
  }

  /** Of the step that the keyboard is on, where it is in view; else of the view. */
  private get centre(): number {
    const { focused, view } = this;
    const middle = focused ? (focused.from + focused.to) / 2 : Number.NaN;
    return middle >= view.from && middle <= view.to ? middle : (view.from + view.to) / 2;
  }

  /** To the next step of the lane, which comes into view. */
  private walk(direction: 1 | -1): void {
    const { index, view } = this;
    const instance = this.laneInstance;
    if (!index || instance === undefined) return;
    const on = this.focused?.instance === instance ? this.focused : null;
    const next = neighbour(index, instance, on, direction, view.from);
    if (!next) return;
    this.focusStep(next);
    if (next.from < view.from || next.to > view.to)
      this.look(within({ from: next.from - (view.to - view.from) / 2, to: next.from + (view.to - view.from) / 2 }, index.whole));
    say(this.spoken, readout(index, { kind: "step", step: next }, next.from));
  }

  private changeLane(direction: 1 | -1): void {
    const { index } = this;
    if (!index) return;
    const count = this.instanceOrder.length;
    this.lane = Math.min(count - 1, Math.max(0, this.lane + direction));
    const instance = this.laneInstance;
    if (instance === undefined) return;
    const at = this.focused ? this.focused.from : (this.view.from + this.view.to) / 2;
    const step = neighbour(index, instance, null, 1, at);
    if (step) this.focusStep(step);
    say(this.spoken, step ? readout(index, { kind: "step", step }, step.from) : (index.instances[instance]?.facts.name ?? ""));
  }

  /** Selects a request of the step; again the next one of it. */
  private enter(): void {
    const { index, focused } = this;
    if (!index || !focused) return;
    const requests = requestsIn(index, focused.row);
    const wanted = requests[this.picked % Math.max(1, requests.length)];
    if (!wanted) return;
    const next = this.picked + 1;
    this.choose(wanted.request);
    this.focused = focused;
    this.picked = next;
    this.draw();
    say(this.spoken, words("Request {0} is selected.", wanted.request));
  }

  private mark(): void {
    const at = this.cursor ?? this.focused?.from ?? (this.view.from + this.view.to) / 2;
    this.marks = [...this.marks.slice(-19), at];
    this.draw();
    this.events.keep();
  }

  private get instanceOrder(): readonly number[] {
    return this.plot.lanes.flatMap((lane) => (lane.kind === "instance" ? [lane.lane.instance] : []));
  }

  private get laneInstance(): number | undefined {
    return this.instanceOrder[this.lane];
  }
}
