import type { Flag } from "../../deployment/deployment.ts";
import type { Range } from "../../deployment/text.ts";
import type { SettingValue, Told } from "../running/running-server.ts";
import type { Drift, DriftSite } from "./drift.ts";

interface Compared {
  readonly setting: string;
  readonly file: string;
  readonly server: Told | undefined | null;
  readonly verdict: Drift["verdict"];
  readonly place?: Range | null;
  readonly change?: Drift["change"];
  readonly predicted?: boolean;
}

export function driftRow({ index }: Pick<DriftSite, "index">, one: Compared): Drift {
  const { setting, file, server, verdict, place = null, change = null, predicted = false } = one;
  return {
    setting,
    file,
    server: server ? shownValue(server.value) : null,
    from: server?.from ?? null,
    verdict,
    predicted,
    // A place in another file is no line of this one.
    lines: place && place.file === undefined ? [place.start.line, place.end.line] : null,
    pool: index,
    place,
    change: verdict === "different" ? change : null,
  };
}

export function shownValue(value: SettingValue): string {
  // Shares come as 32 bit floats from some servers: 0.8999999761581421.
  return typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(6))) : String(value);
}

/** Equal as far as an engine's own rounding goes. */
export function sameValue(file: SettingValue, server: SettingValue): boolean {
  return typeof file === "number" && typeof server === "number" ? Math.abs(file - server) <= 1e-6 * Math.abs(file) : file === server;
}

/** The flag's value in the file; null where no word of a file says it. */
export function placeOf(flag: Flag | undefined): Range | null {
  if (flag?.value?.origin !== "file") return null;
  return flag.valueRange ?? flag.flagRange;
}
