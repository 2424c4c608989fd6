import { type Fields, isFields } from "../../deployment/case-fields.ts";
import { counterWords, histogramWords } from "../point.ts";
import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, Histogram, Measures } from "../snapshot.ts";
import { gaugeWords } from "../window.ts";
import { histogramFrom, histogramJson } from "./histogram-json.ts";

export function measuresJson({ gauges, counters, histograms }: Measures): Fields {
  const buckets = Object.entries(histograms).map(([word, histogram]) => [word, histogramJson(histogram)] as const);
  return { gauges: { ...gauges }, counters: { ...counters }, histograms: Object.fromEntries(buckets) };
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
  return { gauges, counters, histograms };
}

/** A member of its own, whatever it is called; undefined where there is none. */
export function memberOf(value: unknown, name: string): unknown {
  return isFields(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
