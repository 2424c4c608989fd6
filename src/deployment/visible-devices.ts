import type { Known } from "./located.ts";
import { type Mapped, spanOf } from "./mapped.ts";
import type { LineMap } from "./text.ts";
import type { Variables } from "./variables.ts";

const names = ["CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "HABANA_VISIBLE_DEVICES"];

/** The list itself, such as `0,1`; undefined for `all` and where nothing limits the devices. */
export function deviceList(environments: readonly (Variables | undefined)[]): Mapped | undefined {
  for (const name of names) {
    const environment = environments.find((one) => one?.has(name));
    const devices = environment?.get(name);
    if (devices && /^(\d+|(GPU|MIG)-[\w/-]+)(,(\d+|(GPU|MIG)-[\w/-]+))*$/.test(devices.value)) return devices;
  }
  return undefined;
}

/** How many devices a list such as `CUDA_VISIBLE_DEVICES=0,1` leaves an engine. */
export function visibleDevices(environments: readonly (Variables | undefined)[], lines: LineMap): Known<number> {
  const devices = deviceList(environments);
  return devices && { value: devices.value.split(",").length, origin: "file", range: lines.range(spanOf(devices)) };
}
