import { type ComparedFigure, comparedFigures, comparedValue, type Difference, difference } from "../../../src/planning/comparison.ts";
import { figuresOf } from "../../../src/planning/figures.ts";
import type { CompareChoice, ComparedRun, ComparisonView } from "../../../src/protocol/planning-view.ts";
import type { Report } from "../../../src/simulation/report/report.ts";
import { lineSeries } from "../../parts/line-series.ts";
import type { Distribution, TableModel } from "../../parts/models.ts";
import { blank, dollars, duration, percent, rate, whole } from "../../parts/numbers.ts";
import { said, words } from "../../parts/words.ts";
import { cumulated, latencies } from "../latency.ts";

const figureWords: Readonly<Record<ComparedFigure, () => string>> = {
  "ttft-p50": () => "TTFT p50",
  "ttft-p95": () => "TTFT p95",
  "tpot-p95": () => "TPOT p95",
  "e2e-p95": () => words("End to end p95"),
  within: () => words("Within the limits"),
  goodput: () => words("Goodput"),
  output: () => words("Output"),
  cost: () => words("Cost /M output"),
  "cost-gpus": () => "GPU",
  "kv-peak": () => words("KV cache peak"),
  "hit-rate": () => words("Prefix hits"),
  preemptions: () => words("Preemptions"),
};

/** Shares change in points, everything else by a share of itself. */
const shares: ReadonlySet<ComparedFigure> = new Set(["within", "kv-peak", "hit-rate"]);
const counts: ReadonlySet<ComparedFigure> = new Set(["cost-gpus", "preemptions"]);

function figureText(figure: ComparedFigure, value: number): string {
  if (shares.has(figure)) return percent(value);
  if (counts.has(figure)) return whole(value);
  if (figure === "cost") return dollars(value, value);
  if (figure === "goodput") return rate(value, "req/s");
  return figure === "output" ? rate(value, "tok/s") : duration(value);
}

const groups: Readonly<Record<CompareChoice["group"], () => string>> = {
  advice: () => words("change"),
  layout: () => words("layout"),
  routing: () => words("routing"),
  system: () => words("system"),
  deployment: () => words("deployment"),
};

export function choiceWords({ group, title }: CompareChoice): string {
  return `${groups[group]()}: ${said(title)}`;
}

/** A row a figure: this run, and of each other its value with the change. */
export function comparisonTable(report: Report, { runs, further }: ComparisonView): TableModel {
  const these = [figuresOf(report), ...further];
  const shown = runs.flatMap((run) => (run.report ? [{ run, figures: [figuresOf(run.report), ...run.further] }] : []));
  const rows = comparedFigures.filter((figure) => comparedValue(figure, these[0] ?? figuresOf(report)) !== null || shown.length > 0);
  const single = shown.length === 1;
  const told = rows.filter((figure) =>
    [these, ...shown.map(({ figures }) => figures)].some(([first]) => first && comparedValue(figure, first) !== null),
  );
  return {
    name: words("Compared on the same load and seeds"),
    columns: [
      { title: words("Same load, same seeds"), numeric: false },
      { title: words("This file"), numeric: true },
      ...shown.flatMap(({ run }) => [
        { title: said(run.title), numeric: true },
        { title: words("Change"), numeric: true, secondary: !single },
      ]),
    ],
    rows: told.map((figure) => [
      figureWords[figure](),
      valueWords(figure, these[0]),
      ...shown.flatMap(({ figures }) => [valueWords(figure, figures[0]), changeWords(figure, difference(figure, these, figures))]),
    ]),
    raw: {
      head: ["figure", "this_file", ...shown.map(({ run }) => said(run.title))],
      rows: () => told.map((figure) => [figure, rawValue(figure, these[0]), ...shown.map(({ figures }) => rawValue(figure, figures[0]))]),
    },
  };
}

/** What a table's “within noise” means; nothing where it says so of no figure. */
export function noiseNotes({ rows }: Pick<TableModel, "rows">): readonly string[] {
  const noise = words("within noise");
  return rows.some((cells) => cells.some((cell) => cell === noise))
    ? [words("Within noise: three seeds do not agree on which is better.")]
    : [];
}

type Figures = ReturnType<typeof figuresOf> | undefined;

function rawValue(figure: ComparedFigure, figures: Figures): number {
  return (figures && comparedValue(figure, figures)) ?? Number.NaN;
}

function valueWords(figure: ComparedFigure, figures: Figures): string {
  const value = figures && comparedValue(figure, figures);
  if (value === null || value === undefined) return figures?.saturated ? words("queue grows") : words("not to be had");
  const cost = figure === "cost" ? figures?.summary.cost?.perMillionOutputTokens : undefined;
  return cost ? dollars(cost.low, cost.high) : figureText(figure, value);
}

/** `−84 %`, `+17.8 points`, `within noise`. */
export function changeWords(figure: ComparedFigure, change: Difference): string {
  switch (change.kind) {
    case "noise":
      return words("within noise");
    case "same":
      return words("the same");
    case "unknown":
      return "";
    case "change": {
      const by = change.to - change.from;
      if (shares.has(figure)) return words("{0} points", signed(by * 100, 1));
      if (counts.has(figure) || change.from === 0) return signed(by, 0);
      return `${signed((by / change.from) * 100, Math.abs(by) < 0.1 * Math.abs(change.from) ? 1 : 0)}${blank}%`;
    }
    default:
      return change satisfies never;
  }
}

function signed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals).replace(/\.0$/, "");
  return `${value > 0 ? "+" : value < 0 && Number(text) !== 0 ? "\u2212" : ""}${text}`;
}

/** Why a run has no figures, where it has none. */
export function compareProblem({ title, problem }: ComparedRun): string | null {
  return problem ? `${said(title)}: ${said(problem)}` : null;
}

/** The distributions of a run with those laid beside it, dashed, on a scale that holds all. */
export function withOthers(plots: readonly Distribution[], runs: readonly ComparedRun[]): readonly Distribution[] {
  const others = runs.flatMap(({ report }, i) =>
    report && report.saturated === null ? [{ series: lineSeries(i + 1), values: latencies(report.requests) }] : [],
  );
  if (others.length === 0) return plots;
  return plots.map((plot) => {
    const lines = others.map(({ series, values }) => ({ series, ...cumulated(valuesFor(plot.id, values)) }));
    const ends = lines.flatMap(({ x }) => (x.length > 0 ? [x[0] ?? plot.from, x.at(-1) ?? plot.to] : []));
    return {
      ...plot,
      from: Math.min(plot.from, ...ends.map((end) => end / 1.25)),
      to: Math.max(plot.to, ...ends.map((end) => end * 1.05)),
      others: lines,
    };
  });
}

function valuesFor(id: string, values: ReturnType<typeof latencies>): Float64Array {
  return id === "tpot" ? values.tpot : id === "e2e" ? values.e2e : values.ttft;
}
