import type { MeasuredTiming } from "../../../deployment/calibration.ts";
import { conditionsOf } from "../../../deployment/conditions.ts";
import { gpusPerInstance, type Settled, type SettledPool } from "../../../deployment/settled.ts";
import { memoryPlan } from "../../../memory/memory-plan.ts";
import { referenceSeconds, timingRefused } from "../../../timing/calibrated.ts";
import type { StepFactors } from "../../../timing/factored-steps.ts";
import { predictedSteps } from "../../../timing/step.ts";

/** The deployment with steps of other times, on top of what was measured of it before. */
export function withSteps(settled: Settled, factors: StepFactors): Settled {
  return withPools(settled, (pool) => {
    const model = predictedSteps(settled.model, pool);
    const before = timingRefused(model, pool) ? undefined : pool.observed.timing?.timing;
    const { device = 1, host = 1, prompts = 1, requestSeconds = null } = before?.correction ?? {};
    const timing: MeasuredTiming = {
      source: "live",
      date: before?.date ?? "",
      conditions: conditionsOf(settled.model, pool),
      correction: {
        device: device * factors.device,
        host: host * factors.host,
        prompts: prompts * (factors.prompts ?? 1),
        requestSeconds,
      },
      band: before?.band ?? model.band,
      predictedSeconds: referenceSeconds(model),
      points: [],
    };
    return { ...pool, observed: { ...pool.observed, timing: { timing, refused: null } } };
  });
}

/** The deployment with links that carry so many times less: exchanges measured over whole ones do not speak for them. What was measured of its steps stays in force. */
export function withSlowerLinks(settled: Settled, times: number): Settled {
  return withPools(settled, (pool) => {
    const { intraNode, interNode } = pool.links;
    const slower: SettledPool = {
      ...pool,
      linkKernels: null,
      links: {
        ...pool.links,
        intraNode: { ...intraNode, bytesPerSecond: intraNode.bytesPerSecond / times },
        interNode: { ...interNode, bytesPerSecond: interNode.bytesPerSecond / times },
      },
    };
    const applied = pool.observed.timing;
    if (!applied || timingRefused(predictedSteps(settled.model, pool), pool)) return slower;
    const timing = { ...applied.timing, predictedSeconds: referenceSeconds(predictedSteps(settled.model, slower)) };
    return { ...slower, observed: { ...slower.observed, timing: { ...applied, timing } } };
  });
}

/** Whether GPUs of the deployment exchange anything with each other. */
export function hasLinks({ pools }: Settled): boolean {
  return pools.length > 1 || pools.some(({ layout }) => gpusPerInstance(layout) > layout.data);
}

/** The deployment with caches that hold so many times less where requests stay. */
export function withSmallerCache(settled: Settled, times: number): Settled {
  return withPools(settled, (pool) => {
    if (pool.role === "prefill") return pool;
    const kvCacheBlocks = Math.max(1, Math.round(memoryPlan(settled.model, pool).kvCacheBlocks / times));
    return { ...pool, observed: { ...pool.observed, kvCacheBlocks } };
  });
}

export function withPools(settled: Settled, change: (pool: SettledPool, index: number) => SettledPool): Settled {
  return { ...settled, pools: settled.pools.map(change) };
}
