import type { Catalog } from "../catalog/catalog.ts";
import type { Deployment } from "../deployment/deployment.ts";
import type { Message } from "../deployment/message.ts";
import type { Settled } from "../deployment/settled.ts";
import type { Workload } from "../simulation/workload/workload.ts";
import type { Change } from "./change.ts";
import { foundShare, outputCost, type RunFigures } from "./figures.ts";
import type { Metric } from "./metrics.ts";

/** What a sweep goes by. */
export interface SweepSite {
  readonly deployment: Deployment;
  readonly settled: Settled;
  readonly catalog: Catalog;
  /** The load that the deployment's own point stands for. */
  readonly workload: Workload;
  readonly seed: number;
  /** About how many simulations it may take. */
  readonly points: number;
}

/** One place of a sweep: where it lies on the axis, what was measured there, and what would bring the file there. */
export interface SweepPoint {
  readonly series: number;
  readonly x: number;
  /** What stands at x in words, where the axis is one of names. */
  readonly name: string;
  /** The deployment as the file has it. */
  readonly isFile: boolean;
  readonly values: Readonly<Partial<Record<Metric, number>>>;
  /** Whether the limits hold; null without limits, and where nothing was simulated. */
  readonly holds: boolean | null;
  readonly saturated: boolean;
  /** Why there are no values. */
  readonly problem: Message | null;
  readonly change: Change | null;
}

export interface SweepAxis {
  readonly name: Message;
  /** Its unit, as the metric of that unit is written; names stand for themselves. */
  readonly unit: "req/s" | "tokens" | "names" | "count" | "bytes";
  readonly scale: "log" | "linear" | "names";
}

/** A vertical line of a sweep with what it stands for. */
export interface SweepMark {
  readonly x: number;
  readonly words: Message;
}

/** What a sweep found: curves over an axis, and sentences that say what they show. */
export interface Sweep {
  readonly axis: SweepAxis;
  readonly series: readonly Message[];
  /** Figures of its points, the most telling first. */
  readonly metrics: readonly Metric[];
  /** In the order of the axis within each series. */
  readonly points: readonly SweepPoint[];
  readonly marks: readonly SweepMark[];
  readonly findings: readonly Message[];
}

/** A sweep that makes no sense for this deployment, and why. */
export interface NoSweep {
  readonly problem: Message;
}

export type SweepResult = Sweep | NoSweep;

/** The figures of a run as those of a point. */
export function valuesOf(figures: RunFigures): SweepPoint["values"] {
  const { summary, saturated } = figures;
  const cost = outputCost(figures);
  const rates = {
    output: summary.outputTokensPerSecond,
    "output-per-gpu": summary.outputTokensPerSecondPerGpu,
    requests: summary.requestsPerSecond,
    "hit-rate": foundShare(figures),
    ...(summary.goodputRequestsPerSecond === null ? {} : { goodput: summary.goodputRequestsPerSecond }),
    ...(summary.sloAttainment === null ? {} : { attainment: summary.sloAttainment }),
    ...(cost === null ? {} : { cost }),
  };
  // Percentiles of a queue that never empties measure how long the run lasted.
  if (saturated) return rates;
  return { ttft: summary.ttftSeconds.p95, tpot: summary.tpotSeconds.p95, e2e: summary.e2eSeconds.p95, ...rates };
}
