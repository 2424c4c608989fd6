import type { LivePoint } from "../snapshot.ts";
import { firstWith } from "./in-time.ts";
import { secondsBetween } from "./moment.ts";
import { growth, hitRateOf, isBreak, ratesOf, windowsOf } from "./point.ts";

/** Up to which age, in seconds, points lie so far apart. */
const tiers: readonly { readonly age: number; readonly spacing: number }[] = [
  { age: 300, spacing: 0 },
  // Just under a second, so that one look a second stays whole however its answers jitter.
  { age: 3600, spacing: 0.5 },
  { age: 6 * 3600, spacing: 10 },
  { age: 24 * 3600, spacing: 60 },
  { age: Number.POSITIVE_INFINITY, spacing: 600 },
];
/** New points between two rounds of thinning: often enough to stay small, seldom enough to cost nothing. */
const between = 512;

/**
 * Points in order of time: the last hour at one a second in full, older ones thinned to one in 10 s, 60 s, 10 minutes. Restarts are kept
 * wherever they are, of losses one a step; beyond `capacity` the oldest go.
 */
export class History {
  private kept: LivePoint[] = [];
  private fresh = 0;

  constructor(private readonly capacity: number) {}

  get points(): readonly LivePoint[] {
    return this.kept;
  }

  add(point: LivePoint): void {
    this.kept.push(point);
    this.fresh++;
    if (this.fresh >= between || this.kept.length > this.capacity) this.thin();
  }

  /** Changes what is kept of the points of a time. */
  change(time: number, change: (point: LivePoint) => LivePoint): void {
    for (let i = firstWith(this.kept, (at) => at >= time); this.kept[i]?.time === time; i++) {
      const point = this.kept[i];
      if (point) this.kept[i] = change(point);
    }
  }

  private thin(): void {
    this.fresh = 0;
    const now = this.kept.at(-1)?.time ?? 0;
    const thinned = retold(this.kept, spread(this.kept, now));
    this.kept = thinned.length > this.capacity ? thinned.slice(-Math.max(1, Math.floor(this.capacity * 0.9))) : thinned;
  }
}

/** Of each step of time the last answer, the first loss and every restart; which points stay. */
function spread(points: readonly LivePoint[], now: number): readonly boolean[] {
  const stays = points.map(() => true);
  const answers = new Step();
  const losses = new Step();
  for (let i = points.length - 1; i >= 0; i--) {
    const point = points[i];
    if (!point || isBreak(point)) continue;
    const spacing = tiers.find(({ age }) => now - point.time <= age)?.spacing ?? 0;
    // Also the very first point stays: it says since when.
    if (i > 0 && spacing > 0 && !(point.state === "lost" ? losses : answers).isFirst(point.time, spacing)) stays[i] = false;
  }
  return stays;
}

/** Walks steps of time and says which moment is the first met in its step. */
class Step {
  private at = Number.NaN;
  private spacing = Number.NaN;

  isFirst(time: number, spacing: number): boolean {
    const at = Math.floor(time / spacing);
    if (at === this.at && spacing === this.spacing) return false;
    this.at = at;
    this.spacing = spacing;
    return true;
  }
}

/** The points that stay; one whose predecessor left tells of the time since the answer that is now before it. */
function retold(points: readonly LivePoint[], stays: readonly boolean[]): LivePoint[] {
  const kept: LivePoint[] = [];
  let before: LivePoint | undefined;
  let left = false;
  for (const [index, point] of points.entries()) {
    if (!stays[index]) {
      left = left || point.snapshot !== undefined;
      continue;
    }
    kept.push(left ? since(before, point) : point);
    if (!point.snapshot) continue;
    before = point;
    left = false;
  }
  return kept;
}

function since(before: LivePoint | undefined, point: LivePoint): LivePoint {
  if (!point.snapshot || !before?.snapshot || isBreak(point)) return point;
  const grown = growth(point.snapshot, before.snapshot, secondsBetween(before.snapshot, point.snapshot));
  return { ...point, rates: ratesOf(grown), windows: windowsOf(grown), prefixHitRate: hitRateOf(grown, point.snapshot.gauges) };
}
