import type { Launch } from "./launch.ts";
import type { Known } from "./located.ts";
import { type Mapped, spanOf } from "./mapped.ts";
import type { LineMap } from "./text.ts";
import { type UnitHardware, unknownHardware } from "./units.ts";
import { visibleDevices } from "./visible-devices.ts";

/** What a command line itself says of an engine's GPUs: device lists in front of it, and the container that it starts. */
export function scriptHardware({ assignments, docker }: Launch, lines: LineMap): Pick<UnitHardware, "gpusPerNode" | "sharedMemory"> {
  return {
    gpusPerNode: visibleDevices([assignments], lines) ?? dockerGpus(docker?.gpus, lines),
    sharedMemory: docker ? (docker.sharedMemory ? { value: "memory", origin: "file" } : undefined) : unknownHardware.sharedMemory,
  };
}

/** `--gpus 2`, `--gpus '"device=0,1"'`; `all` is as many as the machine has. */
export function dockerGpus(gpus: Mapped | undefined, lines: LineMap): Known<number> {
  if (!gpus) return undefined;
  const devices = /^"?device=([\w,-]+)"?$/.exec(gpus.value)?.[1];
  const count = /^\d{1,4}$/.test(gpus.value) ? Number(gpus.value) : devices?.split(",").length;
  return count === undefined ? undefined : { value: count, origin: "file", range: lines.range(spanOf(gpus)) };
}
