import type { Catalog } from "../../catalog/catalog.ts";
import type { MeasuredRun } from "../../catalog/measured-runs.ts";
import { readCase } from "../../deployment/case.ts";
import { type Message, message } from "../../deployment/message.ts";
import { settle } from "../../deployment/settle.ts";
import type { Settled } from "../../deployment/settled.ts";
import { fittedLengths, memoryPlan } from "../../memory/memory-plan.ts";
import type { Outcome } from "../report/report.ts";
import { simulate } from "../simulate.ts";
import { readWorkload } from "../workload/read-workload.ts";
import type { Workload } from "../workload/workload.ts";
import { runCase } from "./run-case.ts";

/** A measured run made ready for the simulator by the path of every case. */
export type Replay =
  | { readonly settled: Settled; readonly workload: Workload; readonly problem?: undefined }
  | { readonly settled?: undefined; readonly problem: Message };

/** What this build says of a measured run; null where the source has no such figure, or the simulator none. */
export type RunPrediction =
  | {
      readonly ttftSeconds: number;
      readonly tpotSeconds: number;
      readonly outputTokensPerSecond: number;
      readonly problem?: undefined;
    }
  | { readonly problem: Message };

export const replaySeed = 1;

export function replayOf(run: MeasuredRun, catalog: Catalog): Replay {
  const made = runCase(run);
  if (!made.case) return { problem: made.problem };
  const read = readCase(made.case, { catalog });
  if (read.error) return { problem: message(read.error.message) };
  const { settled, missing } = fittedLengths(settle(read.deployment, catalog));
  if (!settled) return { problem: missing[0]?.message ?? message("Too little is known of the run.") };
  const written = readWorkload(read.workload);
  if (written.kind !== "workload") return { problem: message("The run's lengths are not published.") };
  return { settled, workload: written.workload };
}

/** Simulates a run that was measured: case, memory and simulation as for anything else. */
export function predictRun(run: MeasuredRun, catalog: Catalog): RunPrediction {
  const replay = replayOf(run, catalog);
  if (!replay.settled) return { problem: replay.problem };
  const { settled, workload } = replay;
  const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
  return predictionOf(simulate(settled, plans, workload, replaySeed));
}

/** Means, which are what the sources publish. */
export function predictionOf({ report, error }: Outcome): RunPrediction {
  if (!report) return { problem: message(error.message) };
  const { ttftSeconds, tpotSeconds, outputTokensPerSecond } = report.summary;
  return { ttftSeconds: ttftSeconds.mean, tpotSeconds: tpotSeconds.mean, outputTokensPerSecond };
}
