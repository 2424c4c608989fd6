import type { LineMap } from "../../text.ts";
import type { YamlValue } from "../../yaml-document.ts";
import { type GpuCount, wholeNumber } from "./resources.ts";

const none: GpuCount = { resource: null, count: undefined, request: undefined, hints: [] };

/** Accelerators that a platform is asked for by a count, with the kind of resource in a field beside it; 0 asks for none. */
export function requestedGpus(written: YamlValue, kind: YamlValue, lines: LineMap): GpuCount {
  const count = wholeNumber(written, lines);
  if (!written.exists || written.isNull || count?.value === 0) return none;
  const type = kind.text();
  const resource = type?.value || "nvidia.com/gpu";
  return { ...none, resource, count, hints: type && resource.startsWith("nvidia.com/mig-") ? [{ words: [type], where: "resource" }] : [] };
}
