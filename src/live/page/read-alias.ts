import { histogramOf, meanOf } from "../series/histogram.ts";
import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, CanonicalPart, Histogram, Sample } from "../snapshot.ts";
import { gauges, type Together } from "../words.ts";
import type { Alias } from "./aliases/alias.ts";
import { addTo, noParts, togetherOf } from "./together.ts";

/** The measures of one engine while a page is read. */
export interface OpenMeasures {
  readonly engine: string;
  readonly gauges: Partial<Record<CanonicalGauge, number>>;
  readonly counters: Partial<Record<CanonicalCounter, number>>;
  readonly histograms: Partial<Record<CanonicalHistogram, Histogram>>;
  readonly parts: Partial<Record<CanonicalPart, Record<string, number>>>;
  readonly means: Partial<Record<CanonicalHistogram, number>>;
}

export function openMeasures(engine: string): OpenMeasures {
  return { engine, gauges: {}, counters: {}, histograms: {}, parts: {}, means: {} };
}

/** Adds one engine's series of a family to its measures; false where they hold no number. `second`: those of the alias' second family. */
export function readAlias(
  alias: Exclude<Alias, { readonly kind: "info" }>,
  name: string,
  samples: readonly Sample[],
  second: readonly Sample[],
  into: OpenMeasures,
): boolean {
  const scale = alias.scale ?? 1;
  switch (alias.kind) {
    case "gauge": {
      // Nothing measured here can be negative: -1 stands for “not known”.
      const value = combined(
        samples.filter((sample) => sample.value >= 0),
        gauges[alias.canonical],
      );
      if (value === undefined) return false;
      // The two are not read in one moment.
      into.gauges[alias.canonical] = Math.max(0, value - (combined(second, "sum") ?? 0)) * scale;
      return true;
    }
    case "counter":
    case "sum": {
      const counted = alias.kind === "sum" ? samples.filter((sample) => sample.name === `${name}_sum`) : [...samples, ...second];
      const value = combined(counted, "sum");
      if (value === undefined) return false;
      into.counters[alias.canonical] = value * scale;
      return true;
    }
    case "histogram": {
      const histogram = histogramOf(name, samples, scale);
      if (histogram) into.histograms[alias.canonical] = histogram;
      return histogram !== undefined;
    }
    case "ratio": {
      const sum = combined(samples, "sum");
      const count = combined(second, "sum");
      if (sum === undefined || count === undefined) return false;
      into.histograms[alias.canonical] = meanOf(sum * scale, count);
      return true;
    }
    case "mean": {
      const value = combined(samples, "mean");
      if (value === undefined) return false;
      into.means[alias.canonical] = value * scale;
      return true;
    }
    case "parts": {
      const parts = into.parts[alias.canonical] ?? noParts();
      for (const { labels, value } of samples) {
        const part = labels[alias.by];
        if (part !== undefined && Number.isFinite(value)) addTo(parts, part, value * scale);
      }
      if (Object.keys(parts).length === 0) return false;
      into.parts[alias.canonical] = parts;
      return true;
    }
    default:
      return alias satisfies never;
  }
}

function combined(samples: readonly Sample[], how: Together): number | undefined {
  return togetherOf(
    samples.map(({ value }) => value),
    how,
  );
}
