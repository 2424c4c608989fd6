import { histogramOf } from "../../histogram.ts";
import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, EngineMeasures, Histogram, Measures, Sample } from "../../snapshot.ts";
import { together } from "../../together.ts";
import type { AnsweredSeries } from "./answer.ts";
import type { WordNames } from "./names.ts";
import { startedWord, sumEnding, tellsEnginesApart, upWord, wordLabel } from "./queries.ts";
import { engineOf, type FleetShape, memberOf } from "./shape.ts";

/** Series of one instant, by the query of a look that gave them. */
export interface Instant {
  readonly gauges: readonly AnsweredSeries[];
  readonly counters: readonly AnsweredSeries[];
  readonly histograms: readonly AnsweredSeries[];
}

/** One server at an instant. */
export interface InstantMember {
  readonly name: string;
  readonly engines: readonly EngineMeasures[];
  /** null where the store does not say. */
  readonly up: boolean | null;
  /** Unix seconds; null where the store does not say. */
  readonly startedAt: number | null;
}

/** What one instant says: gauges as they are, counters and histograms per second, all servers as one and each alone. */
export interface InstantFigures extends Measures {
  /** In the order of names. */
  readonly members: readonly InstantMember[];
}

interface OpenEngine {
  readonly engine: string;
  readonly gauges: Partial<Record<CanonicalGauge, number>>;
  readonly counters: Partial<Record<CanonicalCounter, number>>;
  readonly histograms: Partial<Record<CanonicalHistogram, Histogram>>;
}

interface OpenMember {
  readonly name: string;
  readonly engines: Map<string, OpenEngine>;
  up: boolean | null;
  startedAt: number | null;
}

/** Sorts the series of an instant by server and engine. A server without any figure is there with no engines. */
export function figuresOf(instant: Instant, names: WordNames, shape: FleetShape): InstantFigures {
  const members = new Members(shape);
  const wholes: Partial<Record<CanonicalHistogram, Histogram>> = {};
  for (const [word, series] of byWord(instant.gauges)) {
    for (const one of series) {
      const value = lastOf(one);
      if (!Number.isFinite(value)) continue;
      if (word === upWord) members.member(one).up = value > 0;
      else if (word === startedWord) members.member(one).startedAt = value;
      else for (const gauge of names.gauges.keys()) if (gauge === word) members.engine(one).gauges[gauge] = value;
    }
  }
  const counters = byWord(instant.counters);
  for (const word of names.counters.keys()) {
    for (const one of counters.get(word) ?? []) if (Number.isFinite(lastOf(one))) members.engine(one).counters[word] = lastOf(one);
  }
  const histograms = byWord(instant.histograms);
  for (const word of names.histograms.keys()) {
    const parts = [...(histograms.get(word) ?? []), ...(histograms.get(`${word}${sumEnding}`) ?? [])];
    if (!tellsEnginesApart(word, shape)) {
      const whole = histogramIn(word, parts);
      if (whole) wholes[word] = whole;
      continue;
    }
    for (const [engine, own] of grouped(parts, (one) => members.engine(one))) {
      const histogram = histogramIn(word, own);
      if (histogram) engine.histograms[word] = histogram;
    }
  }
  return members.figures(wholes);
}

class Members {
  private readonly known = new Map<string, OpenMember>();

  constructor(private readonly shape: FleetShape) {}

  member({ labels }: AnsweredSeries): OpenMember {
    const name = memberOf(labels, this.shape);
    const member = this.known.get(name) ?? { name, engines: new Map(), up: null, startedAt: null };
    this.known.set(name, member);
    return member;
  }

  engine(series: AnsweredSeries): OpenEngine {
    const { name, engines } = this.member(series);
    const label = engineOf(series.labels, this.shape);
    const whole = [name, label].filter((part) => part !== "").join("/");
    const engine = engines.get(label) ?? { engine: whole, gauges: {}, counters: {}, histograms: {} };
    engines.set(label, engine);
    return engine;
  }

  figures(wholes: Measures["histograms"]): InstantFigures {
    const members = [...this.known.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((member) => ({ ...member, engines: [...member.engines.values()].filter(hasFigures) }));
    const { gauges, counters, histograms } = together(members.flatMap((member) => member.engines));
    return { gauges, counters, histograms: { ...histograms, ...wholes }, members };
  }
}

function hasFigures({ gauges, counters, histograms }: OpenEngine): boolean {
  return [gauges, counters, histograms].some((words) => Object.keys(words).length > 0);
}

function byWord(series: readonly AnsweredSeries[]): ReadonlyMap<string, readonly AnsweredSeries[]> {
  return grouped(series, (one) => one.labels[wordLabel] ?? "");
}

function grouped<Key>(series: readonly AnsweredSeries[], keyOf: (one: AnsweredSeries) => Key): ReadonlyMap<Key, readonly AnsweredSeries[]> {
  const groups = new Map<Key, AnsweredSeries[]>();
  for (const one of series) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return groups;
}

function histogramIn(word: string, series: readonly AnsweredSeries[]): Histogram | undefined {
  const samples = series.map((one): Sample => {
    const ending = one.labels[wordLabel] === word ? "bucket" : "sum";
    return { name: `${word}_${ending}`, labels: one.labels, value: lastOf(one) };
  });
  return histogramOf(word, samples);
}

function lastOf({ samples }: AnsweredSeries): number {
  return samples.at(-1)?.[1] ?? Number.NaN;
}
