import type { Catalog } from "../../../src/catalog/catalog.ts";
import { caseOf } from "./closed-loop-case.ts";
import { type ClosedLoopRow, readClosedLoopRows, type Times } from "./closed-loop-rows.ts";
import type { Judged } from "./errors.ts";
import { predictedRun } from "./predicted-run.ts";

/** A measured run beside what the simulator says of it; `reason` where it says nothing. */
export interface ClosedLoopRun {
  readonly row: ClosedLoopRow;
  readonly times: Times | undefined;
  readonly reason: string;
}

const predictedBefore = new WeakMap<Catalog, Map<string, readonly ClosedLoopRun[]>>();

/** All runs of a table; suites that look at the same ones share them, as they take minutes. */
export function closedLoopRuns(path: string, catalog: Catalog): readonly ClosedLoopRun[] {
  const known = predictedBefore.get(catalog) ?? new Map<string, readonly ClosedLoopRun[]>();
  predictedBefore.set(catalog, known);
  const runs = known.get(path) ?? readClosedLoopRows(path).map((row) => predicted(row, catalog));
  known.set(path, runs);
  return runs;
}

function predicted(row: ClosedLoopRow, catalog: Catalog): ClosedLoopRun {
  const { summary, reason = "" } = predictedRun(caseOf(row), catalog);
  const times = summary && { ttftMs: summary.ttftSeconds.mean * 1000, tpotMs: summary.tpotSeconds.mean * 1000 };
  return { row, times, reason };
}

export type Time = keyof Times;

/** Whose prediction: ours, the vendor tool's, its speed of light. */
export type Predictor = (run: ClosedLoopRun) => Times | undefined;
export const ours: Predictor = ({ times }) => times;
export const peer: Predictor = ({ row }) => row.peer;
export const roofline: Predictor = ({ row }) => row.speedOfLight;

export function judgedBy(runs: readonly ClosedLoopRun[], time: Time, predictor: Predictor): readonly Judged[] {
  return runs.map((run) => ({ measured: run.row.measured[time], predicted: predictor(run)?.[time] }));
}
