import type { ToPlanningView } from "../../src/protocol/planning-view.ts";
import type { FromReportView, ReportControls, ReportEvidence, ReportHeader, ToReportView } from "../../src/protocol/report-view.ts";
import type { Report } from "../../src/simulation/report/report.ts";
import type { Estimate } from "../../src/timing/estimate.ts";
import { h, say, show } from "../parts/dom.ts";
import { connect, record } from "../parts/host.ts";
import { onThemeChange, readTheme } from "../parts/theme.ts";
import { learnWords } from "../parts/words.ts";
import { Answer, type ShownRun } from "./answer.ts";
import { ReportBar } from "./bar.ts";
import { Body } from "./body.ts";
import { readControls, sameControls } from "./control-values.ts";
import { Controls } from "./controls.ts";
import { type ExportKind, ExportMenu } from "./export/export-menu.ts";
import { exported } from "./export/exported.ts";
import type { Interval } from "./figures.ts";
import { latencies } from "./latency.ts";
import { isUnusable, pageLine, stateWithFigures, type Unusable } from "./page-state.ts";
import { publish } from "./published.ts";

/** Builds the page into `#app` and follows the host's messages. */
export function startReport(): void {
  learnWords();
  const app = document.getElementById("app");
  if (app) new ReportPage(app);
}

/** Before anything but the report itself is known. */
const noEvidence: ReportEvidence = { bands: null, spread: null, bandRuns: { done: 0, total: 0 }, nearest: null };

class ReportPage {
  private readonly host = connect<ToReportView, FromReportView>((message) => this.receive(message));
  private readonly exports = new ExportMenu((kind) => this.exportAs(kind));
  private readonly controls = new Controls({
    changed: (controls) => this.changed(controls),
    run: () => this.run(),
    save: (controls) => this.host.post({ kind: "save-workload", controls }),
    toggled: () => this.keep(),
  });
  private readonly bar = new ReportBar(
    {
      reveal: () => this.host.post({ kind: "reveal", line: this.header?.line ?? 0 }),
      timeline: () => this.host.post({ kind: "timeline", entry: null }),
      compare: () => this.body.plans.compare.focus(),
      cancel: () => this.host.post({ kind: "cancel" }),
    },
    this.exports.root,
    this.controls.runButton.element,
  );
  private readonly line = h("div", { class: "page-line", role: "status", hidden: true });
  private readonly answer = new Answer({
    show: (interval) => this.zoom(interval),
    setLimits: () => this.controls.focusLimits(),
    runAt: (ratePerSecond) => {
      this.controls.change({ ratePerSecond, rateOrigin: "assumed" });
      this.run();
    },
    post: (message) => this.host.post(message),
  });
  private readonly body: Body;
  private readonly content = h("div", { class: "content" });
  private header: ReportHeader | null = null;
  /** What the host last ran or offered: the controls are changed when they differ from it. */
  private base: ReportControls | null = null;
  private shown: ShownRun | null = null;
  private estimate: Estimate | null = null;
  private evidence = noEvidence;
  private selected: Interval | null = null;
  private staleReason: string | null = null;
  private running = false;
  private pinned: number | null = null;

  constructor(app: HTMLElement) {
    this.body = new Body(readTheme(), {
      actions: {
        copy: (text) => this.host.post({ kind: "copy", text }),
        save: (name, text) => this.host.post({ kind: "save", name: `${this.header?.name ?? "report"}-${name}`, text }),
      },
      levers: () => this.host.post({ kind: "command", command: "inferenceLens.showMemory" }),
      request: (entry) => this.host.post({ kind: "timeline", entry }),
      explain: () => this.host.post({ kind: "explain" }),
      select: (selected) => this.select(selected),
      toggled: () => this.keep(),
      pinned: (at) => {
        this.pinned = at;
        this.keep();
      },
      plans: {
        sweep: (sweep) => this.host.post({ kind: "sweep", sweep }),
        stopSweep: () => this.host.post({ kind: "stop-sweep" }),
        write: (kind, of, at) => this.host.post({ kind, of, at }),
        compare: (ids) => this.host.post({ kind: "compare", ids }),
      },
    });
    this.content.append(this.answer.verdict.root, this.answer.cells.root, this.body.root);
    app.append(this.bar.root, this.bar.progress, this.controls.root, this.line, this.content);
    show(this.content, false);
    onThemeChange((theme) => this.body.setTheme(theme));
    this.host.post({ kind: "ready" });
  }

  private receive(message: ToReportView): void {
    switch (message.kind) {
      case "header":
        this.setHeader(message.header, message.controls);
        break;
      case "workloads":
        this.controls.offerWorkloads(message.workloads);
        break;
      case "load":
        this.controls.setCounted(message.numbers, message.problem);
        break;
      case "estimate":
        this.setEstimate(message.estimate);
        break;
      case "running":
        this.setRunning(message);
        break;
      case "report":
        this.setReport(message.report, message.wallSeconds);
        break;
      case "evidence":
        this.setEvidence(message.evidence);
        break;
      case "rates":
      case "advice":
      case "sweep":
      case "comparison":
        this.setPlans(message);
        break;
      case "problem":
        this.setProblem(message);
        break;
      case "stale":
        this.staleReason = message.reason;
        this.settle();
        break;
    }
  }

  private setHeader(header: ReportHeader, controls: ReportControls): void {
    const first = this.header === null;
    this.header = header;
    this.base = controls;
    this.bar.setHeader(header);
    const kept = record(first ? this.host.kept() : null);
    // Kept controls count only where the host still stands where they were left.
    const restored = sameControls(kept.base, controls) ? readControls(kept.controls) : undefined;
    this.controls.set(header, restored ?? controls);
    if (first) {
      const open = kept.open;
      if (Array.isArray(open)) this.body.openTable(open.filter((id) => typeof id === "string"));
      if (typeof kept.pinned === "number") this.pinned = kept.pinned;
      if (kept.load === true) this.controls.load.setOpen(true);
      if (restored && this.isChanged()) this.host.post({ kind: "estimate", controls: restored });
    }
    document.body.dataset.ready = "1";
    this.settle();
  }

  private isChanged(): boolean {
    return !sameControls(this.controls.value, this.base);
  }

  private changed(controls: ReportControls): void {
    this.estimate = null;
    this.host.post({ kind: "estimate", controls });
    this.keep();
    this.settle();
  }

  private run(): void {
    const controls = this.controls.value;
    if (!controls) return;
    this.base = controls;
    this.host.post({ kind: "run", controls });
    this.keep();
    this.settle();
  }

  private setEstimate(estimate: Estimate): void {
    this.estimate = estimate;
    if (!this.shown) {
      show(this.content, true);
      this.answer.showEstimate(estimate);
      this.body.showEmpty(null);
    }
    this.settle();
  }

  private setRunning(running: Extract<ToReportView, { kind: "running" }>): void {
    if (!this.running && !this.shown) this.body.showEmpty(running.totalSeconds);
    this.running = true;
    this.bar.setRunning(running);
    this.settle();
  }

  private setReport(report: Report, wallSeconds: number): void {
    this.running = false;
    this.staleReason = null;
    const shown = { report, values: latencies(report.requests) };
    this.shown = shown;
    this.evidence = noEvidence;
    this.selected = null;
    this.bar.setRun({ report, wallSeconds });
    show(this.content, true);
    this.body.plans.reset(report, this.base?.ratePerSecond ?? null);
    this.answer.begin(this.body.plans.advice);
    this.body.showReport(report, shown.values, this.selected);
    this.drawEvidence(shown);
    if (this.pinned !== null) this.body.pinAt(this.pinned);
    publish(report);
    this.settle();
  }

  /** Ranges, verdict and what they rest on: drawn again as more is known, while the charts stay. */
  private drawEvidence(shown: ShownRun): void {
    this.answer.showRun(shown, this.selected, this.evidence);
    this.body.showEvidence(shown.report, this.evidence);
  }

  private setEvidence(evidence: ReportEvidence): void {
    const { shown } = this;
    if (!shown) return;
    this.evidence = evidence;
    this.drawEvidence(shown);
    const { dataset } = document.body;
    dataset.bands = evidence.bands ? "1" : "";
    dataset.nearest = evidence.nearest === null ? "" : String(evidence.nearest.length);
  }

  private setPlans(message: ToPlanningView): void {
    this.body.plans.receive(message);
    this.body.showPlans();
    this.settle();
  }

  private exportAs(kind: ExportKind): void {
    const { shown, header, evidence } = this;
    if (!shown) return;
    const { plans } = this.body;
    const made = exported(kind, { name: header?.name ?? "report", ...shown, evidence, ...plans.told, tables: plans.rateTable });
    if (made) this.host.post(made);
  }

  private zoom(selected: Interval): void {
    this.select(selected);
    this.body.scrollToTime();
  }

  private select(selected: Interval | null): void {
    this.selected = selected;
    const { shown } = this;
    if (!shown) return;
    this.answer.showFigures(shown, selected, this.evidence);
    this.body.showReport(shown.report, shown.values, selected);
  }

  private setProblem(problem: Extract<ToReportView, { kind: "problem" }>): void {
    this.running = false;
    this.shown = null;
    this.answer.showProblem(problem);
    this.bar.setRun(null);
    show(this.content, true);
    this.settle(problem.state);
  }

  /** One state a page: decides what is shown, dimmed and primary. */
  private settle(problem?: Unusable): void {
    const { dataset } = document.body;
    const { running, estimate, staleReason } = this;
    const report = this.shown?.report ?? null;
    const figures = { report, running, estimate, staleReason, changed: this.isChanged() };
    const kept = report || running || !isUnusable(dataset.state) ? undefined : dataset.state;
    const unusable = problem ?? kept;
    const state = unusable ?? stateWithFigures(figures);
    if (state) dataset.state = state;
    const hasFigures = unusable === undefined;
    const isCurrent = !figures.changed && staleReason === null;
    show(this.answer.cells.root, hasFigures);
    show(this.body.root, hasFigures);
    this.content.classList.toggle("state-page", !hasFigures);
    this.content.classList.toggle("stale", report !== null && (!isCurrent || running));
    this.bar.update({ running, hasRun: report !== null && hasFigures, isCurrent: staleReason === null });
    this.exports.show(report !== null && hasFigures);
    // One primary button a page: what a change of the controls asks for, else the edit that helps most, else a rate that holds.
    const { plans } = this.body;
    const { runButton } = this.controls;
    runButton.show(!running);
    runButton.primary(!isCurrent);
    plans.primary(isCurrent && hasFigures);
    this.answer.primary(isCurrent && !plans.hasEdit);
    const text = pageLine(figures);
    say(this.line, text);
    show(this.line, text !== "");
  }

  private keep(): void {
    this.host.keep({
      base: this.base,
      controls: this.controls.value,
      open: this.body.openTables,
      pinned: this.pinned,
      load: this.controls.load.isOpen,
    });
  }
}
