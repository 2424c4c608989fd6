import type { Outcome } from "../simulation/report/report.ts";
import { atRate } from "../simulation/workload/at-rate.ts";
import { figuresOf, holds, type RunFigures } from "./figures.ts";
import type { Plan, PlannedRun } from "./plan.ts";

export interface RatePoint {
  readonly ratePerSecond: number;
  readonly figures: RunFigures;
}

/** The last rate at which something still holds and the first at which it no longer does; null = not met on that side. */
export interface Turn {
  readonly held: number | null;
  readonly lost: number | null;
}

/** Latency and throughput over the rate of arrivals. */
export interface RateCurve {
  /** Rising rates. */
  readonly points: readonly RatePoint[];
  /** Where the queue begins to grow for ever. */
  readonly saturation: Turn;
  /** Where a limit is first missed; null without limits. */
  readonly limits: Turn | null;
  /** Why a rate could not be simulated. */
  readonly problem: string | null;
}

export interface RateSearch {
  /** About what the deployment holds, by the closed form. */
  readonly most: number;
  /** The rate that the deployment is run at now, which the curve goes through. */
  readonly now: number | null;
  /** Simulations that it may take. */
  readonly points: number;
}

/** Shares of the closed form's most that are looked at first. */
const firstShares = [0.2, 0.5, 0.8, 1.05];
/** A turn is known when its two sides are this close. */
const closeEnough = 1.03;
const mostAtOnce = 4;
/** Beyond so many times what the closed form says, nothing is looked for. */
const farthest = 32;

/**
 * The curve of one deployment, by bisection: around what the closed form says first, then between the last rate that holds and the first
 * that does not, then in the widest gaps. All rates draw the same requests in the same order, their gaps stretched.
 */
export function* rateCurve(run: PlannedRun, { most, now, points }: RateSearch): Plan<RateCurve> {
  const known = new Map<number, RunFigures>();
  let problem: string | null = null;
  let left = points;
  const wanted = [...firstShares.map((share) => share * most), ...(now === null ? [] : [now])];
  let next = fresh(wanted, known, left);
  while (next.length > 0 && problem === null) {
    const outcomes: readonly Outcome[] = yield next.map((rate) => ({ ...run, workload: atRate(run.workload, rate) }));
    for (const [i, rate] of next.entries()) {
      const outcome = outcomes[i];
      if (outcome?.report) known.set(rate, figuresOf(outcome.report));
      else problem = outcome?.error.message ?? "";
    }
    left -= next.length;
    next = fresh(furtherRates(sorted(known), most, left), known, left);
  }
  const curve = sorted(known);
  return { points: curve, saturation: saturationOf(curve), limits: limitsOf(curve), problem };
}

function furtherRates(curve: readonly RatePoint[], most: number, left: number): readonly number[] {
  const saturation = saturationOf(curve);
  const limits = limitsOf(curve);
  const turns = limits ? [saturation, limits] : [saturation];
  const sought = turns.flatMap((turn) => between(turn, curve, most));
  return sought.length > 0 ? sought : widestGaps(curve, saturation, Math.min(left, mostAtOnce));
}

/** Where to look for a turn next; nothing where it is known well enough, or too far away. */
function between({ held, lost }: Turn, curve: readonly RatePoint[], most: number): readonly number[] {
  const lowest = curve[0]?.ratePerSecond ?? most;
  const highest = curve.at(-1)?.ratePerSecond ?? most;
  if (lost === null) return highest < most * farthest ? [highest * 1.5] : [];
  if (held === null) return lowest > most / farthest ? [lowest / 2] : [];
  return lost / held > closeEnough ? [Math.sqrt(held * lost)] : [];
}

/** Middles of the widest gaps below saturation, by ratio. */
function widestGaps(curve: readonly RatePoint[], { lost }: Turn, count: number): readonly number[] {
  const rates = curve.map(({ ratePerSecond }) => ratePerSecond).filter((rate) => rate <= (lost ?? Number.POSITIVE_INFINITY));
  const gaps = rates.slice(1).map((high, i) => ({ low: rates[i] ?? high, high }));
  return gaps
    .sort((a, b) => b.high / b.low - a.high / a.low)
    .slice(0, count)
    .map(({ low, high }) => Math.sqrt(low * high));
}

/** Rates in three digits that were not looked at, at most as many as go at once. */
function fresh(rates: readonly number[], known: ReadonlyMap<number, RunFigures>, left: number): readonly number[] {
  const rounded = rates.filter((rate) => Number.isFinite(rate) && rate > 0).map((rate) => Number(rate.toPrecision(3)));
  return [...new Set(rounded)].filter((rate) => !known.has(rate)).slice(0, Math.max(0, left));
}

function sorted(known: ReadonlyMap<number, RunFigures>): readonly RatePoint[] {
  return [...known].map(([ratePerSecond, figures]) => ({ ratePerSecond, figures })).sort((a, b) => a.ratePerSecond - b.ratePerSecond);
}

function saturationOf(curve: readonly RatePoint[]): Turn {
  return turnOf(curve, ({ saturated }) => saturated === null);
}

function limitsOf(curve: readonly RatePoint[]): Turn | null {
  const limited = curve.some(({ figures }) => holds(figures) !== null);
  return limited ? turnOf(curve, (figures) => holds(figures) !== false) : null;
}

/** The first rate that fails, and the last one below it that does not: what holds beyond a failure is luck. */
function turnOf(curve: readonly RatePoint[], isGood: (figures: RunFigures) => boolean): Turn {
  const at = curve.findIndex(({ figures }) => !isGood(figures));
  const lost = at < 0 ? null : (curve[at]?.ratePerSecond ?? null);
  const held = at < 0 ? (curve.at(-1)?.ratePerSecond ?? null) : (curve[at - 1]?.ratePerSecond ?? null);
  return { held, lost };
}
