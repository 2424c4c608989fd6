import type {
  CanonicalCounter,
  CanonicalHistogram,
  Histogram,
  LivePoint,
  LiveState,
  Measures,
  Snapshot,
  WindowQuantiles,
} from "../snapshot.ts";
import { counterWords, histogramWords } from "../words.ts";
import { increase } from "./counter.ts";
import { histogramSince } from "./histogram.ts";
import { secondsBetween } from "./moment.ts";
import { windowQuantiles } from "./quantile.ts";

/** What came in between two looks at the same server: the way of its counters and what its histograms took in. */
export interface Growth {
  readonly seconds: number;
  readonly counters: Readonly<Partial<Record<CanonicalCounter, number>>>;
  readonly histograms: Readonly<Partial<Record<CanonicalHistogram, Histogram>>>;
}

/** Growth from `before` to `after`; without a `before`, everything since the server's start. */
export function growth(after: Measures, before: Measures | undefined, seconds: number): Growth {
  const counters: Partial<Record<CanonicalCounter, number>> = {};
  for (const word of counterWords) {
    const value = after.counters[word];
    // A counter that was not there before began at 0: Python's labelled counters appear with their first event.
    if (value !== undefined) counters[word] = increase(before?.counters[word] ?? 0, value);
  }
  const histograms: Partial<Record<CanonicalHistogram, Histogram>> = {};
  for (const word of histogramWords) {
    const histogram = after.histograms[word];
    if (histogram) histograms[word] = histogramSince(histogram, before?.histograms[word]);
  }
  return { seconds, counters, histograms };
}

/** A restart shows in the process's start time, in a counter that went down, or in figures that are gone until the first request. */
export function isRestart(before: Snapshot, after: Snapshot): boolean {
  // The start time is read from ticks and may wobble by less than a second.
  if (before.startedAt !== undefined && after.startedAt !== undefined && after.startedAt > before.startedAt + 1) return true;
  const wentDown = counterWords.some((word) => (after.counters[word] ?? Number.POSITIVE_INFINITY) < (before.counters[word] ?? 0));
  return wentDown || (vanished(before, after) && !isSameProcess(before, after));
}

/** The same process cannot lose a counter: a page without it is not whole, and to go on from it would count everything anew. */
export function isIncomplete(before: Snapshot, after: Snapshot): boolean {
  return vanished(before, after) && isSameProcess(before, after);
}

function isSameProcess(before: Snapshot, after: Snapshot): boolean {
  return before.startedAt !== undefined && after.startedAt !== undefined && Math.abs(after.startedAt - before.startedAt) <= 1;
}

function vanished(before: Snapshot, after: Snapshot): boolean {
  return (
    counterWords.some((word) => before.counters[word] !== undefined && after.counters[word] === undefined) ||
    histogramWords.some((word) => before.histograms[word] !== undefined && after.histograms[word] === undefined)
  );
}

export function ratesOf({ counters, seconds }: Growth): Readonly<Partial<Record<CanonicalCounter, number>>> {
  const rates: Partial<Record<CanonicalCounter, number>> = {};
  if (seconds > 0) for (const word of counterWords) if (counters[word] !== undefined) rates[word] = (counters[word] ?? 0) / seconds;
  return rates;
}

export function windowsOf({ histograms }: Growth): Readonly<Partial<Record<CanonicalHistogram, WindowQuantiles>>> {
  const windows: Partial<Record<CanonicalHistogram, WindowQuantiles>> = {};
  for (const word of histogramWords) {
    const histogram = histograms[word];
    if (histogram) windows[word] = windowQuantiles(histogram);
  }
  return windows;
}

/**
 * Hits by queries of the window; null where nothing was looked up. The server's own gauge, often that of its last batch, speaks only where
 * it counts neither side.
 */
export function hitRateOf({ counters }: Growth, gauges: Measures["gauges"] = {}): number | null {
  const queries = counters.prefix_cache_queries_total;
  const hits = counters.prefix_cache_hits_total;
  if (queries === undefined || hits === undefined) return gauges.prefix_cache_hit_rate ?? null;
  return queries > 0 ? hits / queries : null;
}

/** The point of a scrape after another of the same run. */
export function pointBetween(before: Snapshot, after: Snapshot): LivePoint {
  return pointOf(after, growth(after, before, secondsBetween(before, after)));
}

/** The point of figures and of what came in since the ones before. */
export function pointOf(snapshot: Snapshot, grown: Growth): LivePoint {
  return {
    time: snapshot.time,
    state: stateOf(snapshot, grown),
    snapshot,
    rates: ratesOf(grown),
    windows: windowsOf(grown),
    prefixHitRate: hitRateOf(grown, snapshot.gauges),
  };
}

/** Nothing before this point can be compared with what comes after it. */
export function isBreak({ state, anew }: LivePoint): boolean {
  return state === "restarted" || anew === true;
}

/** The point of a scrape with nothing before it to compare with: gauges and counters, no rates, no windows. */
export function pointAlone(snapshot: Snapshot, state: LiveState = stateOf(snapshot, undefined)): LivePoint {
  return { time: snapshot.time, state, snapshot, rates: {}, windows: {}, prefixHitRate: null };
}

/** All since the server's start, for one scrape alone; rates only where the page says when that was. */
export function pointSinceStart(snapshot: Snapshot): LivePoint {
  const grown = growth(snapshot, undefined, snapshot.startedAt === undefined ? 0 : snapshot.time - snapshot.startedAt);
  return { ...pointAlone(snapshot), rates: ratesOf(grown), windows: windowsOf(grown), prefixHitRate: hitRateOf(grown, snapshot.gauges) };
}

/** Live while something runs, waits or came in; a server that offers no such figure counts as live. */
function stateOf({ gauges, counters }: Snapshot, grown: Growth | undefined): LiveState {
  const present = [gauges.requests_running, gauges.requests_waiting].filter((value) => value !== undefined);
  const came = grown
    ? [grown.counters.prompt_tokens_total, grown.counters.generation_tokens_total].filter((value) => value !== undefined)
    : [];
  if ([...present, ...came].some((value) => value > 0)) return "live";
  const offers = present.length > 0 || counters.prompt_tokens_total !== undefined || counters.generation_tokens_total !== undefined;
  return offers ? "idle" : "live";
}
