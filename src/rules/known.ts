import type { Catalog } from "../catalog/catalog.ts";
import type { Gpu, Model } from "../catalog/facts.ts";
import type { Deployment, Pool } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import type { FindingParts } from "./finding.ts";
import { modelPlace } from "./place.ts";

type Related = NonNullable<FindingParts["related"]>[number];

/** Facts of the deployment's model; undefined where the file names none, or one that nobody described. */
export function knownModel(deployment: Deployment | undefined): Model | undefined {
  return deployment?.model?.value.facts?.value;
}

/** Facts of the pool's GPU; undefined where nothing names one that the catalogue has. */
export function knownGpu({ hardware }: Pool, catalog: Catalog): Gpu | undefined {
  return hardware.gpu && catalog.gpu(hardware.gpu.value);
}

/** A causal language model by its architecture; those with other input are built for conditional generation. */
export function readsTextAlone({ architecture, multimodal }: Model): boolean {
  return !multimodal && architecture.endsWith("ForCausalLM");
}

export function modelNamedHere(deployment: Deployment): Related {
  return { range: modelPlace(deployment), message: message("the model is named here") };
}

export function gpuNamedHere({ hardware }: Pool): Related {
  return { range: hardware.gpu?.range, message: message("the GPU is named here") };
}
