import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Catalog, createCatalog } from "../catalog/catalog.ts";
import { measuredGpus } from "../catalog/kernels.ts";

/** The catalogue from the JSON files that ship with the product; a file is read when it is first asked for. Throws where one is missing. */
export function loadCatalog(directory: string): Catalog {
  const read = (name: string) => JSON.parse(readFileSync(join(directory, `${name}.json`), "utf8"));
  return createCatalog({
    gpus: () => read("gpus"),
    instances: () => read("instances"),
    models: () => read("models"),
    flags: (engine) => read(`flags-${engine}`),
    options: (engine) => read(`options-${engine}`),
    workloads: () => read("workloads"),
    measuredGpus,
    kernels: (gpu) => read(`kernels-${gpu}`),
    runs: () => read("runs"),
    prices: () => read("prices"),
  });
}
