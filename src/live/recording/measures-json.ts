import { type Fields, isFields } from "../../deployment/case-fields.ts";
import { addTo, noParts } from "../page/together.ts";
import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, CanonicalPart, Histogram, Measures } from "../snapshot.ts";
import { counterWords, gaugeWords, histogramWords, partWords } from "../words.ts";
import { histogramFrom, histogramJson } from "./histogram-json.ts";

export function measuresJson({ gauges, counters, histograms, parts, means }: Measures): Fields {
  const buckets = Object.entries(histograms).map(([word, histogram]) => [word, histogramJson(histogram)] as const);
  return {
    gauges: { ...gauges },
    counters: { ...counters },
    histograms: Object.fromEntries(buckets),
    ...(parts ? { parts: { ...parts } } : {}),
    ...(means ? { means: { ...means } } : {}),
  };
}

/** What `measuresJson` wrote, with words that this build does not know left out. */
export function measuresFrom(json: Fields): Measures {
  const gauges: Partial<Record<CanonicalGauge, number>> = {};
  const counters: Partial<Record<CanonicalCounter, number>> = {};
  const histograms: Partial<Record<CanonicalHistogram, Histogram>> = {};
  for (const word of gaugeWords) {
    const value = memberOf(json.gauges, word);
    if (typeof value === "number") gauges[word] = value;
  }
  for (const word of counterWords) {
    const value = memberOf(json.counters, word);
    if (typeof value === "number") counters[word] = value;
  }
  for (const word of histogramWords) {
    const histogram = histogramFrom(memberOf(json.histograms, word));
    if (histogram) histograms[word] = histogram;
  }
  const parts = partsFrom(json.parts);
  const means = meansFrom(json.means);
  return { gauges, counters, histograms, ...(parts ? { parts } : {}), ...(means ? { means } : {}) };
}

function partsFrom(json: unknown): Measures["parts"] {
  if (!isFields(json)) return undefined;
  const parts: Partial<Record<CanonicalPart, Record<string, number>>> = {};
  for (const word of partWords) {
    const values = memberOf(json, word);
    if (!isFields(values)) continue;
    const numbers = noParts();
    for (const [part, value] of Object.entries(values)) if (typeof value === "number") addTo(numbers, part, value);
    parts[word] = numbers;
  }
  return parts;
}

function meansFrom(json: unknown): Measures["means"] {
  if (!isFields(json)) return undefined;
  const means: Partial<Record<CanonicalHistogram, number>> = {};
  for (const word of histogramWords) {
    const value = memberOf(json, word);
    if (typeof value === "number") means[word] = value;
  }
  return means;
}

/** A member of its own, whatever it is called; undefined where there is none. */
export function memberOf(value: unknown, name: string): unknown {
  return isFields(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
