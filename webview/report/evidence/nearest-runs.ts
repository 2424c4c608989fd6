import type { MeasuredFigure, NearRunView } from "../../../src/protocol/report-view.ts";
import { h } from "../../parts/dom.ts";
import type { TableModel } from "../../parts/models.ts";
import { blank, duration, rate } from "../../parts/numbers.ts";
import { table } from "../../parts/table.ts";
import { said, words } from "../../parts/words.ts";

/** Runs that others measured, each with what differs, measured beside predicted, and its source; words where none is near. */
export function nearestRuns(runs: readonly NearRunView[] | null): HTMLElement {
  const heading = h("h3", { text: words("Nearest measured runs") });
  if (runs === null) return h("div", { class: "near-runs" });
  if (runs.length === 0)
    return h("div", { class: "near-runs" }, heading, h("p", { class: "secondary-text", text: words("No measured run is near.") }));
  return h("div", { class: "near-runs" }, heading, h("div", { class: "near-list" }, ...runs.map(nearRun)));
}

function nearRun(run: NearRunView): HTMLElement {
  const lines = [said(run.load), run.words.map(said).join(", ")];
  return h(
    "article",
    { class: "near-run" },
    h("h4", { text: run.title }),
    ...lines.map((text) => h("p", { class: "secondary-text small", text })),
    table(figuresTable(run)),
    run.problem ? h("p", { class: "secondary-text small", text: said(run.problem) }) : null,
    h("p", { class: "secondary-text tiny", text: words("Source: {0}", run.source) }),
  );
}

const figureNames = { ttft: () => "TTFT", tpot: () => "TPOT", output: () => words("Output") } as const;

/** Means, as the sources publish them. */
export function figuresTable({ title, figures, pending }: NearRunView): TableModel {
  return {
    name: title,
    columns: [
      { title: words("Mean"), numeric: false },
      { title: words("Measured"), numeric: true },
      { title: words("This build"), numeric: true },
      { title: words("Off by"), numeric: true },
    ],
    rows: figures.map(({ name, measured, predicted }) => [
      figureNames[name](),
      valueWords(name, measured),
      predicted !== null ? valueWords(name, predicted) : pending ? words("under way") : words("not predicted"),
      predicted !== null ? change(predicted / measured - 1) : "",
    ]),
  };
}

function valueWords(name: MeasuredFigure["name"], value: number): string {
  return name === "output" ? rate(value, "tok/s") : duration(value);
}

/** `+8 %`, `−12 %`. */
function change(relative: number): string {
  const points = Math.round(relative * 100);
  return `${points > 0 ? "+" : points < 0 ? "\u2212" : ""}${Math.abs(points)}${blank}%`;
}
