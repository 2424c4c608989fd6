import type { LatencyStatistic } from "../../src/live/bench/compare-load.ts";
import type { BenchRow, BenchView } from "../../src/protocol/bench-view.ts";
import type { TableModel } from "../parts/models.ts";
import { words } from "../parts/words.ts";
import { amount, figureName, rowOf, signed, throughputLatencies } from "./bench-words.ts";

/** Every figure of every load in every statistic that is told. */
export function benchTable({ loads }: BenchView): TableModel {
  return {
    name: words("Measured and predicted"),
    columns: [
      { title: words("Load"), numeric: false },
      { title: words("Figure"), numeric: false },
      { title: words("Measured"), numeric: true },
      { title: words("Predicted"), numeric: true },
      { title: words("Range"), numeric: true, secondary: true },
      { title: words("Off by"), numeric: true },
      { title: words("Corrected"), numeric: true, secondary: true },
    ],
    rows: loads.flatMap(({ words: load, rows }) =>
      rows.length === 0
        ? [[load, words("cannot be simulated"), "", "", "", "", ""]]
        : rows.map((row, i) => [
            i === 0 ? load : "",
            figureName(row),
            row.measured === null ? words("not told") : amount(row, row.measured),
            row.predicted === null ? words("not told") : amount(row, row.predicted),
            row.low === null || row.high === null ? "" : words("{0} to {1}", amount(row, row.low), amount(row, row.high)),
            row.share === null ? "" : signed(row.share),
            row.corrected === null ? "" : amount(row, row.corrected.predicted),
          ]),
    ),
    raw: {
      head: ["load", "at", "figure", "statistic", "unit", "measured", "predicted", "low", "high", "off_by", "corrected"],
      rows: () =>
        loads.flatMap(({ words: load, at, rows }) =>
          rows.map((row) => [
            load,
            number(at),
            row.metric,
            row.statistic,
            row.unit,
            number(row.measured),
            number(row.predicted),
            number(row.low),
            number(row.high),
            number(row.share),
            number(row.corrected?.predicted ?? null),
          ]),
        ),
    },
  };
}

/** Each load's latencies beside what came out under it. */
export function throughputTable({ loads }: BenchView, statistic: LatencyStatistic): TableModel {
  const metrics = throughputLatencies.filter((metric) => loads.some((load) => rowOf(load, metric, statistic)));
  const rows = loads.flatMap((load) => {
    const output = rowOf(load, "throughput", statistic);
    return output ? [{ load, figures: [output, ...metrics.map((metric) => rowOf(load, metric, statistic))] }] : [];
  });
  const cell = (row: BenchRow | undefined, which: "measured" | "predicted"): string => {
    const value = row?.[which] ?? null;
    return row && value !== null ? amount(row, value) : words("not told");
  };
  const names = [words("Output"), ...metrics.map((metric) => figureName({ metric, statistic }))];
  return {
    name: words("Latency and throughput"),
    columns: [
      { title: words("Load"), numeric: false },
      ...names.flatMap((name, i) => [
        { title: words("{0}, measured", name), numeric: true, secondary: i > 1 },
        { title: words("predicted"), numeric: true, secondary: i > 1 },
      ]),
    ],
    rows: rows.map(({ load, figures }) => [load.words, ...figures.flatMap((row) => [cell(row, "measured"), cell(row, "predicted")])]),
    raw: {
      head: ["load", ...["output", ...metrics].flatMap((name) => [`${name}_measured`, `${name}_predicted`])],
      rows: () =>
        rows.map(({ load, figures }) => [
          load.words,
          ...figures.flatMap((row) => [number(row?.measured ?? null), number(row?.predicted ?? null)]),
        ]),
    },
  };
}

function number(value: number | null): number {
  return value ?? Number.NaN;
}
