import type { Catalog } from "./catalog.ts";
import type { WorkloadRows } from "./facts.ts";
import { GpuNames } from "./gpu-names.ts";
import type { OwnGpu } from "./own-gpu.ts";

/** The catalogue with workloads of one's own; one of the same name stands in front of the built-in one. */
export function withWorkloads(catalog: Catalog, own: readonly WorkloadRows[]): Catalog {
  if (own.length === 0) return catalog;
  const byName = new Map(own.map((rows) => [rows.name.toLowerCase(), rows]));
  const names = [...own.map(({ name }) => name), ...catalog.workloads().filter((name) => !byName.has(name.toLowerCase()))];
  return {
    ...catalog,
    workload: (name) => byName.get(name.trim().toLowerCase()) ?? catalog.workload(name),
    workloads: () => names,
  };
}

/** The catalogue with GPUs of one's own, which suggestions name first; no two GPUs share a name. */
export function withGpus(catalog: Catalog, own: readonly OwnGpu[]): Catalog {
  if (own.length === 0) return catalog;
  const gpus = own.map(({ gpu }) => gpu);
  const names = new GpuNames(gpus);
  const likes = new Map(own.map(({ gpu, like }) => [gpu.id, like]));
  return {
    ...catalog,
    gpu: (name) => names.find(name) ?? catalog.gpu(name),
    gpus: () => [...gpus, ...catalog.gpus()],
    commonGpus: () => [...gpus, ...catalog.commonGpus()],
    kernels: (gpu) => catalog.kernels(likes.get(gpu.id) ?? gpu),
    linkKernels: (gpu, link) => catalog.linkKernels(likes.get(gpu.id) ?? gpu, link),
  };
}
