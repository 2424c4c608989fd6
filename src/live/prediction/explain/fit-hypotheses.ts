import type { Settled } from "../../../deployment/settled.ts";
import type { Plan, PlannedRun } from "../../../planning/plan.ts";
import type { Report } from "../../../simulation/report/report.ts";
import { type CacheCause, type Hypothesis, hypothesesFor } from "./hypotheses.ts";
import { squares, type Yardstick } from "./misfit.ts";
import type { Told } from "./told.ts";

/** What a hypothesis makes of the load with one factor. */
export interface Tried {
  readonly logFactor: number;
  readonly report: Report;
  readonly logs: readonly number[];
}

export interface Fit {
  readonly hypothesis: Hypothesis;
  /** Rising factors. */
  readonly tried: readonly Tried[];
  readonly best: Tried;
  readonly misfit: number;
}

export interface FitContext {
  readonly told: Told;
  /** What a difference from runs like these counts by. */
  readonly yardstick: (runs: readonly Report[]) => Yardstick;
  /** As the server is, all but its steps. */
  readonly run: PlannedRun;
  readonly made: Report;
  readonly cache: CacheCause | null;
}

/** Rounds after the first; each looks where straight lines between what was tried fit best. */
const rounds = 5;
/** Factors closer than this tell nothing new. */
const closeEnough = 0.01;
/** Farther apart, as logarithms, they leave room for a better one between them. */
const wide = 0.1;

/** Every hypothesis with the factor that fits best, best first; runs of one round depend on the rounds before alone. */
export function* fitHypotheses(context: FitContext): Plan<readonly Fit[]> {
  const { run, made } = context;
  const triedWith = (logFactor: number, report: Report): Tried => ({
    logFactor,
    report,
    logs: context.told.logs(report),
  });
  const fits = hypothesesFor(run.settled, context.cache).map((hypothesis) => ({ hypothesis, tried: [triedWith(0, made)] }));
  let by = context.yardstick([made]);
  for (let round = 0; round <= rounds; round++) {
    const wanted = fits.flatMap(({ hypothesis, tried }, at) =>
      (round === 0 ? hypothesis.first.map(Math.log) : nextFactors(hypothesis, tried, context.told, by)).map((logFactor) => ({
        at,
        hypothesis,
        logFactor,
      })),
    );
    if (wanted.length === 0) break;
    const outcomes = yield wanted.map(({ hypothesis, logFactor }) => ({ ...run, settled: altered(hypothesis, run.settled, logFactor) }));
    for (const [index, { at, logFactor }] of wanted.entries()) {
      const report = outcomes[index]?.report;
      const tried = fits[at]?.tried;
      if (!report || !tried) continue;
      tried.push(triedWith(logFactor, report));
      tried.sort((a, b) => a.logFactor - b.logFactor);
    }
    // How far a bucket's share may be off depends on where the gaps lie: what fits so far tells it better than the runs before.
    by = context.yardstick(fits.map(({ hypothesis, tried }) => bestOf(hypothesis, tried, context.told, by).best.report));
  }
  return fits.map(({ hypothesis, tried }) => bestOf(hypothesis, tried, context.told, by)).sort((a, b) => a.misfit - b.misfit);
}

export function altered({ apply }: Hypothesis, settled: Settled, logFactor: number): Settled {
  return apply(settled, Math.exp(logFactor));
}

function bestOf(hypothesis: Hypothesis, tried: readonly Tried[], { live }: Told, by: Yardstick): Fit {
  const judged = tried.map((best) => ({ best, misfit: by.misfit(off(live, best.logs)) }));
  const { best, misfit } = judged.reduce((a, b) => (b.misfit < a.misfit ? b : a));
  return { hypothesis, tried, best, misfit };
}

/** Where figures that follow straight lines between tried factors would fit best; where that was tried, beside it; nothing where both were. */
function nextFactors({ least, most }: Hypothesis, tried: readonly Tried[], { live }: Told, by: Yardstick): readonly number[] {
  const [low, high] = [Math.log(least), Math.log(most)];
  const steps = 400;
  let best = { logFactor: 0, misfit: Number.POSITIVE_INFINITY };
  for (let step = 0; step <= steps; step++) {
    const logFactor = low + ((high - low) * step) / steps;
    const misfit = by.misfit(off(live, logsAt(tried, logFactor)));
    if (misfit < best.misfit) best = { logFactor, misfit };
  }
  const nearest = tried.findIndex(({ logFactor }) => Math.abs(logFactor - best.logFactor) < closeEnough);
  return nearest < 0 ? [best.logFactor] : beside(tried, nearest);
}

/** Figures do not follow straight lines far: the middle of the wider gap on either side of one, where it is wide. */
function beside(tried: readonly Tried[], at: number): readonly number[] {
  const own = tried[at]?.logFactor ?? 0;
  const [low, high] = [tried[at - 1]?.logFactor ?? own, tried[at + 1]?.logFactor ?? own];
  const [far, width] = high - own >= own - low ? [high, high - own] : [low, own - low];
  return width > wide ? [(own + far) / 2] : [];
}

/** On straight lines between what was tried; beyond it they stay. */
function logsAt(tried: readonly Tried[], logFactor: number): readonly number[] {
  const after = tried.findIndex((one) => one.logFactor >= logFactor);
  const high = tried[after];
  const low = tried[after - 1];
  if (!high) return tried.at(-1)?.logs ?? [];
  if (!low) return high.logs;
  const share = (logFactor - low.logFactor) / (high.logFactor - low.logFactor);
  return high.logs.map((log, index) => (low.logs[index] ?? log) + share * (log - (low.logs[index] ?? log)));
}

/** How phases move with the factor around the best one: what a small error of it would change. */
export function slopeAt({ tried, best }: Fit): readonly number[] {
  const at = tried.indexOf(best);
  const [low, high] = [tried[at - 1] ?? best, tried[at + 1] ?? best];
  const width = high.logFactor - low.logFactor;
  return best.logs.map((_, index) => (width > 0 ? ((high.logs[index] ?? 0) - (low.logs[index] ?? 0)) / width : 0));
}

/** The misfit with the factor corrected by what the slope allows. */
export function profiled(by: Yardstick, difference: readonly number[], slope: readonly number[], mostShift: number): number {
  const [distance, direction] = [by.whitened(difference), by.whitened(slope)];
  const along = squares(direction);
  if (along <= 0) return squares(distance);
  const shift = distance.reduce((sum, value, index) => sum + value * (direction[index] ?? 0), 0) / along;
  const bounded = Math.min(mostShift, Math.max(-mostShift, shift));
  return squares(distance.map((value, index) => value - bounded * (direction[index] ?? 0)));
}

export function off(live: readonly number[], made: readonly number[]): readonly number[] {
  return live.map((log, index) => log - (made[index] ?? 0));
}
