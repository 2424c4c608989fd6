import type { Report, RequestRecords } from "./report.ts";
import type { RunResult } from "./run-result.ts";

/** Fewer requests than these wait in a burst, not in a queue that grows. */
const leastWaiting = 8;
/** Parts of the time since the queue was empty, whose differences tell how much it comes and goes by chance. */
const parts = 24;
/** Standard deviations of that by which it must have grown. */
const beyondChance = 2;

/**
 * Whether the queue of an open loop grows as long as requests come: in the second half of the arrivals it never empties, it is longer at the
 * end than in the middle, each request waits longer for its first token than those before it, and all that is more than a queue that
 * empties again would do by chance.
 */
export function saturation(run: RunResult, records: RequestRecords, openLoop: boolean): Report["saturated"] {
  if (!openLoop) return null;
  const last = (run.lastArrival - run.origin) / 1e9;
  const middle = last / 2;
  const from = (run.cluster.meter.emptyAtLastArrival - run.origin) / 1e9;
  if (last <= 0 || from > middle) return null;
  // With pools of their own for answers the queue may stand before those.
  const begun = run.cluster.totals.length > 1 ? records.firstToken : records.firstScheduled;
  const waitingAtEnd = waitingAt(records, begun, last);
  if (waitingAtEnd < leastWaiting || waitingAtEnd <= waitingAt(records, begun, middle)) return null;
  if (!growsBeyondChance(records, begun, Math.max(0, from), last)) return null;
  const growth = ttftGrowth(records, middle, last);
  if (!(growth > 0)) return null;
  let completed = 0;
  for (const end of records.finished) if (end > middle && end <= last) completed++;
  return { mostRequestsPerSecond: completed / (last - middle), waitingAtEnd, ttftGrowthPerSecond: growth };
}

function waitingAt({ arrival, refused }: RequestRecords, begun: Float64Array, time: number): number {
  let count = 0;
  arrival.forEach((arrived, r) => {
    if (arrived <= time && !((begun[r] as number) <= time) && refused?.[r] !== 1) count++;
  });
  return count;
}

/**
 * Growth of the queue against what its growths of one part of the time after the other differ by: the variance of steps of a random walk,
 * whatever its drift (von Neumann's estimate from successive differences).
 */
function growsBeyondChance({ arrival, refused }: RequestRecords, begun: Float64Array, from: number, to: number): boolean {
  const growths = new Float64Array(parts);
  const add = (time: number, by: number): void => {
    if (!(time >= from && time <= to)) return;
    const part = Math.min(parts - 1, Math.floor(((time - from) / (to - from)) * parts));
    growths[part] = (growths[part] as number) + by;
  };
  arrival.forEach((arrived, r) => {
    if (refused?.[r] === 1) return;
    add(arrived, 1);
    add(begun[r] as number, -1);
  });
  let total = growths[0] as number;
  let differences = 0;
  for (let i = 1; i < parts; i++) {
    total += growths[i] as number;
    differences += ((growths[i] as number) - (growths[i - 1] as number)) ** 2;
  }
  const variance = differences / (2 * (parts - 1));
  return total > beyondChance * Math.sqrt(variance * parts);
}

/** Slope of TTFT over arrival by least squares, seconds per second. */
function ttftGrowth(records: RequestRecords, from: number, to: number): number {
  let n = 0;
  let sumX = 0;
  let sumY = 0;
  let sumXX = 0;
  let sumXY = 0;
  records.arrival.forEach((x, r) => {
    const y = (records.firstToken[r] as number) - x;
    if (!(x >= from && x <= to) || Number.isNaN(y)) return;
    n++;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumXY += x * y;
  });
  const spread = n * sumXX - sumX * sumX;
  return spread > 0 ? (n * sumXY - sumX * sumY) / spread : 0;
}
