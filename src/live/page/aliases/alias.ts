import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, CanonicalInfo, CanonicalPart, ServerKind } from "../../snapshot.ts";

/** Which series of a family are read, in what unit, in which releases. */
export interface Reading {
  /** First and last release compared in which the name was on the page; absent = still there, or not known. */
  readonly since?: string;
  readonly until?: string;
  /** Wire value times this is the canonical value (MiB to bytes, ms to s, percent to share). */
  readonly scale?: number;
  /** Only series whose label has one of these values. */
  readonly where?: Readonly<Record<string, readonly string[]>>;
  /** Where any series has the label, only those with this value: the others are shares of it, or another quantity. */
  readonly prefer?: Readonly<Record<string, string>>;
  /** A second family: what is added to a counter, taken off a gauge, or how often a time was taken. */
  readonly second?: string;
  /** Only series whose label has a value that one of these families has too, where any does. */
  readonly among?: { readonly label: string; readonly families: readonly string[] };
  /** Only values above this, or below: what lies beyond are marks for “not known”. */
  readonly above?: number;
  readonly below?: number;
  /** Series that agree in these labels repeat one thing (a GPU shared by pods): the largest speaks. */
  readonly once?: readonly string[];
  /** What holds for each engine, told once for all: says nothing of several together. Stands behind the names that tell engines apart. */
  readonly ofEach?: true;
  /** Of the server as a whole, whatever labels its series carry. */
  readonly whole?: true;
}

/** What becomes of a family: `kind` is the canonical side, `wire` what the page types it as. */
export type Meaning =
  | { readonly kind: "gauge"; readonly canonical: CanonicalGauge; readonly wire: "gauge" | "counter" }
  | { readonly kind: "counter"; readonly canonical: CanonicalCounter; readonly wire: "counter" | "gauge" }
  /** A counter that is the sum of a histogram: tokens of servers that count none. */
  | { readonly kind: "sum"; readonly canonical: CanonicalCounter; readonly wire: "histogram" }
  | { readonly kind: "histogram"; readonly canonical: CanonicalHistogram; readonly wire: "histogram" | "summary" }
  /** A mean kept by the server. */
  | { readonly kind: "mean"; readonly canonical: CanonicalHistogram; readonly wire: "gauge" }
  /** Time as one counter, how often as another: the mean of what came in, without quantiles. */
  | { readonly kind: "ratio"; readonly canonical: CanonicalHistogram; readonly wire: "counter" }
  | { readonly kind: "parts"; readonly canonical: CanonicalPart; readonly wire: "gauge" | "counter"; readonly by: string }
  | { readonly kind: "info"; readonly canonical: CanonicalInfo; readonly wire: "gauge" };

/** A meaning under the name that its server gives it, without the server's prefix. */
export type Named = Meaning & Reading & { readonly name: string };

/** One name under which a server publishes a canonical quantity. */
export type Alias = Named & {
  readonly server: ServerKind;
  /** What wire names are matched by (`aliasKey`). */
  readonly key: string;
};

/** Names of a server, in order of trust: of several for one word the first that a page types as expected is taken, never two added up. */
export function namesOf(server: ServerKind, prefix: string, names: readonly Named[]): readonly Alias[] {
  // A name of another has its prefix already.
  const keyOf = (name: string): string => aliasKey(name.includes(":") ? name : prefix + name);
  return names.map((named): Alias => {
    const second = named.second === undefined ? {} : { second: keyOf(named.second) };
    const among = named.among ? { among: { ...named.among, families: named.among.families.map(keyOf) } } : {};
    return { ...named, ...second, ...among, server, name: prefix + named.name, key: keyOf(named.name) };
  });
}

export function gauge(canonical: CanonicalGauge, name: string, reading: Reading = {}): Named {
  return { kind: "gauge", wire: "gauge", canonical, name, ...reading };
}

/** A figure that goes up and down, or a maximum, although its server types it as counter. */
export function gaugeTypedCounter(canonical: CanonicalGauge, name: string, reading: Reading = {}): Named {
  return { kind: "gauge", wire: "counter", canonical, name, ...reading };
}

export function counter(canonical: CanonicalCounter, name: string, reading: Reading = {}): Named {
  return { kind: "counter", wire: "counter", canonical, name, ...reading };
}

/** A figure that only rises although its server types it as gauge. */
export function counterTypedGauge(canonical: CanonicalCounter, name: string, reading: Reading = {}): Named {
  return { kind: "counter", wire: "gauge", canonical, name, ...reading };
}

/** The sum of a histogram as a counter. */
export function sumOf(canonical: CanonicalCounter, name: string, reading: Reading = {}): Named {
  return { kind: "sum", wire: "histogram", canonical, name, ...reading };
}

export function histogram(canonical: CanonicalHistogram, name: string, reading: Reading = {}): Named {
  return { kind: "histogram", wire: "histogram", canonical, name, ...reading };
}

export function summary(canonical: CanonicalHistogram, name: string, reading: Reading = {}): Named {
  return { kind: "histogram", wire: "summary", canonical, name, ...reading };
}

export function mean(canonical: CanonicalHistogram, name: string, reading: Reading = {}): Named {
  return { kind: "mean", wire: "gauge", canonical, name, ...reading };
}

/** `name` counts time, `second` how often. */
export function ratio(canonical: CanonicalHistogram, name: string, second: string, reading: Reading = {}): Named {
  return { kind: "ratio", wire: "counter", canonical, name, second, ...reading };
}

/** A gauge split by the label `by`. */
export function gaugeBy(canonical: CanonicalPart, name: string, by: string, reading: Reading = {}): Named {
  return { kind: "parts", wire: "gauge", canonical, name, by, ...reading };
}

/** A counter split by the label `by`. */
export function counterBy(canonical: CanonicalPart, name: string, by: string, reading: Reading = {}): Named {
  return { kind: "parts", wire: "counter", canonical, name, by, ...reading };
}

export function info(canonical: CanonicalInfo, name: string, reading: Reading = {}): Named {
  return { kind: "info", wire: "gauge", canonical, name, ...reading };
}

/** The key of a wire name: Ray Serve writes `ray_vllm_x` for `vllm:x`, Python counters end in `_total`, once or twice. */
export function aliasKey(wireName: string): string {
  let key = wireName.startsWith("ray_") ? wireName.slice(4) : wireName;
  if (key.includes(":")) key = key.replaceAll(":", "_");
  while (key.endsWith("_total")) key = key.slice(0, -6);
  return key;
}
