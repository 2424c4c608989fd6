import { figuresOf, holds } from "./figures.ts";
import type { Plan, PlannedRun } from "./plan.ts";

/** Rates tried for each candidate, one of all of them in a round. */
const rounds = 9;

/** Something whose goodput is looked for: its run at a rate of arrivals, and the rate to begin with. */
export interface Candidate {
  readonly run: (ratePerSecond: number) => PlannedRun;
  readonly firstRate: number;
}

/** The highest rate at which each keeps its limits, as far as so many halvings tell; 0 where it keeps them at none that was tried. */
export function* goodputs(candidates: readonly Candidate[]): Plan<readonly number[]> {
  const known = candidates.map(({ firstRate }) => ({ low: 0, high: Number.POSITIVE_INFINITY, next: firstRate }));
  for (let round = 0; round < rounds && candidates.length > 0; round++) {
    const outcomes = yield candidates.map(({ run }, i) => run(known[i]?.next ?? 0));
    for (const [i, one] of known.entries()) {
      const report = outcomes[i]?.report;
      if (report && holds(figuresOf(report)) === true) one.low = one.next;
      else one.high = one.next;
      one.next = one.high === Number.POSITIVE_INFINITY ? 2 * one.low : (one.low + one.high) / 2;
    }
  }
  return known.map(({ low }) => low);
}
