import { noParts } from "../page/together.ts";
import type { CanonicalHistogram, CanonicalInfo, CanonicalPart, Histogram, Measures, Snapshot } from "../snapshot.ts";
import { histogramWords, infoWords, partWords } from "../words.ts";
import { sharingBounds } from "./histogram.ts";

type Labels = Readonly<Record<string, string>>;

/** Engines' names, which pods bring anew. */
const mostTexts = 1000;

/**
 * One copy of what seldom changes, for all points of a history. Names and labels are slices of the page they were read from: each copy
 * that is kept would keep its whole page.
 */
export class Sharing {
  private readonly bounds = new Map<CanonicalHistogram, Float64Array>();
  private readonly texts = new Map<string, string>();
  private server: Snapshot["server"] | undefined;
  private wireNames: Labels | undefined;
  private cacheConfig: Labels | undefined;
  private infos: Snapshot["infos"];

  snapshot(snapshot: Snapshot): Snapshot {
    const { server, wireNames, cacheConfig, infos, perEngine, perRole } = snapshot;
    this.server = this.server && sameServer(this.server, server) ? this.server : server;
    this.wireNames = sharedLabels(this.wireNames, wireNames);
    this.cacheConfig = sharedLabels(this.cacheConfig, cacheConfig);
    this.infos = sharedInfos(this.infos, infos);
    return {
      ...this.measures(snapshot),
      server: this.server,
      cacheConfig: this.cacheConfig,
      ...(this.infos ? { infos: this.infos } : {}),
      ...(this.wireNames ? { wireNames: this.wireNames } : {}),
      ...(perEngine ? { perEngine: perEngine.map((one) => ({ ...this.measures(one), engine: this.text(one.engine) })) } : {}),
      ...(perRole ? { perRole: perRole.map((one) => this.measures(one)) } : {}),
    };
  }

  text(text: string): string {
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    if (this.texts.size >= mostTexts) this.texts.clear();
    this.texts.set(text, text);
    return text;
  }

  private parts(parts: NonNullable<Measures["parts"]>): Measures["parts"] {
    const shared: Partial<Record<CanonicalPart, Record<string, number>>> = {};
    for (const word of partWords) {
      const values = parts[word];
      if (!values) continue;
      const named = noParts();
      for (const part in values) named[this.text(part)] = values[part] ?? 0;
      shared[word] = named;
    }
    return shared;
  }

  private measures<Kind extends Measures>(measures: Kind): Kind {
    const histograms: Partial<Record<CanonicalHistogram, Histogram>> = {};
    for (const word of histogramWords) {
      const histogram = measures.histograms[word];
      if (!histogram) continue;
      const shared = sharingBounds(histogram, this.bounds.get(word));
      this.bounds.set(word, shared.upper);
      histograms[word] = shared;
    }
    return { ...measures, histograms, ...(measures.parts ? { parts: this.parts(measures.parts) } : {}) };
  }
}

function sharedInfos(before: Snapshot["infos"], now: Snapshot["infos"]): Snapshot["infos"] {
  if (!before || !now) return now;
  const shared: Partial<Record<CanonicalInfo, Labels>> = {};
  let same = true;
  for (const word of infoWords) {
    const labels = sharedLabels(before[word], now[word]);
    if (labels) shared[word] = labels;
    if (labels !== before[word]) same = false;
  }
  return same ? before : shared;
}

function sameServer(a: Snapshot["server"], b: Snapshot["server"]): boolean {
  return a.kind === b.kind && a.model === b.model && a.engines === b.engines && a.beside?.join() === b.beside?.join();
}

function sharedLabels(before: Labels | undefined, now: Labels | undefined): Labels | undefined {
  if (!before || !now) return now;
  const keys = Object.keys(now);
  return keys.length === Object.keys(before).length && keys.every((key) => before[key] === now[key]) ? before : now;
}
