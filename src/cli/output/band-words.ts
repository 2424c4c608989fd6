import { duration, durationRange, figureRange, percentRange } from "../../catalog/quantity.ts";
import type { Bands, Range } from "../../simulation/report/bands.ts";

export const bandHead = ["p50 in 8 of 10", "p95 in 8 of 10"] as const;

/** Where 8 values in 10 lie; without an end where the queue never empties at the slow end. */
export function timeBand([low, high]: Range): string {
  return high === null ? `${duration(low)} or more` : durationRange(low, high);
}

/** The two band columns of a latency, empty for what has no band. */
export function bandCells(bands: Bands | null, name: "ttftSeconds" | "tpotSeconds" | "e2eSeconds" | null): readonly string[] {
  if (!bands) return [];
  return name === null ? ["", ""] : [timeBand(bands[name].p50), timeBand(bands[name].p95)];
}

/** Rates and shares in 8 of 10 cases, as one row of figures. */
export function rateBands({ requestsPerSecond, outputTokensPerSecond, sloAttainment }: Bands): string {
  const range = ([low, high]: Range, words: (low: number, high: number) => string): string => words(low, high ?? low);
  return [
    range(requestsPerSecond, (low, high) => figureRange(low, high, "req/s")),
    range(outputTokensPerSecond, (low, high) => figureRange(low, high, "tok/s")),
    ...(sloAttainment ? [`${range(sloAttainment, percentRange)} within the limits`] : []),
  ].join(", ");
}
