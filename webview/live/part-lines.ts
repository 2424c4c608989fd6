import { summary } from "../parts/downsample.ts";
import { lineSeries } from "../parts/line-series.ts";
import type { RowLine } from "../parts/models.ts";
import type { PartColumn } from "./part-columns.ts";
import type { Ring } from "./ring.ts";

/** More lines than these no plot should have. */
const mostLines = 4;

/** The parts with the highest values of a time, in the order of their names; where all are 0, the first alone. */
export function partLines(ring: Ring, { id }: PartColumn, from: number, to: number): readonly RowLine[] {
  const seen = [...ring.parts(id)]
    .map(([name, values]) => ({ name, values, ...summary(ring.time, values, ring.length, from, to) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.high - a.high || (a.name < b.name ? -1 : 1));
  const told = seen.filter(({ high }, i) => i < mostLines && (high > 0 || i === 0));
  return told
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, values }, i) => ({ name, values, series: lineSeries(i), look: "own" }));
}

/** Of all lines together: the scale holds the highest. */
export function highest(ring: Ring, lines: readonly RowLine[], from: number, to: number): ReturnType<typeof summary> {
  const none = summary(ring.time, new Float64Array(), 0, from, to);
  return lines
    .map(({ values }) => summary(ring.time, values, ring.length, from, to))
    .reduce((most, one) => (most.count === 0 || one.high > most.high ? one : most), none);
}
