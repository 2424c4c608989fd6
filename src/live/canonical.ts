import { type Alias, aliases, aliasKey } from "./aliases.ts";
import { byEngine } from "./engine-series.ts";
import { histogramOf, mergeHistograms } from "./histogram.ts";
import type {
  CanonicalCounter,
  CanonicalGauge,
  CanonicalHistogram,
  EngineMeasures,
  Family,
  Histogram,
  MetricsPage,
  Sample,
  ServerKind,
  Snapshot,
} from "./snapshot.ts";

interface OpenMeasures {
  readonly engine: string;
  readonly gauges: Partial<Record<CanonicalGauge, number>>;
  readonly counters: Partial<Record<CanonicalCounter, number>>;
  readonly histograms: Partial<Record<CanonicalHistogram, Histogram>>;
}

export const serverKinds: readonly ServerKind[] = ["vllm", "sglang", "llama.cpp", "nim"];

/**
 * One scrape in canonical words: requests and counters summed over engines, the cache's usage averaged, histograms merged bucket by
 * bucket. `time` in unix seconds. What the page does not offer, or gives as NaN, is absent.
 */
export function snapshotOf(page: MetricsPage, time: number): Snapshot {
  const found = familiesByKey(page);
  const kind = serverKinds.find((candidate) => aliases.some((alias) => alias.server === candidate && familyFor(alias, found))) ?? "unknown";
  const engines = new Map<string, OpenMeasures>();
  const wireNames: Record<string, string> = {};
  const models = new Set<string>();
  for (const alias of aliases) {
    const family = alias.server === kind ? familyFor(alias, found) : undefined;
    if (!family || wireNames[alias.canonical] !== undefined) continue;
    for (const [engine, samples] of byEngine(family)) {
      const measures = engines.get(engine) ?? { engine, gauges: {}, counters: {}, histograms: {} };
      if (!read(alias, family, samples, measures)) continue;
      engines.set(engine, measures);
      wireNames[alias.canonical] = family.name;
      for (const sample of samples) if (sample.labels.model_name) models.add(sample.labels.model_name);
    }
  }
  const perEngine = withoutAnonymous([...engines.values()]);
  return {
    time,
    server: { kind, model: models.size > 0 ? [...models].sort().join(", ") : null, engines: Math.max(1, perEngine.length) },
    ...together([...engines.values()]),
    startedAt: startedAt(page, new Set(Object.values(wireNames))),
    cacheConfig: cacheConfig(found),
    perEngine,
    wireNames,
  };
}

function familiesByKey(page: MetricsPage): ReadonlyMap<string, readonly Family[]> {
  const found = new Map<string, Family[]>();
  for (const family of page.families.values()) {
    const key = aliasKey(family.name);
    const same = found.get(key);
    if (same) same.push(family);
    else found.set(key, [family]);
  }
  return found;
}

/** The page's type decides, never the name: a gauge called `x_total` is no counter. Pages without types are taken at their word. */
function familyFor(alias: Alias, found: ReadonlyMap<string, readonly Family[]>): Family | undefined {
  return found
    .get(alias.key)
    ?.find(
      (family) => family.samples.length > 0 && (family.type === alias.kind || (family.type === "untyped" && alias.kind !== "histogram")),
    );
}

/** Adds one engine's samples of a family to its measures; false where they hold no number. */
function read(alias: Alias, family: Family, samples: readonly Sample[], into: OpenMeasures): boolean {
  switch (alias.kind) {
    case "histogram": {
      const histogram = histogramOf(family.name, samples);
      if (histogram) into.histograms[alias.canonical] = histogram;
      return histogram !== undefined;
    }
    case "gauge": {
      const values = samples.map((sample) => sample.value).filter(Number.isFinite);
      if (values.length === 0) return false;
      const sum = values.reduce((a, b) => a + b, 0);
      into.gauges[alias.canonical] = alias.canonical === "kv_cache_usage" ? sum / values.length : sum;
      return true;
    }
    case "counter": {
      const values = samples
        .filter((sample) => !sample.name.endsWith("_created"))
        .map((sample) => sample.value)
        .filter(Number.isFinite);
      if (values.length === 0) return false;
      into.counters[alias.canonical] = values.reduce((a, b) => a + b, 0);
      return true;
    }
    default:
      return alias satisfies never;
  }
}

/** Series without an engine label beside labelled ones belong to the server as a whole: they count, but are no engine. */
function withoutAnonymous(engines: readonly OpenMeasures[]): readonly EngineMeasures[] {
  return engines.length > 1 ? engines.filter(({ engine }) => engine !== "") : engines;
}

/** All engines as one. */
export function together(engines: readonly Omit<EngineMeasures, "engine">[]): Omit<OpenMeasures, "engine"> {
  const all: Omit<OpenMeasures, "engine"> = { gauges: {}, counters: {}, histograms: {} };
  const usages = engines.map(({ gauges }) => gauges.kv_cache_usage).filter((usage) => usage !== undefined);
  if (usages.length > 0) all.gauges.kv_cache_usage = usages.reduce((a, b) => a + b, 0) / usages.length;
  for (const { gauges, counters, histograms } of engines) {
    for (const word of ["requests_running", "requests_waiting"] as const) {
      const value = gauges[word];
      if (value !== undefined) all.gauges[word] = (all.gauges[word] ?? 0) + value;
    }
    for (const word of words(counters)) all.counters[word] = (all.counters[word] ?? 0) + (counters[word] ?? 0);
    for (const word of words(histograms)) {
      const one = histograms[word];
      const sum = all.histograms[word];
      if (one) all.histograms[word] = sum ? mergeHistograms(sum, one) : one;
    }
  }
  return all;
}

function words<Word extends string>(record: Readonly<Partial<Record<Word, unknown>>>): readonly Word[] {
  const list: Word[] = [];
  for (const word in record) list.push(word);
  return list;
}

/** When the process began: what it says itself, else the oldest birth of the series that were read. */
function startedAt(page: MetricsPage, names: ReadonlySet<string>): number | undefined {
  const process = page.families.get("process_start_time_seconds")?.samples[0]?.value;
  if (process !== undefined && Number.isFinite(process)) return process;
  let oldest = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const born = `${name.replace(/_total$/, "")}_created`;
    const own = page.families.get(name)?.samples.filter((sample) => sample.name === born) ?? [];
    for (const sample of [...own, ...(page.families.get(born)?.samples ?? [])])
      if (sample.value > 0) oldest = Math.min(oldest, sample.value);
  }
  return Number.isFinite(oldest) ? oldest : undefined;
}

function cacheConfig(found: ReadonlyMap<string, readonly Family[]>): Readonly<Record<string, string>> | undefined {
  const family = [
    ...(found.get("vllm_cache_config_info") ?? []),
    ...(found.get("vllm_cache_config") ?? []),
    ...(found.get("sglang_cache_config_info") ?? []),
  ][0];
  return family?.samples[0]?.labels;
}
