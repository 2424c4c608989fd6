import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, LivePoint, Snapshot, WindowQuantiles } from "../snapshot.ts";
import { gaugeWords } from "../words.ts";
import { firstWith } from "./in-time.ts";
import { secondsBetween } from "./moment.ts";
import { type Growth, growth, hitRateOf, isBreak, ratesOf, windowsOf } from "./point.ts";

/** What a stretch of time measured: rates and quantiles of all that came in, gauges as means over its scrapes. */
export interface LiveWindow {
  /** Unix seconds of the first and last scrape used. */
  readonly from: number;
  readonly to: number;
  readonly first: Snapshot;
  readonly last: Snapshot;
  /** The first one that keeps engines apart: of many engines only the newest do. */
  readonly firstApart: Snapshot;
  readonly growth: Growth;
  readonly rates: Readonly<Partial<Record<CanonicalCounter, number>>>;
  readonly windows: Readonly<Partial<Record<CanonicalHistogram, WindowQuantiles>>>;
  readonly gauges: Readonly<Partial<Record<CanonicalGauge, number>>>;
  readonly prefixHitRate: number | null;
  /** The window was asked to reach further back than the last restart. */
  readonly cutByRestart: boolean;
}

/** Measures the points in [from, to] after the last restart among them; undefined with less than two scrapes. */
export function measureWindow(points: readonly LivePoint[], from: number, to: number): LiveWindow | undefined {
  const inside = points.slice(
    firstWith(points, (time) => time >= from),
    firstWith(points, (time) => time > to),
  );
  const restart = inside.findLastIndex(isBreak);
  const snapshots = inside.slice(Math.max(0, restart)).flatMap((point) => (point.snapshot ? [point.snapshot] : []));
  const first = snapshots[0];
  const last = snapshots.at(-1);
  if (!first || !last || last.time <= first.time) return undefined;
  const grown = growth(last, first, secondsBetween(first, last));
  const gauges: Partial<Record<CanonicalGauge, number>> = {};
  for (const word of gaugeWords) {
    const values = snapshots.map((snapshot) => snapshot.gauges[word]).filter((value) => value !== undefined);
    if (values.length > 0) gauges[word] = values.reduce((a, b) => a + b, 0) / values.length;
  }
  return {
    from: first.time,
    to: last.time,
    first,
    last,
    firstApart: snapshots.find((snapshot) => snapshot.perEngine) ?? first,
    growth: grown,
    rates: ratesOf(grown),
    windows: windowsOf(grown),
    gauges,
    prefixHitRate: hitRateOf(grown, gauges),
    cutByRestart: restart > 0,
  };
}
