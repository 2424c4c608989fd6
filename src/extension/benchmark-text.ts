import * as vscode from "vscode";
import { duration, percent, rate } from "../catalog/quantity.ts";
import type { FileProblem } from "../live/bench/benchmark-files.ts";
import type { BenchmarkedDeployment } from "../live/bench/benchmarked-deployment.ts";
import type { LoadMetric, LoadRow } from "../live/bench/compare-load.ts";
import { correctionWords } from "../live/bench/correction-words.ts";
import { differenceWords } from "../live/bench/difference-words.ts";
import { loadCurves } from "../live/bench/load-curves.ts";
import { translated } from "./translate.ts";

/** A benchmark beside the prediction as Markdown, cells padded so that it reads as plain text too. */
export function benchmarkText(name: string, { loads, measured }: BenchmarkedDeployment, problems: readonly FileProblem[]): string {
  const head = [
    vscode.l10n.t("Load"),
    vscode.l10n.t("Figure"),
    vscode.l10n.t("Measured"),
    vscode.l10n.t("Predicted"),
    vscode.l10n.t("Off by"),
    vscode.l10n.t("Corrected"),
  ];
  const rows = loads.flatMap(({ load, rows: figures, corrected }) =>
    figures.map((row, index) => [
      index === 0 ? load.words : "",
      figureName(row),
      row.measured === null ? vscode.l10n.t("not told") : amount(row, row.measured),
      amount(row, row.predicted),
      row.share === null ? "" : signed(row.share),
      corrected[index] ? `${amount(corrected[index], corrected[index].predicted)} (${signed(corrected[index].share ?? 0)})` : "",
    ]),
  );
  const difference = differenceWords(loads.map(({ load, rows: all }) => ({ words: load.words, rows: all })));
  const notes = new Set(loads.flatMap((one) => one.notes.map(translated)));
  const unread = problems.map(({ file, line, message }) => `${file}${line === null ? "" : `:${line + 1}`}: ${translated(message)}`);
  const said = correctionWords(measured).map(translated).join("; ");
  return [
    `# ${vscode.l10n.t("{0} under the load of its benchmark", name)}`,
    "",
    ...table(head, rows),
    "",
    ...curveTable(loads),
    ...[...(difference ? [translated(difference)] : []), ...notes, ...unread].map((line) => `- ${line}`),
    `- ${measured.problem ? vscode.l10n.t("Not kept: {0}", said) : said}`,
    "",
  ].join("\n");
}

/** How measured and predicted go with the load. */
function curveTable(loads: BenchmarkedDeployment["loads"]): readonly string[] {
  const curves = loadCurves(loads);
  if (curves.length === 0) return [];
  const head = [vscode.l10n.t("From the least load to the greatest"), vscode.l10n.t("Measured"), vscode.l10n.t("Predicted")];
  return [
    ...table(
      head,
      curves.map(({ metric, measured, predicted }) => [metricName(metric), measured, predicted]),
    ),
    "",
  ];
}

function figureName({ metric, statistic }: LoadRow): string {
  return statistic === "mean" || statistic === "rate" ? metricName(metric) : `${metricName(metric)} ${statistic}`;
}

function metricName(metric: LoadMetric): string {
  return metric === "throughput" ? vscode.l10n.t("Output") : metric.toUpperCase();
}

function amount({ unit }: LoadRow, value: number): string {
  return unit === "s" ? duration(value) : rate(value, unit);
}

function signed(share: number): string {
  const tenths = Math.round(Math.abs(share) * 1000) / 1000;
  return tenths === 0 ? percent(0) : `${share < 0 ? "−" : "+"}${percent(tenths)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows.map(line)];
}
