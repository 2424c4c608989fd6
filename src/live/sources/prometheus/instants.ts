import type { Ask } from "../../source.ts";
import { type AnsweredSeries, seriesIn } from "./answer.ts";
import { type ApiPlace, type ApiResult, askApi, moment } from "./api.ts";
import type { Instant } from "./figures.ts";
import type { LookQueries } from "./queries.ts";

type Failed = Extract<ApiResult, { kind: "failed" }>;

/** The answers of a look's three queries. */
export interface AskedInstant extends Instant {
  readonly kind: "instant";
  readonly notices: readonly string[];
}

/** Instants by their time in the store, oldest first. */
export interface AskedRange {
  readonly kind: "range";
  readonly instants: ReadonlyMap<number, Instant>;
}

const empty: ApiResult = { kind: "data", data: { resultType: "vector", result: [] }, notices: [] };

/** All queries of one instant, `at` in the store's time: three at once, and nothing where one fails. */
export async function askInstant(ask: Ask, place: ApiPlace, queries: LookQueries, at: number): Promise<AskedInstant | Failed> {
  const one = (query: string): Promise<ApiResult> =>
    query === "" ? Promise.resolve(empty) : askApi(ask, place, "query", { query, time: moment(at) });
  return joined(await Promise.all([one(queries.gauges), one(queries.counters), one(queries.histograms)]));
}

/** The same over a range of the store's time, by instant, oldest first. */
export async function askRange(
  ask: Ask,
  place: ApiPlace,
  queries: LookQueries,
  { from, to, stepSeconds }: { readonly from: number; readonly to: number; readonly stepSeconds: number },
): Promise<AskedRange | Failed> {
  const range = { start: moment(from), end: moment(to), step: String(stepSeconds) };
  const one = (query: string): Promise<ApiResult> =>
    query === "" ? Promise.resolve(empty) : askApi(ask, place, "query_range", { query, ...range });
  const whole = joined(await Promise.all([one(queries.gauges), one(queries.counters), one(queries.histograms)]));
  if (whole.kind === "failed") return whole;
  const instants = new Map<number, { gauges: AnsweredSeries[]; counters: AnsweredSeries[]; histograms: AnsweredSeries[] }>();
  for (const part of ["gauges", "counters", "histograms"] as const) {
    for (const { labels, samples } of whole[part]) {
      for (const sample of samples) {
        const instant = instants.get(sample[0]) ?? { gauges: [], counters: [], histograms: [] };
        instants.set(sample[0], instant);
        instant[part].push({ labels, samples: [sample] });
      }
    }
  }
  return { kind: "range", instants: new Map([...instants].sort(([a], [b]) => a - b)) };
}

function joined(results: readonly [ApiResult, ApiResult, ApiResult]): AskedInstant | Failed {
  const [gauges, counters, histograms] = results;
  if (gauges.kind === "failed") return gauges;
  if (counters.kind === "failed") return counters;
  if (histograms.kind === "failed") return histograms;
  return {
    kind: "instant",
    gauges: seriesIn(gauges.data) ?? [],
    counters: seriesIn(counters.data) ?? [],
    histograms: seriesIn(histograms.data) ?? [],
    notices: [...new Set([...gauges.notices, ...counters.notices, ...histograms.notices])],
  };
}
