import type { Catalog } from "../catalog/catalog.ts";
import type { GpuId } from "../catalog/facts.ts";
import { shortGpuName } from "../catalog/gpu-names.ts";
import { mostCommonFirst } from "../catalog/gpu-order.ts";
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
  return mostCommonFirst(catalog).map(({ id, driverBytes, architecture }) => ({
    gpu: id,
    label: shortGpuName(id),
    detail: `${gib(driverBytes)} · ${architecture}`,
  }));
}

/** Known models that end like the name in the file: proposed, never assumed. */
export function modelProposals(deployment: Deployment, catalog: Catalog): readonly string[] {
  return deployment.model && !deployment.model.value.facts ? catalog.modelProposals(deployment.model.value.name) : [];
}
