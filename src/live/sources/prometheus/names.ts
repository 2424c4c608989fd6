import { type Alias, aliasKey } from "../../page/aliases/alias.ts";
import { aliasesOf } from "../../page/aliases.ts";
import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, CanonicalPart, ServerKind } from "../../snapshot.ts";

/** A name of the store from which a word is read, as the table of names says. */
export interface NamedSeries {
  readonly alias: Alias;
  /** Of a histogram or a summary without `_bucket`, `_sum`, `_count`. */
  readonly name: string;
  /** The alias' second family. */
  readonly second?: string;
  /** Only series that share the value of a label with this family. */
  readonly among?: { readonly label: string; readonly name: string };
}

/** Where a store has each canonical word of a kind of server: newest names first, several in the middle of an upgrade. */
export interface WordNames {
  readonly kind: ServerKind;
  readonly gauges: ReadonlyMap<CanonicalGauge, readonly NamedSeries[]>;
  readonly counters: ReadonlyMap<CanonicalCounter, readonly NamedSeries[]>;
  readonly histograms: ReadonlyMap<CanonicalHistogram, readonly NamedSeries[]>;
  readonly parts: ReadonlyMap<CanonicalPart, readonly NamedSeries[]>;
}

/** Reads from a store's list of names which canonical words it holds of a kind of server. */
export function wordNames(names: readonly string[], kind: ServerKind): WordNames {
  const families = familiesIn(names);
  const gauges = new Map<CanonicalGauge, NamedSeries[]>();
  const counters = new Map<CanonicalCounter, NamedSeries[]>();
  const histograms = new Map<CanonicalHistogram, NamedSeries[]>();
  const parts = new Map<CanonicalPart, NamedSeries[]>();
  for (const alias of aliasesOf(kind)) {
    // A store tells one engine from several too late.
    if (alias.ofEach) continue;
    const series = seriesOf(alias, families);
    switch (alias.kind) {
      case "gauge":
        append(gauges, alias.canonical, series);
        break;
      case "counter":
      case "sum":
        append(counters, alias.canonical, series);
        break;
      case "histogram":
      case "ratio":
        append(histograms, alias.canonical, series);
        break;
      case "parts":
        append(parts, alias.canonical, series);
        break;
      // Means that a server keeps itself are for those who read its page; what it tells of itself is asked for once (`facts.ts`).
      case "mean":
      case "info":
        break;
      default:
        alias satisfies never;
    }
  }
  return { kind, gauges, counters, histograms, parts };
}

type Wire = "single" | "histogram" | "summary";

/** What can stand in PromQL without quotes. */
const legal = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** A store lists series, not families, and seldom their types: names are taken at their word. */
function familiesIn(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const families = new Map<string, string[]>();
  const add = (wire: Wire, name: string): void => {
    const key = familyKey(wire, aliasKey(name));
    const same = families.get(key);
    if (same) same.push(name);
    else families.set(key, [name]);
  };
  for (const name of new Set(names)) {
    if (!legal.test(name)) continue;
    add("single", name);
    if (name.endsWith("_bucket")) add("histogram", name.slice(0, -"_bucket".length));
    if (name.endsWith("_sum")) add("summary", name.slice(0, -"_sum".length));
  }
  return families;
}

function familyKey(wire: Wire, key: string): string {
  return `${wire} ${key}`;
}

function seriesOf(alias: Alias, families: ReadonlyMap<string, readonly string[]>): readonly NamedSeries[] {
  const named = (key: string, wire: Wire = "single") => families.get(familyKey(wire, key)) ?? [];
  const wire = alias.wire === "histogram" || alias.wire === "summary" ? alias.wire : "single";
  const second = alias.second === undefined ? undefined : named(alias.second)[0];
  if (alias.second !== undefined && second === undefined) return [];
  const family = alias.among?.families.flatMap((key) => named(key))[0];
  return named(alias.key, wire).map((name) => ({
    alias,
    name,
    ...(second === undefined ? {} : { second }),
    ...(alias.among && family !== undefined ? { among: { label: alias.among.label, name: family } } : {}),
  }));
}

/**
 * What is in another unit than the first, another form of histogram, or by another label, cannot stand in for it; a name that releases
 * type differently is one here.
 */
function append<Word>(found: Map<Word, NamedSeries[]>, word: Word, series: readonly NamedSeries[]): void {
  const known = found.get(word) ?? [];
  const first = (known[0] ?? series[0])?.alias;
  const others = series.filter(({ alias }) => first !== undefined && isLike(alias, first));
  const all = [...known, ...others.filter((one) => !known.some((other) => isSame(one, other)))];
  if (all.length > 0) found.set(word, all);
}

function isSame(one: NamedSeries, other: NamedSeries): boolean {
  return one.name === other.name && one.second === other.second && one.alias.where === other.alias.where;
}

function isLike(one: Alias, other: Alias): boolean {
  const form = (alias: Alias): string => {
    if (alias.kind === "parts") return `${alias.wire} ${alias.by}`;
    return alias.kind === "histogram" || alias.kind === "ratio" ? `${alias.kind} ${alias.wire}` : "";
  };
  return one.scale === other.scale && form(one) === form(other);
}
