import { gpusPerInstance, type Settled } from "../deployment/settled.ts";
import type { GpuPeak } from "../protocol/live-view.ts";
import { stepModel } from "../timing/step.ts";

/** What one GPU of a deployment's first pool could do: the estimated counters of a server are of one GPU. */
export function gpuPeakOf({ model, pools: [pool] }: Settled): GpuPeak | null {
  if (!pool) return null;
  const { peakFlops, peakBytesPerSecond } = stepModel(model, pool);
  const gpus = gpusPerInstance(pool.layout);
  return { teraflops: peakFlops / gpus / 1e12, terabytesPerSecond: peakBytesPerSecond / gpus / 1e12 };
}
