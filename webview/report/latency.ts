import type { Slo } from "../../src/deployment/deployment.ts";
import type { Quantiles, Report, RequestRecords } from "../../src/simulation/report/report.ts";
import type { Spread } from "../../src/simulation/report/spread.ts";
import { lowerBound } from "../parts/downsample.ts";
import type { Distribution, TableModel } from "../parts/models.ts";
import { brief, duration, percent } from "../parts/numbers.ts";
import { definitions, said, words } from "../parts/words.ts";

/** The three latencies of each finished request, in seconds, in order of arrival; NaN where a request never got there. */
export interface Latencies {
  readonly ttft: Float64Array;
  readonly tpot: Float64Array;
  readonly e2e: Float64Array;
}

export function latencies({ arrival, firstToken, finished, outputTokens }: RequestRecords): Latencies {
  const count = arrival.length;
  const [ttft, tpot, e2e] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  for (let i = 0; i < count; i++) {
    const [came, first, end, tokens] = [
      arrival[i] ?? Number.NaN,
      firstToken[i] ?? Number.NaN,
      finished[i] ?? Number.NaN,
      outputTokens[i] ?? 0,
    ];
    ttft[i] = first - came;
    e2e[i] = end - came;
    tpot[i] = tokens > 1 ? (end - first) / (tokens - 1) : Number.NaN;
  }
  return { ttft, tpot, e2e };
}

/** The numbers of `values` in ascending order. */
export function ascending(values: Float64Array): Float64Array {
  return values.filter((value) => !Number.isNaN(value)).sort();
}

/** The smallest value that `share` of the sorted values do not exceed; NaN of nothing. */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

/** Where the value lies that is nearest to `wanted`, the first of several; undefined of nothing. */
export function nearestTo(values: Float64Array, wanted: number): number | undefined {
  let best: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const off = Math.abs((values[i] as number) - wanted);
    if (off >= least) continue;
    least = off;
    best = i;
  }
  return best;
}

/** The summary's quantile of a limit's percentile; from the requests themselves where the summary has no such column. */
export function atPercentile(quantiles: Quantiles, values: Float64Array, percentile: number): number {
  if (percentile === 50) return quantiles.p50;
  if (percentile === 90) return quantiles.p90;
  if (percentile === 95) return quantiles.p95;
  if (percentile === 99) return quantiles.p99;
  return quantile(ascending(values), percentile / 100);
}

/**
 * Share of finished requests within every limit, were all latencies `factor` times what they are; null without limits or requests.
 * A request of one token has no TPOT to miss.
 */
export function attainment(
  { ttft, tpot, e2e }: Latencies,
  slo: Slo,
  factor: number,
  include: (index: number) => boolean = () => true,
): number | null {
  if (slo.ttftSeconds === null && slo.tpotSeconds === null && slo.e2eSeconds === null) return null;
  const exceeds = (value: number, limit: number | null) => limit !== null && value * factor > limit;
  let within = 0;
  let all = 0;
  for (let i = 0; i < e2e.length; i++) {
    if (Number.isNaN(e2e[i] ?? Number.NaN) || !include(i)) continue;
    all++;
    if (exceeds(ttft[i] ?? 0, slo.ttftSeconds) || exceeds(tpot[i] ?? 0, slo.tpotSeconds) || exceeds(e2e[i] ?? 0, slo.e2eSeconds)) continue;
    within++;
  }
  return all > 0 ? within / all : null;
}

/** The three distributions of a run that is not saturated. */
export function distributions(report: Report, values: Latencies, spread: Spread | null): Distribution[] {
  const { summary, slo } = report;
  const plots = [
    distribution(
      "ttft",
      "TTFT",
      said(definitions.ttft),
      values.ttft,
      summary.ttftSeconds,
      slo?.ttftSeconds ?? null,
      words("queue p95 {0}", duration(summary.queueSeconds.p95)),
    ),
    distribution(
      "tpot",
      "TPOT",
      said(definitions.tpot),
      values.tpot,
      summary.tpotSeconds,
      slo?.tpotSeconds ?? null,
      words("ITL p95 {0}", duration(summary.itlSeconds.p95)),
    ),
    distribution(
      "e2e",
      words("End to end"),
      said(definitions.e2e),
      values.e2e,
      summary.e2eSeconds,
      slo?.e2eSeconds ?? null,
      slo?.e2eSeconds == null ? words("no limit set") : words("mean {0}", duration(summary.e2eSeconds.mean)),
    ),
  ];
  if (!spread) return plots;
  const band = words("band: {0} seeds", spread.seeds);
  return plots.map((plot) => ({ ...plot, note: `${plot.note} · ${band}`, spread: spread[plot.id] }));
}

const mostPoints = 300;

/** Values above 0 in rising order, with the percentage of them at or below each; thinned out to what a plot can show. */
export function cumulated(values: Float64Array): Pick<Distribution, "x" | "percent"> {
  const sorted = ascending(values).filter((value) => value > 0);
  const count = Math.min(mostPoints, sorted.length);
  const x = new Float64Array(count);
  const percent = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const rank = count < sorted.length ? Math.round(((i + 1) / count) * sorted.length) : i + 1;
    x[i] = sorted[rank - 1] ?? 0;
    percent[i] = (rank / sorted.length) * 100;
  }
  return { x, percent };
}

function distribution(
  id: "ttft" | "tpot" | "e2e",
  name: string,
  definition: string,
  values: Float64Array,
  summary: Quantiles,
  limit: number | null,
  note: string,
): Distribution & { readonly id: "ttft" | "tpot" | "e2e" } {
  const sorted = ascending(values).filter((value) => value > 0);
  const { x, percent: share } = cumulated(values);
  const low = quantile(sorted, 0.005);
  const high = Math.max(quantile(sorted, 0.999), limit ?? 0, summary.p95);
  const known = sorted.length > 0;
  const limitWords =
    limit === null
      ? words("no limit set")
      : words("limit {0}, {1}", brief(duration(limit)), summary.p95 <= limit ? words("met") : words("missed"));
  return {
    id,
    title: words("{0}, % of requests", name),
    definition,
    note,
    x,
    percent: share,
    from: known ? low / 1.25 : 0.01,
    to: known ? Math.max(high * 1.25, low * 4) : 10,
    limit: limit === null ? null : { value: limit, text: brief(duration(limit)) },
    mark: known ? { value: summary.p95, percent: 95, text: duration(summary.p95) } : null,
    aria: known
      ? words("{0} p95 {1}, {2}; half of the requests within {3}", name, duration(summary.p95), limitWords, duration(summary.p50))
      : words("{0}: no finished request", name),
  };
}

/** The distributions as numbers: quantiles and the share within the limit. */
export function latencyTable(report: Report, values: Latencies): TableModel {
  const { summary, slo } = report;
  const rows: [string, Quantiles, Float64Array, number | null][] = [
    ["TTFT", summary.ttftSeconds, values.ttft, slo?.ttftSeconds ?? null],
    ["TPOT", summary.tpotSeconds, values.tpot, slo?.tpotSeconds ?? null],
    ["ITL", summary.itlSeconds, new Float64Array(), null],
    [words("End to end"), summary.e2eSeconds, values.e2e, slo?.e2eSeconds ?? null],
    [words("Queue"), summary.queueSeconds, new Float64Array(), null],
  ];
  return {
    name: words("Latency of requests"),
    columns: [
      { title: words("Latency"), numeric: false },
      { title: words("Mean"), numeric: true, secondary: true },
      { title: "p50", numeric: true },
      { title: "p90", numeric: true, secondary: true },
      { title: "p95", numeric: true },
      { title: "p99", numeric: true },
      { title: words("Limit"), numeric: true, secondary: true },
      { title: words("Within"), numeric: true, secondary: true },
    ],
    rows: rows.map(([name, { mean, p50, p90, p95, p99 }, all, limit]) => [
      name,
      ...[mean, p50, p90, p95, p99].map(duration),
      limit === null ? words("none") : brief(duration(limit)),
      limit === null ? words("no limit") : percent(shareBelow(all, limit)),
    ]),
    raw: {
      head: ["latency", "mean_seconds", "p50_seconds", "p90_seconds", "p95_seconds", "p99_seconds", "limit_seconds"],
      rows: () => rows.map(([name, { mean, p50, p90, p95, p99 }, , limit]) => [name, mean, p50, p90, p95, p99, limit ?? Number.NaN]),
    },
  };
}

function shareBelow(values: Float64Array, limit: number): number {
  const sorted = ascending(values);
  return sorted.length > 0 ? lowerBound(sorted, sorted.length, limit * (1 + 1e-12)) / sorted.length : Number.NaN;
}
