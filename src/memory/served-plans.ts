import type { Message } from "../deployment/message.ts";
import type { Settled } from "../deployment/settled.ts";
import { servedBySystem } from "../deployment/systems/served.ts";
import { memoryPlan } from "./memory-plan.ts";
import type { MemoryPlan } from "./plan.ts";

/** A deployment as it runs, with a memory plan a pool, or why it cannot. */
export type ServedPlans =
  | { readonly settled: Settled; readonly plans: readonly MemoryPlan[]; readonly problem?: undefined }
  | { readonly settled?: undefined; readonly problem: Message };

/** With a system the same GPUs stand in other pools than the file has: their memory is planned anew. */
export function servedPlans(settled: Settled, plans: readonly MemoryPlan[]): ServedPlans {
  if (!settled.system) return { settled, plans };
  const served = servedBySystem(settled);
  if (!served.settled) return served;
  return { settled: served.settled, plans: served.settled.pools.map((pool) => memoryPlan(settled.model, pool)) };
}
