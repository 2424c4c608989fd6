import type { Catalog } from "../catalog/catalog.ts";
import type { Gpu } from "../catalog/facts.ts";
import { mostCommonFirst } from "../catalog/gpu-order.ts";
import { gib } from "../catalog/quantity.ts";
import type { Range } from "../deployment/text.ts";
import type { Completion } from "./results.ts";

/** GPUs as the file's platform spells them: told by the word that stands there. */
export function gpuItems(written: string, range: Range, catalog: Catalog): readonly Completion[] {
  const named = mostCommonFirst(catalog).flatMap((gpu) => spellings(gpu, written).map((name) => ({ name, gpu })));
  return named.map(({ name, gpu }, index) => ({
    label: name,
    insert: name,
    back: 0,
    range,
    kind: "gpu",
    detail: `${gib(gpu.driverBytes)} · ${gpu.architecture}`,
    documentation: "",
    deprecated: false,
    sort: String(index).padStart(4, "0"),
  }));
}

/** `NVIDIA-…` of node labels, `nvidia-…` of GKE, else the shortest name, in small letters where the file has them; none of machine types. */
function spellings({ id, aliases }: Gpu, written: string): readonly string[] {
  const prefix = /^(?:nvidia|NVIDIA|Tesla)-/.exec(written)?.[0];
  if (prefix !== undefined) return aliases.filter((one) => one.startsWith(prefix));
  if (/[._]/.test(written)) return [];
  const [shortest] = [id, ...aliases].filter((one) => /^[A-Z]+\d/.test(one)).sort((a, b) => a.length - b.length);
  if (shortest === undefined) return [];
  return [/[A-Z]/.test(written) ? shortest : shortest.toLowerCase()];
}
