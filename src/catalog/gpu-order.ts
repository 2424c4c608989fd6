import type { Catalog } from "./catalog.ts";
import type { Gpu } from "./facts.ts";

/** Every whole GPU, those named most often first. */
export function mostCommonFirst(catalog: Catalog): readonly Gpu[] {
  const common = catalog.commonGpus();
  const others = catalog.gpus().filter(({ id }) => !common.some((one) => one.id === id));
  return [...common, ...others.sort((a, b) => a.id.localeCompare(b.id, "en"))];
}
