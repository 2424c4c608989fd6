import type { Catalog } from "../catalog/catalog.ts";
import type { GpuId } from "../catalog/facts.ts";
import { withFlags, withGpu } from "../deployment/change.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { settle } from "../deployment/settle.ts";
import { parseVersion } from "../deployment/version.ts";
import { memoryPlan } from "../memory/memory-plan.ts";
import type { MemoryPlan } from "../memory/plan.ts";

/** The plan one pool would have with other flags; undefined where it cannot be told. Whether a GPU is asked for is not looked at. */
export function planWith(
  deployment: Deployment,
  index: number,
  changes: Readonly<Record<string, string | null>>,
  catalog: Catalog,
): MemoryPlan | undefined {
  return planOf(withFlags(deployment, changes), index, catalog);
}

/** The plan one pool would have under another engine version. */
export function planUnder(deployment: Deployment, index: number, version: string, catalog: Catalog): MemoryPlan | undefined {
  const parsed = parseVersion(version);
  if (!parsed) return undefined;
  const located = { value: parsed, origin: "argument" as const };
  const pools = deployment.pools.map((pool) => ({ ...pool, engine: { ...pool.engine, version: located } }));
  return planOf({ ...deployment, pools }, index, catalog);
}

/** The tightest pool's plan if the file named this GPU. */
export function planOn(deployment: Deployment, gpu: GpuId, catalog: Catalog): MemoryPlan | undefined {
  const { settled } = settle(withGpu(deployment, gpu), catalog);
  if (!settled) return undefined;
  const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
  return plans.find((plan) => !plan.fits) ?? plans[0];
}

function planOf(deployment: Deployment, index: number, catalog: Catalog): MemoryPlan | undefined {
  const { settled } = settle(deployment, catalog);
  const pool = settled?.pools[index];
  return settled && pool ? memoryPlan(settled.model, pool) : undefined;
}
