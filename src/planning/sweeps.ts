import { batchTokens } from "./batch-tokens-sweep.ts";
import { gpuSweep } from "./gpu-sweep.ts";
import { layoutSweep } from "./layout-sweep.ts";
import { placementSweep } from "./placement-sweep.ts";
import type { Plan } from "./plan.ts";
import { poolRatioSweep } from "./pool-ratio-sweep.ts";
import { promptLengthSweep } from "./prompt-length-sweep.ts";
import { rateSweep } from "./rate-sweep.ts";
import type { SweepResult, SweepSite } from "./sweep.ts";
import { tensorPipelineSweep } from "./tensor-pipeline-sweep.ts";
import { tierSweep } from "./tier-sweep.ts";
import { chunkSweep, thresholdSweep } from "./value-sweep.ts";

/** Kinds of sweeps, by the names under which the command line and the page call them. */
export const sweepKinds = [
  "rate",
  "layouts",
  "tensor-pipeline",
  "shift-threshold",
  "chunk",
  "batch-tokens",
  "pool-ratio",
  "prompt-length",
  "kv-tiers",
  "placement",
  "gpu",
] as const;
export type SweepKind = (typeof sweepKinds)[number];

const plans: Readonly<Record<SweepKind, (site: SweepSite) => Plan<SweepResult>>> = {
  rate: rateSweep,
  layouts: layoutSweep,
  "tensor-pipeline": tensorPipelineSweep,
  "shift-threshold": thresholdSweep,
  chunk: chunkSweep,
  "batch-tokens": (site) => withoutRuns(batchTokens(site)),
  "pool-ratio": poolRatioSweep,
  "prompt-length": promptLengthSweep,
  "kv-tiers": tierSweep,
  placement: placementSweep,
  gpu: gpuSweep,
};

/** What the closed form says, as a plan of no simulation. */
function* withoutRuns<T>(result: T): Plan<T> {
  yield [];
  return result;
}

/** The plan of one kind of sweep over a deployment; what makes no sense for it comes back as a sentence. */
export function sweepPlan(kind: SweepKind, site: SweepSite): Plan<SweepResult> {
  return plans[kind](site);
}
