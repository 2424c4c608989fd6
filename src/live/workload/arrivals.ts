import type { LivePoint, Snapshot } from "../snapshot.ts";

/** How requests came to a server, as its counters tell from scrape to scrape. */
export interface MeasuredArrivals {
  /** Variance of the requests of a stretch of time over their mean: 1 = Poisson, more = bursts; null where too few came to tell. */
  readonly dispersion: number | null;
  /** What chance alone makes of a Poisson process in so many stretches. */
  readonly chance: readonly [low: number, high: number] | null;
  /** Coefficient of variation of the gaps that makes such counts; 1 within chance. */
  readonly cv: number;
  /** Requests kept in flight by clients that wait for each answer; null where arrivals come by themselves. */
  readonly concurrency: number | null;
}

/** Fewer requests a stretch, and the whole numbers of a counter hide how even they came. */
const leastPerStretch = 4;
const leastStretches = 10;
const mostStretches = 60;
/** Standard deviations of the dispersion index by which it must leave 1. */
const beyondChance = 2.5;
const mostCv = 10;
/** In a closed loop only the scrape's moment between an answer and the next request shows: less than this share of what independent arrivals would vary. */
const closedShare = 0.15;
/** Each place must have been taken anew so often. */
const leastTurns = 2;

/** Arrivals of the scrapes in [from, to]: finished requests and the change of those inside. */
export function measuredArrivals(points: readonly LivePoint[], from: number, to: number): MeasuredArrivals {
  const snapshots = points.flatMap(({ time, snapshot }) => (snapshot && time >= from && time <= to ? [snapshot] : []));
  const restart = points.findLast(({ state, time }) => state === "restarted" && time >= from && time <= to)?.time ?? from;
  const seen = snapshots.filter(({ time }) => time >= restart);
  return { ...dispersionOf(seen), concurrency: concurrencyOf(seen) };
}

/** Requests that a server has taken in, finished or not; undefined where it does not count them. */
export function taken({ counters, histograms, gauges }: Snapshot): number | undefined {
  const finished = counters.request_success_total ?? histograms.e2e_seconds?.total;
  return finished === undefined ? undefined : finished + inside({ gauges });
}

function inside({ gauges }: Pick<Snapshot, "gauges">): number {
  return (gauges.requests_running ?? 0) + (gauges.requests_waiting ?? 0);
}

function dispersionOf(snapshots: readonly Snapshot[]): Pick<MeasuredArrivals, "dispersion" | "chance" | "cv"> {
  const unknown = { dispersion: null, chance: null, cv: 1 };
  const [first, last] = [snapshots[0], snapshots.at(-1)];
  const whole = first && last && difference(first, last);
  if (!first || !last || whole === undefined || whole < leastPerStretch * leastStretches) return unknown;
  const stretches = Math.min(mostStretches, Math.floor(whole / leastPerStretch), snapshots.length - 1);
  const counts = countsOf(snapshots, (last.time - first.time) / stretches);
  if (counts.length < leastStretches) return unknown;
  const rate = whole / (last.time - first.time);
  // Stretches differ a little in length: each is held against what its own length lets expect.
  const squares = counts.reduce((sum, { came, seconds }) => sum + (came - rate * seconds) ** 2 / (rate * seconds), 0);
  const dispersion = squares / (counts.length - 1);
  const half = beyondChance * Math.sqrt(2 / (counts.length - 1));
  const chance: readonly [number, number] = [Math.max(0, 1 - half), 1 + half];
  if (dispersion >= chance[0] && dispersion <= chance[1]) return { dispersion, chance, cv: 1 };
  // Counters are whole: below the variance of what they round off, nothing is told.
  const least = counts.length / (6 * whole);
  return { dispersion, chance, cv: Math.min(mostCv, Math.sqrt(Math.max(least, dispersion))) };
}

/** What came in stretches of about so many seconds, each from scrape to scrape. */
function countsOf(snapshots: readonly Snapshot[], seconds: number): readonly { readonly came: number; readonly seconds: number }[] {
  const counts: { came: number; seconds: number }[] = [];
  let start = snapshots[0];
  for (const snapshot of snapshots) {
    if (!start || snapshot.time - start.time < seconds * 0.99) continue;
    const came = difference(start, snapshot);
    if (came !== undefined) counts.push({ came, seconds: snapshot.time - start.time });
    start = snapshot;
  }
  return counts;
}

function difference(before: Snapshot, after: Snapshot): number | undefined {
  const [early, late] = [taken(before), taken(after)];
  return early === undefined || late === undefined ? undefined : Math.max(0, late - early);
}

/** As many inside at every scrape, while each place was taken anew: clients that send the next request when the last one is answered. */
function concurrencyOf(snapshots: readonly Snapshot[]): number | null {
  const [first, last] = [snapshots[0], snapshots.at(-1)];
  const came = first && last && difference(first, last);
  if (snapshots.length < leastStretches || came === undefined) return null;
  const levels = snapshots.map(inside);
  const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
  if (mean < 1 || came < leastTurns * mean) return null;
  const variance = levels.reduce((sum, level) => sum + (level - mean) ** 2, 0) / (levels.length - 1);
  return variance < closedShare * Math.max(1, mean) ? Math.round(Math.max(...levels)) : null;
}
