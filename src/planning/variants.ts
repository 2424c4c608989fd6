import type { Deployment } from "../deployment/deployment.ts";
import { type Message, message } from "../deployment/message.ts";
import { settle } from "../deployment/settle.ts";
import type { Settled } from "../deployment/settled.ts";
import { fittedLengths, memoryPlan } from "../memory/memory-plan.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import type { Outcome } from "../simulation/report/report.ts";
import type { Workload } from "../simulation/workload/workload.ts";
import { type Change, changed } from "./change.ts";
import { figuresOf, holds } from "./figures.ts";
import type { Plan, PlannedRun } from "./plan.ts";
import { type SweepPoint, type SweepSite, valuesOf } from "./sweep.ts";

/** One place of a sweep before it is simulated. */
export interface Variant extends Pick<SweepPoint, "series" | "x" | "name" | "isFile"> {
  /** What makes the file so; null for the file itself, and where no edit of it would. */
  readonly change: Change | null;
  /** The deployment to simulate, where it is more than the file with the change. */
  readonly deployment?: Deployment;
  /** Another load than the site's. */
  readonly workload?: Workload;
  /** Figures beside those of the run. */
  readonly further?: (settled: Settled, plans: readonly MemoryPlan[]) => SweepPoint["values"];
}

interface Ready {
  readonly variant: Variant;
  readonly settled: Settled;
  readonly plans: readonly MemoryPlan[];
}

/** Simulates every variant on the site's load and seed, in one round; what cannot be simulated says why. */
export function* tried(site: SweepSite, variants: readonly Variant[]): Plan<readonly SweepPoint[]> {
  const ready = variants.map((variant) => readied(site, variant));
  const runs = ready.flatMap((one): PlannedRun[] =>
    "problem" in one ? [] : [{ settled: one.settled, workload: one.variant.workload ?? site.workload, seed: site.seed }],
  );
  const outcomes: readonly Outcome[] = runs.length > 0 ? yield runs : [];
  let at = 0;
  return ready.map((one): SweepPoint => ("problem" in one ? refusedPoint(one.variant, one.problem) : pointOf(one, outcomes[at++])));
}

function readied(site: SweepSite, variant: Variant): Ready | { readonly variant: Variant; readonly problem: Message } {
  const base = variant.deployment ?? site.deployment;
  const deployment = variant.change ? changed(base, variant.change) : base;
  const { settled, missing } = fittedLengths(settle(deployment, site.catalog));
  if (!settled) return { variant, problem: missing?.[0]?.message ?? message("Too little is known") };
  const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
  return plans.some((plan) => !plan.fits) ? { variant, problem: message("Does not fit") } : { variant, settled, plans };
}

function pointOf({ variant, settled, plans }: Ready, outcome: Outcome | undefined): SweepPoint {
  if (!outcome?.report) return refusedPoint(variant, message("{0}", outcome?.error.message ?? ""));
  const figures = figuresOf(outcome.report);
  return {
    ...placeOf(variant),
    values: { ...valuesOf(figures), ...variant.further?.(settled, plans) },
    holds: holds(figures),
    saturated: figures.saturated !== null,
    problem: null,
  };
}

function refusedPoint(variant: Variant, problem: Message): SweepPoint {
  return { ...placeOf(variant), values: {}, holds: null, saturated: false, problem };
}

function placeOf({ series, x, name, isFile, change }: Variant): Pick<SweepPoint, "series" | "x" | "name" | "isFile" | "change"> {
  return { series, x, name, isFile, change };
}

/** The point with the best figure among those that could be simulated and whose queue empties; those within the limits first. */
export function bestPoint(
  points: readonly SweepPoint[],
  metric: keyof SweepPoint["values"],
  better: "lower" | "higher",
): SweepPoint | undefined {
  const measured = points.filter((point) => !point.saturated && point.values[metric] !== undefined);
  const within = measured.filter((point) => point.holds !== false);
  const value = (point: SweepPoint): number => (point.values[metric] ?? 0) * (better === "lower" ? -1 : 1);
  return (within.length > 0 ? within : measured).reduce<SweepPoint | undefined>(
    (best, point) => (best === undefined || value(point) > value(best) ? point : best),
    undefined,
  );
}
