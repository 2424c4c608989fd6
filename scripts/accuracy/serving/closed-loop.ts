import { join } from "node:path";
import type { ScatterPlot } from "../scatter.ts";
import { groupedBy, mean, median } from "../statistics.ts";
import type { Metric, Suite } from "../suite.ts";
import { type ClosedLoopRun, closedLoopRuns, judgedBy, ours, type Predictor, peer, roofline, type Time } from "./closed-loop-runs.ts";
import { closedLoopTables } from "./closed-loop-tables.ts";
import { percentErrors } from "./errors.ts";

export const closedLoopTable = "reference/silicon_e2e.csv";

/** Real servers under a fixed number of users, beside what the simulator says of them. */
export const closedLoop: Suite = {
  name: "closed-loop",
  aliases: ["a"],
  title: "Closed loop",
  files: [closedLoopTable],
  run(data, catalog) {
    const runs = closedLoopRuns(join(data, closedLoopTable), catalog);
    return { metrics: metrics(runs), tables: closedLoopTables(runs), plots: plots(runs) };
  },
};

function metrics(runs: readonly ClosedLoopRun[]): readonly Metric[] {
  const answered = (predictor: Predictor): number => (100 * runs.filter((run) => predictor(run)).length) / runs.length;
  return [
    ...errors(runs, "closed loop"),
    { name: "closed loop: rows answered", rows: runs.length, value: answered(ours), unit: "%", peer: answered(peer) },
    ...errors(
      runs.filter(({ row }) => row.doubt === undefined),
      "closed loop, rows without doubt",
    ),
  ];
}

function errors(runs: readonly ClosedLoopRun[], name: string): readonly Metric[] {
  const times: readonly (readonly [Time, string])[] = [
    ["tpotMs", "TPOT"],
    ["ttftMs", "TTFT"],
  ];
  return times.flatMap(([time, word]) => {
    const of = (predictor: Predictor) => percentErrors(judgedBy(runs, time, predictor));
    return [["median", median] as const, ["mean", mean] as const].map(([kind, figure]) => ({
      name: `${name}, ${word}: ${kind} error`,
      rows: of(ours).length,
      value: figure(of(ours)),
      unit: "%" as const,
      roofline: figure(of(roofline)),
      peer: figure(of(peer)),
    }));
  });
}

function plots(runs: readonly ClosedLoopRun[]): readonly ScatterPlot[] {
  const plot = (time: Time, title: string): ScatterPlot => ({
    name: `closed-loop-${title.toLowerCase()}`,
    title,
    unit: "ms",
    near: 0.2,
    series: [...groupedBy(runs, ({ row }) => row.engine)].map(([name, group]) => ({
      name,
      points: judgedBy(group, time, ours).flatMap(({ measured, predicted }) => (predicted === undefined ? [] : [{ measured, predicted }])),
    })),
  });
  return [plot("tpotMs", "TPOT"), plot("ttftMs", "TTFT")];
}
