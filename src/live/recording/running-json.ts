import { type Fields, isFields } from "../../deployment/case-fields.ts";
import { serverKinds } from "../page/server-kinds.ts";
import type { RunningServer, RunningSetting, SettingValue, Told } from "../running/running-server.ts";
import type { ToldPart } from "../running/told-part.ts";

/** A list that the compiler holds complete. */
const settingNames: Readonly<Record<RunningSetting, true>> = {
  tensor: true,
  pipeline: true,
  data: true,
  expert: true,
  expertParallel: true,
  sequence: true,
  prefillContext: true,
  decodeContext: true,
  maxModelLen: true,
  maxNumSeqs: true,
  maxNumBatchedTokens: true,
  blockTokens: true,
  memoryShare: true,
  prefixCaching: true,
  chunkedPrefill: true,
  enforceEager: true,
  asyncScheduling: true,
  kvCacheDtype: true,
  dtype: true,
  quantization: true,
  speculation: true,
  role: true,
  policy: true,
};
/** Flags whose values are nobody's business. */
const secretFlag = /key|token$|secret|password|credential/i;
/** More than any engine has. */
const mostFlags = 2000;

/** What a server says of itself, as JSON. */
export function runningJson({ flags, ...running }: RunningServer): Fields {
  return { ...running, flags: flagsJson(flags) };
}

/** What `runningJson` wrote, without what makes no sense. */
export function runningFrom(value: unknown): RunningServer | undefined {
  if (!isFields(value)) return undefined;
  const cache = isFields(value.cache) ? value.cache : {};
  return {
    engine: serverKinds.find((kind) => kind === value.engine) ?? "unknown",
    version: toldText(value.version),
    model: toldText(value.model),
    modelRoot: toldText(value.modelRoot),
    settings: settingsFrom(value.settings),
    cache: { tokens: toldNumber(cache.tokens), blocks: toldNumber(cache.blocks) },
    flags: flagsFrom(value.flags),
  };
}

export function toldJson(parts: readonly ToldPart[]): readonly Fields[] {
  return parts.map(({ flags, ...part }) => ({ ...part, ...(flags ? { flags: flagsJson(flags) } : {}) }));
}

function flagsJson(flags: RunningServer["flags"]): Fields {
  return Object.fromEntries([...flags].filter(([name]) => !secretFlag.test(name)));
}

/** What `toldJson` wrote, without what makes no sense. */
export function toldFrom(value: unknown): readonly ToldPart[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter(isFields).map((part) => ({
    ...("version" in part ? { version: toldText(part.version) } : {}),
    ...("model" in part ? { model: toldText(part.model) } : {}),
    ...("modelRoot" in part ? { modelRoot: toldText(part.modelRoot) } : {}),
    ...("settings" in part ? { settings: settingsFrom(part.settings) } : {}),
    ...("tokens" in part ? { tokens: toldNumber(part.tokens) } : {}),
    ...("blocks" in part ? { blocks: toldNumber(part.blocks) } : {}),
    ...("flags" in part ? { flags: flagsFrom(part.flags) } : {}),
  }));
}

function settingsFrom(value: unknown): RunningServer["settings"] {
  const settings: Partial<Record<RunningSetting, Told>> = {};
  if (!isFields(value)) return settings;
  let name: RunningSetting;
  for (name in settingNames) {
    const one = Object.hasOwn(value, name) ? toldFromJson(value[name]) : null;
    if (one) settings[name] = one;
  }
  return settings;
}

function flagsFrom(value: unknown): RunningServer["flags"] {
  const flags = new Map<string, Told>();
  for (const [name, written] of Object.entries(isFields(value) ? value : {}).slice(0, mostFlags)) {
    const one = toldFromJson(written);
    if (one) flags.set(name, one);
  }
  return flags;
}

function toldFromJson(value: unknown): Told | null {
  if (!isFields(value) || typeof value.from !== "string" || !isSetting(value.value)) return null;
  return {
    value: value.value,
    from: value.from,
    ...(value.isLeast === true ? { isLeast: true } : {}),
    ...(value.isPerRank === true ? { isPerRank: true } : {}),
  };
}

function toldText(value: unknown): Told<string> | null {
  const one = toldFromJson(value);
  return one && typeof one.value === "string" ? { ...one, value: one.value } : null;
}

function toldNumber(value: unknown): Told<number> | null {
  const one = toldFromJson(value);
  return one && typeof one.value === "number" ? { ...one, value: one.value } : null;
}

function isSetting(value: unknown): value is SettingValue {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
