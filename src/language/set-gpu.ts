import type { Catalog } from "../catalog/catalog.ts";
import { shortGpuName } from "../catalog/gpu-names.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import type { Range } from "../deployment/text.ts";
import type { Fix } from "../rules/rule.ts";
import { directiveEdits } from "./directive-edit.ts";
import { touches } from "./position.ts";
import type { Analysis } from "./results.ts";
import { planOn } from "./variants.ts";

/** A deployment whose GPU a person may want to say, or to change. */
export interface GpuQuestion {
  readonly deploymentId: string;
  /** No word of the file, its project or the settings names one. */
  readonly isOpen: boolean;
  /** The most common GPUs on which it would fit as it is written. */
  readonly fixes: readonly Fix[];
}

const most = 3;

/** Asked where a deployment begins, at its model and at its GPUs. */
export function gpuQuestionsAt(range: Range, text: string, { deployments }: Analysis, catalog: Catalog): readonly GpuQuestion[] {
  return deployments.flatMap(({ deployment }): GpuQuestion[] => {
    if (!placesOf(deployment).some((place) => touches(place, range))) return [];
    const isOpen = deployment.pools.some(({ hardware }) => hardware.gpu === undefined);
    return [{ deploymentId: deployment.id, isOpen, fixes: isOpen ? fixes(deployment, text, catalog) : [] }];
  });
}

function placesOf({ anchor, model, pools }: Deployment): readonly Range[] {
  const ofPools = pools.flatMap(({ hardware: { gpu, gpuAsWritten, gpusPerNode } }) => [
    gpu?.range,
    gpuAsWritten?.range,
    gpusPerNode?.range,
  ]);
  return [anchor, model?.range, ...ofPools].filter((place) => place !== undefined);
}

function fixes(deployment: Deployment, text: string, catalog: Catalog): readonly Fix[] {
  return catalog
    .commonGpus()
    .filter(({ id }) => planOn(deployment, id, catalog)?.fits)
    .slice(0, most)
    .map(({ id }) => ({
      title: message("Set GPU to {0}", shortGpuName(id)),
      edits: directiveEdits(text, deployment, "gpu", id),
      preferred: false,
    }));
}
