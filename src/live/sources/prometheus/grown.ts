import { modelsOf } from "../../page/mixed.ts";
import { together } from "../../page/together.ts";
import type { CanonicalCounter, CanonicalHistogram, EngineMeasures, Histogram, Measures, RoleMeasures, Snapshot } from "../../snapshot.ts";
import { keysOf } from "../../words.ts";
import type { InstantFigures } from "./figures.ts";
import type { Selection } from "./selection.ts";
import { engineCount } from "./shape.ts";

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
export function grownOf(figures: InstantFigures, { names, shape, models, facts }: Selection, { time, steady, seconds }: Stretch): Snapshot {
  const perEngine = figures.members.flatMap(({ name, engines }) => engines.map((engine) => ({ ...engine, member: name })));
  return {
    time,
    ...(steady === undefined ? {} : { steady }),
    server: { kind: names.kind, ...modelsOf(models), engines: perEngine.length || engineCount(shape) },
    ...over(figures, seconds),
    startedAt: undefined,
    ...facts,
    perEngine: perEngine.map((engine): EngineMeasures => ({ ...engine, ...over(engine, seconds) })),
    ...byRole(figures, seconds),
    wireNames: Object.fromEntries(
      [...names.gauges, ...names.counters, ...names.histograms].map(([word, list]) => [word, list.map(({ name }) => name).join(" or ")]),
    ),
  };
}

/** Pools of a disaggregated deployment, where servers do not all do the same. */
function byRole({ members }: InstantFigures, seconds: number): Pick<Snapshot, "perRole"> {
  const answering = members.filter(({ engines }) => engines.length > 0);
  const roles = [...new Set(answering.map(({ role }) => role ?? "both"))].sort();
  if (roles.length < 2) return {};
  const perRole = roles.map((role): RoleMeasures => {
    const own = answering.filter((member) => (member.role ?? "both") === role);
    return { role, members: own.length, ...over(together(own.flatMap(({ engines }) => engines)), seconds) };
  });
  return { perRole };
}

/** Figures per second, over so many seconds; gauges stay as they are. */
export function over({ gauges, counters, histograms }: Measures, seconds: number): Measures {
  const grownCounters: Partial<Record<CanonicalCounter, number>> = {};
  for (const word of keysOf(counters)) grownCounters[word] = (counters[word] ?? 0) * seconds;
  const grownHistograms: Partial<Record<CanonicalHistogram, Histogram>> = {};
  for (const word of keysOf(histograms)) {
    const histogram = histograms[word];
    if (histogram) grownHistograms[word] = times(histogram, seconds);
  }
  return { gauges, counters: grownCounters, histograms: grownHistograms };
}

function times({ upper, count, sum, total }: Histogram, factor: number): Histogram {
  return { upper, count: count.map((value) => value * factor), sum: sum * factor, total: total * factor };
}
