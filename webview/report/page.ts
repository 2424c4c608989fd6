import type { ToPlanningView } from "../../src/protocol/planning-view.ts";
import type { FromReportView, ReportControls, ReportEvidence, ReportHeader, ToReportView } from "../../src/protocol/report-view.ts";
import type { Report } from "../../src/simulation/report/report.ts";
import type { Estimate } from "../../src/timing/estimate.ts";
import { fill, h, link, say, show } from "../parts/dom.ts";
import { FigureCells } from "../parts/figure-cells.ts";
import { connect, record } from "../parts/host.ts";
import type { Sentence } from "../parts/models.ts";
import { duration, interval, whole } from "../parts/numbers.ts";
import { onThemeChange, readTheme } from "../parts/theme.ts";
import { Verdict } from "../parts/verdict.ts";
import { learnWords, words } from "../parts/words.ts";
import { type ButtonControl, button } from "../ui/toolkit.ts";
import { assumedLine } from "./assumed.ts";
import { Body } from "./body.ts";
import { readControls, sameControls } from "./control-values.ts";
import { Controls } from "./controls.ts";
import { wholeCertainty } from "./evidence/confidence.ts";
import { type ExportKind, ExportMenu } from "./export/export-menu.ts";
import { exported } from "./export/exported.ts";
import { estimateFigures, figures, type Interval } from "./figures.ts";
import { type Latencies, latencies } from "./latency.ts";
import { publish } from "./published.ts";
import { changedLine, estimateVerdict, heldRate, verdict } from "./verdict-words.ts";

type State = "estimate" | "running" | "report" | "saturated" | "does-not-fit" | "missing" | "failed" | "stale" | "cancelled";

/** Builds the page into `#app` and follows the host's messages. */
export function startReport(): void {
  learnWords();
  const app = document.getElementById("app");
  if (app) new ReportPage(app);
}

/** Before anything but the report itself is known. */
const noEvidence: ReportEvidence = { bands: null, bandRuns: { done: 0, total: 0 }, nearest: null };

class ReportPage {
  private readonly host = connect<ToReportView, FromReportView>((message) => this.receive(message));
  private readonly name = h("b", { class: "bar-name" });
  private readonly place = link("", () => this.host.post({ kind: "reveal", line: this.header?.line ?? 0 }), { class: "path" });
  private readonly facts = h("span", { class: "bar-facts" });
  private readonly progress = h("div", { class: "progress" });
  private readonly cancel = button(words("Cancel"), () => this.host.post({ kind: "cancel" }));
  private readonly timeline = button(words("Timeline"), () => this.host.post({ kind: "timeline", entry: null }));
  private readonly exports = new ExportMenu((kind) => this.exportAs(kind));
  private readonly compare = button(words("Compare…"), () => this.body.plans.compare.focus());
  private readonly controls = new Controls({ changed: (controls) => this.changed(controls), run: () => this.run() });
  private readonly line = h("div", { class: "page-line", role: "status", hidden: true });
  private readonly verdict = new Verdict();
  private readonly sure = h("div", { class: "sure" });
  private readonly cells = new FigureCells();
  private readonly body: Body;
  private readonly content = h("div", { class: "content" });
  private header: ReportHeader | null = null;
  /** What the host last ran or offered: the controls are changed when they differ from it. */
  private base: ReportControls | null = null;
  private report: Report | null = null;
  private values: Latencies | null = null;
  private estimate: Estimate | null = null;
  private evidence = noEvidence;
  private selected: Interval | null = null;
  private staleReason: string | null = null;
  private running = false;
  /** Of a saturated run: at a rate that it holds. */
  private runHeld: ButtonControl | null = null;
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
    this.cancel.show(false);
    this.timeline.show(false);
    this.timeline.element.title = words("Steps, transfers and requests of this run, one by one");
    this.content.append(this.verdict.root, this.cells.root, this.body.root);
    const bar = h(
      "header",
      { class: "bar-top" },
      this.name,
      this.place,
      this.facts,
      h(
        "span",
        { class: "bar-actions" },
        this.timeline.element,
        this.compare.element,
        this.exports.root,
        this.cancel.element,
        this.controls.runButton.element,
      ),
    );
    app.append(bar, this.progress, this.controls.root, this.line, this.content);
    show(this.content, false);
    onThemeChange((theme) => this.body.setTheme(theme));
    this.host.post({ kind: "ready" });
  }

  private receive(message: ToReportView): void {
    switch (message.kind) {
      case "header":
        this.setHeader(message.header, message.controls);
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
    say(this.name, header.name);
    say(this.place, header.place);
    this.place.title = words("Show {0} in the editor", header.place);
    const kept = record(first ? this.host.kept() : null);
    // Kept controls count only where the host still stands where they were left.
    const restored = sameControls(kept.base, controls) ? readControls(kept.controls) : undefined;
    this.controls.set(header, restored ?? controls);
    if (first) {
      const open = kept.open;
      if (Array.isArray(open)) this.body.openTable(open.filter((id) => typeof id === "string"));
      if (typeof kept.pinned === "number") this.pinned = kept.pinned;
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
    if (!this.report) {
      show(this.content, true);
      this.verdict.update(estimateVerdict(estimate));
      this.verdict.side("");
      this.cells.update(estimateFigures(estimate));
      this.body.showEmpty(null);
    }
    this.settle();
  }

  private setRunning({ simulatedSeconds, totalSeconds, finished, total }: Extract<ToReportView, { kind: "running" }>): void {
    if (!this.running && !this.report) this.body.showEmpty(totalSeconds);
    this.running = true;
    const share = totalSeconds ? simulatedSeconds / totalSeconds : total > 0 ? finished / total : 0;
    this.progress.style.width = `${Math.min(1, share) * 100}%`;
    const seconds = Math.round(simulatedSeconds);
    say(
      this.facts,
      totalSeconds
        ? words("{0} of {1} s simulated", seconds, whole(totalSeconds))
        : words("{0} s simulated, {1} of {2} requests", seconds, whole(finished), whole(total)),
    );
    this.settle();
  }

  private setReport(report: Report, wallSeconds: number): void {
    this.running = false;
    this.staleReason = null;
    this.report = report;
    this.values = latencies(report.requests);
    this.evidence = noEvidence;
    this.selected = null;
    const done =
      report.stoppedAtSeconds === null ? words("Done in {0}", duration(wallSeconds)) : words("Stopped after {0}", duration(wallSeconds));
    say(
      this.facts,
      [
        done,
        words("{0} requests", whole(report.summary.requests)),
        words("{0} s simulated", whole(report.summary.durationSeconds)),
        words("seed {0}", report.seed),
      ].join(" · "),
    );
    show(this.content, true);
    this.body.plans.reset(report, this.base?.ratePerSecond ?? null);
    this.verdict.aside(this.body.plans.advice, this.sure);
    this.drawReport();
    if (this.pinned !== null) this.body.pinAt(this.pinned);
    publish(report);
    this.settle();
  }

  private drawReport(): void {
    const { report, values } = this;
    if (!report || !values) return;
    this.body.showReport(report, values, this.selected);
    this.drawEvidence(report, values);
  }

  /** Ranges, verdict and what they rest on: drawn again as more is known, while the charts stay. */
  private drawEvidence(report: Report, values: Latencies): void {
    const { evidence } = this;
    this.verdict.update(verdict(report, values, evidence.bands), this.verdictLinks(report), this.verdictActions(report));
    fill(
      this.sure,
      h("div", { class: "side-title", text: words("How sure this is") }),
      h("p", { text: `${wholeCertainty(report, evidence)}.` }),
      ...assumedLine(report),
    );
    this.cells.update(figures(report, values, this.selected, evidence.bands));
    this.body.showEvidence(report, evidence);
  }

  private setEvidence(evidence: ReportEvidence): void {
    const { report, values } = this;
    if (!report || !values) return;
    this.evidence = evidence;
    this.drawEvidence(report, values);
    const { dataset } = document.body;
    dataset.bands = evidence.bands ? "1" : "";
    dataset.nearest = evidence.nearest === null ? "" : String(evidence.nearest.length);
  }

  private setPlans(message: ToPlanningView): void {
    this.body.plans.receive(message);
    this.body.showPlans();
    this.settle();
  }

  private verdictLinks({ bottleneck }: Report): HTMLElement[] {
    const { from, to } = bottleneck;
    if (from === null || to === null) return [];
    return [link(words("Show {0}", interval(from, to)), () => this.zoom({ from, to }))];
  }

  private verdictActions(report: Report): HTMLElement[] {
    this.runHeld = null;
    if (report.saturated) {
      const held = heldRate(report.saturated.mostRequestsPerSecond);
      const run = button(words("Run at {0} req/s", held), () => {
        this.controls.change({ ratePerSecond: held, rateOrigin: "assumed" });
        this.run();
      });
      this.runHeld = run;
      return [run.element];
    }
    const { slo } = report;
    if (slo && (slo.ttftSeconds !== null || slo.tpotSeconds !== null || slo.e2eSeconds !== null)) return [];
    return [link(words("Set limits"), () => this.controls.focusLimits())];
  }

  private exportAs(kind: ExportKind): void {
    const { report, values, header, evidence } = this;
    if (!report || !values) return;
    const { plans } = this.body;
    const made = exported(kind, { name: header?.name ?? "report", report, values, evidence, ...plans.told, tables: plans.rateTable });
    if (made) this.host.post(made);
  }

  private zoom(selected: Interval): void {
    this.select(selected);
    this.body.scrollToTime();
  }

  private select(selected: Interval | null): void {
    this.selected = selected;
    if (this.report && this.values) {
      this.cells.update(figures(this.report, this.values, selected, this.evidence.bands));
      this.body.showReport(this.report, this.values, selected);
    }
  }

  private setProblem(problem: Extract<ToReportView, { kind: "problem" }>): void {
    this.running = false;
    this.report = null;
    const signs: Readonly<Record<typeof problem.state, Sentence["sign"]>> = {
      "does-not-fit": { glyph: "✕", word: "", tone: "bad" },
      missing: { glyph: "?", word: "", tone: "plain" },
      failed: { glyph: "✕", word: "", tone: "bad" },
    };
    const { action } = problem;
    const actions: HTMLElement[] = [];
    if (action) {
      const made = button(action.label, () => this.host.post({ kind: "command", command: action.command }));
      made.primary(problem.state !== "failed");
      actions.push(made.element);
    }
    if (problem.state === "failed")
      actions.push(
        link(words("Copy the message"), () => this.host.post({ kind: "copy", text: [problem.title, ...problem.lines].join("\n") })),
      );
    this.verdict.update({ sign: signs[problem.state], title: problem.title, lines: problem.lines.map((text) => ({ text })) }, [], actions);
    this.verdict.side("");
    say(this.facts, "");
    show(this.content, true);
    this.settle(problem.state);
  }

  /** One state a page: decides what is shown, dimmed and primary. */
  private settle(problem?: State): void {
    const { dataset } = document.body;
    const before = dataset.state;
    const kept = before === "does-not-fit" || before === "missing" || before === "failed" ? before : undefined;
    const changed = this.isChanged();
    const asked = problem ?? (this.report || this.running ? undefined : kept);
    const state = asked ?? this.plainState(changed);
    if (state) dataset.state = state;
    const hasFigures = asked === undefined;
    show(this.cells.root, hasFigures);
    show(this.body.root, hasFigures);
    this.content.classList.toggle("state-page", asked !== undefined);
    this.content.classList.toggle("stale", this.report !== null && (changed || this.staleReason !== null || this.running));
    show(this.progress, this.running);
    this.facts.classList.toggle("droppable", !this.running);
    this.cancel.show(this.running);
    this.timeline.show(this.report !== null && !this.running && this.staleReason === null);
    this.controls.runButton.show(!this.running);
    this.exports.show(this.report !== null && hasFigures);
    this.compare.show(this.report !== null && hasFigures);
    // One primary button a page: what a change of the controls asks for, else the edit that helps most, else a rate that holds.
    const runFirst = changed || this.staleReason !== null;
    const { plans } = this.body;
    this.controls.runButton.primary(runFirst);
    plans.primary(!runFirst && hasFigures);
    this.runHeld?.primary(!runFirst && !plans.hasEdit);
    const text = this.pageLine(changed);
    say(this.line, text);
    show(this.line, text !== "");
  }

  private plainState(changed: boolean): State | undefined {
    if (this.running) return "running";
    if (this.report) {
      if (changed || this.staleReason !== null) return "stale";
      if (this.report.saturated) return "saturated";
      return this.report.stoppedAtSeconds === null ? "report" : "cancelled";
    }
    return this.estimate ? "estimate" : undefined;
  }

  private pageLine(changed: boolean): string {
    if (!this.report) return "";
    if (this.running) return words("The figures of the run before stay until this one is done.");
    if (changed) return changedLine(this.estimate);
    if (this.staleReason !== null) return this.staleReason;
    const stopped = this.report.stoppedAtSeconds;
    return stopped === null ? "" : words("Stopped at {0} s. Figures cover {0} s.", whole(stopped));
  }

  private keep(): void {
    this.host.keep({ base: this.base, controls: this.controls.value, open: this.body.openTables, pinned: this.pinned });
  }
}
