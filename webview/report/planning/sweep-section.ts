import type { Slo } from "../../../src/deployment/deployment.ts";
import { type SweepKind, sweepKinds } from "../../../src/planning/sweeps.ts";
import type { SweepView } from "../../../src/protocol/planning-view.ts";
import { CurveView } from "../../parts/curve-view.ts";
import { fill, h, link, say, show } from "../../parts/dom.ts";
import { lineLegend } from "../../parts/line-legend.ts";
import { Section } from "../../parts/section.ts";
import type { TableActions } from "../../parts/table.ts";
import type { Theme } from "../../parts/theme.ts";
import { said, words } from "../../parts/words.ts";
import { button, dropdown } from "../../ui/toolkit.ts";
import { kindWords, pointName, pointWords, sweepPlots, sweepTable } from "./sweep-model.ts";

export interface SweepEvents {
  readonly actions: TableActions;
  readonly toggled: () => void;
  readonly run: (kind: SweepKind) => void;
  readonly stop: () => void;
  readonly apply: (at: number) => void;
  readonly preview: (at: number) => void;
}

/** One thing varied: a choice of what, its curves with the file's own point, and the edit that leads to the point chosen. */
export class SweepSection {
  readonly section: Section;
  private readonly kind;
  private readonly start = button(words("Run sweep"), () => this.events.run(this.chosenKind));
  private readonly stop = button(words("Stop"), () => this.events.stop());
  private readonly state = h("span", { class: "secondary-text small", role: "status" });
  private readonly findings = h("ul", { class: "findings small" });
  private readonly plots = h("div", { class: "distributions" });
  private readonly point;
  private readonly pointLine = h("div", { class: "sweep-point" });
  private readonly pointText = h("span", { class: "small" });
  private readonly pointActions = h("span", { class: "actions" });
  private readonly legend = h("span", { class: "legend" });
  private views = new Map<string, CurveView>();
  private view: SweepView | null = null;
  private slo: Slo | null = null;
  private chosen: number | null = null;

  constructor(
    private theme: Theme,
    private readonly events: SweepEvents,
  ) {
    this.section = new Section({
      id: "sweep",
      title: words("Sweep"),
      actions: events.actions,
      toggled: events.toggled,
      table: () => (this.view?.sweep ? sweepTable(this.view.sweep) : { name: words("Sweep"), columns: [], rows: [] }),
    });
    this.kind = dropdown(words("What is varied"), () => {});
    this.kind.choices(sweepKinds.map((value) => ({ value, title: kindWords[value]() })));
    this.kind.set("rate");
    this.point = dropdown(words("Point"), (value) => this.choose(Number(value)));
    this.stop.show(false);
    const row = h(
      "div",
      { class: "control-row" },
      h("div", { class: "control" }, this.kind.element, this.start.element, this.stop.element, this.state),
    );
    this.pointLine.append(
      h("div", { class: "control" }, h("span", { text: words("Point") }), this.point.element),
      this.pointText,
      this.pointActions,
    );
    this.section.root.querySelector(".section-head")?.after(row);
    this.section.body.append(this.findings, this.legend, this.plots, this.pointLine);
    this.section.offerTable(false);
    this.draw();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.draw();
  }

  /** null = no sweep of this run yet. */
  update(view: SweepView | null, slo: Slo | null): void {
    if (view?.sweep !== this.view?.sweep) this.chosen = null;
    this.view = view;
    this.slo = slo;
    if (view) this.kind.set(view.kind);
    this.draw();
    this.section.refresh();
  }

  private get chosenKind(): SweepKind {
    return sweepKinds.find((kind) => kind === this.kind.get()) ?? "rate";
  }

  private choose(at: number): void {
    this.chosen = at;
    this.draw();
  }

  private draw(): void {
    const { view } = this;
    const sweep = view?.sweep ?? null;
    const running = view?.progress ?? null;
    this.stop.show(running !== null);
    this.start.show(running === null);
    say(
      this.state,
      running ? words("{0} of about {1} simulations", running.done, running.total) : view?.problem ? `${said(view.problem)}.` : "",
    );
    this.section.offerTable(sweep !== null);
    for (const part of [this.findings, this.plots, this.pointLine]) show(part, sweep !== null);
    if (!sweep) {
      fill(this.legend);
      return;
    }
    fill(this.findings, ...sweep.findings.map((one) => h("li", { text: `${said(one)}.` })));
    const plots = sweepPlots(sweep, this.slo, this.chosen);
    fill(this.legend, ...(sweep.series.length > 1 ? lineLegend(plots[0]?.lines ?? []) : []));
    this.drawPlots(plots);
    this.drawPoint();
  }

  private drawPlots(plots: ReturnType<typeof sweepPlots>): void {
    for (const [id, old] of this.views)
      if (!plots.some((one) => one.id === id)) {
        old.root.remove();
        this.views.delete(id);
      }
    for (const model of plots) {
      const found = this.views.get(model.id);
      const view = found ?? new CurveView(model, this.theme, this.section.twinId, (at) => this.choose(at));
      if (!found) this.views.set(model.id, view);
      this.plots.append(view.root);
      view.update(model, this.theme);
    }
  }

  private drawPoint(): void {
    const { view, chosen } = this;
    const sweep = view?.sweep;
    if (!view || !sweep) return;
    const named = sweep.points.map((point, at) => ({
      value: String(at),
      title: [sweep.series.length > 1 ? said(sweep.series[point.series] ?? sweep.axis.name) : "", pointName(point, sweep.axis)]
        .filter(Boolean)
        .join(", "),
    }));
    const first = sweep.points.findIndex((point) => point.isFile);
    const at = chosen ?? Math.max(0, first);
    this.point.choices(named);
    this.point.set(String(at));
    const point = sweep.points[at];
    say(this.pointText, point ? pointWords(point, sweep) : "");
    const place = view.places[at] ?? null;
    fill(
      this.pointActions,
      ...(point?.change && place
        ? [button(words("Apply to {0}", place), () => this.events.apply(at)).element, link(words("Preview"), () => this.events.preview(at))]
        : []),
    );
  }
}
