import type { SweepKind } from "../../../src/planning/sweeps.ts";
import type { AdviceView, ComparedRun, ComparisonView, RatesView, SweepView, ToPlanningView } from "../../../src/protocol/planning-view.ts";
import type { Report } from "../../../src/simulation/report/report.ts";
import { CurveView } from "../../parts/curve-view.ts";
import { h, say, show } from "../../parts/dom.ts";
import type { TableModel } from "../../parts/models.ts";
import type { TableActions } from "../../parts/table.ts";
import type { Theme } from "../../parts/theme.ts";
import { AdviceSide } from "./advice-side.ts";
import { adviceTitle } from "./advice-words.ts";
import { CompareSection } from "./compare-section.ts";
import { ratePlot, rateTable, turnOf } from "./rate-plot.ts";
import { SweepSection } from "./sweep-section.ts";

export interface PlanEvents {
  readonly actions: TableActions;
  readonly toggled: () => void;
  readonly sweep: (kind: SweepKind) => void;
  readonly stopSweep: () => void;
  readonly write: (kind: "apply" | "preview", of: "advice" | "sweep", at: number) => void;
  readonly compare: (ids: readonly string[]) => void;
}

/** What follows a report: the curve over the rate, the change that helps most, a sweep, and runs laid beside it. */
export class PlansView {
  readonly advice = h("div", { class: "advice-block" });
  readonly sweep: SweepSection;
  readonly compare: CompareSection;
  readonly rates: CurveView;
  private readonly title = h("div", { class: "side-title", role: "status" });
  private readonly side: AdviceSide;
  private report: Report | null = null;
  private ratePerSecond: number | null = null;
  private shownRates: RatesView | null = null;
  private shownAdvice: AdviceView | null = null;
  private shownSweep: SweepView | null = null;
  private comparison: ComparisonView | null = null;

  constructor(
    private theme: Theme,
    describedBy: string,
    events: PlanEvents,
  ) {
    const { actions, toggled } = events;
    this.side = new AdviceSide({
      apply: (at) => events.write("apply", "advice", at),
      preview: (at) => events.write("preview", "advice", at),
      compare: (at) => {
        this.compare.added(`advice/${at}`);
        this.compare.focus();
      },
      toggled,
    });
    this.sweep = new SweepSection(theme, {
      actions,
      toggled,
      run: events.sweep,
      stop: events.stopSweep,
      apply: (at) => events.write("apply", "sweep", at),
      preview: (at) => events.write("preview", "sweep", at),
    });
    this.compare = new CompareSection({ actions, toggled, compare: events.compare });
    this.rates = new CurveView(ratePlot(null, null, null, null), theme, describedBy);
    this.advice.append(this.title, this.side.root);
  }

  /** A new report: what followed the one before goes. */
  reset(report: Report, ratePerSecond: number | null): void {
    this.report = report;
    this.ratePerSecond = ratePerSecond;
    this.shownRates = null;
    this.shownAdvice = null;
    this.shownSweep = null;
    this.comparison = null;
    this.draw();
  }

  receive(message: ToPlanningView): void {
    switch (message.kind) {
      case "rates":
        this.shownRates = message.rates;
        break;
      case "advice":
        this.shownAdvice = message.advice;
        break;
      case "sweep":
        this.shownSweep = message.view;
        break;
      case "comparison":
        this.comparison = message.comparison;
        break;
      default:
        message satisfies never;
    }
    this.draw();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.sweep.setTheme(theme);
    this.drawRates();
  }

  /** Whether the advice has an edit to offer, which is then the page's primary button. */
  get hasEdit(): boolean {
    return this.side.hasEdit;
  }

  primary(on: boolean): void {
    this.side.primary(on);
  }

  /** Runs to draw dashed in the plots of latency. */
  get others(): readonly ComparedRun[] {
    return this.comparison?.runs ?? [];
  }

  /** What an export tells beside the report. */
  get told(): { readonly rates: RatesView | null; readonly advice: AdviceView | null } {
    return { rates: this.shownRates, advice: this.shownAdvice };
  }

  get rateTable(): readonly TableModel[] {
    return this.shownRates?.curve ? [rateTable(this.shownRates.curve)] : [];
  }

  private draw(): void {
    const { report } = this;
    if (!report) return;
    this.drawRates();
    this.drawAdvice();
    this.sweep.update(this.shownSweep, report.slo);
    this.compare.update(report, this.comparison);
    const { dataset } = document.body;
    dataset.rates = this.shownRates?.curve ? String(this.shownRates.curve.points.length) : "";
    dataset.advice = this.shownAdvice && !this.shownAdvice.progress ? String(this.shownAdvice.tried) : "";
    dataset.sweep = this.shownSweep?.sweep ? String(this.shownSweep.sweep.points.length) : "";
    dataset.compared = this.comparison && !this.comparison.progress ? String(this.comparison.runs.length) : "";
  }

  private drawRates(): void {
    this.rates.update(ratePlot(this.shownRates, this.shownAdvice, this.ratePerSecond, this.report?.slo ?? null), this.theme);
  }

  private drawAdvice(): void {
    const advice = this.shownAdvice;
    show(this.advice, advice !== null);
    if (!advice) return;
    say(this.title, adviceTitle(advice));
    this.side.update(advice, this.shownRates?.curve ? turnOf(this.shownRates.curve) : null);
  }
}
