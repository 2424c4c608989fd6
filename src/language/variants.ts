import type { Catalog } from "../catalog/catalog.ts";
import type { GpuId } from "../catalog/facts.ts";
import type { Deployment, Flag, Pool } from "../deployment/deployment.ts";
import { parallelSizes } from "../deployment/parallel.ts";
import { settle } from "../deployment/settle.ts";
import { emptyRange } from "../deployment/text.ts";
import { parseVersion } from "../deployment/version.ts";
import { memoryPlan } from "../memory/memory-plan.ts";
import type { MemoryPlan } from "../memory/plan.ts";

/** The plan one pool would have with other flags; undefined where it cannot be told. Whether a GPU is asked for is not looked at. */
export function planWith(
  deployment: Deployment,
  index: number,
  changes: Readonly<Record<string, string>>,
  catalog: Catalog,
): MemoryPlan | undefined {
  const pool = deployment.pools[index];
  if (!pool) return undefined;
  const flags = new Map(pool.engine.flags);
  for (const [name, value] of Object.entries(changes)) flags.set(name, changed(flags.get(name), name, value));
  const parallel = parallelSizes(flags, pool.engine.complete, deployment.model?.value.facts?.value);
  return planOf(replaced(deployment, index, { ...pool, engine: { ...pool.engine, flags, parallel } }), index, catalog);
}

/** The plan one pool would have under another engine version. */
export function planUnder(deployment: Deployment, index: number, version: string, catalog: Catalog): MemoryPlan | undefined {
  const pool = deployment.pools[index];
  const parsed = parseVersion(version);
  if (!pool || !parsed) return undefined;
  const engine = { ...pool.engine, version: { value: parsed, origin: "argument" as const } };
  return planOf(replaced(deployment, index, { ...pool, engine }), index, catalog);
}

/** The tightest pool's plan if the file named this GPU. */
export function planOn(deployment: Deployment, gpu: GpuId, catalog: Catalog): MemoryPlan | undefined {
  const located = { value: gpu, origin: "argument" as const };
  const pools = deployment.pools.map((pool) => ({ ...pool, hardware: { ...pool.hardware, gpu: located } }));
  const { settled } = settle({ ...deployment, pools }, catalog);
  if (!settled) return undefined;
  const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
  return plans.find((plan) => !plan.fits) ?? plans[0];
}

function changed(flag: Flag | undefined, name: string, value: string): Flag {
  const located = { value, origin: "argument" as const };
  if (flag) return { ...flag, negated: false, value: located };
  return {
    name,
    spelled: `--${name}`,
    negated: false,
    value: located,
    flagRange: emptyRange,
    valueRange: undefined,
    wholeRange: emptyRange,
    known: true,
    oneWord: false,
  };
}

function replaced(deployment: Deployment, index: number, pool: Pool): Deployment {
  return { ...deployment, pools: deployment.pools.map((one, at) => (at === index ? pool : one)) };
}

function planOf(deployment: Deployment, index: number, catalog: Catalog): MemoryPlan | undefined {
  const { settled } = settle(deployment, catalog);
  const pool = settled?.pools[index];
  return settled && pool ? memoryPlan(settled.model, pool) : undefined;
}
