import type { Report } from "../../../simulation/report/report.ts";
import type { LiveWindow } from "../../series/window.ts";
import type { Histogram } from "../../snapshot.ts";
import { gapBoundsFor, stepError } from "../predicted-gaps.ts";
import { predictedWindow, type Stretch, type WindowFigures } from "../predicted-window.ts";
import { figuresBeside } from "../prediction.ts";
import { gapOdds, tellingBounds } from "./gap-odds.ts";
import { type Phase, type Phases, phaseNames, phasesOf } from "./phases.ts";

/** No model of a step is better than this, as a logarithm; which lengths go together is not told, and moves the cache's use. */
const leastDeviation: Readonly<Record<Phase, number>> = {
  token: 0.03,
  prefill: 0.05,
  firstToken: 0.1,
  queue: 0.2,
  outside: 0.3,
  cache: 0.15,
  running: 0.05,
};
/** Of the odds of a gap, which go with how often prompts come between. */
const oddsDeviation = 0.15;

/** What hypotheses are judged by: figures that a server tells and a run shows, as logarithms, each with what no model is better than. */
export class Told {
  private readonly names: readonly Phase[];
  /** Added before the logarithm, so that a queue of nothing is no infinity. */
  private readonly floors: Readonly<Record<Phase, number>>;
  private readonly bounds: readonly number[];
  /** Of the live window. */
  readonly live: readonly number[];

  /** `made` and `others`: runs of the same load; what one of them does not tell is left out. */
  constructor(
    private readonly window: LiveWindow,
    made: Report,
    others: readonly Report[],
    /** Of the runs, where their arrivals are those of the window; else where a run is as full as the window began. */
    private readonly stretch: Stretch | null = null,
  ) {
    const live = phasesOf(window);
    const all = [live, ...[made, ...others].map((report) => phasesOf(this.figures(report, window)))];
    this.names = phaseNames.filter((name) => all.every((phases) => phases[name] !== undefined));
    const { token = 0.02 } = all[1] ?? {};
    this.floors = { token: 0, prefill: 0, firstToken: token, queue: token, outside: 2 * token, cache: 0.005, running: 0.5 };
    const gaps = window.growth.histograms.itl_seconds;
    this.bounds = gaps ? tellingBounds(gaps) : [];
    this.live = this.logsOf(live, gaps);
  }

  /** The same of a run laid beside the window. */
  logs(report: Report): readonly number[] {
    const figures = this.figures(report, this.window);
    return this.logsOf(phasesOf(figures), figures.growth.histograms.itl_seconds);
  }

  /** What each may be off without anything being wrong: where many gaps lie at a bucket's bound, a small error of steps moves them over it. */
  deviations(runs: readonly Report[]): readonly number[] {
    const moved = this.bounds.map(() => 0);
    for (const run of runs) {
      const fine = this.finely(run);
      const [quick, slow] = [gapOdds(fine, this.bounds, Math.exp(stepError)), gapOdds(fine, this.bounds, Math.exp(-stepError))];
      for (const [i, odds] of quick.entries()) moved[i] = Math.max(moved[i] ?? 0, Math.abs(odds - (slow[i] ?? odds)) / 2);
    }
    return [...this.names.map((name) => leastDeviation[name]), ...moved.map((by) => Math.hypot(oddsDeviation, by))];
  }

  private figures(report: Report, window: LiveWindow): WindowFigures {
    return this.stretch ? predictedWindow(report, this.stretch, window.growth.histograms) : figuresBeside(report, window);
  }

  private finely(run: Report): Histogram | undefined {
    const { window } = this;
    const upper = Float64Array.of(...(gapBoundsFor(window.growth.histograms.itl_seconds?.upper) ?? []), Number.POSITIVE_INFINITY);
    const empty = { upper, count: new Float64Array(upper.length), sum: 0, total: 0 };
    const asked = { ...window, growth: { ...window.growth, histograms: { itl_seconds: empty } } };
    return this.figures(run, asked).growth.histograms.itl_seconds;
  }

  private logsOf(phases: Phases, gaps: Histogram | undefined): readonly number[] {
    const means = this.names.map((name) => Math.log(Math.max(1e-9, (phases[name] ?? 0) + this.floors[name])));
    return [...means, ...gapOdds(gaps, this.bounds)];
  }
}
