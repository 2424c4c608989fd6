import type { Gpu, GpuId } from "../catalog/facts.ts";
import { withGpu, withInstances } from "../deployment/change.ts";
import { gpuPrice } from "../deployment/gpu-price.ts";
import { message } from "../deployment/message.ts";
import { gpusOf, gpusPerInstance, type SettledPool } from "../deployment/settled.ts";
import { layoutWords } from "../simulation/report/layout-words.ts";
import type { Plan } from "./plan.ts";
import type { SweepResult, SweepSite } from "./sweep.ts";
import { bestPoint, tried, type Variant } from "./variants.ts";

/** Other kinds of GPU in each pool, as many instances of them as what the file's own cost an hour pays for. */
export function* gpuSweep(site: SweepSite): Plan<SweepResult> {
  const { settled } = site;
  const variants = settled.pools.flatMap((pool, index) => poolVariants(site, pool, index));
  if (variants.length < 2) return { problem: message("No price is known of this GPU") };
  const points = yield* tried(site, variants);
  const best = bestPoint(points, "cost", "lower");
  return {
    axis: { name: message("GPU kind"), unit: "names", scale: "names" },
    series: settled.pools.map(({ role }) =>
      role === "mixed" ? message("At what the file costs an hour") : message("GPUs of the {0} pool", role),
    ),
    metrics: ["ttft", "tpot", "output", "cost", "goodput", "attainment"],
    points,
    marks: [],
    findings: best ? [message("The least for a million tokens of output is paid with {0}", best.name)] : [],
  };
}

/** The file's own kind, and every other whose price is known and of which an instance can be paid. */
function poolVariants({ deployment, catalog }: SweepSite, pool: SettledPool, series: number): readonly Variant[] {
  const hourPrice = (gpu: GpuId): number | undefined => gpuPrice(deployment, gpu, catalog)?.typical;
  const own = deployment.gpuHourPrice?.value ?? hourPrice(pool.gpu.id);
  if (own === undefined) return [];
  const money = own * gpusOf(pool);
  const each = gpusPerInstance(pool.layout);
  return catalog.gpus().flatMap((gpu, x): readonly Variant[] => {
    const isFile = gpu.id === pool.gpu.id;
    const price = hourPrice(gpu.id);
    const instances = isFile ? pool.instances : price === undefined ? 0 : Math.floor(money / (price * each));
    if (instances < 1) return [];
    const other = isFile ? deployment : withInstances(withGpu(deployment, gpu.id, series), series, instances);
    return [{ series, x, name: nameOf(gpu, pool, instances), isFile, change: null, deployment: other }];
  });
}

function nameOf({ id }: Gpu, { layout }: SettledPool, instances: number): string {
  return instances > 1 ? `${id}, ${instances} × ${layoutWords(layout)}` : `${id}, ${layoutWords(layout)}`;
}
