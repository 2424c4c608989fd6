/** Seconds of a run that are in view. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The shortest time that is shown over the whole width: a step of a small model is still thousands of them. */
const shortest = 1e-4;

/** The interval moved and cut so that it lies inside the whole, no shorter than can be shown. */
export function within({ from, to }: Interval, whole: Interval): Interval {
  const length = Math.min(whole.to - whole.from, Math.max(shortest, to - from));
  const start = Math.min(Math.max(whole.from, from), whole.to - length);
  return { from: start, to: start + length };
}

/** `factor` times as long, with the time `at` staying where it is. */
export function zoomed({ from, to }: Interval, factor: number, at: number, whole: Interval): Interval {
  const length = Math.min(whole.to - whole.from, Math.max(shortest, (to - from) * factor));
  const share = (at - from) / (to - from);
  return within({ from: at - share * length, to: at + (1 - share) * length }, whole);
}

/** Moved by a share of its own length. */
export function panned({ from, to }: Interval, share: number, whole: Interval): Interval {
  const by = (to - from) * share;
  return within({ from: from + by, to: to + by }, whole);
}

/** With room on both sides, so that what is meant does not touch the edges. */
export function around({ from, to }: Interval, whole: Interval): Interval {
  const room = Math.max(shortest, to - from) * 0.15;
  return within({ from: from - room, to: to + room }, whole);
}
