import type { Flag } from "../../deployment/deployment.ts";
import { poolSettings } from "../running/pool-settings.ts";
import type { RunningServer, SettingValue, Told } from "../running/running-server.ts";
import { isSecretName } from "../secret-names.ts";
import type { Drift, DriftSite } from "./drift.ts";
import { driftRow, placeOf, sameValue, shownValue } from "./drift-row.ts";

/** Compared by their meaning elsewhere, or belonging to the machine and not to the deployment. */
const leftOut = new Set([
  "model",
  "model-path",
  "served-model-name",
  "kv-cache-dtype",
  "dtype",
  "quantization",
  "schedule-policy",
  "scheduling-policy",
  "disaggregation-mode",
  "host",
  "port",
  "config",
]);

/** Further written flags of a server that tells its arguments, word by word. What is no plain value is not compared. */
export function flagDrift({ flags: told }: RunningServer, site: DriftSite): readonly Drift[] {
  if (told.size === 0) return [];
  const known = new Set(site.settledPool ? poolSettings(site.settledPool).map(({ flag }) => flag) : []);
  return [...site.pool.engine.flags.values()].flatMap((flag): readonly Drift[] => {
    const name = flag.name.replaceAll("_", "-");
    const runs = told.get(name);
    if (!runs || known.has(flag.name) || leftOut.has(name) || isSecretName(name)) return [];
    return flagRow(flag, runs, site);
  });
}

function flagRow(flag: Flag, runs: Told, site: DriftSite): readonly Drift[] {
  const value = writtenValue(flag);
  const server = comparable(runs, value);
  if (value === undefined || !server) return [];
  const isEqual = sameValue(value, server.value);
  return [
    driftRow(site, {
      setting: flag.name,
      file: shownValue(value),
      server,
      verdict: isEqual ? "equal" : "different",
      place: placeOf(flag),
      change: { flag: flag.name, text: shownValue(server.value) },
    }),
  ];
}

/** undefined where it cannot be read, or is a list, an object or a text of several words. */
function writtenValue({ value, negated }: Flag): SettingValue | undefined {
  if (!value) return undefined;
  if (value.value === null) return !negated;
  const text = value.value.trim();
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === "true";
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  return text === "" || /[\s,{[]/.test(text) ? undefined : text.toLowerCase();
}

function comparable(runs: Told, value: SettingValue | undefined): Told | undefined {
  const server = typeof runs.value === "string" ? { ...runs, value: runs.value.toLowerCase() } : runs;
  return typeof server.value === typeof value ? server : undefined;
}
