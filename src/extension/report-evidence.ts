import type { Catalog } from "../catalog/catalog.ts";
import { message } from "../deployment/message.ts";
import type { Runs } from "../platform/run-pool.ts";
import type { MeasuredFigure, NearRunView, ReportEvidence } from "../protocol/report-view.ts";
import { runsNear } from "../simulation/measured-runs/answered-runs.ts";
import type { NearRun } from "../simulation/measured-runs/nearest-runs.ts";
import { predictionOf, type RunPrediction, replayOf, replaySeed } from "../simulation/measured-runs/replay.ts";
import { runLoad, runTitle } from "../simulation/measured-runs/run-words.ts";
import { type BandRun, bandRuns, bandsOf } from "../simulation/report/bands.ts";
import type { Report } from "../simulation/report/report.ts";
import { spreadOf, spreadRuns } from "../simulation/report/spread.ts";
import type { FinishedRun } from "./finished-run.ts";

export const noEvidence: ReportEvidence = { bands: null, spread: null, bandRuns: { done: 0, total: 0 }, nearest: null };

/**
 * What follows a run: the measured runs near it, then its bands, then what this build says of the measured runs. Each is shown as soon as
 * it is known; false where that was stopped.
 */
export async function gatherEvidence(
  { settled, workload, report }: FinishedRun,
  runs: Evidencing,
  catalog: Catalog,
  show: (evidence: ReportEvidence) => void,
): Promise<boolean> {
  const near = runsNear(settled, report, catalog);
  const isWhole = report.saturated === null && report.stoppedAtSeconds === null;
  const banded = isWhole ? bandRuns(report.seed) : [];
  const planned = isWhole ? [...banded, ...spreadRuns(banded)] : [];
  let evidence: ReportEvidence = {
    bands: null,
    spread: null,
    bandRuns: { done: 0, total: planned.length },
    nearest: near.map((one) => viewOf(one, undefined)),
  };
  const tell = (more: Partial<ReportEvidence>): void => {
    evidence = { ...evidence, ...more };
    show(evidence);
  };
  tell({});
  const beside = await Promise.all(
    planned.map(async (run) => {
      const end = await runs.pool.run({ settled, workload, ...run }, runs.signal);
      if (end.kind !== "replaced") tell({ bandRuns: { done: evidence.bandRuns.done + 1, total: planned.length } });
      return { run, report: end.kind === "done" ? end.outcome.report : undefined };
    }),
  );
  if (runs.signal.aborted) return false;
  if (isWhole) tell({ bands: bandsOf(report, beside) ?? null, spread: spreadOf([report, ...seedsOf(beside)]) ?? null });
  await Promise.all(
    near.map(async (one, index) => {
      const predicted = await predictionBy(runs, one, catalog);
      if (predicted) tell({ nearest: (evidence.nearest ?? []).map((shown, i) => (i === index ? viewOf(one, predicted) : shown)) });
    }),
  );
  return !runs.signal.aborted;
}

/** Of the runs beside the first, those that differ from it in their seed alone. */
function seedsOf(beside: readonly { readonly run: BandRun; readonly report: Report | undefined }[]): readonly Report[] {
  return beside.flatMap(({ run, report }) => (run.steps === "as-predicted" && report ? [report] : []));
}

/** Where the runs of the evidence go, and what stops them. */
export interface Evidencing {
  readonly pool: Runs;
  readonly signal: AbortSignal;
}

/** undefined where it was stopped. */
async function predictionBy({ pool, signal }: Evidencing, { run }: NearRun, catalog: Catalog): Promise<RunPrediction | undefined> {
  const replay = replayOf(run, catalog);
  if (!replay.settled) return { problem: replay.problem };
  const { settled, workload } = replay;
  const end = await pool.run({ settled, workload, seed: replaySeed }, signal);
  if (end.kind === "replaced") return undefined;
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
