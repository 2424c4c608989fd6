import type { CanonicalCounter, CanonicalHistogram, EngineMeasures, Histogram, Measures, Snapshot } from "../../snapshot.ts";
import type { InstantFigures } from "./figures.ts";
import type { Selection } from "./selection.ts";

/** When a look was, and over how long what came in is told. */
export interface Stretch {
  /** Unix seconds on our own clock. */
  readonly time: number;
  readonly steady?: number;
  readonly seconds: number;
}

/**
 * What came in during a stretch: the store's rates over the stretch's length. Added up over looks, each growth is told once, spread over
 * the window that its rate was taken over.
 */
export function grownOf(figures: InstantFigures, { names, model, cacheConfig }: Selection, { time, steady, seconds }: Stretch): Snapshot {
  const perEngine = figures.members.flatMap(({ engines }) => engines);
  return {
    time,
    ...(steady === undefined ? {} : { steady }),
    server: { kind: names.kind, model, engines: perEngine.length },
    ...over(figures, seconds),
    startedAt: undefined,
    cacheConfig,
    perEngine: perEngine.map((engine): EngineMeasures => ({ engine: engine.engine, ...over(engine, seconds) })),
    wireNames: Object.fromEntries(
      [...names.gauges, ...names.counters, ...names.histograms].map(([word, list]) => [word, list.join(" or ")]),
    ),
  };
}

/** Figures per second, over so many seconds; gauges stay as they are. */
export function over({ gauges, counters, histograms }: Measures, seconds: number): Measures {
  const grownCounters: Partial<Record<CanonicalCounter, number>> = {};
  for (const word of wordsOf(counters)) grownCounters[word] = (counters[word] ?? 0) * seconds;
  const grownHistograms: Partial<Record<CanonicalHistogram, Histogram>> = {};
  for (const word of wordsOf(histograms)) {
    const histogram = histograms[word];
    if (histogram) grownHistograms[word] = times(histogram, seconds);
  }
  return { gauges, counters: grownCounters, histograms: grownHistograms };
}

function times({ upper, count, sum, total }: Histogram, factor: number): Histogram {
  return { upper, count: count.map((value) => value * factor), sum: sum * factor, total: total * factor };
}

function wordsOf<Word extends string>(record: Readonly<Partial<Record<Word, unknown>>>): readonly Word[] {
  const list: Word[] = [];
  for (const word in record) list.push(word);
  return list;
}
