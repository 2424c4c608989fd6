import type { ReportEvidence } from "../../src/protocol/report-view.ts";
import type { Entry } from "../../src/protocol/timeline-view.ts";
import type { Report } from "../../src/simulation/report/report.ts";
import type { Spread } from "../../src/simulation/report/spread.ts";
import { DistributionView } from "../parts/distribution.ts";
import { fill, h, link, show } from "../parts/dom.ts";
import { lineLegend } from "../parts/line-legend.ts";
import { lineSeries } from "../parts/line-series.ts";
import type { TableModel } from "../parts/models.ts";
import { interval } from "../parts/numbers.ts";
import { Rows } from "../parts/rows.ts";
import { Section } from "../parts/section.ts";
import { stackedBar } from "../parts/stacked-bar.ts";
import { type TableActions, table } from "../parts/table.ts";
import type { Theme } from "../parts/theme.ts";
import { said, words } from "../parts/words.ts";
import { assumedTable } from "./assumed.ts";
import { classesTable } from "./classes.ts";
import { certainty, leastSure, wholeCertainty } from "./evidence/confidence.ts";
import { nearestRuns } from "./evidence/nearest-runs.ts";
import { anatomyBar, anatomyTable, stepTable } from "./evidence/step-anatomy.ts";
import type { Interval } from "./figures.ts";
import { distributions, type Latencies, latencyTable, nearestTo } from "./latency.ts";
import { memoryTable, ranksWords } from "./memory.ts";
import { memoryContent } from "./memory-content.ts";
import { emptyOverTime, hasModes, overTime, overTimeTable } from "./over-time.ts";
import { withOthers } from "./planning/compare-model.ts";
import { type PlanEvents, PlansView } from "./planning/plans-view.ts";
import { stepTimeBars, stepTimeTable } from "./step-time.ts";

export interface BodyEvents {
  readonly actions: TableActions;
  readonly select: (selected: Interval | null) => void;
  readonly toggled: () => void;
  readonly pinned: (at: number | null) => void;
  /** What would change the memory is on a page of its own. */
  readonly levers: () => void;
  readonly explain: () => void;
  readonly plans: Omit<PlanEvents, "actions" | "toggled">;
  /** The timeline, at a request. */
  readonly request: (entry: Entry) => void;
}

const nothing: TableModel = { name: "Nothing yet", columns: [], rows: [] };

/** The evidence under the verdict: latency, over time, step time, memory, how sure, assumed. */
export class Body {
  readonly root = h("div", { class: "sections" });
  private readonly latency: Section;
  private readonly time: Section;
  private readonly steps: Section;
  private readonly anatomy: Section;
  private readonly memory: Section;
  private readonly sure: Section;
  private readonly assumed: Section;
  private readonly rows: Rows;
  private readonly plots = h("div", { class: "distributions headroom" });
  private readonly classes = h("div", {});
  private readonly views = new Map<string, DistributionView>();
  private readonly pair = h("div", { class: "pair" });
  private readonly secondPair = h("div", { class: "pair" });
  private readonly near = h("div", { class: "section" });
  readonly plans: PlansView;
  private readonly events: BodyEvents;
  private theme: Theme;
  private report: Report | null = null;
  private values: Latencies | null = null;
  private spread: Spread | null = null;

  constructor(theme: Theme, events: BodyEvents) {
    this.theme = theme;
    this.events = events;
    const section = (id: string, title: string, model?: (report: Report, values: Latencies) => TableModel | readonly TableModel[]) =>
      new Section({
        id,
        title,
        actions: events.actions,
        toggled: events.toggled,
        ...(model ? { table: () => (this.report && this.values ? model(this.report, this.values) : nothing) } : {}),
      });
    this.latency = section("latency", words("Latency and headroom"), (report, values) => [
      ...(report.saturated ? [] : [latencyTable(report, values)]),
      ...this.plans.rateTable,
    ]);
    const { actions, toggled } = events;
    this.plans = new PlansView(theme, this.latency.twinId, { ...events.plans, actions, toggled });
    this.time = section("over-time", words("Over time"), overTimeTable);
    this.steps = section("step-time", words("Where step time goes"), stepTimeTable);
    this.anatomy = section("anatomy", words("What a step is made of"), anatomyTable);
    this.memory = section("memory", words("Memory of each GPU"), ({ memory }) => memoryTable(memory));
    this.sure = section("certainty", words("How sure this is"));
    this.assumed = section("assumed", words("Assumed values"));
    this.memory.setExtra(link(words("Levers"), events.levers));
    this.latency.body.append(this.classes, this.plots);
    this.rows = new Rows(words("Over time"), this.time.twinId, theme, {
      select: (from, to) => events.select({ from, to }),
      reset: () => events.select(null),
      cursor: (text) => this.time.setNote(text),
      pinned: events.pinned,
    });
    this.time.body.append(this.rows.root);
    this.pair.append(this.steps.root, this.memory.root);
    this.secondPair.append(this.sure.root, this.assumed.root);
    this.sure.setExtra(link(words("How to read this"), events.explain));
    this.root.append(
      this.latency.root,
      this.time.root,
      this.pair,
      this.anatomy.root,
      this.plans.compare.section.root,
      this.plans.sweep.section.root,
      this.secondPair,
      this.near,
    );
  }

  /** Axes without lines: what the charts are before the first run is over. */
  showEmpty(totalSeconds: number | null): void {
    this.report = null;
    show(this.latency.root, false);
    show(this.pair, false);
    show(this.anatomy.root, false);
    show(this.secondPair, false);
    show(this.near, false);
    show(this.plans.compare.section.root, false);
    show(this.plans.sweep.section.root, false);
    this.time.setExtra();
    this.time.offerTable(false);
    this.rows.update(emptyOverTime(totalSeconds));
  }

  showReport(report: Report, values: Latencies, selected: Interval | null): void {
    const same = this.report === report;
    this.report = report;
    this.values = values;
    this.rows.update(overTime(report, selected));
    this.time.setExtra(
      ...(selected
        ? [h("span", { text: interval(selected.from, selected.to) }), link(words("Whole run"), () => this.events.select(null))]
        : []),
    );
    if (same) return;
    this.time.offerTable(true);
    show(this.latency.root, true);
    show(this.plans.sweep.section.root, true);
    show(this.pair, true);
    show(this.anatomy.root, report.anatomy.length > 0);
    show(this.secondPair, true);
    this.drawClasses(report);
    this.drawLatency(report, values);
    this.drawSteps(report);
    this.drawAnatomy(report);
    this.drawMemory(report);
    this.drawAssumed(report);
    for (const section of this.tabled) section.refresh();
  }

  /** What comes after the first run, in the places held for it. */
  showEvidence(report: Report, evidence: ReportEvidence): void {
    this.sure.setNote(wholeCertainty(report, evidence));
    const weakest = leastSure(report);
    fill(
      this.sure.body,
      table(certainty(report, evidence)),
      ...[
        weakest,
        words("Kernel times: tables of aiconfigurator-core 0.12.0 (NVIDIA, Apache-2.0) and LLMServingSim (MIT)."),
        words("Not modelled: tokenizer, HTTP and router time beyond a constant."),
        ...report.warnings,
      ].map((text) => (text === undefined ? null : h("p", { class: "secondary-text small", text }))),
    );
    if (this.spread !== evidence.spread) {
      this.spread = evidence.spread;
      if (this.values) this.drawLatency(report, this.values);
    }
    show(this.near, evidence.nearest !== null);
    fill(this.near, nearestRuns(evidence.nearest));
  }

  /** What follows a report has more to say: the plots of latency show what is laid beside it. */
  showPlans(): void {
    if (this.report && this.values) this.drawLatency(this.report, this.values);
    this.latency.refresh();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.rows.setTheme(theme);
    this.plans.setTheme(theme);
    if (this.report && this.values) this.drawLatency(this.report, this.values);
  }

  pinAt(at: number | null): void {
    this.rows.pinAt(at);
  }

  /** Sections whose table is open, and how they were left. */
  get openTables(): readonly string[] {
    return this.tabled.filter(({ isOpen }) => isOpen).map(({ root }) => root.id);
  }

  openTable(ids: readonly string[]): void {
    for (const section of this.tabled) if (ids.includes(section.root.id)) section.setOpen(true);
  }

  private get tabled(): readonly Section[] {
    return [this.latency, this.time, this.steps, this.anatomy, this.memory, this.plans.compare.section, this.plans.sweep.section];
  }

  scrollToTime(): void {
    this.time.root.scrollIntoView({ block: "nearest" });
  }

  private drawLatency(report: Report, values: Latencies): void {
    const others = this.plans.others.filter((one) => one.report !== null);
    const lines = others.map(({ title }, i) => ({ name: said(title), series: lineSeries(i + 1) }));
    const legend = others.length > 0 ? lineLegend([{ name: words("this file"), series: 1 }, ...lines]) : [];
    const worst = report.saturated === null ? [link(words("Worst TTFT"), () => this.events.request("worst-ttft"))] : [];
    this.latency.setExtra(...legend, ...worst);
    for (const model of withOthers(distributions(report, values, this.spread), others)) {
      const found = this.views.get(model.id);
      const pick = (seconds: number): void => this.pickRequest(model.id, seconds);
      const view = found ?? new DistributionView(model, this.theme, this.latency.twinId, pick);
      if (!found) {
        this.views.set(model.id, view);
        this.plots.append(view.root);
      }
      view.update(model, this.theme);
      show(view.root, report.saturated === null);
    }
    if (this.plots.lastChild !== this.plans.rates.root) this.plots.append(this.plans.rates.root);
  }

  private drawClasses(report: Report): void {
    const { classes = [] } = report.summary;
    show(this.classes, classes.length > 0 && report.saturated === null);
    fill(this.classes, ...(classes.length > 0 ? [table(classesTable(report))] : []));
  }

  /** A point of a distribution is a request: the one whose latency is nearest. */
  private pickRequest(id: string, seconds: number): void {
    const { values } = this;
    if (!values || !(id === "ttft" || id === "tpot" || id === "e2e")) return;
    const request = nearestTo(values[id], seconds);
    if (request !== undefined) this.events.request(request);
  }

  private drawSteps(report: Report): void {
    const bars = stepTimeBars(report).map(stackedBar);
    if (bars.length === 0) fill(this.steps.body, h("p", { class: "secondary-text", text: words("No step ran.") }));
    else fill(this.steps.body, ...bars, table(stepTimeTable(report)));
    this.steps.setNote(hasModes(report) ? words("per mode") : "");
  }

  private drawAnatomy({ anatomy }: Report): void {
    const steps = anatomy.map((step) => h("div", {}, stackedBar(anatomyBar(step)), table(stepTable(step))));
    fill(this.anatomy.body, h("div", { class: "pair steps" }, ...steps));
  }

  private drawMemory(report: Report): void {
    this.memory.setNote(ranksWords(report.memory));
    fill(this.memory.body, ...memoryContent(report));
  }

  private drawAssumed(report: Report): void {
    this.assumed.setNote(report.assumed.length === 0 ? "" : words("{0} not written in the file", report.assumed.length));
    fill(
      this.assumed.body,
      report.assumed.length === 0
        ? h("p", { class: "secondary-text", text: words("Nothing of the deployment. What is dotted above is assumed.") })
        : table(assumedTable(report)),
    );
    this.assumed.body.classList.toggle("assumed-list", true);
  }
}
