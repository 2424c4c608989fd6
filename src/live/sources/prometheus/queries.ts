import type { CanonicalHistogram } from "../../snapshot.ts";
import { gauges as gaugesTogether } from "../../words.ts";
import { anchorNames } from "./anchors.ts";
import { type Matcher, oneOf, selector, selectorOfAll } from "./matchers.ts";
import type { NamedSeries, WordNames } from "./names.ts";
import { engineCount, type FleetShape } from "./shape.ts";

/** What queries are written from. */
export interface Asked {
  readonly names: WordNames;
  readonly shape: FleetShape;
  /** Which servers. */
  readonly matchers: readonly Matcher[];
  /** Over which rates are taken. */
  readonly windowSeconds: number;
  /** Each engine alone too, as far as the fleet's size allows; else all servers as one. */
  readonly apart: boolean;
}

/** One question: a canonical word, or a part of one, and the PromQL that answers it. */
export interface Question {
  readonly word: string;
  readonly query: string;
}

/** The label that carries the word of an answer. */
export const wordLabel = "word";
/** Words beside the canonical ones. */
export const upWord = "up";
export const startedWord = "started_at";
/** Behind a histogram's word: the series of its sum, and of its count where it has no buckets. */
export const sumEnding = "/sum";
export const countEnding = "/count";

/** So many engines are told apart in every histogram; up to the second number in time to first token alone. */
const smallFleet = 16;
const middleFleet = 128;
/** A server that is gone for longer is none of the fleet any more. */
const missedFor = "1h";
/** Questions of one query: some thousands of characters, which every store takes. */
const inOneQuery = 12;

/** The PromQL of some questions: several in one query, told apart by their word. */
export function joined(questions: readonly Question[]): readonly string[] {
  const queries: string[] = [];
  for (let i = 0; i < questions.length; i += inOneQuery) {
    const several = questions.slice(i, i + inOneQuery);
    queries.push(several.map(({ word, query }) => `label_replace(${query}, "${wordLabel}", "${word}", "", "")`).join(" or "));
  }
  return queries;
}

/** What is asked of every word that a store has of a selection, and of each of its servers. */
export function questionsOf(asked: Asked): readonly Question[] {
  const { names, shape, apart } = asked;
  const byEngine = [...shape.memberLabels, ...shape.engineLabels];
  const outer = apart ? byEngine : [];
  const gauges = [...names.gauges].map(([word, series]): Question => {
    const values = series.map((one) => scaled(value(one, asked), one));
    return { word, query: together(combines[gaugesTogether[word]], values, byEngine, outer) };
  });
  const counters = [...names.counters].map(([word, series]): Question => {
    const rates = series.map((one) => scaled(counted(one, asked), one));
    return { word, query: together("sum", rates, byEngine, outer) };
  });
  const histograms = [...names.histograms].flatMap(([word, series]): Question[] => {
    const group = tellsEnginesApart(word, shape) ? outer : [];
    const all = (write: (one: NamedSeries) => string): string => together("sum", series.map(write), byEngine, group);
    if (!hasBuckets(series)) {
      return [
        { word: word + sumEnding, query: all((one) => scaled(timed(one, asked), one)) },
        { word: word + countEnding, query: all((one) => taken(one, asked)) },
      ];
    }
    const buckets = series.map((one) => rate(one, "_bucket", asked));
    return [
      { word, query: together("sum", buckets, [...byEngine, "le"], [...group, "le"]) },
      // In the wire's unit, as the bounds are.
      { word: word + sumEnding, query: all((one) => rate(one, "_sum", asked)) },
    ];
  });
  const parts = [...names.parts].map(([word, series]): Question => {
    const label = partLabel(series);
    const figures = series.map((one) => scaled(one.alias.wire === "gauge" ? value(one, asked) : rate(one, "", asked), one));
    return { word, query: together("sum", figures, [...byEngine, label], [label]) };
  });
  return [...gauges, ...counters, ...histograms, ...parts, ...(apart ? membersOf(asked) : [])];
}

/** The label by which a figure comes apart. */
export function partLabel(series: readonly NamedSeries[]): string {
  const alias = series[0]?.alias;
  return alias?.kind === "parts" ? alias.by : "";
}

/** Other forms tell a time and how often it was taken. */
export function hasBuckets(series: readonly NamedSeries[]): boolean {
  return series[0]?.alias.wire === "histogram";
}

/** Whether a word's histogram is asked for engine by engine: a hundred pods have a hundred thousand buckets. */
function tellsEnginesApart(word: CanonicalHistogram, shape: FleetShape): boolean {
  const engines = engineCount(shape);
  return engines <= smallFleet || (word === "ttft_seconds" && engines <= middleFleet);
}

/** Whether each server answers, and since when it runs, joined by the labels of their targets: neither carries a model's name. */
function membersOf({ names, shape, matchers }: Asked): readonly Question[] {
  const { memberLabels, targetLabels } = shape;
  const anchors = anchorNames(names);
  if (anchors.length === 0 || memberLabels.length === 0 || targetLabels.length === 0) return [];
  const joinedBy = `and on (${targetLabels.join(", ")}) last_over_time(${selectorOfAll(anchors, matchers)}[${missedFor}])`;
  return [
    { word: upWord, query: `min${by(memberLabels)} (up ${joinedBy})` },
    { word: startedWord, query: `max${by(memberLabels)} (process_start_time_seconds ${joinedBy})` },
  ];
}

const combines = { sum: "sum", mean: "avg", max: "max", min: "min" } as const;

/**
 * One figure of several names, put together over `outer`. `new or old` is chosen engine by engine: in the middle of an upgrade either is
 * there, and where a server has both, the left counts alone.
 */
function together(combine: string, vectors: readonly string[], inner: readonly string[], outer: readonly string[]): string {
  const [only] = vectors;
  if (only !== undefined && vectors.length === 1) return `${combine}${by(outer)} (${only})`;
  const either = vectors.map((one) => `${combine}${by(inner)} (${one})`).join(" or ");
  return inner.length === outer.length ? `(${either})` : `${combine}${by(outer)} (${either})`;
}

/** The growth of a counter a second: of both its names where it has two, of a histogram's sum where that is all there is. */
function counted(series: NamedSeries, asked: Asked): string {
  const first = rate(series, series.alias.kind === "sum" ? "_sum" : "", asked);
  if (series.second === undefined) return first;
  // Without a mark, two vectors of the same labels would be one.
  const marked = (vector: string, mark: string): string => `label_replace(${vector}, "half", "${mark}", "", "")`;
  return `${marked(first, "1")} or ${marked(rate(series, "", asked, series.second), "2")}`;
}

/** The time that a summary or a counter of time tells. */
function timed(series: NamedSeries, asked: Asked): string {
  return rate(series, series.alias.kind === "ratio" ? "" : "_sum", asked);
}

/** How often that time was taken. */
function taken(series: NamedSeries, asked: Asked): string {
  return series.second === undefined ? rate(series, "_count", asked) : rate(series, "", asked, series.second);
}

function rate(series: NamedSeries, ending: string, asked: Asked, name = series.name): string {
  return speaking(`rate(${chosen(`${name}${ending}`, series, asked)}[${duration(asked.windowSeconds)}])`, series, asked);
}

function value(series: NamedSeries, asked: Asked): string {
  const { name, second } = series;
  if (second === undefined) return level(name, series, asked);
  // The two need not have the same labels.
  const all = `sum${by([...asked.shape.memberLabels, ...asked.shape.engineLabels])}`;
  return `clamp_min(${all} (${level(name, series, asked)}) - ${all} (${level(second, series, asked)}), 0)`;
}

function level(name: string, series: NamedSeries, asked: Asked): string {
  const { above, below } = series.alias;
  const vector = chosen(name, series, asked);
  const marks = [...(above === undefined ? [] : [`> ${above}`]), ...(below === undefined ? [] : [`< ${below}`])];
  return speaking(marks.length === 0 ? vector : `(${[vector, ...marks].join(" ")})`, series, asked);
}

/** The series of a name that the table of names speaks of, of the servers chosen. */
function chosen(name: string, { alias: { where, prefer } }: NamedSeries, { matchers, shape }: Asked): string {
  const only = Object.entries(where ?? {}).map(([label, values]) => oneOf(label, values));
  // Where a series has no such label, it is whole itself.
  const rather = Object.entries(prefer ?? {}).map(
    ([label, one]): Matcher => ({ label, compares: "=~", value: `(?i:|${oneOf(label, [one]).value})` }),
  );
  return selector(name, [...matchers, ...shape.matchers, ...only, ...rather]);
}

/** Without what repeats other series: copies of a process, what the table says once, steps of an ensemble. */
function speaking(vector: string, { alias: { once }, among }: NamedSeries, { matchers, shape }: Asked): string {
  const own = among ? `(${vector} and on (${among.label}) ${selector(among.name, matchers)})` : vector;
  // Copies are no shares: the process that says the most is taken.
  const process = shape.copiesByProcess ? `max without (pid) (${own})` : own;
  return once ? `max${by([...new Set([...shape.memberLabels, ...shape.engineLabels, ...once])])} (${process})` : process;
}

function scaled(vector: string, { alias: { scale } }: NamedSeries): string {
  return scale === undefined ? vector : `(${vector}) * ${scale}`;
}

function by(labels: readonly string[]): string {
  return labels.length === 0 ? "" : ` by (${labels.join(", ")})`;
}

/** In the unit that every version reads; the API takes no fractions of a second shorter than 1 ms. */
export function duration(seconds: number): string {
  const ms = Math.max(1, Math.round(seconds * 1000));
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
