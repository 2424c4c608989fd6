import type { CanonicalCounter, CanonicalHistogram, EngineMeasures, Histogram, Measures, Snapshot } from "../snapshot.ts";
import { counterWords, histogramWords } from "../words.ts";
import { mergeHistograms } from "./histogram.ts";

/** Engines whose sums go on when they are back; pods that are replaced bring ever new names. */
const mostEngines = 512;

/** Adds up what came in, look by look, into counters as a server would have them: they only rise, whoever comes and goes. */
export class Totals {
  private all: Measures | undefined;
  /** In order of their last look. */
  private readonly engines = new Map<string, Measures>();
  private readonly roles = new Map<string, Measures>();
  private seconds = 0;

  /** The sums with this growth in them; its span is told by `steady`. */
  add(grown: Snapshot, seconds: number): Snapshot {
    this.seconds += seconds;
    this.all = added(this.all, grown);
    const perEngine = grown.perEngine?.map((engine): EngineMeasures => {
      const sum = added(this.engines.get(engine.engine), engine);
      this.engines.delete(engine.engine);
      this.engines.set(engine.engine, sum);
      return { ...engine, ...sum };
    });
    for (const name of this.engines.keys()) {
      if (this.engines.size <= mostEngines) break;
      this.engines.delete(name);
    }
    const perRole = grown.perRole?.map((role) => {
      const sum = added(this.roles.get(role.role), role);
      this.roles.set(role.role, sum);
      return { ...role, ...sum };
    });
    return { ...grown, ...this.all, steady: this.seconds, ...(perEngine ? { perEngine } : {}), ...(perRole ? { perRole } : {}) };
  }
}

/** Gauges as they are now; a word that did not come this time keeps its sum. */
function added(before: Measures | undefined, { gauges, counters: came, histograms: observed }: Measures): Measures {
  const counters: Partial<Record<CanonicalCounter, number>> = { ...before?.counters };
  for (const word of counterWords) {
    const value = came[word];
    if (value !== undefined) counters[word] = (counters[word] ?? 0) + value;
  }
  const histograms: Partial<Record<CanonicalHistogram, Histogram>> = { ...before?.histograms };
  for (const word of histogramWords) {
    const histogram = observed[word];
    const sum = histograms[word];
    if (histogram) histograms[word] = sum ? mergeHistograms(sum, histogram) : histogram;
  }
  return { gauges, counters, histograms };
}
