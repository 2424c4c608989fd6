import { sharingBounds } from "./histogram.ts";
import { growth, histogramWords, hitRateOf, isIncomplete, isRestart, pointAlone, pointBetween, ratesOf, windowsOf } from "./point.ts";
import type { CanonicalHistogram, Histogram, LivePoint, Snapshot } from "./snapshot.ts";
import { type LiveWindow, measureWindow } from "./window.ts";

/** Scrapes for which each engine is kept apart: enough for a table of engines and its trend. */
const engineHistory = 300;

/**
 * The history of one attached server: every point while there is room (more than an hour at one a second), older ones thinned by
 * halves. Restarts and losses are kept longest. Memory is bounded by `capacity`.
 */
export class LiveSeries {
  private kept: LivePoint[] = [];
  /** The last answer, also when failures followed it. */
  private lastSnapshot: Snapshot | undefined;
  private readonly bounds = new Map<CanonicalHistogram, Float64Array>();

  constructor(private readonly capacity = 5000) {}

  get points(): readonly LivePoint[] {
    return this.kept;
  }

  get last(): LivePoint | undefined {
    return this.kept.at(-1);
  }

  /** Takes a scrape in and says what it means beside the one before. */
  push(scraped: Snapshot): LivePoint {
    const before = this.lastSnapshot;
    if (before && isIncomplete(before, scraped)) return this.fail("The page is not whole: figures it had before are missing", scraped.time);
    const snapshot = this.sharing(scraped);
    this.lastSnapshot = snapshot;
    if (!before) return this.keep(pointAlone(snapshot));
    return this.keep(isRestart(before, snapshot) ? pointAlone(snapshot, "restarted") : pointBetween(before, snapshot));
  }

  /** Takes a failed scrape in. `time` in unix seconds. */
  fail(error: string, time: number): LivePoint {
    return this.keep({ time, state: "lost", error, snapshot: undefined, rates: {}, windows: {}, prefixHitRate: null });
  }

  /** What came in during the last `seconds` before `until` (the last point by default), never across a restart. */
  window(seconds: number, until = this.last?.time ?? 0): LiveWindow | undefined {
    return measureWindow(this.kept, until - seconds, until);
  }

  clear(): void {
    this.kept = [];
    this.lastSnapshot = undefined;
  }

  private keep(point: LivePoint): LivePoint {
    this.kept.push(point);
    this.forgetEngines(this.kept.length - 1 - engineHistory);
    if (this.kept.length > this.capacity) this.kept = thinned(this.kept, this.capacity);
    return point;
  }

  private forgetEngines(index: number): void {
    const old = this.kept[index];
    if (!old?.snapshot?.perEngine) return;
    const { perEngine: _, ...snapshot } = old.snapshot;
    this.kept[index] = { ...old, snapshot };
  }

  private sharing(snapshot: Snapshot): Snapshot {
    const engines = snapshot.perEngine?.map((engine) => ({ ...engine, histograms: this.shared(engine.histograms) }));
    return { ...snapshot, histograms: this.shared(snapshot.histograms), ...(engines ? { perEngine: engines } : {}) };
  }

  /** Bounds seldom change: one copy of them serves all points. */
  private shared(measured: Snapshot["histograms"]): Snapshot["histograms"] {
    const histograms: Partial<Record<CanonicalHistogram, Histogram>> = {};
    for (const word of histogramWords) {
      const histogram = measured[word];
      if (!histogram) continue;
      const shared = sharingBounds(histogram, this.bounds.get(word));
      this.bounds.set(word, shared.upper);
      histograms[word] = shared;
    }
    return histograms;
  }
}

/** The older half with every second plain point left out, its growth told by the point after it. */
function thinned(points: readonly LivePoint[], capacity: number): LivePoint[] {
  const half = points.length >> 1;
  const older: LivePoint[] = [];
  let skipped = false;
  for (const [index, point] of points.slice(0, half).entries()) {
    const plain = point.state === "live" || point.state === "idle";
    skipped = plain && !skipped && index > 0 && index < half - 1;
    if (!skipped) older.push(point);
  }
  const kept = [...older, ...points.slice(half)].slice(-Math.floor(capacity * 0.9));
  return kept.map((point, index) => retold(point, kept[index - 1]));
}

/** A point whose predecessor left speaks of the time since the one that is now before it. */
function retold(point: LivePoint, before: LivePoint | undefined): LivePoint {
  if (!point.snapshot || !before?.snapshot || point.state === "restarted") return point;
  const grown = growth(point.snapshot, before.snapshot, point.time - before.time);
  return { ...point, rates: ratesOf(grown), windows: windowsOf(grown), prefixHitRate: hitRateOf(grown) };
}
