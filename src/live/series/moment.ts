import type { Moment } from "../source.ts";

/** A moment of which the steady clock may be unknown: times told by somebody else. */
export type Told = Pick<Moment, "time"> & Partial<Moment>;

/** Beyond so many seconds, and this share of the span, two clocks contradict each other. */
const allowedSeconds = 5;
const allowedShare = 0.05;

/** Seconds from one moment to a later one: by the clock that never steps where both have it, else by the wall's. */
export function secondsBetween(before: Told, after: Told): number {
  const steady = (after.steady ?? Number.NaN) - (before.steady ?? Number.NaN);
  return steady >= 0 ? steady : after.time - before.time;
}

/**
 * The wall's clock went much further than the steady one: this computer slept (then its steady clock stood still), or somebody set the
 * clock forwards. Nobody can tell which, so how long it was is not known.
 */
export function isUnknownSpan(before: Told, after: Told): boolean {
  if (before.steady === undefined || after.steady === undefined) return false;
  const steady = after.steady - before.steady;
  return steady >= 0 && after.time - before.time - steady > allowedSeconds + allowedShare * steady;
}

/** The time to show for a moment, so that time never goes back: a clock set back goes on from where it was. */
export function shownTime(before: { readonly shown: number; readonly moment: Told } | undefined, moment: Told): number {
  if (!before || moment.time > before.shown) return moment.time;
  return before.shown + Math.max(0, secondsBetween(before.moment, moment));
}
