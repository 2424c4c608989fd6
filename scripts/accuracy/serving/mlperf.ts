import { join } from "node:path";
import { groupedBy, mean, median } from "../statistics.ts";
import type { Metric, Suite, Table } from "../suite.ts";
import { type Judged, percentErrors } from "./errors.ts";
import { caseOf } from "./mlperf-case.ts";
import { type MlperfRow, readMlperfRows } from "./mlperf-rows.ts";
import { predictedRun } from "./predicted-run.ts";

const table = "reference/mlperf_inference.csv";

/** MLPerf Inference results whose layout is stated. */
export const mlperf: Suite = {
  name: "mlperf",
  aliases: ["f"],
  title: "MLPerf Server, Interactive and Offline",
  files: [table],
  run(data, catalog) {
    const runs = readMlperfRows(join(data, table)).map((row): MlperfRun => {
      const { summary, reason = "" } = predictedRun(caseOf(row), catalog);
      return {
        row,
        tokensPerSecond: summary?.outputTokensPerSecond,
        tpotMeanMs: summary && summary.tpotSeconds.mean * 1000,
        ttftP99Ms: summary && summary.ttftSeconds.p99 * 1000,
        reason,
      };
    });
    return { metrics: metrics(runs), tables: [summaryTable(runs), everyRow(runs)], plots: [] };
  },
};

interface MlperfRun {
  readonly row: MlperfRow;
  readonly tokensPerSecond: number | undefined;
  readonly tpotMeanMs: number | undefined;
  readonly ttftP99Ms: number | undefined;
  readonly reason: string;
}

const figures = ["tokensPerSecond", "tpotMeanMs", "ttftP99Ms"] as const;

function judgedBy(runs: readonly MlperfRun[], figure: (typeof figures)[number]): readonly Judged[] {
  return runs.map((run) => ({ measured: run.row[figure] ?? 0, predicted: run[figure] }));
}

function metrics(runs: readonly MlperfRun[]): readonly Metric[] {
  const of = (name: string, figure: (typeof figures)[number], average: (errors: readonly number[]) => number): Metric => {
    const errors = percentErrors(judgedBy(runs, figure));
    return { name: `MLPerf: ${name}`, rows: errors.length, value: average(errors), unit: "%" };
  };
  return [
    of("tokens a second, mean error", "tokensPerSecond", mean),
    of("TPOT mean, mean error", "tpotMeanMs", mean),
    // Results are run as near to what a system holds as its limits allow: where too little is predicted, the queue grows for the whole run.
    of("TTFT p99, median error", "ttftP99Ms", median),
  ];
}

function summaryTable(runs: readonly MlperfRun[]): Table {
  const groups = groupedBy(runs, ({ row }) => [row.model, row.scenario, row.gpu, `layout by ${row.stated}`].join(" · "));
  const cell = (group: readonly MlperfRun[], figure: (typeof figures)[number]): string => {
    const errors = percentErrors(judgedBy(group, figure));
    return errors.length === 0 ? "" : `${median(errors).toFixed(0)} / ${mean(errors).toFixed(0)}`;
  };
  return {
    title: "by model, scenario and GPU",
    note: "Errors in percent, median / mean. Prompt lengths are not in the table and are taken from what is known of the data sets.",
    rows: [
      ["", "rows", "tokens/s", "TPOT mean", "TTFT p99"],
      ...[...groups].map(([name, group]) => [name, group.length, ...figures.map((figure) => cell(group, figure))]),
    ],
  };
}

function everyRow(runs: readonly MlperfRun[]): Table {
  const pair = (run: MlperfRun, figure: (typeof figures)[number]): string => {
    const [measured, predicted] = [run.row[figure], run[figure]];
    return measured === undefined ? "" : `${measured.toFixed(0)} / ${predicted?.toFixed(0) ?? run.reason}`;
  };
  return {
    title: "rows",
    note: "Measured / predicted.",
    rows: [
      ["", "layout", "tokens/s", "TPOT mean, ms", "TTFT p99, ms"],
      ...runs.map((run) => [
        [run.row.round, run.row.submitter, run.row.platform, run.row.model, run.row.scenario].join(" · "),
        `${Object.entries(run.row.layout.parallel)
          .map(([size, count]) => `${size} ${count}`)
          .join(" × ")}, ${run.row.layout.instances} times`,
        ...figures.map((figure) => pair(run, figure)),
      ]),
    ],
  };
}
