import type { Message } from "../../deployment/message.ts";

/** One rate of arrivals on the predicted curve, at the measured mix of requests. */
export interface StandingPoint {
  readonly ratePerSecond: number;
  readonly outputTokensPerSecond: number;
  /** Seconds. */
  readonly ttftP95: number;
  readonly tpotP95: number;
  /** The queue never empties at this rate: latencies only tell how long the run lasted. */
  readonly isSaturated: boolean;
}

/** Where the server is, in the words of the curve; null = not offered. */
export interface StandingNow {
  readonly ratePerSecond: number;
  readonly outputTokensPerSecond: number | null;
  readonly ttftP95: number | null;
  readonly tpotP95: number | null;
}

/** Where a server stands on its predicted curve, and how far it is from more than it can hold. */
export interface Standing {
  /** Rising rates. */
  readonly points: readonly StandingPoint[];
  readonly at: StandingNow;
  /** The highest rate that is predicted to hold; null where the curve does not reach its end. */
  readonly saturationRate: number | null;
  /** By how many requests a second the queue grows, beyond what chance makes of it; null where it does not. */
  readonly queueGrowthPerSecond: number | null;
  readonly sentence: Message;
}
