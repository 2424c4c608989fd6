import { plain } from "../deployment/message.ts";
import type { Settled } from "../deployment/settled.ts";
import { servedBySystem } from "../deployment/systems/served.ts";
import { memoryPlan } from "../memory/memory-plan.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import type { Outcome } from "./report.ts";

/** A deployment as it runs, with a memory plan a pool, or why it cannot. */
export type Running =
  | { readonly settled: Settled; readonly plans: readonly MemoryPlan[]; readonly error?: undefined }
  | { readonly error: NonNullable<Outcome["error"]> };

/** With a system the same GPUs stand in other pools than the file has: their memory is planned anew. */
export function running(settled: Settled, plans: readonly MemoryPlan[]): Running {
  if (!settled.system) return { settled, plans };
  const served = servedBySystem(settled);
  if (!served.settled) return { error: { code: "unsupported", message: plain(served.problem) } };
  return { settled: served.settled, plans: served.settled.pools.map((pool) => memoryPlan(settled.model, pool)) };
}
