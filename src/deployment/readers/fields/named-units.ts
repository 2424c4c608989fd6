import type { Span } from "../../text.ts";
import type { Unit } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { PodUnit } from "../pods/pod.ts";
import { rootAnchor, workloadName } from "../pods/workload.ts";

type NamedUnit = Omit<Unit, "format" | "instances">;

/** The engines of a workload under its name; several are told apart by their containers, and each but the first has its own place. */
export function namedUnits(engines: readonly PodUnit[], root: YamlValue, extent: Span): NamedUnit[] {
  const name = workloadName(root);
  return engines.map(({ container, containerAnchor, ...unit }, i) => ({
    ...unit,
    name: engines.length > 1 && container !== "" ? `${name}/${container}` : name,
    anchor: (i > 0 ? containerAnchor : undefined) ?? rootAnchor(root, extent),
    extent,
  }));
}
