import { groupedBy, mean, median } from "../statistics.ts";
import type { Table } from "../suite.ts";
import { type ClosedLoopRun, judgedBy, ours, type Predictor, peer, type Time } from "./closed-loop-runs.ts";
import { percentErrors, percentOff } from "./errors.ts";

type Key = (run: ClosedLoopRun) => string;

const byGroup: Key = ({ row }) => [row.engine, row.model, row.gpu, row.quantization ?? "16 bit"].join(" · ");

export function closedLoopTables(runs: readonly ClosedLoopRun[]): readonly Table[] {
  return [
    breakdown("by engine", runs, ({ row }) => row.engine),
    breakdown("by GPU", runs, ({ row }) => row.gpu),
    breakdown("by model", runs, ({ row }) => row.model),
    breakdown(
      "by concurrency",
      [...runs].sort((a, b) => a.row.concurrency - b.row.concurrency),
      concurrencyBand,
    ),
    breakdown("by engine, model, GPU and format", runs, byGroup),
    doubted(runs),
    unanswered(runs),
  ];
}

function concurrencyBand({ row: { concurrency } }: ClosedLoopRun): string {
  const from = 4 ** Math.floor(Math.log2(concurrency) / 2);
  return `${from} to ${4 * from - 1} at once`;
}

function breakdown(title: string, runs: readonly ClosedLoopRun[], key: Key): Table {
  const times: readonly Time[] = ["tpotMs", "ttftMs"];
  const rows = [...groupedBy(runs, key)].map(([name, group]) => [
    name,
    group.length,
    ...times.flatMap((time) => [errorCell(group, time, ours), errorCell(group, time, peer), biasCell(group, time)]),
  ]);
  return {
    title,
    note: "Errors in percent, median / mean; bias is the median of predicted above measured.",
    rows: [["", "rows", "TPOT", "peer", "bias", "TTFT", "peer", "bias"], ...rows],
  };
}

function errorCell(runs: readonly ClosedLoopRun[], time: Time, predictor: Predictor): string {
  const errors = percentErrors(judgedBy(runs, time, predictor));
  return errors.length === 0 ? "" : `${median(errors).toFixed(0)} / ${mean(errors).toFixed(0)}`;
}

function biasCell(runs: readonly ClosedLoopRun[], time: Time): string {
  const off = percentOff(judgedBy(runs, time, ours));
  if (off.length === 0) return "";
  const bias = median(off);
  return `${bias < 0 ? "−" : "+"}${Math.abs(bias).toFixed(0)}`;
}

/** Runs that are likely not what the table says they are: judged all the same. */
function doubted(runs: readonly ClosedLoopRun[]): Table {
  const found = runs.filter(({ row }) => row.doubt !== undefined);
  return { ...breakdown("rows in doubt", found, ({ row }) => `${row.engine} ${row.version ?? ""}: ${row.doubt}`) };
}

function unanswered(runs: readonly ClosedLoopRun[]): Table {
  const silent = runs.filter(({ times }) => !times);
  const rows = [...groupedBy(silent, (run) => `${byGroup(run)}: ${run.reason}`)].map(([why, group]) => [why, group.length]);
  return { title: "unanswered", rows: [["why", "rows"], ...rows] };
}
