/** What came in, by when and by how much: one cell a step of time and a bucket. */
export interface Heat {
  /** Where the first column begins, and how long each takes. */
  readonly from: number;
  readonly stepSeconds: number;
  /** Ascending: bucket b holds what lies above edges[b], up to edges[b + 1]. The last may be Infinity. */
  readonly edges: readonly number[];
  /** How many of each cell, column by column, the lowest bucket first. */
  readonly counts: Float64Array;
}

export interface HeatCell {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** All of its column. */
  readonly of: number;
}

export function bucketsOf({ edges }: Heat): number {
  return edges.length - 1;
}

export function columnsOf(heat: Heat): number {
  return heat.counts.length / bucketsOf(heat);
}

/** The column of a moment; −1 outside. */
export function columnAt(heat: Heat, time: number): number {
  const column = Math.floor((time - heat.from) / heat.stepSeconds);
  return column >= 0 && column < columnsOf(heat) ? column : -1;
}

export function cellAt(heat: Heat, column: number, bucket: number): HeatCell {
  const buckets = bucketsOf(heat);
  const counts = heat.counts.subarray(column * buckets, (column + 1) * buckets);
  return {
    low: heat.edges[bucket] ?? Number.NaN,
    high: heat.edges[bucket + 1] ?? Number.NaN,
    count: counts[bucket] ?? 0,
    of: counts.reduce((sum, count) => sum + count, 0),
  };
}

/** The bucket that holds most of a column, the lowest where several do. */
export function fullestBucket(heat: Heat, column: number): number {
  const buckets = bucketsOf(heat);
  let fullest = 0;
  for (let bucket = 1; bucket < buckets; bucket++)
    if ((heat.counts[column * buckets + bucket] ?? 0) > (heat.counts[column * buckets + fullest] ?? 0)) fullest = bucket;
  return fullest;
}

/** All columns as one. */
export function altogether(heat: Heat): Heat {
  const columns = columnsOf(heat);
  return gathered(heat, columns, heat.from, () => 0, 1);
}

/** Columns joined by so many, at the same moments wherever the time shown begins. */
export function joined(heat: Heat, by: number): Heat {
  if (by <= 1) return heat;
  const stepSeconds = heat.stepSeconds * by;
  const first = Math.floor(heat.from / stepSeconds + 1e-9);
  const group = (column: number): number => Math.floor((heat.from + column * heat.stepSeconds) / stepSeconds + 1e-9) - first;
  const columns = columnsOf(heat);
  return gathered(heat, by, first * stepSeconds, group, columns === 0 ? 0 : group(columns - 1) + 1);
}

function gathered(heat: Heat, by: number, from: number, group: (column: number) => number, groups: number): Heat {
  const buckets = bucketsOf(heat);
  const counts = new Float64Array(groups * buckets);
  for (let column = 0; column < columnsOf(heat); column++) {
    const to = group(column) * buckets;
    for (let bucket = 0; bucket < buckets; bucket++)
      counts[to + bucket] = (counts[to + bucket] ?? 0) + (heat.counts[column * buckets + bucket] ?? 0);
  }
  return { ...heat, from, stepSeconds: heat.stepSeconds * by, counts };
}

/** How high a value stands among buckets of one height, from 0 at the lowest edge to 1; null outside. */
export function heightOf({ edges }: Heat, value: number): number | null {
  const bucket = edges.findLastIndex((edge) => edge <= value);
  const [low, high] = [edges[bucket], edges[bucket + 1]];
  if (low === undefined || high === undefined) return null;
  const inside = Number.isFinite(high) ? (value - low) / (high - low) : 0;
  return (bucket + inside) / (edges.length - 1);
}

/** Shares from which a cell is drawn one step stronger. */
export const heatSteps: readonly number[] = [0, 0.05, 0.15, 0.3, 0.5];

/** Opacity of each step: on any page they rise evenly in lightness, so they read in grey too. */
export const heatOpacity: readonly number[] = [0.16, 0.34, 0.54, 0.76, 1];
