import type { ComparisonView } from "../../../src/protocol/planning-view.ts";
import type { Report } from "../../../src/simulation/report/report.ts";
import { fill, h, link, say, show } from "../../parts/dom.ts";
import { lineLegend } from "../../parts/line-legend.ts";
import { lineSeries } from "../../parts/line-series.ts";
import { Section } from "../../parts/section.ts";
import { type TableActions, table } from "../../parts/table.ts";
import { said, words } from "../../parts/words.ts";
import { button, dropdown } from "../../ui/toolkit.ts";
import { choiceWords, compareProblem, comparisonTable, noiseNotes } from "./compare-model.ts";

export interface CompareEvents {
  readonly actions: TableActions;
  readonly toggled: () => void;
  readonly compare: (ids: readonly string[]) => void;
}

/** Beside the run's own. */
const mostCompared = 3;

/** What if: the same load on the same GPUs served otherwise, or by another deployment, figure by figure. */
export class CompareSection {
  readonly section: Section;
  private readonly choice = dropdown(words("What if it were"), () => {});
  private readonly add = button(words("Compare"), () => this.added(this.choice.get()));
  private readonly chosen = h("span", { class: "chosen" });
  private readonly state = h("span", { class: "secondary-text small", role: "status" });
  private readonly content = h("div", {});
  private view: ComparisonView | null = null;
  private report: Report | null = null;

  constructor(private readonly events: CompareEvents) {
    this.section = new Section({
      id: "compare",
      title: words("What if"),
      actions: events.actions,
      toggled: events.toggled,
      table: () =>
        this.view && this.report ? comparisonTable(this.report, this.view) : { name: words("Compared"), columns: [], rows: [] },
    });
    const row = h(
      "div",
      { class: "control-row" },
      h(
        "div",
        { class: "control" },
        h("span", { text: words("Same load, same GPUs:") }),
        this.choice.element,
        this.add.element,
        this.state,
      ),
      this.chosen,
    );
    this.section.root.querySelector(".section-head")?.after(row);
    this.section.body.append(this.content);
  }

  update(report: Report | null, view: ComparisonView | null): void {
    this.report = report;
    this.view = view;
    const choices = view?.choices ?? [];
    this.choice.choices(choices.map((one) => ({ value: one.id, title: choiceWords(one) })));
    const [first] = choices;
    if (first && !choices.some(({ id }) => id === this.choice.get())) this.choice.set(first.id);
    this.draw();
    this.section.refresh();
  }

  /** Lays one more beside the run; the oldest goes where there are too many. */
  added(id: string): void {
    const before = (this.view?.chosen ?? []).filter((one) => one !== id);
    if (id !== "") this.events.compare([...before, id].slice(-mostCompared));
  }

  focus(): void {
    this.section.root.scrollIntoView({ block: "start" });
    this.choice.element.focus();
  }

  private draw(): void {
    const { view, report } = this;
    const running = view?.progress ?? null;
    const runs = view?.runs ?? [];
    say(this.state, running ? words("serving {0} of {1}", running.done, running.total) : "");
    fill(this.chosen, ...this.removals());
    const hasRuns = runs.some((run) => run.report !== null);
    this.section.offerTable(hasRuns);
    show(this.section.root, report !== null && (view?.choices.length ?? 0) > 0);
    if (!report || !view) return;
    const problems = runs.flatMap((run) => compareProblem(run) ?? []);
    const compared = hasRuns ? comparisonTable(report, view) : null;
    const small = (text: string): HTMLElement => h("p", { class: "secondary-text small", text });
    fill(
      this.content,
      ...(compared ? [h("div", { class: "legend" }, ...lineLegend(this.lines())), table(compared)] : []),
      ...problems.map(small),
      ...(compared
        ? noiseNotes(compared).map(small)
        : [small(words("Choose what to lay beside this run: up to three, drawn dashed above."))]),
    );
  }

  private lines(): readonly { readonly name: string; readonly series: number }[] {
    const runs = (this.view?.runs ?? []).filter(({ report }) => report !== null);
    return [{ name: words("this file"), series: 1 }, ...runs.map(({ title }, i) => ({ name: said(title), series: lineSeries(i + 1) }))];
  }

  private removals(): readonly HTMLElement[] {
    const { view } = this;
    return (view?.chosen ?? []).map((id) => {
      const title = view?.choices.find((one) => one.id === id)?.title ?? view?.runs.find((one) => one.id === id)?.title;
      const name = title ? said(title) : id;
      return link(words("Remove {0}", name), () => this.events.compare((view?.chosen ?? []).filter((one) => one !== id)));
    });
  }
}
