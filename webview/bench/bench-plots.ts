import type { LatencyStatistic } from "../../src/live/bench/compare-load.ts";
import type { BenchLoad, BenchRow, BenchView } from "../../src/protocol/bench-view.ts";
import type { CurveLine, CurvePlot, CurvePoint, PlotAxis } from "../parts/models.ts";
import { brief, duration, figure } from "../parts/numbers.ts";
import { axisOver } from "../parts/plot-axis.ts";
import { definitions, said, words } from "../parts/words.ts";
import { amount, axisWords, figureName, type Metric, rowOf, signed, throughputLatencies } from "./bench-words.ts";

/** Measured in blue, predicted in grey, with its correction as a run beside. */
const measuredSeries = 1;
const predictedSeries = 6;
export const correctedSeries = 2;

/** Each figure over the loads: those that a file tells in this statistic. */
export function loadPlots(bench: BenchView, statistic: LatencyStatistic): readonly CurvePlot[] {
  const metrics: readonly Metric[] = [...throughputLatencies, "throughput"];
  return metrics.flatMap((metric) => {
    const at = ({ at: place }: BenchLoad): number | null => place;
    const told = pairs(bench, metric, statistic, at);
    return told.some(({ row }) => row.measured !== null)
      ? [
          plotOf(
            `${metric}-by-load`,
            bench.axis === "in-flight" ? "log" : "linear",
            told,
            `${figureName(first(told))} · ${axisWords(bench.axis)}`,
          ),
        ]
      : [];
  });
}

/** Each latency over what comes out: how much waiting buys how much throughput. */
export function throughputPlots(bench: BenchView, statistic: LatencyStatistic): readonly CurvePlot[] {
  return throughputLatencies.flatMap((metric) => {
    const told = pairs(bench, metric, statistic, (load, which) => rowOf(load, "throughput", statistic)?.[which] ?? null);
    return told.some(({ row, x }) => row.measured !== null && x.measured !== null)
      ? [plotOf(`${metric}-by-output`, "linear", told, words("{0} · output, tok/s", figureName(first(told))))]
      : [];
  });
}

interface Pair {
  readonly load: BenchLoad;
  readonly row: BenchRow;
  readonly x: { readonly measured: number | null; readonly predicted: number | null };
}

function pairs(
  { loads }: BenchView,
  metric: Metric,
  statistic: LatencyStatistic,
  placeOf: (load: BenchLoad, which: "measured" | "predicted") => number | null,
): readonly Pair[] {
  return loads.flatMap((load) => {
    const row = rowOf(load, metric, statistic);
    return row ? [{ load, row, x: { measured: placeOf(load, "measured"), predicted: placeOf(load, "predicted") } }] : [];
  });
}

function first(told: readonly Pair[]): BenchRow {
  const [one] = told;
  if (!one) throw new RangeError("a plot without a load");
  return one.row;
}

function plotOf(id: string, across: PlotAxis["scale"], told: readonly Pair[], title: string): CurvePlot {
  const row = first(told);
  const isTime = row.unit === "s";
  const lines = [predictedLine(told), correctedLine(told), measuredLine(told)].filter(({ points }) => points.length > 0);
  const points = lines.flatMap((line) => line.points);
  return {
    id,
    title,
    definition: row.metric === "throughput" ? words("Tokens a second that come out") : said(definitions[row.metric]),
    note: worstWords(told),
    x: axisOver(
      points.map(({ x }) => x),
      (value) => brief(figure(value)),
      across,
    ),
    y: axisOver([...points.map(({ y }) => y), ...lines.flatMap(({ band = [] }) => band.map(({ high }) => high))], (value) =>
      isTime ? brief(duration(value)) : brief(figure(value)),
    ),
    lines,
    limit: null,
    marks: [],
    chosen: null,
    aria: words("{0}: {1}", title, [...told.map(pairWords), worstWords(told)].join("; ")),
  };
}

function pairWords({ load, row }: Pair): string {
  const measured = row.measured === null ? words("not told") : amount(row, row.measured);
  const predicted = row.predicted === null ? words("not told") : amount(row, row.predicted);
  return words("{0} measured {1}, predicted {2}", load.words, measured, predicted);
}

/** `worst −31 % at 92.2 req/s`. */
export function worstWords(told: readonly Pick<Pair, "load" | "row">[]): string {
  const [worst] = told
    .flatMap(({ load, row }) => (row.share === null ? [] : [{ words: load.words, share: row.share }]))
    .sort((a, b) => Math.abs(Math.log1p(b.share)) - Math.abs(Math.log1p(a.share)));
  if (worst && signed(worst.share) === signed(0)) return words("nowhere off");
  return worst ? words("worst {0} at {1}", signed(worst.share), worst.words) : words("nothing to compare");
}

function measuredLine(told: readonly Pair[]): CurveLine {
  const points = told.flatMap(({ row, x }, at) => pointOf(x.measured, row.measured, at));
  return { name: words("measured"), series: measuredSeries, joined: true, points };
}

function predictedLine(told: readonly Pair[]): CurveLine {
  const points = told.flatMap(({ row, x }, at) => pointOf(x.predicted, row.predicted, at));
  const band = told.flatMap(({ row: { low, high }, x: { predicted: x } }) =>
    x !== null && low !== null && high !== null ? [{ x, low, high }] : [],
  );
  return { name: words("predicted"), series: predictedSeries, joined: true, points, band, isPredicted: true };
}

function correctedLine(told: readonly Pair[]): CurveLine {
  const points = told.flatMap(({ row: { corrected }, x }, at) => pointOf(x.predicted, corrected?.predicted ?? null, at));
  return { name: words("with the correction"), series: correctedSeries, joined: true, points };
}

function pointOf(x: number | null, y: number | null, at: number): readonly CurvePoint[] {
  return x !== null && x > 0 && y !== null && y > 0 ? [{ x, y, isFile: false, isLost: false, text: "", at }] : [];
}
