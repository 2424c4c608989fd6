import type { Histogram } from "../snapshot.ts";

/** A tail of fewer requests says nothing. */
const fewest = 20;

/**
 * Whether the share of requests within a limit is surely below `percentile` %, or surely not, by the buckets around the limit; undefined
 * where the limit lies inside the bucket that decides, or too few were observed.
 */
export function limitMissed({ upper, count, total }: Histogram, limit: number, percentile: number): boolean | undefined {
  if (total < fewest) return undefined;
  const wanted = (percentile / 100) * total;
  const above = upper.findIndex((bound) => bound >= limit);
  const most = count[above] ?? total;
  if (most < wanted) return true;
  const surely = upper[above] === limit ? most : (count[above - 1] ?? 0);
  return surely >= wanted ? false : undefined;
}
