import type { Known } from "./located.ts";
import { spanOf } from "./mapped.ts";
import type { LineMap } from "./text.ts";
import type { Variables } from "./variables.ts";

const names = ["CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "HABANA_VISIBLE_DEVICES"];

/** How many devices a list such as `CUDA_VISIBLE_DEVICES=0,1` leaves an engine; undefined for `all` and where nothing limits it. */
export function visibleDevices(environments: readonly (Variables | undefined)[], lines: LineMap): Known<number> {
  for (const name of names) {
    const environment = environments.find((one) => one?.has(name));
    const devices = environment?.get(name);
    if (!devices || !/^(\d+|(GPU|MIG)-[\w/-]+)(,(\d+|(GPU|MIG)-[\w/-]+))*$/.test(devices.value)) continue;
    return { value: devices.value.split(",").length, origin: "file", range: lines.range(spanOf(devices)) };
  }
  return undefined;
}
