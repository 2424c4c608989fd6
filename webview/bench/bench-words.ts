import type { LatencyStatistic } from "../../src/live/bench/compare-load.ts";
import { latencyStatistics } from "../../src/live/bench/compare-load.ts";
import { figureWords } from "../../src/live/bench/difference-words.ts";
import type { BenchAxis, BenchLoad, BenchRow, BenchView } from "../../src/protocol/bench-view.ts";
import { brief, duration, percent, rate } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";

export type Metric = BenchRow["metric"];

/** In the order of the field. */
export const throughputLatencies: readonly Metric[] = ["ttft", "tpot", "e2e"];

/** `TTFT`, `TTFT p95`, `Output`. */
export function figureName(row: Pick<BenchRow, "metric" | "statistic">): string {
  return row.metric === "throughput" ? words("Output") : figureWords(row);
}

export function amount({ unit }: Pick<BenchRow, "unit">, value: number): string {
  return unit === "s" ? duration(value) : rate(value, unit);
}

/** `+12 %`, `−3.4 %`; what rounds to nothing has no sign. */
export function signed(share: number): string {
  const tenths = Math.round(Math.abs(share) * 1000) / 1000;
  return tenths === 0 ? percent(0) : `${share < 0 ? "−" : "+"}${brief(percent(tenths))}`;
}

/** What the loads are told apart by, under a plot. */
export function axisWords(axis: BenchAxis): string {
  switch (axis) {
    case "rate":
      return words("request rate, req/s");
    case "in-flight":
      return words("requests in flight");
    default:
      return words("requests answered, req/s");
  }
}

/** The statistics that any load tells of a latency, in their order. */
export function toldStatistics({ loads }: BenchView): readonly LatencyStatistic[] {
  const told = new Set(loads.flatMap(({ rows }) => rows.flatMap((row) => (row.share === null ? [] : [row.statistic]))));
  return latencyStatistics.filter((statistic) => told.has(statistic));
}

/** The row of a figure in a statistic; throughput has one alone. */
export function rowOf({ rows }: BenchLoad, metric: Metric, statistic: LatencyStatistic): BenchRow | undefined {
  return rows.find((row) => row.metric === metric && (metric === "throughput" || row.statistic === statistic));
}
