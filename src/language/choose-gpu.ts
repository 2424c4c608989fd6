import { type Catalog, commonGpus } from "../catalog/catalog.ts";
import type { Gpu, GpuId } from "../catalog/facts.ts";
import { shortGpuName } from "../catalog/gpu-names.ts";
import { gib } from "../catalog/quantity.ts";
import type { Deployment } from "../deployment/deployment.ts";

/** One entry of the list a person chooses from. */
export interface GpuChoice {
  readonly gpu: GpuId;
  readonly label: string;
  /** `79.2 GiB · Hopper`. */
  readonly detail: string;
}

/** All whole GPUs, those named most often first. */
export function gpuChoices(catalog: Catalog): readonly GpuChoice[] {
  const rank = ({ id }: Gpu): number => (commonGpus.includes(id) ? commonGpus.indexOf(id) : commonGpus.length);
  return [...catalog.gpus()]
    .sort((a, b) => rank(a) - rank(b) || a.id.localeCompare(b.id, "en"))
    .map((gpu) => ({ gpu: gpu.id, label: shortGpuName(gpu.id), detail: `${gib(gpu.driverBytes)} · ${gpu.architecture}` }));
}

/** Known models that end like the name in the file: proposed, never assumed. */
export function modelProposals(deployment: Deployment, catalog: Catalog): readonly string[] {
  return deployment.model && !deployment.model.value.facts ? catalog.modelProposals(deployment.model.value.name) : [];
}
