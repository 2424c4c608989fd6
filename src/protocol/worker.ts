import type { Settled } from "../deployment/settled.ts";
import type { BandRun } from "../simulation/report/bands.ts";
import type { Outcome } from "../simulation/report/report.ts";
import type { Timeline } from "../simulation/timeline/timeline.ts";
import type { Workload } from "../simulation/workload/workload.ts";

/** Host to worker. One run at a time; a new one replaces the one before. */
export type ToWorker =
  | {
      readonly kind: "run";
      readonly run: number;
      readonly settled: Settled;
      readonly workload: Workload;
      readonly seed: number;
      readonly steps: BandRun["steps"];
      /** The second from which on to write down what happens; null = not at all. */
      readonly recordFrom: number | null;
      /** Buckets in which to count gaps between tokens; null = in none. */
      readonly gapBounds: readonly number[] | null;
    }
  | { readonly kind: "stop"; readonly run: number };

export type FromWorker =
  | {
      readonly kind: "progress";
      readonly run: number;
      readonly simulatedSeconds: number;
      readonly finished: number;
      readonly total: number;
    }
  | {
      readonly kind: "done";
      readonly run: number;
      readonly outcome: Outcome;
      readonly timeline: Timeline | null;
      readonly cpuSeconds: number;
    }
  | { readonly kind: "failed"; readonly run: number; readonly message: string; readonly stack: string };
