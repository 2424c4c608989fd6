import type { Slo } from "../../src/deployment/deployment.ts";
import type { Bands, Range } from "../../src/simulation/report/bands.ts";
import { bandRange } from "../../src/timing/band-range.ts";
import { duration, durationRange } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";

type Banded = "ttft" | "tpot" | "e2e";
const members = { ttft: "ttftSeconds", tpot: "tpotSeconds", e2e: "e2eSeconds" } as const;
type Column = "p50" | "p90" | "p95" | "p99";
const columns: Readonly<Record<number, Column>> = { 50: "p50", 90: "p90", 95: "p95", 99: "p99" };

/** The percentile that is told of a run: that of its limits where it is a usual one. */
export function toldColumn(slo: Slo | null): Column {
  return columns[slo?.percentile ?? 95] ?? "p95";
}

/** What a range rests on until its runs are done: the error of a step, as if it were that of the figure. */
export interface RangeBasis {
  readonly bands: Bands | null;
  readonly stepBand: number;
  readonly firstTokenBand: number;
}

/** Where 8 values in 10 lie of a latency at a percentile. */
export function latencyRange({ bands, stepBand, firstTokenBand }: RangeBasis, id: Banded, percentile: number, value: number): Range {
  const column = columns[percentile];
  if (bands && column) return bands[members[id]][column];
  return bandRange(value, id === "ttft" ? firstTokenBand : stepBand);
}

/** `0.75–2.8 s`; without an upper end `0.75 s or more`. */
export function rangeWords([low, high]: Range): string {
  return high === null ? words("{0} or more", duration(low)) : durationRange(low, high);
}
