import type { Ask } from "../../source.ts";
import { Slots } from "../slots.ts";
import { type AnsweredSeries, seriesIn, seriesLeftOut } from "./answer.ts";
import { type ApiPlace, type ApiResult, askApi, moment } from "./api.ts";

type Failed = Extract<ApiResult, { kind: "failed" }>;

/** The answers of a look's queries as one. */
export interface AskedSeries {
  readonly kind: "series";
  readonly series: readonly AnsweredSeries[];
  readonly notices: readonly string[];
  /** What was left out because there is too much of it. */
  readonly limits: readonly string[];
}

/** A store answers others too. */
const atOnce = 3;

/** All queries at one instant, `at` in the store's time; nothing where one of them fails. */
export function askInstant(ask: Ask, place: ApiPlace, queries: readonly string[], at: number): Promise<AskedSeries | Failed> {
  return askAll(queries, (query) => askApi(ask, place, "query", { query, time: moment(at) }));
}

/** The same over a range of the store's time: the series of each instant, oldest first. */
export async function askRange(
  ask: Ask,
  place: ApiPlace,
  queries: readonly string[],
  { from, to, stepSeconds }: { readonly from: number; readonly to: number; readonly stepSeconds: number },
): Promise<ReadonlyMap<number, readonly AnsweredSeries[]>> {
  const range = { start: moment(from), end: moment(to), step: String(stepSeconds) };
  const whole = await askAll(queries, (query) => askApi(ask, place, "query_range", { query, ...range }));
  const instants = new Map<number, AnsweredSeries[]>();
  if (whole.kind === "failed") return instants;
  for (const { labels, samples } of whole.series) {
    for (const sample of samples) {
      const one = { labels, samples: [sample] };
      const instant = instants.get(sample[0]);
      if (instant) instant.push(one);
      else instants.set(sample[0], [one]);
    }
  }
  return new Map([...instants].sort(([a], [b]) => a - b));
}

async function askAll(queries: readonly string[], one: (query: string) => Promise<ApiResult>): Promise<AskedSeries | Failed> {
  const slots = new Slots(atOnce);
  const results = await Promise.all(queries.map((query) => slots.run(() => one(query))));
  const series: AnsweredSeries[] = [];
  const notices = new Set<string>();
  let leftOut = 0;
  for (const result of results) {
    if (result.kind === "failed") return result;
    for (const each of seriesIn(result.data) ?? []) series.push(each);
    for (const notice of result.notices) notices.add(notice);
    leftOut += seriesLeftOut(result.data);
  }
  return { kind: "series", series, notices: [...notices], limits: leftOut > 0 ? [`${leftOut} series are left out`] : [] };
}
