import type { Catalog } from "../catalog/catalog.ts";
import type { GpuId, GpuPrice } from "../catalog/facts.ts";
import { ownPrice } from "../catalog/prices.ts";
import type { Deployment } from "./deployment.ts";

/** What a GPU costs: by the project's own table, else by the catalogue's offers. */
export function gpuPrice({ gpuPrices = {} }: Pick<Deployment, "gpuPrices">, gpu: GpuId, catalog: Catalog): GpuPrice | undefined {
  const own = Object.entries(gpuPrices).find(([name]) => catalog.gpu(name)?.id === gpu)?.[1];
  return own === undefined ? catalog.price(gpu) : ownPrice(gpu, own, "the project's own prices");
}
