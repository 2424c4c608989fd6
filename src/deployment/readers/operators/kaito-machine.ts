import { concat, opaque, spanOf } from "../../mapped.ts";
import { message } from "../../message.ts";
import type { GpuHint, UnitHardware } from "../../units.ts";
import { unknownHardware } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { wholeNumber } from "../pods/resources.ts";

/** GPUs of a workspace's `resource`: whole machines of a type, or parts of machines that are there already. */
export function machineHardware(resource: YamlValue, { lines }: ReaderContext): UnitHardware {
  const partition = resource.at("partition", "count");
  const count = resource.at("count");
  return {
    ...unknownHardware,
    gpusPerNode: partition.exists ? wholeNumber(partition, lines) : undefined,
    machine: resource.at("partition").exists ? undefined : resource.at("instanceType").text(),
    nodes: count.exists
      ? wholeNumber(count, lines)
      : { value: 1, origin: "engine-default", why: message("one node unless told otherwise") },
    sharedMemory: { value: "memory", origin: "engine-default" },
  };
}

/** The GPU type by a machine's type or a slice's profile. */
export function machineHints(resource: YamlValue): GpuHint[] {
  const machine = resource.at("instanceType").text();
  const profile = resource.at("partition", "mode").string === "mig" ? resource.at("partition", "profile").text() : undefined;
  const slice = profile && concat([opaque("mig-", spanOf(profile)), profile], spanOf(profile));
  return [
    ...(slice ? [{ words: [slice], where: "resource" } as const] : []),
    ...(machine ? [{ words: [machine], where: "instance type" } as const] : []),
  ];
}
