import type { Message } from "../../deployment/message.ts";
import type { Cluster } from "../placement/cluster.ts";
import type { Links } from "../placement/links.ts";
import type { Placement } from "../placement/placement.ts";
import type { Requests } from "../requests.ts";
import type { GapCounts } from "./gap-counts.ts";
import type { Gaps } from "./gaps.ts";

/** What a run leaves behind; times in nanoseconds of its clock. */
export interface RunResult {
  readonly requests: Requests;
  readonly cluster: Cluster;
  readonly placement: Placement;
  readonly gaps: Gaps;
  /** null = nobody asked for them. */
  readonly gapCounts: GapCounts | null;
  /** Start of the measured part and end of the run. */
  readonly origin: number;
  readonly end: number;
  readonly finished: number;
  /** Turned away when they arrived. */
  readonly refused: number;
  readonly stopped: "no" | "by-signal" | "too-long";
  /** Last arrival of the measured part. */
  readonly lastArrival: number;
  /** Share of the measured time in which the busiest port between pools was in use. */
  readonly linkShare: number;
  /** The same of the busiest server before a core. */
  readonly frontEndShare: number;
  /** Links between cores and what they moved; null where no cache moves. */
  readonly links: Links | null;
  /** What the system did, a sentence each. */
  readonly figures: readonly Message[];
}
