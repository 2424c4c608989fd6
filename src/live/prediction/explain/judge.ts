import type { Plan, PlannedRun } from "../../../planning/plan.ts";
import { type BandRun, bandRuns } from "../../../simulation/report/bands.ts";
import type { Report } from "../../../simulation/report/report.ts";
import type { LiveWindow } from "../../series/window.ts";
import { figuresBeside } from "../prediction.ts";
import { altered, type Fit, type FitContext, fitHypotheses, off, profiled, slopeAt } from "./fit-hypotheses.ts";
import type { Hypothesis } from "./hypotheses.ts";
import { commonPhases, floorsOf, logsOf, Yardstick } from "./misfit.ts";
import { phasesOf } from "./phases.ts";

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
  /** As the server is, all but its steps; and what was made of it, with other seeds too. */
  readonly run: PlannedRun;
  readonly made: Report;
  readonly seeds: readonly Report[];
  readonly isCacheTold: boolean;
}

/** Hypotheses that are looked at with other draws. */
const finalists = 3;
const furtherDraws = 6;
/** A factor found with one draw is that of another within about so much. */
const mostShift = 0.15;

/** Ways in which the server's steps may differ, each fitted to what it tells of the phases of a request, the best ones judged with several draws. */
export function* judgedHypotheses({ window, run, made, seeds, isCacheTold }: JudgeContext): Plan<Verdicts> {
  const phases = (report: Report) => phasesOf(figuresBeside(report, window));
  const live = phasesOf(window);
  const names = commonPhases([live, phases(made), ...seeds.map(phases)]);
  const floors = floorsOf(phases(made));
  const logs = (report: Report) => logsOf(phases(report), names, floors);
  const first = new Yardstick(names, [[made, ...seeds].map(logs)], 2);
  const context: FitContext = { live: logsOf(live, names, floors), by: first, floors, phasesOf: phases, run, made, isCacheTold };
  const fits = yield* fitHypotheses(context);
  const best = fits.slice(0, finalists);
  const draws = furtherSeeds(run.seed);
  const outcomes = yield best.flatMap(({ hypothesis, best: { logFactor } }) =>
    draws.map((seed) => ({ ...run, settled: altered(hypothesis, run.settled, logFactor), seed })),
  );
  const groups = best.map((fit, at) => {
    const reports = outcomes.slice(at * draws.length, (at + 1) * draws.length).flatMap(({ report }) => (report ? [report] : []));
    return [fit.best.report, ...reports].map(logs);
  });
  // Live is one draw, the mean of a group is of several.
  const by = new Yardstick(names, groups, 1 + 1 / (1 + draws.length));
  const judged = best.map((fit, at): Judged => {
    const { hypothesis } = fit;
    const { logFactor, report } = fit.best;
    const difference = off(context.live, meanOf(groups[at] ?? [fit.best.logs]));
    return {
      hypothesis,
      factor: Math.exp(logFactor),
      misfit: hypothesis.handicap + profiled(by, difference, slopeAt(fit), mostShift),
      report,
    };
  });
  const others = fits.slice(finalists).map((fit) => judgedAlone(fit, context, by));
  return { judged: [...judged, ...others].sort((a, b) => a.misfit - b.misfit), misfit: by.misfit(off(context.live, logs(made))) };
}

function judgedAlone(fit: Fit, { live }: FitContext, by: Yardstick): Judged {
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
