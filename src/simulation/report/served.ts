import { plain } from "../../deployment/message.ts";
import type { Settled } from "../../deployment/settled.ts";
import type { MemoryPlan } from "../../memory/plan.ts";
import { servedPlans } from "../../memory/served-plans.ts";
import type { Outcome } from "./report.ts";

/** A deployment as it runs, with a memory plan a pool, or why it cannot. */
export type Running =
  | { readonly settled: Settled; readonly plans: readonly MemoryPlan[]; readonly error?: undefined }
  | { readonly error: NonNullable<Outcome["error"]> };

export function running(settled: Settled, plans: readonly MemoryPlan[]): Running {
  const served = servedPlans(settled, plans);
  return served.settled ? served : { error: { code: "unsupported", message: plain(served.problem) } };
}
