import { type PoolSetting, poolSettings } from "../running/pool-settings.ts";
import type { RunningServer, RunningSetting, Told } from "../running/running-server.ts";
import type { Drift, DriftSite } from "./drift.ts";
import { driftRow, placeOf, sameValue, shownValue } from "./drift-row.ts";
import { typeDrift } from "./type-drift.ts";

/** Where nobody writes them, an engine chooses by backend, model and build: blocks as large as its attention kernel wants them, for one. */
const chosenAtStart: ReadonlySet<RunningSetting> = new Set(["blockTokens", "asyncScheduling", "chunkedPrefill"]);

/** Settings whose meaning is followed for every engine that is modelled: sizes, limits, switches, types. */
export function settingDrift(server: RunningServer, site: DriftSite): readonly Drift[] {
  const { settledPool } = site;
  if (!settledPool) return [];
  return [...poolSettings(settledPool).flatMap((one) => rowOf(one, server.settings[one.setting], site)), ...typeDrift(server, site)];
}

function rowOf(one: PoolSetting, told: Told | undefined, site: DriftSite): readonly Drift[] {
  const { pool, settledPool } = site;
  const flag = pool.engine.flags.get(one.flag);
  // Written, but not readable here.
  if (flag && !flag.value) return [];
  const isDefault = flag === undefined;
  if (isDefault && !pool.engine.complete) return [];
  const runs = told && one.isInverted && typeof told.value === "boolean" ? { ...told, value: !told.value } : told;
  const shown = { setting: one.flag, file: shownValue(one.value), server: runs, place: placeOf(flag) };
  if (!runs) return isDefault ? [] : [driftRow(site, { ...shown, verdict: "not-offered" })];
  if (sameValue(one.value, runs.value) || isWhatIsWritten(flag?.value?.value, runs)) {
    return [driftRow(site, { ...shown, file: shownValue(runs.value), verdict: "equal" })];
  }
  if (runs.isLeast && typeof one.value === "number" && typeof runs.value === "number" && runs.value < one.value) return [];
  // The default of a release that was assumed is a guess, and so is one that depends on kernels.
  if (isDefault && (settledPool?.versionAssumed || chosenAtStart.has(one.setting))) return [];
  const predicted = isDefault && one.setting === "memoryShare" && settledPool?.budget.engine === "sglang";
  const change = typeof runs.value === typeof one.value ? { flag: one.flag, text: shownValue(runs.value) } : null;
  return [driftRow(site, { ...shown, verdict: predicted && isClose(one.value, runs.value) ? "close" : "different", predicted, change })];
}

/** An engine may divide what is written among its replicas before it uses it, and tell the one or the other. */
function isWhatIsWritten(text: string | null | undefined, { value }: Told): boolean {
  return typeof value === "number" && typeof text === "string" && text.trim() !== "" && Number(text) === value;
}

/** A share that the engine works out itself is our own figure. */
function isClose(file: PoolSetting["value"], server: PoolSetting["value"]): boolean {
  return typeof file === "number" && typeof server === "number" && Math.abs(file - server) <= 0.03 * server;
}
