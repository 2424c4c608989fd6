import type { CanonicalGauge, CanonicalHistogram } from "../../snapshot.ts";
import { anchorWord } from "./anchors.ts";
import { type Matcher, selector, selectorOfAll } from "./matchers.ts";
import type { WordNames } from "./names.ts";
import type { FleetShape } from "./shape.ts";

/** What a look asks, one query each; "" where there is nothing of the kind. */
export interface LookQueries {
  readonly gauges: string;
  readonly counters: string;
  readonly histograms: string;
}

/** What queries are written from. */
export interface Asked {
  readonly names: WordNames;
  readonly shape: FleetShape;
  /** Which servers. */
  readonly matchers: readonly Matcher[];
  /** Over which rates are taken. */
  readonly windowSeconds: number;
}

/** The label that carries the canonical word of an answer. */
export const wordLabel = "word";
/** Words beside the canonical ones. */
export const upWord = "up";
export const startedWord = "started_at";
/** Behind a histogram's word: the series of its sum. */
export const sumEnding = "/sum";

/** So many engines are told apart in every histogram; up to the second number in time to first token alone. */
const smallFleet = 16;
const middleFleet = 128;
/** A server that is gone for longer is none of the fleet any more. */
const missedFor = "1h";

/** The PromQL of one look: each text joins several questions by `or`, told apart by their word. */
export function lookQueries(asked: Asked): LookQueries {
  const { names, shape } = asked;
  const byEngine = [...shape.memberLabels, ...shape.engineLabels];
  const value = (name: string): string => of(name, asked);
  const rate = (name: string): string => `rate(${of(name, asked)}[${duration(asked.windowSeconds)}])`;
  const sum = (group: readonly string[], each: string): string => `sum${by(group)} (${each})`;
  const gauges = [...names.gauges].map(([word, list]) => named(word, `${togetherOf(word)}${by(byEngine)} (${either(list, value, shape)})`));
  const counters = [...names.counters].map(([word, list]) => named(word, sum(byEngine, either(list, rate, shape))));
  const histograms = [...names.histograms].flatMap(([word, list]) => {
    const group = tellsEnginesApart(word, shape) ? byEngine : [];
    const part = (ending: string): string => either(list, (name) => rate(`${name}${ending}`), shape);
    return [named(word, sum([...group, "le"], part("_bucket"))), named(`${word}${sumEnding}`, sum(group, part("_sum")))];
  });
  return {
    gauges: [...gauges, ...membersOf(asked)].join(" or "),
    counters: counters.join(" or "),
    histograms: histograms.join(" or "),
  };
}

/** Whether a word's histogram is asked for engine by engine: a hundred pods have a hundred thousand buckets. */
export function tellsEnginesApart(word: CanonicalHistogram, { members }: Pick<FleetShape, "members">): boolean {
  const engines = [...members.values()].reduce((a, b) => a + b, 0);
  return engines <= smallFleet || (word === "ttft_seconds" && engines <= middleFleet);
}

/** Whether each server answers, and since when it runs, joined by the labels of their targets: neither carries a model's name. */
function membersOf({ names, shape, matchers }: Asked): readonly string[] {
  const { memberLabels, targetLabels } = shape;
  const anchors = names.gauges.get(anchorWord);
  if (!anchors || memberLabels.length === 0 || targetLabels.length === 0) return [];
  const joined = `and on (${targetLabels.join(", ")}) last_over_time(${selectorOfAll(anchors, matchers)}[${missedFor}])`;
  const each = (word: string, combine: string, name: string): string => named(word, `${combine}${by(memberLabels)} (${name} ${joined})`);
  return [each(upWord, "min", "up"), each(startedWord, "max", "process_start_time_seconds")];
}

/** Usage of caches is a share: the mean of several. All else adds up. */
function togetherOf(word: CanonicalGauge): "avg" | "sum" {
  return word === "kv_cache_usage" ? "avg" : "sum";
}

function of(name: string, { matchers, shape }: Asked): string {
  return selector(name, [...matchers, ...shape.matchers]);
}

/** `new or old`: in the middle of an upgrade either is there, and where a server has both, the left counts alone. */
function either(names: readonly string[], write: (name: string) => string, { copiesByProcess }: FleetShape): string {
  const all = names.map(write).join(" or ");
  // Copies are no shares: the process that says the most is taken.
  return copiesByProcess ? `max without (pid) (${all})` : all;
}

function named(word: string, query: string): string {
  return `label_replace(${query}, "${wordLabel}", "${word}", "", "")`;
}

function by(labels: readonly string[]): string {
  return labels.length === 0 ? "" : ` by (${labels.join(", ")})`;
}

/** In the unit that every version reads; the API takes no fractions of a second shorter than 1 ms. */
export function duration(seconds: number): string {
  const ms = Math.max(1, Math.round(seconds * 1000));
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
