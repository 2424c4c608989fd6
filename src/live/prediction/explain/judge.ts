import type { Plan, PlannedRun } from "../../../planning/plan.ts";
import { type BandRun, bandRuns } from "../../../simulation/report/bands.ts";
import type { Report } from "../../../simulation/report/report.ts";
import type { LiveWindow } from "../../series/window.ts";
import { type ArrivalTrace, traced } from "../../workload/traced-workload.ts";
import { altered, type Fit, type FitContext, fitHypotheses, off, profiled, slopeAt } from "./fit-hypotheses.ts";
import type { CacheCause, Hypothesis } from "./hypotheses.ts";
import { Yardstick } from "./misfit.ts";
import { Told } from "./told.ts";

/** A hypothesis with its factor, and how badly it fits in the end. */
export interface Judged {
  readonly hypothesis: Hypothesis;
  readonly factor: number;
  readonly misfit: number;
  readonly report: Report;
}

/** Best first, and the misfit without any. */
export interface Verdicts {
  readonly judged: readonly Judged[];
  readonly misfit: number;
}

export interface JudgeContext {
  readonly window: LiveWindow;
  /** As the server is, all but its steps. */
  readonly run: PlannedRun;
  /** What came when; null where that is not told. */
  readonly trace: ArrivalTrace | null;
  /** See `hypothesesFor`. */
  readonly cache: CacheCause | null;
}

/** Hypotheses that are looked at with other draws. */
const finalists = 3;
const furtherDraws = 6;
/** Before the hypotheses, to see what chance does. */
const firstDraws = 3;
/** A factor found with one draw is that of another within about so much. */
const mostShift = 0.15;

/** Ways in which the server's steps may differ, each fitted to what it tells of the phases of a request, the best ones judged with several draws. */
export function* judgedHypotheses({ window, run: untimed, trace, cache }: JudgeContext): Plan<Verdicts | null> {
  const withSeed = (seed: number): PlannedRun => ({
    ...untimed,
    seed,
    workload: trace ? traced(untimed.workload, trace, seed) : untimed.workload,
  });
  const run = withSeed(untimed.seed);
  const first = yield [run, ...furtherSeeds(untimed.seed).slice(0, firstDraws).map(withSeed)];
  const [made, ...seeds] = first.flatMap(({ report }) => (report ? [report] : []));
  if (!made) return null;
  const told = new Told(window, made, seeds, trace && { from: trace.before, to: trace.before + trace.seconds });
  const logs = (report: Report) => told.logs(report);
  const chance = [[made, ...seeds].map(logs)];
  const yardstick: FitContext["yardstick"] = (runs) => new Yardstick(told.deviations(runs), chance, 2);
  const context: FitContext = { told, yardstick, run, made, cache };
  const fits = yield* fitHypotheses(context);
  const best = fits.slice(0, finalists);
  const draws = furtherSeeds(run.seed);
  const outcomes = yield best.flatMap(({ hypothesis, best: { logFactor } }) =>
    draws.map((seed) => ({ ...withSeed(seed), settled: altered(hypothesis, run.settled, logFactor) })),
  );
  const groups = best.map((fit, at) => {
    const reports = outcomes.slice(at * draws.length, (at + 1) * draws.length).flatMap(({ report }) => (report ? [report] : []));
    return [fit.best.report, ...reports].map(logs);
  });
  // Live is one draw, the mean of a group is of several.
  const by = new Yardstick(told.deviations(best.map((fit) => fit.best.report)), groups, 1 + 1 / (1 + draws.length));
  const judged = best.map((fit, at): Judged => {
    const { hypothesis } = fit;
    const { logFactor, report } = fit.best;
    const difference = off(told.live, meanOf(groups[at] ?? [fit.best.logs]));
    return {
      hypothesis,
      factor: Math.exp(logFactor),
      misfit: hypothesis.handicap + profiled(by, difference, slopeAt(fit), mostShift),
      report,
    };
  });
  const others = fits.slice(finalists).map((fit) => judgedAlone(fit, context, by));
  return { judged: [...judged, ...others].sort((a, b) => a.misfit - b.misfit), misfit: by.misfit(off(told.live, logs(made))) };
}

function judgedAlone(fit: Fit, { told: { live } }: FitContext, by: Yardstick): Judged {
  const { hypothesis, best } = fit;
  return {
    hypothesis,
    factor: Math.exp(best.logFactor),
    misfit: hypothesis.handicap + profiled(by, off(live, best.logs), slopeAt(fit), mostShift),
    report: best.report,
  };
}

function furtherSeeds(seed: number): readonly number[] {
  const used = bandRuns(seed).reduce((last: number, run: BandRun) => Math.max(last, run.seed), seed);
  return Array.from({ length: furtherDraws }, (_, i) => used + 1 + i);
}

function meanOf(rows: readonly (readonly number[])[]): readonly number[] {
  return (rows[0] ?? []).map((_, at) => rows.reduce((sum, row) => sum + (row[at] ?? 0), 0) / rows.length);
}
