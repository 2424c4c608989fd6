import { fill, h, link, show } from "../parts/dom.ts";
import { predictedLegend, realLegend } from "../parts/line-legend.ts";
import type { Row, Span, TableModel } from "../parts/models.ts";
import { clock } from "../parts/numbers.ts";
import { pictureLinks } from "../parts/picture-links.ts";
import { Rows } from "../parts/rows.ts";
import { Section } from "../parts/section.ts";
import type { TableActions } from "../parts/table.ts";
import type { Theme } from "../parts/theme.ts";
import { words } from "../parts/words.ts";
import { absentLines } from "./absent-lines.ts";
import { heatTable } from "./heat-table.ts";
import { eventsTable, liveTable } from "./live-table.ts";
import type { Panel } from "./panel.ts";
import { rolePanels } from "./role-panels.ts";
import { liveRows, type RowsInput } from "./rows.ts";
import type { TimeRange } from "./time-view.ts";

export interface ChartEvents {
  readonly zoom: (range: TimeRange | null) => void;
  readonly zoomBy: (factor: number, at: number) => void;
  readonly pan: (seconds: number) => void;
  readonly pinned: (at: number | null) => void;
  readonly toggled: () => void;
  readonly picture: (url: string) => void;
}

/** A table is drawn anew at most so often. */
const tableEveryMs = 1000;

/** All rows over one time axis with their heading, the panels that are folded away, and the table of the same samples. */
export class Charts {
  readonly section: Section;
  private readonly rows: Rows;
  private readonly more: HTMLButtonElement;
  private readonly absent = h("div", { class: "absent-rows" });
  private readonly pictures: readonly HTMLElement[];
  private readonly goToNow: HTMLElement;
  private isMore = false;
  private input: RowsInput | null = null;
  private spans: readonly Span[] = [];
  private shown: readonly Row[] = [];
  private tableAt = Number.NEGATIVE_INFINITY;
  private headKey = "";

  constructor(
    private theme: Theme,
    private readonly panels: readonly Panel[],
    events: ChartEvents,
    actions: TableActions,
  ) {
    this.section = new Section({
      id: "samples",
      title: words("Last 5 minutes"),
      table: () => this.tables(),
      actions,
      toggled: events.toggled,
    });
    this.rows = new Rows(words("Live samples"), this.section.twinId, theme, {
      select: (from, to) => events.zoom({ from, to }),
      reset: () => events.zoom(null),
      cursor: (text) => this.section.setNote(text),
      pinned: events.pinned,
      pan: events.pan,
      zoom: events.zoomBy,
    });
    this.more = link(words("More panels"), () => {
      this.setMore(!this.isMore);
      events.toggled();
    });
    this.pictures = pictureLinks(
      () => this.section.root,
      () => this.theme,
      events.picture,
    );
    this.goToNow = link(words("Go to now"), () => events.zoom(null));
    this.section.body.append(this.rows.root, h("div", { class: "more-panels" }, this.more), this.absent);
    this.setMore(false);
  }

  get hasMore(): boolean {
    return this.isMore;
  }

  setMore(on: boolean): void {
    this.isMore = on;
    this.more.textContent = on ? words("Fewer panels") : words("More panels");
    this.more.setAttribute("aria-expanded", String(on));
    if (this.input) this.update(this.input);
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.rows.setTheme(theme);
  }

  pinAt(at: number | null): void {
    this.rows.pinAt(at);
  }

  /** Draws the rows of a time; the panels are those chosen here. How many lines that are. */
  update(input: Omit<RowsInput, "panels">): number {
    const chosen = this.isMore ? this.panels : this.panels.filter(({ isEssential }) => isEssential);
    this.input = { ...input, panels: [...chosen, ...rolePanels(this.panels, input.ring.answered?.snapshot)] };
    const { model, absent } = liveRows(this.input);
    this.spans = model.spans;
    this.shown = model.rows;
    this.rows.update(model);
    const lines = absentLines(absent);
    show(this.absent, lines.length > 0);
    fill(this.absent, ...lines.map((text) => h("p", { class: "secondary-text small", text })));
    if (performance.now() - this.tableAt >= tableEveryMs) {
      this.tableAt = performance.now();
      this.section.refresh();
    }
    return model.rows.reduce((sum, { lines, absent }) => sum + (absent === null ? 1 + (lines?.length ?? 0) : 0), 0);
  }

  /** `zoom` is what a person drew out of the history; null while the window follows. */
  head(title: string, zoom: TimeRange | null, hasPrediction: boolean): void {
    const key = JSON.stringify([title, zoom, hasPrediction]);
    if (key === this.headKey) return;
    this.headKey = key;
    this.section.setTitle(zoom ? words("{0} to {1}", clock(zoom.from, true), clock(zoom.to, true)) : title);
    this.section.setExtra(
      ...(zoom ? [this.goToNow] : []),
      realLegend(words("live")),
      ...(hasPrediction ? [predictedLegend(words("predicted, with range"))] : []),
      ...this.pictures,
    );
  }

  private tables(): readonly TableModel[] {
    if (!this.input) return [];
    const heats = this.shown.flatMap((row) => (row.heat ? [heatTable(row.heat, row)] : []));
    return [...(this.spans.some(({ text }) => text !== "") ? [eventsTable(this.spans)] : []), liveTable(this.input), ...heats];
  }
}
