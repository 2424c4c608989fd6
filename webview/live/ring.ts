import type { LivePoint, WindowQuantiles } from "../../src/live/snapshot.ts";

/** What the rows draw, one column each. */
export const columns = [
  "ttft",
  "ttftMean",
  "itl",
  "itlMean",
  "tpot",
  "tpotMean",
  "e2e",
  "e2eMean",
  "running",
  "waiting",
  "kv",
  "prompt",
  "output",
  "preemptions",
  "prefix",
] as const;
export type ColumnName = (typeof columns)[number];

/** A sample in which nothing was observed: the line goes on, unlike at NaN, where nobody answered. */
export const nothingCame = Number.NEGATIVE_INFINITY;

/** The newest points in typed arrays, contiguous and in order of time, so that drawing allocates next to nothing. */
export class Ring {
  readonly time: Float64Array;
  private readonly values: Readonly<Record<ColumnName, Float64Array>>;
  private points: LivePoint[] = [];
  private readonly capacity: number;
  length = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    // Twice the room: the newest half moves to the front only once in `capacity` points.
    this.time = new Float64Array(capacity * 2);
    const made = columns.map((name) => [name, new Float64Array(capacity * 2)] as const);
    this.values = Object.fromEntries(made) as Record<ColumnName, Float64Array>;
  }

  column(name: ColumnName): Float64Array {
    return this.values[name];
  }

  /** The points themselves, oldest first. */
  get kept(): readonly LivePoint[] {
    return this.points;
  }

  get last(): LivePoint | undefined {
    return this.points[this.length - 1];
  }

  clear(): void {
    this.length = 0;
    this.points = [];
  }

  push(point: LivePoint): void {
    if (this.length === this.capacity * 2) this.forget();
    const at = this.length++;
    this.time[at] = point.time;
    this.points[at] = point;
    const lost = point.snapshot === undefined;
    for (const name of columns) this.values[name][at] = lost ? Number.NaN : measured(name, point);
  }

  private forget(): void {
    const { capacity } = this;
    this.time.copyWithin(0, capacity);
    for (const name of columns) this.values[name].copyWithin(0, capacity);
    this.points = this.points.slice(capacity);
    this.length = capacity;
  }
}

function measured(name: ColumnName, { snapshot, rates, windows, prefixHitRate }: LivePoint): number {
  switch (name) {
    case "ttft":
      return quantile(windows.ttft_seconds, "p95");
    case "ttftMean":
      return quantile(windows.ttft_seconds, "mean");
    case "itl":
      return quantile(windows.itl_seconds, "p95");
    case "itlMean":
      return quantile(windows.itl_seconds, "mean");
    case "tpot":
      return quantile(windows.tpot_seconds, "p95");
    case "tpotMean":
      return quantile(windows.tpot_seconds, "mean");
    case "e2e":
      return quantile(windows.e2e_seconds, "p95");
    case "e2eMean":
      return quantile(windows.e2e_seconds, "mean");
    case "running":
      return snapshot?.gauges.requests_running ?? Number.NaN;
    case "waiting":
      return snapshot?.gauges.requests_waiting ?? Number.NaN;
    case "kv":
      return snapshot?.gauges.kv_cache_usage ?? Number.NaN;
    case "prompt":
      return rates.prompt_tokens_total ?? Number.NaN;
    case "output":
      return rates.generation_tokens_total ?? Number.NaN;
    case "preemptions":
      return rates.preemptions_total ?? Number.NaN;
    case "prefix":
      return prefixHitRate ?? nothingCame;
  }
}

function quantile(window: WindowQuantiles | undefined, which: "p95" | "mean"): number {
  return window === undefined ? Number.NaN : (window[which] ?? nothingCame);
}
