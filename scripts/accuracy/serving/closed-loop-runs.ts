import type { Catalog } from "../../../src/catalog/catalog.ts";
import { caseOf } from "./closed-loop-case.ts";
import { type ClosedLoopRow, readClosedLoopRows, type Times } from "./closed-loop-rows.ts";
import type { Judged } from "./errors.ts";
import { predictedRun } from "./predicted-run.ts";

/** A measured run beside what the simulator says of it; `reason` where it says nothing. */
export interface ClosedLoopRun {
  readonly row: ClosedLoopRow;
  readonly times: Times | undefined;
  readonly steps: StepMeans | undefined;
  readonly reason: string;
}

/** What the steps of a run were like on average. */
export interface StepMeans {
  /** Steps for each token of one request: more than one where prompts have steps of their own. */
  readonly perToken: number;
  /** Sequences that decode at once. */
  readonly sequences: number;
  readonly collectivesMs: number;
  readonly layers: number;
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
  const run = predictedRun(caseOf(row), catalog);
  if (!run.summary) return { row, times: undefined, steps: undefined, reason: run.reason };
  const { ttftSeconds, tpotSeconds, outputTokensPerSecond } = run.summary;
  const count = run.modes.reduce((sum, { steps }) => sum + steps, 0);
  const seconds = run.modes.reduce((sum, mode) => sum + mode.seconds, 0);
  const collectives = run.modes.reduce((sum, { byOperator }) => sum + byOperator.collectives, 0);
  return {
    row,
    times: { ttftMs: ttftSeconds.mean * 1000, tpotMs: tpotSeconds.mean * 1000 },
    steps: {
      perToken: (tpotSeconds.mean * count) / seconds,
      sequences: (outputTokensPerSecond * tpotSeconds.mean) / row.attentionData,
      collectivesMs: (1000 * collectives) / count,
      layers: catalog.model(row.model)?.model.layers ?? 0,
    },
    reason: "",
  };
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

/** Checkpoints of one architecture and size are one model. */
export function modelFamily({ row }: ClosedLoopRun): string {
  return row.model
    .replace(/^.*\//, "")
    .replace(/-(NVFP4|FP8)$/, "")
    .replace("DeepSeek-V3", "DeepSeek-R1");
}
