import type { LatencyStatistic } from "../../src/live/bench/compare-load.ts";
import { latencyStatistics } from "../../src/live/bench/compare-load.ts";
import type { BenchView, FromBenchView, ToBenchView } from "../../src/protocol/bench-view.ts";
import { fill, h, link, say, show } from "../parts/dom.ts";
import { FigureCells } from "../parts/figure-cells.ts";
import { connect, record } from "../parts/host.ts";
import { Section } from "../parts/section.ts";
import { Segmented } from "../parts/segmented.ts";
import { onThemeChange, readTheme } from "../parts/theme.ts";
import { Verdict } from "../parts/verdict.ts";
import { learnWords, said, words } from "../parts/words.ts";
import { button } from "../ui/toolkit.ts";
import { benchFigures } from "./bench-figures.ts";
import { loadPlots, throughputPlots } from "./bench-plots.ts";
import { benchTable, throughputTable } from "./bench-table.ts";
import { benchVerdict } from "./bench-verdict.ts";
import { toldStatistics } from "./bench-words.ts";
import { CurveSection } from "./curve-section.ts";

/** Builds the page into `#app` and follows the host's messages. */
export function startBench(): void {
  learnWords();
  const app = document.getElementById("app");
  if (app) new BenchPage(app);
}

class BenchPage {
  private readonly host = connect<ToBenchView, FromBenchView>(({ bench }) => this.show(bench));
  private readonly name = h("b", { class: "bar-name" });
  private readonly place = link("", () => this.host.post({ kind: "reveal", line: this.bench?.line ?? 0 }), { class: "path" });
  private readonly facts = h("span", { class: "bar-facts droppable" });
  private readonly copy = button(words("Copy as Markdown"), () => {
    if (this.bench) this.host.post({ kind: "copy", text: this.bench.markdown });
  });
  private readonly statistics = new Segmented<LatencyStatistic>(words("Statistic"), (statistic) => {
    this.wanted = statistic;
    this.draw();
    this.keep();
  });
  private readonly controls = h(
    "div",
    { class: "controls" },
    h("div", { class: "control-row" }, h("div", { class: "control" }, h("span", { text: words("Statistic") }), this.statistics.root)),
  );
  private readonly verdict = new Verdict();
  private readonly cells = new FigureCells();
  private readonly byLoad: CurveSection;
  private readonly byOutput: CurveSection;
  private readonly notes = new Section({ id: "notes", title: words("Assumed and left out") });
  private readonly content = h("div", { class: "content" });
  private bench: BenchView | null = null;
  private wanted: LatencyStatistic = "p95";
  private theme = readTheme();

  constructor(app: HTMLElement) {
    const shared = {
      actions: {
        copy: (text: string) => this.host.post({ kind: "copy", text }),
        save: (name: string, text: string) => this.host.post({ kind: "save", name, text }),
      },
      toggled: () => this.keep(),
      picture: (name: string, url: string) => this.host.post({ kind: "save-picture", name, url }),
    };
    this.byLoad = new CurveSection({
      id: "by-load",
      title: words("Measured and predicted by load"),
      table: () => (this.bench ? [benchTable(this.bench)] : []),
      ...shared,
    });
    this.byOutput = new CurveSection({
      id: "by-output",
      title: words("Latency and throughput"),
      table: () => (this.bench ? [throughputTable(this.bench, this.statistic)] : []),
      ...shared,
    });
    this.copy.element.classList.add("secondary");
    const actions = h("span", { class: "bar-actions" }, this.copy.element);
    const sections = [this.byLoad.section.root, this.byOutput.section.root, this.notes.root];
    this.content.append(this.verdict.root, this.cells.root, h("div", { class: "bench-sections" }, ...sections));
    app.append(h("header", { class: "bar-top" }, this.name, this.place, this.facts, actions), this.controls, this.content);
    show(this.content, false);
    this.restore();
    onThemeChange((theme) => {
      this.theme = theme;
      this.draw();
    });
    this.host.post({ kind: "ready" });
  }

  private show(bench: BenchView): void {
    this.bench = bench;
    say(this.name, bench.name);
    say(this.place, bench.place);
    this.place.title = words("Show {0} in the editor", bench.place);
    say(this.facts, words("{0} · {1} loads", bench.tools.join(", "), bench.loads.length));
    this.verdict.update(benchVerdict(bench));
    this.drawSide(bench);
    this.drawNotes(bench);
    show(this.content, true);
    this.draw();
    document.body.dataset.ready = "1";
    document.body.dataset.loads = String(bench.loads.length);
  }

  /** The chosen statistic, where the files tell it. */
  private get statistic(): LatencyStatistic {
    const told = this.bench ? toldStatistics(this.bench) : [];
    return told.includes(this.wanted) ? this.wanted : (told[0] ?? "mean");
  }

  private draw(): void {
    const { bench, theme } = this;
    if (!bench) return;
    const { statistic } = this;
    const told = toldStatistics(bench);
    this.statistics.choices(told.map((value) => ({ value, label: value === "mean" ? words("mean") : value })));
    this.statistics.set(statistic);
    show(this.controls, told.length > 0);
    this.cells.update(benchFigures(bench, statistic));
    this.byLoad.update(loadPlots(bench, statistic), theme);
    this.byOutput.update(throughputPlots(bench, statistic), theme);
  }

  private drawSide({ correction, canKeep }: BenchView): void {
    const sentence = h("p", { text: correction.map(said).join("; ") });
    if (!canKeep) {
      this.verdict.side(words("No correction is kept"), sentence);
      return;
    }
    const keep = button(words("Keep as calibration"), () => this.host.post({ kind: "keep" }));
    keep.primary(true);
    this.verdict.side(words("What explains most of it"), sentence, h("div", { class: "actions" }, keep.element));
  }

  private drawNotes({ notes, unread }: BenchView): void {
    const lines = [...notes.map(said), ...unread.map(({ place, why }) => words("{0}: {1}", place, said(why)))];
    show(this.notes.root, lines.length > 0);
    fill(this.notes.body, h("ul", { class: "bench-notes" }, ...lines.map((text) => h("li", { text }))));
  }

  private restore(): void {
    const kept = record(this.host.kept());
    const wanted = latencyStatistics.find((one) => one === kept.statistic);
    if (wanted) this.wanted = wanted;
    if (kept.byLoad === true) this.byLoad.section.setOpen(true);
    if (kept.byOutput === true) this.byOutput.section.setOpen(true);
  }

  private keep(): void {
    this.host.keep({ statistic: this.wanted, byLoad: this.byLoad.section.isOpen, byOutput: this.byOutput.section.isOpen });
  }
}
