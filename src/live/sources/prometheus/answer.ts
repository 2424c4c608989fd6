import { parsedJson } from "../../../catalog/json-text.ts";
import { isFields } from "../../../deployment/case-fields.ts";

/** One series as the HTTP API gives it, of an instant or of a range. */
export interface AnsweredSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Unix seconds and value, in order of time; a value may be NaN or infinite. */
  readonly samples: readonly (readonly [time: number, value: number])[];
}

/** What a Prometheus-compatible HTTP API answered. */
export type ApiAnswer =
  | {
      readonly kind: "data";
      readonly data: unknown;
      /** Warnings and notes of the server, and that what it gives is not all it has. */
      readonly notices: readonly string[];
    }
  /** `status: error`, with the server's own words. */
  | { readonly kind: "error"; readonly errorType: string; readonly error: string }
  /** No answer of this API at all. */
  | { readonly kind: "foreign" };

/** Prometheus guesses by the ending of a name what the table of names knows (annotations.PossibleNonCounterInfo). */
const guess = /metric might not be a counter/;
const longestText = 300;
const mostNotices = 5;
/** Far above what any look asks for; an answer that is longer is cut, and says so. */
const mostSeries = 50_000;
/** Prometheus refuses more points a series (web/api/v1/api.go). */
const mostPoints = 11_000;

/** Reads the envelope around every answer: `{"status": …, "data": …, "warnings": […]}`. */
export function readApi(text: string): ApiAnswer {
  const answer = parsedJson(text);
  if (!isFields(answer)) return { kind: "foreign" };
  if (answer.status === "error") {
    return { kind: "error", errorType: textOf(answer.errorType), error: textOf(answer.error) };
  }
  if (answer.status !== "success" || !Object.hasOwn(answer, "data")) return { kind: "foreign" };
  // VictoriaMetrics says so where a storage node did not answer; Thanos (partial_response) and Mimir warn.
  const partial = answer.isPartial === true ? ["the answer is partial: a part of the store did not answer"] : [];
  return {
    kind: "data",
    data: answer.data,
    notices: [...partial, ...texts(answer.warnings), ...texts(answer.infos).filter((info) => !guess.test(info))].slice(0, mostNotices),
  };
}

/** The series of a query's data, instant or range; undefined where it is something else. Histograms of the native kind are left out. */
export function seriesIn(data: unknown): readonly AnsweredSeries[] | undefined {
  if (!isFields(data)) return undefined;
  if (data.resultType === "scalar") return [{ labels: {}, samples: sampleOf(data.result) }];
  if ((data.resultType !== "vector" && data.resultType !== "matrix") || !Array.isArray(data.result)) return undefined;
  const series: AnsweredSeries[] = [];
  for (const one of data.result.slice(0, mostSeries)) {
    if (!isFields(one)) continue;
    const samples = Array.isArray(one.values) ? one.values.slice(0, mostPoints + 1).flatMap(sampleOf) : sampleOf(one.value);
    if (samples.length > 0) series.push({ labels: labelsOf(one.metric), samples });
  }
  return series;
}

/** How many series of a query's data `seriesIn` leaves out because they are too many. */
export function seriesLeftOut(data: unknown): number {
  return isFields(data) && Array.isArray(data.result) ? Math.max(0, data.result.length - mostSeries) : 0;
}

/** The label sets of `/api/v1/series`. */
export function labelSetsIn(data: unknown): readonly Readonly<Record<string, string>>[] {
  return Array.isArray(data) ? data.slice(0, mostSeries).filter(isFields).map(labelsOf) : [];
}

/** The names of `/api/v1/label/…/values`. */
export function namesIn(data: unknown): readonly string[] {
  return Array.isArray(data) ? data.slice(0, mostSeries).filter((name): name is string => typeof name === "string") : [];
}

function sampleOf(pair: unknown): readonly (readonly [number, number])[] {
  if (!Array.isArray(pair) || typeof pair[0] !== "number" || typeof pair[1] !== "string") return [];
  return [[pair[0], numberOf(pair[1])]];
}

/** Go writes `NaN`, `+Inf` and `-Inf`. */
function numberOf(text: string): number {
  if (text === "+Inf" || text === "Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  return text === "" ? Number.NaN : Number(text);
}

function labelsOf(metric: unknown): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  if (isFields(metric)) for (const [name, value] of Object.entries(metric)) if (typeof value === "string") labels[name] = value;
  return labels;
}

function texts(values: unknown): readonly string[] {
  return Array.isArray(values) ? values.map(textOf).filter((text) => text !== "") : [];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value.slice(0, longestText) : "";
}
