import type { Catalog } from "../catalog/catalog.ts";
import { disaggregated, withFlags, withInstances } from "../deployment/change.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { settle } from "../deployment/settle.ts";
import type { Settled } from "../deployment/settled.ts";
import { fittedLengths, memoryPlan } from "../memory/memory-plan.ts";
import { estimate, type RequestLengths } from "../timing/closed-form.ts";
import { layoutFlags } from "./layouts.ts";

/** The GPUs of a deployment as equal instances, to be shared out over prompts and answers. */
export interface Split {
  /** One pool that does all. */
  readonly mixed: Deployment;
  readonly settled: Settled;
  readonly instances: number;
}

/** So many instances leave enough ratios to choose from. */
const enoughInstances = 8;

/**
 * A deployment of one pool as so many instances that some can compute prompts while others decode: its own replicas, or smaller groups of
 * the same GPUs while the model still fits them. undefined where there is no way.
 */
export function splitOf(deployment: Deployment, { pools, engine }: Settled, catalog: Catalog): Split | undefined {
  const [pool, ...others] = pools;
  const written = deployment.pools[0];
  if (!pool || !written || others.length > 0 || pool.role !== "mixed") return undefined;
  const { tensor, sequence } = pool.layout;
  let best: Split | undefined;
  for (let factor = 1; factor <= tensor * sequence && pool.instances * factor <= enoughInstances; factor *= 2) {
    const instances = pool.instances * factor;
    const smaller = [
      { tensor: tensor / factor, sequence },
      { tensor, sequence: sequence / factor },
    ].filter((sizes) => Number.isInteger(sizes.tensor) && Number.isInteger(sizes.sequence));
    for (const sizes of instances > 1 ? smaller : []) {
      const flags = layoutFlags(written, engine, { ...pool.layout, ...sizes });
      const mixed = withInstances(withFlags(deployment, flags, 0), 0, instances);
      const settled = fitting(mixed, catalog);
      if (settled) best = { mixed, settled, instances };
    }
  }
  return best;
}

/** Plain numbers, where everything is known and fits. */
export function fitting(deployment: Deployment, catalog: Catalog): Settled | undefined {
  const { settled } = fittedLengths(settle(deployment, catalog));
  return settled?.pools.every((pool) => memoryPlan(settled.model, pool).fits) ? settled : undefined;
}

/** Prefill and decode instances of a split, with the most requests a second that they hold by the closed form. */
export interface Ratio {
  readonly prefill: number;
  readonly decode: number;
  readonly deployment: Deployment;
  readonly settled: Settled;
  readonly most: number;
}

/** Every way to share the instances out that fits, few prefill instances first. */
export function ratiosOf({ mixed, instances }: Split, catalog: Catalog, lengths: RequestLengths): readonly Ratio[] {
  return Array.from({ length: instances - 1 }, (_, i) => i + 1).flatMap((prefill): readonly Ratio[] => {
    const deployment = disaggregated(mixed, prefill, instances - prefill);
    const settled = fitting(deployment, catalog);
    if (!settled) return [];
    const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
    const most = estimate(settled, plans, lengths).mostRequestsPerSecond;
    return [{ prefill, decode: instances - prefill, deployment, settled, most }];
  });
}

/** The ratio that holds the most by the closed form. */
export function bestRatio(ratios: readonly Ratio[]): Ratio | undefined {
  return ratios.reduce<Ratio | undefined>((best, ratio) => (best === undefined || ratio.most > best.most ? ratio : best), undefined);
}
