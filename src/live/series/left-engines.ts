import { together } from "../page/together.ts";
import type { EngineMeasures, Measures, Snapshot } from "../snapshot.ts";
import { counterWords } from "../words.ts";

/** Engines that may come back; a router of pods that are replaced sees ever new names. */
const mostAway = 512;

/**
 * Keeps the sums of a page rising while engines leave it: a router forgets a backend that is gone, or counts it anew, and its sums go down
 * although nothing of the router was restarted. What an engine had counted when it left stays in the sums.
 */
export class LeftEngines {
  /** What each that is away had counted, in order of leaving. */
  private readonly away = new Map<string, Measures>();
  /** What those had counted that were replaced. */
  private replaced: Measures | undefined;

  /** `after` with what was counted by engines that are gone; as it stands where no engine went on, for then the page itself began anew. */
  follow(before: Snapshot | undefined, after: Snapshot): Snapshot {
    const now = new Map(after.perEngine?.map((engine) => [engine.engine, engine]));
    const earlier = before?.perEngine ?? [];
    const stopped = earlier.filter((engine) => !wentOn(engine, now.get(engine.engine)));
    if (stopped.length > 0 && !earlier.some((engine) => hasCounted(engine) && wentOn(engine, now.get(engine.engine)))) {
      this.away.clear();
      this.replaced = undefined;
      return after;
    }
    this.comeBack(now);
    for (const engine of stopped) {
      if (now.has(engine.engine)) this.replace(engine);
      else this.away.set(engine.engine, engine);
    }
    for (const [name, counted] of this.away) {
      if (this.away.size <= mostAway) break;
      this.away.delete(name);
      this.replace(counted);
    }
    if (this.away.size === 0 && !this.replaced) return after;
    const { counters, histograms } = together([after, ...this.away.values(), ...(this.replaced ? [this.replaced] : [])]);
    return { ...after, counters, histograms };
  }

  /** One that is back with all that it had counted is the same one; with less it is another of its name. */
  private comeBack(now: ReadonlyMap<string, EngineMeasures>): void {
    for (const [name, counted] of this.away) {
      const engine = now.get(name);
      if (!engine) continue;
      this.away.delete(name);
      if (!wentOn(counted, engine)) this.replace(counted);
    }
  }

  private replace({ counters, histograms }: Measures): void {
    this.replaced = together([{ gauges: {}, counters, histograms }, ...(this.replaced ? [this.replaced] : [])]);
  }
}

function hasCounted({ counters }: Measures): boolean {
  return counterWords.some((word) => (counters[word] ?? 0) > 0);
}

function wentOn({ counters }: Measures, later: Measures | undefined): boolean {
  return later !== undefined && counterWords.every((word) => (later.counters[word] ?? Number.POSITIVE_INFINITY) >= (counters[word] ?? 0));
}
