import { secondsBetween } from "./moment.ts";
import { growth, ratesOf, windowsOf } from "./point.ts";
import type { LiveWindow } from "./window.ts";

/** One engine of a server over a window, for the table of engines. */
export interface EngineRow {
  readonly engine: string;
  readonly running: number | null;
  readonly waiting: number | null;
  readonly kvUsage: number | null;
  readonly outputTokensPerSecond: number | null;
  readonly ttftP95: number | null;
}

type Figure = Exclude<keyof EngineRow, "engine">;

export interface EngineTable {
  readonly rows: readonly EngineRow[];
  /** Largest over mean of each figure: 1 = all engines alike. null with less than two engines that offer it. */
  readonly spread: Readonly<Record<Figure, number | null>>;
  /** The engine that stands out most in waiting requests, cache, or output; null where none is 1.5 times the mean. */
  readonly outlier: string | null;
}

/** Engines beside each other; rates and quantiles since the window's first scrape that keeps them apart. */
export function engineTable({ firstApart: first, last }: Pick<LiveWindow, "firstApart" | "last">): EngineTable {
  const rows = (last.perEngine ?? []).map((engine): EngineRow => {
    const earlier = first.perEngine?.find((one) => one.engine === engine.engine);
    const grown = earlier ? growth(engine, earlier, secondsBetween(first, last)) : undefined;
    return {
      engine: engine.engine,
      running: engine.gauges.requests_running ?? null,
      waiting: engine.gauges.requests_waiting ?? null,
      kvUsage: engine.gauges.kv_cache_usage ?? null,
      outputTokensPerSecond: (grown && ratesOf(grown).generation_tokens_total) ?? null,
      ttftP95: (grown && windowsOf(grown).ttft_seconds?.p95) ?? null,
    };
  });
  const spread = {
    running: spreadOf(rows, "running"),
    waiting: spreadOf(rows, "waiting"),
    kvUsage: spreadOf(rows, "kvUsage"),
    outputTokensPerSecond: spreadOf(rows, "outputTokensPerSecond"),
    ttftP95: spreadOf(rows, "ttftP95"),
  };
  return { rows, spread, outlier: outlierOf(rows, spread) };
}

function spreadOf(rows: readonly EngineRow[], figure: Figure): number | null {
  const values = rows.map((row) => row[figure]).filter((value) => value !== null);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.length > 1 && mean > 0 ? Math.max(...values) / mean : null;
}

const telling: readonly Figure[] = ["waiting", "kvUsage", "outputTokensPerSecond"];
const noticeable = 1.5;

function outlierOf(rows: readonly EngineRow[], spread: EngineTable["spread"]): string | null {
  const figure = telling.reduce<Figure | null>(
    (worst, one) => ((spread[one] ?? 0) > (worst ? (spread[worst] ?? 0) : noticeable) ? one : worst),
    null,
  );
  if (!figure) return null;
  return rows.reduce((most, row) => ((row[figure] ?? 0) > (most[figure] ?? 0) ? row : most)).engine;
}
