import type { Catalog } from "../catalog/catalog.ts";
import type { Settled } from "../deployment/settled.ts";
import { lengthsFor } from "../language/lengths.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import { estimate } from "../timing/closed-form.ts";

/** 70 % of the most it can hold, to two digits, as the report page starts: loaded, with room for bursts. */
export function startingRate(settled: Settled, plans: readonly MemoryPlan[], catalog: Catalog): number {
  const { mostRequestsPerSecond } = estimate(settled, plans, lengthsFor(settled, catalog));
  return Number(Math.max(0.01, mostRequestsPerSecond * 0.7).toPrecision(2));
}
