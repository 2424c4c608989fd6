import type { Slo } from "../../../src/deployment/deployment.ts";
import { type Metric, metricWords } from "../../../src/planning/metrics.ts";
import type { Sweep, SweepPoint } from "../../../src/planning/sweep.ts";
import type { SweepKind } from "../../../src/planning/sweeps.ts";
import { lineSeries } from "../../parts/line-series.ts";
import type { CurvePlot, TableModel } from "../../parts/models.ts";
import { brief, duration, percent } from "../../parts/numbers.ts";
import { axisNear, axisOver } from "../../parts/plot-axis.ts";
import { said, words } from "../../parts/words.ts";
import { axisName, axisText, axisTick, inSentence, metricText, tickText } from "./metric-words.ts";

/** Kinds in the order of the choice. */
export const kindWords: Readonly<Record<SweepKind, () => string>> = {
  rate: () => words("Request rate"),
  layouts: () => words("Layouts of the same GPUs"),
  "tensor-pipeline": () => words("TP against PP by rate"),
  "shift-threshold": () => words("Shift threshold"),
  chunk: () => words("Chunk size"),
  "batch-tokens": () => words("Where each saturates"),
  "pool-ratio": () => words("Prefill to decode ratio"),
  "prompt-length": () => words("Gain of disaggregation"),
  "kv-tiers": () => words("Size of a KV store"),
  placement: () => words("DistServe's placement"),
  gpu: () => words("GPU kind at equal cost"),
};

/** More lines than four are told apart by nobody: the table has them all. */
const mostLines = 4;
const mostPlots = 3;

/** What a sweep looks like: a plot a metric over the axis, or of names one cloud, latency over throughput. */
export function sweepPlots(sweep: Sweep, slo: Slo | null, chosen: number | null): readonly CurvePlot[] {
  if (sweep.axis.scale === "names") return [cloud(sweep, slo, chosen, "tpot"), cloud(sweep, slo, chosen, "ttft")];
  const metrics = sweep.metrics.filter((metric) => sweep.points.some(({ values }) => values[metric] !== undefined));
  const together = metrics.filter((metric) => metric === "prefill-tokens" || metric === "decode-tokens");
  if (together.length > 1) return [over(sweep, together, slo, chosen)];
  return metrics.slice(0, mostPlots).map((metric) => over(sweep, [metric], slo, chosen));
}

function over(sweep: Sweep, metrics: readonly Metric[], slo: Slo | null, chosen: number | null): CurvePlot {
  const [first = "ttft"] = metrics;
  const { axis, points, series } = sweep;
  const limit = limitOf(first, slo);
  const value = ({ values }: SweepPoint): number | undefined => metrics.map((metric) => values[metric]).find((one) => one !== undefined);
  const lines = series.slice(0, mostLines).map((name, index) => ({
    name: said(name),
    series: lineSeries(index),
    joined: true,
    points: points.flatMap((point, at) => {
      const y = value(point);
      return point.series === index && y !== undefined && y > 0 ? [{ ...place(point, at, sweep), x: point.x, y }] : [];
    }),
  }));
  const shown = lines.flatMap((one) => one.points);
  const name = metrics.length > 1 ? words("Tokens a second of one engine") : headOf(first);
  const title = words("{0} by {1}", name, axis.unit === "req/s" ? `${inSentence(said(axis.name))}, req/s` : inSentence(said(axis.name)));
  return {
    id: metrics.join("-"),
    title,
    definition: "",
    note: "",
    x: axisOver(
      shown.map(({ x }) => x),
      (x) => axisTick(axis, x),
      axis.scale === "log" ? "log" : "linear",
    ),
    y: axisOver([...shown.map(({ y }) => y), ...(limit ? [limit.value] : [])], (y) => tickText(first, y)),
    lines,
    limit,
    marks: sweep.marks.map(({ x, words: text }) => ({ value: x, text: said(text) })),
    chosen,
    aria: `${title}: ${sweep.findings.map(said).join("; ")}`,
  };
}

/** Names have no order: each is a point of throughput and latency. */
function cloud(sweep: Sweep, slo: Slo | null, chosen: number | null, metric: "ttft" | "tpot"): CurvePlot {
  const throughput: Metric = sweep.metrics.includes("output-per-gpu") ? "output-per-gpu" : "output";
  const limit = limitOf(metric, slo);
  const lines = sweep.series.slice(0, mostLines).map((name, index) => ({
    name: said(name),
    series: lineSeries(index),
    joined: false,
    points: sweep.points.flatMap((point, at) => {
      const [x, y] = [point.values[throughput], point.values[metric]];
      if (point.series !== index || x === undefined || y === undefined) return [];
      const text = point.isFile || at === chosen ? point.name : "";
      return [{ ...place(point, at, sweep), x, y, text }];
    }),
  }));
  const shown = lines.flatMap((one) => one.points);
  return {
    id: `cloud-${metric}`,
    title: words("{0} over {1}", said(metricWords[metric].title), axisName(throughput)),
    definition: "",
    note: words("right and down is better"),
    x: axisNear(
      shown.map(({ x }) => x),
      (x) => tickText(throughput, x),
    ),
    y: axisOver([...shown.map(({ y }) => y), ...(limit ? [limit.value] : [])], (y) => tickText(metric, y), "log"),
    lines,
    limit,
    marks: [],
    chosen,
    aria: sweep.findings.map(said).join("; "),
  };
}

function place(point: SweepPoint, at: number, { series }: Sweep) {
  return {
    isFile: point.isFile,
    isLost: point.holds === false || point.saturated,
    text: point.isFile && series.length === 1 ? words("this file") : "",
    at,
  };
}

function limitOf(metric: Metric, slo: Slo | null): { readonly value: number; readonly text: string } | null {
  const value = metric === "ttft" ? slo?.ttftSeconds : metric === "tpot" ? slo?.tpotSeconds : metric === "e2e" ? slo?.e2eSeconds : null;
  return value == null ? null : { value, text: words("limit {0}", brief(duration(value))) };
}

/** The same numbers as a table, raw where it is copied. */
export function sweepTable({ axis, series, metrics, points }: Sweep): TableModel {
  const several = series.length > 1;
  const told = metrics.filter((metric) => points.some(({ values }) => values[metric] !== undefined));
  return {
    name: words("Sweep"),
    columns: [
      { title: said(axis.name), numeric: axis.unit !== "names" },
      ...(several ? [{ title: words("Series"), numeric: false }] : []),
      ...told.map((metric, i) => ({ title: said(metricWords[metric].title), numeric: true, secondary: i > 2 })),
      { title: words("Judged"), numeric: false, secondary: true },
    ],
    rows: points.map((point) => [
      `${pointName(point, axis)}${point.isFile ? ` · ${words("this file")}` : ""}`,
      ...(several ? [said(series[point.series] ?? axis.name)] : []),
      ...told.map((metric) => cell(point, metric)),
      judged(point),
    ]),
    raw: {
      head: ["x", "name", "series", ...told.map((metric) => metric.replaceAll("-", "_")), "holds", "saturated"],
      rows: () =>
        points.map((point) => [
          point.x,
          point.name,
          said(series[point.series] ?? axis.name),
          ...told.map((metric) => point.values[metric] ?? Number.NaN),
          point.holds === null ? "" : String(point.holds),
          String(point.saturated),
        ]),
    },
  };
}

export function pointName({ name, x }: SweepPoint, axis: Sweep["axis"]): string {
  return name === "" ? axisText(axis, x) : name;
}

/** Said in words where a number would stand. */
function cell({ values, saturated, problem }: SweepPoint, metric: Metric): string {
  const value = values[metric];
  if (value !== undefined) return metricText(metric, value);
  return problem ? words("not to be had") : saturated ? words("queue grows") : "";
}

function judged({ holds, saturated, problem }: SweepPoint): string {
  if (problem) return said(problem);
  if (saturated) return words("saturated");
  return holds === null ? words("no limits set") : holds ? words("within the limits") : words("misses a limit");
}

/** One point in a sentence, beside its buttons: the share within the limits is told once, with the judgement. */
export function pointWords(point: SweepPoint, { metrics }: Sweep): string {
  const told = metrics.flatMap((metric) => {
    const value = point.values[metric];
    if (value === undefined || (metric === "attainment" && point.holds !== null && !point.saturated)) return [];
    const text = metricWords[metric].unit === "tokens" ? words("{0} tokens", metricText(metric, value)) : metricText(metric, value);
    return [`${inSentence(said(metricWords[metric].title))} ${text}`];
  });
  return [...told, judgedWithShare(point)].join(", ");
}

function judgedWithShare(point: SweepPoint): string {
  const { holds, saturated, problem, values } = point;
  if (problem || saturated || holds === null || values.attainment === undefined) return judged(point);
  const share = percent(values.attainment);
  return holds ? words("{0} of requests within the limits", share) : words("misses a limit: {0} of requests within", share);
}

/** `Output, tok/s`: what stands over a plot has the unit that its ticks lack. */
function headOf(metric: Metric): string {
  const { title, unit } = metricWords[metric];
  return unit === "tok/s" || unit === "req/s" ? `${said(title)}, ${unit}` : said(title);
}
