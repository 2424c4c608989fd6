import type { FromReportView, ReportEvidence, ToReportView } from "../../src/protocol/report-view.ts";
import type { Report } from "../../src/simulation/report/report.ts";
import type { Estimate } from "../../src/timing/estimate.ts";
import { fill, h, link } from "../parts/dom.ts";
import { FigureCells } from "../parts/figure-cells.ts";
import type { Sentence } from "../parts/models.ts";
import { interval } from "../parts/numbers.ts";
import { Verdict } from "../parts/verdict.ts";
import { unbroken, words } from "../parts/words.ts";
import { type ButtonControl, button } from "../ui/toolkit.ts";
import { assumedLine } from "./assumed.ts";
import { estimateFigures } from "./estimate-figures.ts";
import { wholeCertainty } from "./evidence/confidence.ts";
import { figures, type Interval } from "./figures.ts";
import type { Latencies } from "./latency.ts";
import type { Unusable } from "./page-state.ts";
import { estimateVerdict, heldRate, verdict } from "./verdict-words.ts";

export interface AnswerEvents {
  /** An interval that a sentence names. */
  readonly show: (interval: Interval) => void;
  readonly setLimits: () => void;
  /** A saturated deployment at a rate that it holds. */
  readonly runAt: (ratePerSecond: number) => void;
  readonly post: (message: Extract<FromReportView, { kind: "command" | "copy" }>) => void;
}

/** A run as the page has it. */
export interface ShownRun {
  readonly report: Report;
  readonly values: Latencies;
}

const problemSigns: Readonly<Record<Unusable, Sentence["sign"]>> = {
  "does-not-fit": { glyph: "✕", word: "", tone: "bad" },
  missing: { glyph: "?", word: "", tone: "plain" },
  failed: { glyph: "✕", word: "", tone: "bad" },
};

/** What the page opens with: the verdict in one sentence, what it rests on, and the key figures under it. */
export class Answer {
  readonly verdict = new Verdict();
  readonly cells = new FigureCells();
  private readonly sure = h("div", { class: "sure" });
  private runHeld: ButtonControl | null = null;

  constructor(private readonly events: AnswerEvents) {}

  /** Before any run: the closed form's. */
  showEstimate(estimate: Estimate): void {
    this.runHeld = null;
    this.verdict.update(estimateVerdict(estimate));
    this.verdict.side("");
    this.cells.update(estimateFigures(estimate));
  }

  /** A new run, with the place for what will be advised. */
  begin(advice: HTMLElement): void {
    this.verdict.aside(advice, this.sure);
  }

  /** Verdict and figures of a run: again as more is known of what they rest on. */
  showRun(run: ShownRun, selected: Interval | null, evidence: ReportEvidence): void {
    const { report, values } = run;
    this.verdict.update(verdict(report, values, evidence.bands), this.links(report), this.actions(report));
    fill(
      this.sure,
      h("div", { class: "side-title", text: words("How sure this is") }),
      h("p", { text: `${wholeCertainty(report, evidence)}.` }),
      ...assumedLine(report),
    );
    this.showFigures(run, selected, evidence);
  }

  /** Those of a selected interval stand beside those of the run. */
  showFigures({ report, values }: ShownRun, selected: Interval | null, { bands }: ReportEvidence): void {
    this.cells.update(figures(report, values, selected, bands));
  }

  /** Why there are no figures, with the next thing to do. */
  showProblem({ state, title, lines, action }: Extract<ToReportView, { kind: "problem" }>): void {
    const { post } = this.events;
    this.runHeld = null;
    const actions: HTMLElement[] = [];
    if (action) {
      const made = button(action.label, () => post({ kind: "command", command: action.command }));
      made.primary(state !== "failed");
      actions.push(made.element);
    }
    if (state === "failed") actions.push(link(words("Copy the message"), () => post({ kind: "copy", text: [title, ...lines].join("\n") })));
    const said = lines.map((text) => ({ text: unbroken(text) }));
    this.verdict.update({ sign: problemSigns[state], title: unbroken(title), lines: said }, [], actions);
    this.verdict.side("");
  }

  /** Whether the verdict's own button, where it has one, is the page's primary one. */
  primary(on: boolean): void {
    this.runHeld?.primary(on);
  }

  private links({ bottleneck: { from, to } }: Report): HTMLElement[] {
    if (from === null || to === null) return [];
    return [link(words("Show {0}", interval(from, to)), () => this.events.show({ from, to }))];
  }

  private actions({ saturated, slo }: Report): HTMLElement[] {
    this.runHeld = null;
    if (saturated) {
      const held = heldRate(saturated.mostRequestsPerSecond);
      this.runHeld = button(words("Run at {0} req/s", held), () => this.events.runAt(held));
      return [this.runHeld.element];
    }
    if (slo && (slo.ttftSeconds !== null || slo.tpotSeconds !== null || slo.e2eSeconds !== null)) return [];
    return [link(words("Set limits"), this.events.setLimits)];
  }
}
