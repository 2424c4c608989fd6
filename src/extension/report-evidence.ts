import type { Catalog } from "../catalog/catalog.ts";
import { message } from "../deployment/message.ts";
import type { Settled } from "../deployment/settled.ts";
import type { Runner } from "../platform/run-worker.ts";
import type { MeasuredFigure, NearRunView, ReportEvidence } from "../protocol/report-view.ts";
import { bandRuns, bandsOf } from "../simulation/bands.ts";
import { runsNear } from "../simulation/measured-runs/answered-runs.ts";
import type { NearRun } from "../simulation/measured-runs/nearest-runs.ts";
import { predictionOf, type RunPrediction, replayOf, replaySeed } from "../simulation/measured-runs/replay.ts";
import { runLoad, runTitle } from "../simulation/measured-runs/run-words.ts";
import type { Report } from "../simulation/report.ts";
import type { Workload } from "../simulation/workload.ts";

export const noEvidence: ReportEvidence = { bands: null, bandRuns: { done: 0, total: 0 }, nearest: null };

/** A run that is done, and what it was made of. */
export interface FinishedRun {
  readonly settled: Settled;
  readonly workload: Workload;
  readonly report: Report;
}

/**
 * What follows a run: the measured runs near it, then its bands, then what this build says of the measured runs. Each is shown as soon as
 * it is known; false where another run took the worker meanwhile.
 */
export async function gatherEvidence(
  { settled, workload, report }: FinishedRun,
  runner: Pick<Runner, "run">,
  catalog: Catalog,
  show: (evidence: ReportEvidence) => void,
): Promise<boolean> {
  const near = runsNear(settled, report, catalog);
  const isWhole = report.saturated === null && report.stoppedAtSeconds === null;
  const runs = isWhole ? bandRuns(report.seed) : [];
  let evidence: ReportEvidence = {
    bands: null,
    bandRuns: { done: 0, total: runs.length },
    nearest: near.map((one) => viewOf(one, undefined)),
  };
  const tell = (more: Partial<ReportEvidence>): void => {
    evidence = { ...evidence, ...more };
    show(evidence);
  };
  tell({});
  const beside: Parameters<typeof bandsOf>[1][number][] = [];
  for (const run of runs) {
    const end = await runner.run({ settled, workload, ...run });
    if (end.kind === "replaced") return false;
    beside.push({ run, report: end.kind === "done" ? end.outcome.report : undefined });
    tell({ bandRuns: { done: beside.length, total: runs.length } });
  }
  if (isWhole) tell({ bands: bandsOf(report, beside) ?? null });
  for (const [index, one] of near.entries()) {
    const predicted = await predictionBy(runner, one, catalog);
    if (predicted === "replaced") return false;
    tell({ nearest: (evidence.nearest ?? []).map((shown, i) => (i === index ? viewOf(one, predicted) : shown)) });
  }
  return true;
}

async function predictionBy(runner: Pick<Runner, "run">, { run }: NearRun, catalog: Catalog): Promise<RunPrediction | "replaced"> {
  const replay = replayOf(run, catalog);
  if (!replay.settled) return { problem: replay.problem };
  const { settled, workload } = replay;
  const end = await runner.run({ settled, workload, seed: replaySeed });
  if (end.kind === "replaced") return "replaced";
  return end.kind === "done" ? predictionOf(end.outcome) : { problem: message(end.message) };
}

/** `predicted` undefined = not yet. */
function viewOf({ run, words }: NearRun, predicted: RunPrediction | undefined): NearRunView {
  const said = predicted?.problem ? undefined : predicted;
  const figure = (name: MeasuredFigure["name"], measured: number | null, value: number | undefined): readonly MeasuredFigure[] =>
    measured === null ? [] : [{ name, measured, predicted: value ?? null }];
  return {
    title: runTitle(run),
    load: runLoad(run),
    words,
    source: run.setup.source,
    figures: [
      ...figure("ttft", run.ttftSeconds, said?.ttftSeconds),
      ...figure("tpot", run.tpotSeconds, said?.tpotSeconds),
      ...figure("output", run.outputTokensPerSecond, said?.outputTokensPerSecond),
    ],
    problem: predicted?.problem ?? null,
    pending: predicted === undefined,
  };
}
