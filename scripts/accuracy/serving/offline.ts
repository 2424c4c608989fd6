import { join } from "node:path";
import { groupedBy, mean, median, rankCorrelation } from "../statistics.ts";
import type { Metric, Suite, Table } from "../suite.ts";
import { type Judged, percentErrors, percentOff } from "./errors.ts";
import { caseOf } from "./offline-case.ts";
import { type OfflineRow, readOfflineRows } from "./offline-rows.ts";
import { predictedRun } from "./predicted-run.ts";

const table = "reference/trtllm_throughput.csv";

/** The most that deployments of TensorRT-LLM were measured to make, beside what the simulator says with all requests queued. */
export const offline: Suite = {
  name: "offline",
  aliases: ["c"],
  title: "Offline throughput",
  files: [table],
  run(data, catalog) {
    const runs = readOfflineRows(join(data, table)).map((row): OfflineRun => {
      const { summary, reason = "" } = predictedRun(caseOf(row), catalog);
      return { row, measured: row.outputTokensPerSecond, predicted: summary?.outputTokensPerSecond, reason };
    });
    const points = runs.flatMap(({ row, measured, predicted }) => (predicted === undefined ? [] : [{ row, measured, predicted }]));
    const plot = {
      name: "offline-throughput",
      title: "Output tokens a second, all requests queued",
      unit: "tokens/s",
      near: 0.2,
      series: [...groupedBy(points, ({ row }) => row.precision)].map(([name, group]) => ({ name, points: group })),
    };
    return { metrics: metrics(runs), tables: tables(runs), plots: [plot] };
  },
};

interface OfflineRun extends Judged {
  readonly row: OfflineRow;
  readonly reason: string;
}

function metrics(runs: readonly OfflineRun[]): readonly Metric[] {
  const errors = percentErrors(runs);
  const pairs = runs.flatMap(({ measured, predicted }) => (predicted === undefined ? [] : [[measured, predicted] as const]));
  return [
    { name: "offline: mean error", rows: errors.length, value: mean(errors), unit: "%" },
    { name: "offline: median error", rows: errors.length, value: median(errors), unit: "%" },
    { name: "offline: rank correlation", rows: pairs.length, value: rankCorrelation(pairs), unit: "" },
    { name: "offline: rows answered", rows: runs.length, value: (100 * errors.length) / runs.length, unit: "%" },
  ];
}

function tables(runs: readonly OfflineRun[]): readonly Table[] {
  const breakdown = (title: string, key: (run: OfflineRun) => string): Table => ({
    title,
    note: "Errors in percent, median / mean; bias is the median of predicted above measured.",
    rows: [
      ["", "rows", "error", "bias"],
      ...[...groupedBy(runs, key)].map(([name, group]) => {
        const [errors, off] = [percentErrors(group), percentOff(group)];
        const cells =
          errors.length === 0 ? ["", ""] : [`${median(errors).toFixed(0)} / ${mean(errors).toFixed(0)}`, median(off).toFixed(0)];
        return [name, group.length, ...cells];
      }),
    ],
  });
  const silent = groupedBy(
    runs.filter(({ predicted }) => predicted === undefined),
    ({ reason }) => reason,
  );
  return [
    breakdown("by model, GPU and layout", ({ row }) => {
      const layout = `${row.attentionReplicas ? "attention DP" : "TP"} ${row.tensor}${row.pipeline > 1 ? ` × PP ${row.pipeline}` : ""}`;
      return [row.version, row.model, row.gpu, row.precision, layout].join(" · ");
    }),
    breakdown("by lengths", ({ row }) => `${row.promptTokens} in, ${row.outputTokens} out`),
    { title: "unanswered", rows: [["why", "rows"], ...[...silent].map(([why, group]) => [why, group.length])] },
  ];
}
