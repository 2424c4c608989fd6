import * as vscode from "vscode";
import { duration, figure, percent, rate } from "../catalog/quantity.ts";
import type { FileProblem } from "../live/bench/benchmark-files.ts";
import type { BenchmarkedDeployment, MeasuredSteps } from "../live/bench/benchmarked-deployment.ts";
import type { LoadMetric, LoadRow } from "../live/bench/compare-load.ts";
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
  const difference = differenceWords(loads);
  const notes = new Set(loads.flatMap((one) => one.notes.map(translated)));
  const unread = problems.map(({ file, line, message }) => `${file}${line === null ? "" : `:${line + 1}`}: ${translated(message)}`);
  return [
    `# ${vscode.l10n.t("{0} under the load of its benchmark", name)}`,
    "",
    ...table(head, rows),
    "",
    ...curveTable(loads),
    ...[...(difference ? [translated(difference)] : []), ...notes, ...unread].map((line) => `- ${line}`),
    `- ${correctionWords(measured)}`,
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

function correctionWords(measured: MeasuredSteps): string {
  if (measured.problem) return vscode.l10n.t("Not kept: {0}", translated(measured.problem));
  const { correction, band } = measured.timing;
  const { device, host, requestSeconds } = correction;
  const steps =
    device === host
      ? vscode.l10n.t("Corrected: steps × {0}, within ± {1}", figure(device), percent(band))
      : vscode.l10n.t("Corrected: GPU × {0} and host × {1}, within ± {2}", figure(device), figure(host), percent(band));
  return requestSeconds === null ? steps : `${steps}; ${vscode.l10n.t("a request spends {0} outside its steps", duration(requestSeconds))}`;
}

function figureName({ metric, statistic }: LoadRow): string {
  const name = metricName(metric);
  return statistic === "p50" ? `${name} p50` : name;
}

function metricName(metric: LoadMetric): string {
  return metric === "ttft" ? "TTFT" : metric === "tpot" ? "TPOT" : vscode.l10n.t("Output");
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
