import { join } from "node:path";
import type { Catalog } from "../../../src/catalog/catalog.ts";
import type { ScatterPlot } from "../scatter.ts";
import { groupedBy, mean, median } from "../statistics.ts";
import type { Metric, Suite, Table } from "../suite.ts";
import type { Times } from "./closed-loop-rows.ts";
import { disaggregatedCase } from "./disaggregated-case.ts";
import { type DisaggregatedRow, readDisaggregatedRows } from "./disaggregated-rows.ts";
import { percentErrors, percentOff } from "./errors.ts";
import { predictedRun } from "./predicted-run.ts";

const table = "reference/silicon_e2e.csv";

/** Real prefill and decode workers under a fixed number of users, beside what the simulator says of them. */
export const disaggregated: Suite = {
  name: "disaggregated",
  aliases: ["b"],
  title: "Disaggregated",
  files: [table],
  run(data, catalog) {
    const runs = readDisaggregatedRows(join(data, table)).map((row) => predicted(row, catalog));
    return {
      metrics: metrics(runs),
      tables: [
        breakdown("by engine, GPU and format", runs, ({ row }) => `${row.engine} · ${row.gpu} · ${row.quantization}`),
        breakdown("by lengths and layout", runs, byLayout),
        unanswered(runs),
      ],
      plots: [plot(runs, "tpotMs", "TPOT"), plot(runs, "ttftMs", "TTFT")],
    };
  },
};

interface DisaggregatedRun {
  readonly row: DisaggregatedRow;
  readonly times: Times | undefined;
  readonly reason: string;
}

type Predictor = (run: DisaggregatedRun) => Times | undefined;
const ours: Predictor = ({ times }) => times;
const peer: Predictor = ({ row }) => row.peer;
const roofline: Predictor = ({ row }) => row.speedOfLight;

const byLayout = ({ row }: DisaggregatedRun): string => {
  const kind = (attentionData: number): string => (attentionData > 1 ? "DP" : "TP");
  return `${row.engine} · ${row.promptTokens}/${row.outputTokens} · prefill ${kind(row.prefill.attentionData)}, decode ${kind(row.decode.attentionData)}`;
};

function predicted(row: DisaggregatedRow, catalog: Catalog): DisaggregatedRun {
  if (Number.isNaN(row.concurrency)) return { row, times: undefined, reason: "the run does not tell its users" };
  const { summary, reason = "" } = predictedRun(disaggregatedCase(row), catalog);
  const times = summary && { ttftMs: summary.ttftSeconds.mean * 1000, tpotMs: summary.tpotSeconds.mean * 1000 };
  return { row, times, reason };
}

function judged(runs: readonly DisaggregatedRun[], time: keyof Times, predictor: Predictor) {
  return runs.map((run) => ({ measured: run.row.measured[time], predicted: predictor(run)?.[time] }));
}

function metrics(runs: readonly DisaggregatedRun[]): readonly Metric[] {
  const words = { tpotMs: "TPOT", ttftMs: "TTFT" } as const;
  const answered = (predictor: Predictor): number => (100 * runs.filter((run) => predictor(run)).length) / runs.length;
  const errors = (["tpotMs", "ttftMs"] as const).flatMap((time) => {
    const of = (predictor: Predictor) => percentErrors(judged(runs, time, predictor));
    return [["median", median] as const, ["mean", mean] as const].map(
      ([kind, figure]): Metric => ({
        name: `disaggregated, ${words[time]}: ${kind} error`,
        rows: of(ours).length,
        value: figure(of(ours)),
        unit: "%",
        roofline: figure(of(roofline)),
        peer: figure(of(peer)),
      }),
    );
  });
  return [...errors, { name: "disaggregated: rows answered", rows: runs.length, value: answered(ours), unit: "%", peer: answered(peer) }];
}

function plot(runs: readonly DisaggregatedRun[], time: keyof Times, title: string): ScatterPlot {
  return {
    name: `disaggregated-${title.toLowerCase()}`,
    title: `${title} of prefill and decode pools`,
    unit: "ms",
    near: 0.2,
    series: [...groupedBy(runs, ({ row }) => row.engine)].map(([name, group]) => ({
      name,
      points: judged(group, time, ours).flatMap(({ measured, predicted }) => (predicted === undefined ? [] : [{ measured, predicted }])),
    })),
  };
}

function breakdown(title: string, runs: readonly DisaggregatedRun[], key: (run: DisaggregatedRun) => string): Table {
  const cell = (group: readonly DisaggregatedRun[], time: keyof Times, predictor: Predictor): string => {
    const errors = percentErrors(judged(group, time, predictor));
    return errors.length === 0 ? "" : `${median(errors).toFixed(0)} / ${mean(errors).toFixed(0)}`;
  };
  const bias = (group: readonly DisaggregatedRun[], time: keyof Times): string => median(percentOff(judged(group, time, ours))).toFixed(0);
  const rows = [...groupedBy(runs, key)].map(([name, group]) => [
    name,
    group.length,
    ...(["tpotMs", "ttftMs"] as const).flatMap((time) => [cell(group, time, ours), cell(group, time, peer), bias(group, time)]),
  ]);
  return {
    title,
    note: "Errors in percent, median / mean; bias is the median of predicted above measured.",
    rows: [["", "rows", "TPOT", "peer", "bias", "TTFT", "peer", "bias"], ...rows],
  };
}

function unanswered(runs: readonly DisaggregatedRun[]): Table {
  const silent = runs.filter(({ times }) => !times);
  const rows = [...groupedBy(silent, ({ row, reason }) => `${row.engine} · ${row.gpu}: ${reason}`)].map(([why, group]) => [
    why,
    group.length,
  ]);
  return { title: "unanswered", rows: [["why", "rows"], ...rows] };
}
