import { layoutSweep } from "./layout-sweep.ts";
import type { Plan } from "./plan.ts";
import { rateSweep } from "./rate-sweep.ts";
import type { SweepResult, SweepSite } from "./sweep.ts";
import { chunkSweep, thresholdSweep } from "./value-sweep.ts";

/** Kinds of sweeps, by the names under which the command line and the page call them. */
export const sweepKinds = ["rate", "layouts", "shift-threshold", "chunk"] as const;
export type SweepKind = (typeof sweepKinds)[number];

const plans: Readonly<Record<SweepKind, (site: SweepSite) => Plan<SweepResult>>> = {
  rate: rateSweep,
  layouts: layoutSweep,
  "shift-threshold": thresholdSweep,
  chunk: chunkSweep,
};

/** The plan of one kind of sweep over a deployment; what makes no sense for it comes back as a sentence. */
export function sweepPlan(kind: SweepKind, site: SweepSite): Plan<SweepResult> {
  return plans[kind](site);
}
