import { fillCapacity, readCacheConfig } from "../../page/kv-capacity.ts";
import { type OpenMeasures, openMeasures } from "../../page/read-alias.ts";
import { addTo, noParts, together } from "../../page/together.ts";
import { histogramOf, meanOf } from "../../series/histogram.ts";
import type { CanonicalHistogram, CanonicalPart, EngineMeasures, Histogram, Measures, Role, Sample } from "../../snapshot.ts";
import type { AnsweredSeries } from "./answer.ts";
import type { StoreFacts } from "./facts.ts";
import type { WordNames } from "./names.ts";
import { countEnding, hasBuckets, partLabel, startedWord, sumEnding, upWord, wordLabel } from "./queries.ts";
import { engineOf, type FleetShape, memberOf } from "./shape.ts";

/** One server at an instant. */
export interface InstantMember {
  readonly name: string;
  readonly role: Role | undefined;
  readonly engines: readonly EngineMeasures[];
  /** null where the store does not say. */
  readonly up: boolean | null;
  /** Unix seconds; null where the store does not say. */
  readonly startedAt: number | null;
}

/** What one instant says: gauges as they are, counters and histograms per second, all servers as one and each alone. */
export interface InstantFigures extends Measures {
  readonly parts: NonNullable<Measures["parts"]>;
  /** In the order of names. */
  readonly members: readonly InstantMember[];
}

interface OpenMember {
  readonly name: string;
  readonly engines: Map<string, OpenMeasures>;
  up: boolean | null;
  startedAt: number | null;
}

/** What of a selection the series of an instant are read by. */
interface Known {
  readonly names: WordNames;
  readonly shape: FleetShape;
  readonly facts: StoreFacts;
}

/** Sorts the series of an instant by server and engine. A server without any figure is there with no engines. */
export function figuresOf(series: readonly AnsweredSeries[], { names, shape, facts }: Known): InstantFigures {
  const members = new Members(shape);
  const byWord = grouped(series, (one) => one.labels[wordLabel] ?? "");
  for (const [word] of names.gauges) {
    // Nothing that is measured can be negative: -1 stands for what is not known.
    for (const one of byWord.get(word) ?? []) if (lastOf(one) >= 0) members.engine(one).gauges[word] = lastOf(one);
  }
  for (const [word] of names.counters) {
    for (const one of byWord.get(word) ?? []) if (Number.isFinite(lastOf(one))) members.engine(one).counters[word] = lastOf(one);
  }
  for (const [word, named] of names.histograms) {
    const parts = [word, word + sumEnding, word + countEnding].flatMap((part) => byWord.get(part) ?? []);
    for (const [engine, own] of grouped(parts, (one) => members.engine(one))) {
      const histogram = hasBuckets(named) ? histogramIn(word, own, named[0]?.alias.scale) : meanIn(word, own);
      if (histogram) engine.histograms[word] = histogram;
    }
  }
  for (const one of byWord.get(upWord) ?? []) members.member(one).up = lastOf(one) > 0;
  for (const one of byWord.get(startedWord) ?? []) if (Number.isFinite(lastOf(one))) members.member(one).startedAt = lastOf(one);
  return { ...members.figures(facts.cacheConfig), parts: partsOf(byWord, names) };
}

/** Figures by a label: gauges as they are, counters per second. */
function partsOf(byWord: ReadonlyMap<string, readonly AnsweredSeries[]>, names: WordNames): NonNullable<Measures["parts"]> {
  const parts: Partial<Record<CanonicalPart, Record<string, number>>> = {};
  for (const [word, named] of names.parts) {
    for (const one of byWord.get(word) ?? []) {
      const name = one.labels[partLabel(named)];
      const value = lastOf(one);
      if (name === undefined || !Number.isFinite(value)) continue;
      const sums = parts[word] ?? noParts();
      parts[word] = sums;
      addTo(sums, name, value);
    }
  }
  return parts;
}

class Members {
  private readonly known = new Map<string, OpenMember>();
  /** What is told of all servers as one. */
  private readonly whole = openMeasures("");

  constructor(private readonly shape: FleetShape) {}

  member({ labels }: AnsweredSeries): OpenMember {
    const name = memberOf(labels, this.shape);
    const member = this.known.get(name) ?? { name, engines: new Map(), up: null, startedAt: null };
    this.known.set(name, member);
    return member;
  }

  engine(series: AnsweredSeries): OpenMeasures {
    const { labels } = series;
    const label = engineOf(labels, this.shape);
    const { memberLabels, engineLabels } = this.shape;
    if ([...memberLabels, ...engineLabels].length > 0 && memberOf(labels, this.shape) === "" && label === "") return this.whole;
    const { name, engines } = this.member(series);
    const engine = engines.get(label) ?? openMeasures([name, label].filter((part) => part !== "").join("/"));
    engines.set(label, engine);
    return engine;
  }

  figures(cacheConfig: StoreFacts["cacheConfig"]): Omit<InstantFigures, "parts"> {
    const members = [...this.known.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map((member) => this.closed(member, cacheConfig));
    const { gauges, counters, histograms } = together(members.flatMap((member) => member.engines));
    return {
      gauges: { ...gauges, ...this.whole.gauges },
      counters: { ...counters, ...this.whole.counters },
      histograms: { ...histograms, ...this.whole.histograms },
      members,
    };
  }

  private closed({ name, engines, up, startedAt }: OpenMember, cacheConfig: StoreFacts["cacheConfig"]): InstantMember {
    const role = this.shape.roles.get(name);
    const own = [...engines.values()].filter(hasFigures);
    for (const measures of own) {
      if (cacheConfig) readCacheConfig(cacheConfig, own.length, measures);
      fillCapacity(measures);
    }
    const told = own.map(({ engine, gauges, counters, histograms }) => ({
      engine,
      gauges,
      counters,
      histograms,
      ...(role ? { role } : {}),
    }));
    return { name, role, engines: told, up, startedAt };
  }
}

function hasFigures({ gauges, counters, histograms }: OpenMeasures): boolean {
  return [gauges, counters, histograms].some((words) => Object.keys(words).length > 0);
}

function histogramIn(word: CanonicalHistogram, series: readonly AnsweredSeries[], scale: number | undefined): Histogram | undefined {
  const samples = series.map((one): Sample => {
    const ending = one.labels[wordLabel] === word ? "bucket" : "sum";
    return { name: `${word}_${ending}`, labels: one.labels, value: lastOf(one) };
  });
  return histogramOf(word, samples, scale);
}

function meanIn(word: CanonicalHistogram, series: readonly AnsweredSeries[]): Histogram | undefined {
  const part = (ending: string): number => {
    const one = series.find(({ labels }) => labels[wordLabel] === word + ending);
    return one ? lastOf(one) : Number.NaN;
  };
  const [sum, count] = [part(sumEnding), part(countEnding)];
  return Number.isFinite(sum) && Number.isFinite(count) ? meanOf(sum, count) : undefined;
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

function lastOf({ samples }: AnsweredSeries): number {
  return samples.at(-1)?.[1] ?? Number.NaN;
}
