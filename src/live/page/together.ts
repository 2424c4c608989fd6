import { mergeHistograms } from "../series/histogram.ts";
import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, CanonicalPart, Histogram, Measures } from "../snapshot.ts";
import { gauges, keysOf, type Together } from "../words.ts";

/** All engines as one: each gauge as its word is put together, counters summed, histograms merged bucket by bucket. */
export function together(engines: readonly Measures[]): Measures {
  const counters: Partial<Record<CanonicalCounter, number>> = {};
  const histograms: Partial<Record<CanonicalHistogram, Histogram>> = {};
  for (const engine of engines) {
    for (const word of keysOf(engine.counters)) counters[word] = (counters[word] ?? 0) + (engine.counters[word] ?? 0);
    for (const word of keysOf(engine.histograms)) {
      const one = engine.histograms[word];
      const sum = histograms[word];
      if (one) histograms[word] = sum ? mergeHistograms(sum, one) : one;
    }
  }
  const parts = partsOf(engines);
  const means = meansOf(engines);
  return {
    gauges: gaugesOf(engines),
    counters,
    histograms,
    ...(keysOf(parts).length > 0 ? { parts } : {}),
    ...(keysOf(means).length > 0 ? { means } : {}),
  };
}

function gaugesOf(engines: readonly Measures[]): Measures["gauges"] {
  const [only, ...others] = engines;
  if (!only || others.length === 0) return { ...only?.gauges };
  const values: Partial<Record<CanonicalGauge, number[]>> = {};
  for (const engine of engines) {
    for (const word of keysOf(engine.gauges)) {
      const value = engine.gauges[word];
      if (value === undefined) continue;
      const list = values[word];
      if (list) list.push(value);
      else values[word] = [value];
    }
  }
  const all: Partial<Record<CanonicalGauge, number>> = {};
  for (const word of keysOf(values)) {
    const value = togetherOf(values[word] ?? [], gauges[word]);
    if (value !== undefined) all[word] = value;
  }
  return all;
}

function partsOf(engines: readonly Measures[]): NonNullable<Measures["parts"]> {
  const all: Partial<Record<CanonicalPart, Record<string, number>>> = {};
  for (const { parts } of engines) {
    if (!parts) continue;
    for (const word of keysOf(parts)) {
      const sums = all[word] ?? noParts();
      all[word] = sums;
      for (const [part, value] of Object.entries(parts[word] ?? {})) addTo(sums, part, value);
    }
  }
  return all;
}

function meansOf(engines: readonly Measures[]): NonNullable<Measures["means"]> {
  const all: Partial<Record<CanonicalHistogram, number>> = {};
  const words = new Set(engines.flatMap(({ means }) => (means ? keysOf(means) : [])));
  for (const word of words) {
    const value = togetherOf(
      engines.flatMap(({ means }) => means?.[word] ?? []),
      "mean",
    );
    if (value !== undefined) all[word] = value;
  }
  return all;
}

/** No prototype: the names of parts come from the page. */
export function noParts(): Record<string, number> {
  return Object.create(null);
}

export function addTo(parts: Record<string, number>, part: string, value: number): void {
  parts[part] = (parts[part] ?? 0) + value;
}

/** One figure of several; undefined where none is a number. */
export function togetherOf(values: readonly number[], how: Together): number | undefined {
  let count = 0;
  let result = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (how === "max") result = count === 0 ? value : Math.max(result, value);
    else if (how === "min") result = count === 0 ? value : Math.min(result, value);
    else result += value;
    count++;
  }
  if (count === 0) return undefined;
  return how === "mean" ? result / count : result;
}
