import type { Catalog } from "../catalog/catalog.ts";
import { writtenBytesPerSecond } from "../catalog/written-quantity.ts";
import type { UnitDirectives } from "./assigned-directives.ts";
import type { Hardware } from "./deployment.ts";
import { type Flags, flagNumber } from "./flag-sizes.ts";
import type { GpuType } from "./gpu-type.ts";
import type { Known, Located } from "./located.ts";
import { spanOf } from "./mapped.ts";
import { message } from "./message.ts";
import type { Surroundings } from "./surroundings.ts";
import type { LineMap } from "./text.ts";
import type { Unit } from "./units.ts";
import { visibleDevices } from "./visible-devices.ts";

/** GPUs and nodes of one instance, and how many instances there are. */
export function unitHardware(
  unit: Unit,
  flags: Flags,
  gpu: GpuType,
  directives: UnitDirectives,
  { lines, surroundings, catalog }: { readonly lines: LineMap; readonly surroundings: Surroundings; readonly catalog: Catalog },
): { readonly hardware: Hardware; readonly instances: Known<number> } {
  const { nodes, instances } = group(unit, flags);
  // A list that the container's own environment holds is often made before GPUs are mapped in: only the launch's own counts.
  const own = unit.hardware.gpusPerNode ?? visibleDevices([unit.launch?.assignments], lines) ?? machineGpus(unit, catalog, lines);
  return {
    instances,
    hardware: {
      gpu: gpu.gpu,
      gpuAsWritten: gpu.asWritten,
      gpusPerNode: own ?? assumedGpus(directives, surroundings, lines),
      gpuRequest: unit.hardware.gpuRequest,
      nodes,
      // A group whose workers are not readable is not leader × nodes.
      gpusPerInstance: unit.groupSize === "group" ? unit.hardware.gpusPerInstance : product(own, nodes),
      devices: unit.hardware.devices,
      resource: unit.hardware.resource,
      sharedMemory: unit.hardware.sharedMemory,
      sharedMemorySites: unit.hardware.sharedMemorySites,
      networkBytesPerSecond: network(directives, surroundings, lines),
    },
  };
}

/** Nodes of one instance. Data-parallel ranks or Ray members that live in other pods leave it unknown. */
function group(unit: Unit, flags: Flags): { readonly nodes: Known<number>; readonly instances: Known<number> } {
  const { instances } = unit;
  if (unit.groupSize === "group") return { nodes: unit.hardware.nodes, instances };
  const nnodes = flagNumber(flags, "nnodes");
  if (flags.has("nnodes") && !nnodes) return { nodes: undefined, instances };
  if (nnodes && nnodes.value > 1) {
    // A StatefulSet's pods are the nodes of one engine, ranked by pod index.
    if (unit.groupSize === "replicas-are-nodes" && instances) {
      const groups = instances.value / nnodes.value;
      return { nodes: nnodes, instances: Number.isInteger(groups) ? { ...instances, value: groups } : undefined };
    }
    return { nodes: nnodes, instances: unit.groupSize === "one-pod" ? undefined : instances };
  }
  if (unit.joinsRay || ranksElsewhere(flags)) return { nodes: undefined, instances };
  if (unit.groupSize === "unknown") return { nodes: nnodes, instances };
  return {
    nodes: nnodes ?? unit.hardware.nodes ?? { value: 1, origin: "inferred", why: message("one pod holds the whole engine") },
    instances,
  };
}

/** Flags that say: this process holds only some of the data-parallel ranks. */
function ranksElsewhere(flags: Flags): boolean {
  const size = flagNumber(flags, "data-parallel-size")?.value ?? 1;
  const local = flagNumber(flags, "data-parallel-size-local");
  if (flags.has("data-parallel-size-local") && (!local || local.value < size)) return true;
  return [
    "data-parallel-rank",
    "data-parallel-start-rank",
    "data-parallel-external-lb",
    "data-parallel-multi-port-external-lb",
    "headless",
  ].some((name) => flags.has(name));
}

/** All GPUs of a machine whose type is written. */
function machineGpus({ hardware: { machine } }: Unit, catalog: Catalog, lines: LineMap): Known<number> {
  const type = machine && catalog.instance(machine.value);
  if (!machine || !type) return undefined;
  return { value: type.gpus, origin: "inferred", range: lines.range(spanOf(machine)), why: message("all GPUs of a {0}", type.name) };
}

function product(perNode: Known<number>, nodes: Known<number>): Known<number> {
  if (!perNode || !nodes) return undefined;
  const total: Located<number> = { value: perNode.value * nodes.value, origin: perNode.origin };
  return perNode.range ? { ...total, range: perNode.range } : total;
}

function assumedGpus(directives: UnitDirectives, surroundings: Surroundings, lines: LineMap): Known<number> {
  const written = directives.values.get("gpus-per-node");
  if (written && /^[1-9]\d{0,4}$/.test(written.value))
    return { value: Number(written.value), origin: "directive", range: lines.range(written.span) };
  for (const origin of ["argument", "project", "setting"] as const) {
    const value = surroundings[origin].gpusPerNode;
    if (value !== undefined) return { value, origin };
  }
  return undefined;
}

function network(directives: UnitDirectives, surroundings: Surroundings, lines: LineMap): Known<number> {
  const written = directives.values.get("link");
  const value = written && writtenBytesPerSecond(written.value);
  if (written && value !== undefined) return { value, origin: "directive", range: lines.range(written.span) };
  for (const origin of ["argument", "project", "setting"] as const) {
    const assumed = surroundings[origin].networkBytesPerSecond;
    if (assumed !== undefined) return { value: assumed, origin };
  }
  return undefined;
}
