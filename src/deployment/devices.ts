import type { Known } from "./located.ts";
import { spanOf } from "./mapped.ts";
import type { LineMap } from "./text.ts";
import type { Variables } from "./variables.ts";
import { deviceList } from "./visible-devices.ts";

/** Cards of one machine or pod that an engine is given by name. */
export interface Devices {
  /** Lists of one place speak of the same cards. */
  readonly place: string;
  readonly ids: readonly string[];
}

/** The cards that the engine's environment lists; undefined where it lists none, or all. */
export function listedDevices(place: string, environments: readonly (Variables | undefined)[], lines: LineMap): Known<Devices> {
  const listed = deviceList(environments);
  if (!listed) return undefined;
  return { value: { place, ids: listed.value.split(",") }, origin: "file", range: lines.range(spanOf(listed)) };
}
