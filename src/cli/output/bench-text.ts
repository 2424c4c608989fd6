import { duration, figure, percent, rate } from "../../catalog/quantity.ts";
import { plain } from "../../deployment/message.ts";
import type { BenchmarkFiles } from "../../live/bench/benchmark-files.ts";
import type { BenchmarkedDeployment, ComparedLoad, MeasuredSteps } from "../../live/bench/benchmarked-deployment.ts";
import { type LoadMetric, type LoadRow, mainRows } from "../../live/bench/compare-load.ts";
import { differenceWords } from "../../live/bench/difference-words.ts";
import { loadCurves } from "../../live/bench/load-curves.ts";
import type { Kept } from "../kept-calibration.ts";
import type { Paint } from "../terminal.ts";
import { table } from "./table.ts";

interface BenchOutput {
  readonly files: BenchmarkFiles;
  readonly kept: Kept | null;
  readonly paint: Paint;
}

/** A benchmark beside the prediction, for people. */
export function benchText(name: string, { loads, measured }: BenchmarkedDeployment, { files, kept, paint }: BenchOutput): string {
  const hasCorrected = loads.some(({ corrected }) => corrected.length > 0);
  const head = ["Load", "", "measured", "predicted", "off by", ...(hasCorrected ? ["corrected", "off by"] : [])];
  const rows = loads.flatMap((one) => loadRows(one, paint));
  const difference = differenceWords(loads.map(({ load, rows: all }) => ({ words: load.words, rows: mainRows(all) })));
  const notes = [...new Set(loads.flatMap((one) => one.notes.map((note) => plain(note))))].slice(0, mostNotes);
  return [
    `${paint("bold", name)}\n`,
    table(rows, { head, right: [2, 3, 4, 5, 6], indent: 2 }),
    ...curveLines(loads),
    ...(difference ? [`  ${plain(difference)}.\n`] : []),
    ...notes.map((note) => `  ${note}.\n`),
    ...files.problems.map((one) => paint("yellow", `  ${one.file}${one.line === null ? "" : `:${one.line + 1}`}: ${plain(one.message)}\n`)),
    correctionText(measured, paint),
    measured.problem ? "" : keptText(kept, paint),
  ].join("");
}

function curveLines(loads: readonly ComparedLoad[]): string[] {
  const curves = loadCurves(loads);
  if (curves.length === 0) return [];
  const rows = curves.map(({ metric, measured, predicted }) => [names[metric], measured, predicted]);
  return [table(rows, { head: ["By load", "measured", "predicted"], indent: 2 })];
}

const mostNotes = 5;

const names: Readonly<Record<LoadMetric, string>> = { ttft: "TTFT", tpot: "TPOT", e2e: "E2E", throughput: "output" };

function loadRows({ load, rows, corrected }: ComparedLoad, paint: Paint): string[][] {
  if (rows.length === 0) return [[load.words, "cannot be simulated"]];
  return mainRows(rows).map((row, index) => {
    const after = mainRows(corrected)[index];
    const off = row.share === null ? "" : signed(row.share);
    return [
      index === 0 ? load.words : "",
      `${names[row.metric]}${row.statistic === "p50" ? " p50" : ""}`,
      row.measured === null ? "not told" : amount(row, row.measured),
      amount(row, row.predicted),
      row.verdict === "within" || row.verdict === "unknown" ? off : paint("yellow", off),
      ...(after ? [amount(after, after.predicted), after.share === null ? "" : signed(after.share)] : []),
    ];
  });
}

function correctionText(measured: MeasuredSteps, paint: Paint): string {
  if (measured.problem) return `  ${paint("yellow", "nothing to keep:")} ${plain(measured.problem)}\n`;
  const { correction, band } = measured.timing;
  const { device, host, requestSeconds } = correction;
  const steps = device === host ? `steps × ${figure(device)}` : `GPU × ${figure(device)}, host × ${figure(host)}`;
  const request = requestSeconds === null ? "" : `, ${duration(requestSeconds)} a request outside its steps`;
  return `  Corrected: ${steps}${request}; ± ${percent(band)}\n`;
}

function keptText(kept: Kept | null, paint: Paint): string {
  if (!kept) return "";
  if (kept.problem !== null) return `  ${paint("yellow", "not calibrated:")} ${kept.problem}\n`;
  return kept.written ? `  calibration written to ${kept.path}\n` : `  --calibrate would keep this in ${kept.path}\n`;
}

function amount({ unit }: LoadRow, value: number): string {
  return unit === "s" ? duration(value) : rate(value, unit);
}

function signed(share: number): string {
  const tenths = Math.round(Math.abs(share) * 1000) / 1000;
  return tenths === 0 ? percent(0) : `${share < 0 ? "−" : "+"}${percent(tenths)}`;
}
