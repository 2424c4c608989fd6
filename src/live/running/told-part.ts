import { told } from "./answer.ts";
import type { RunningServer, RunningSetting, SettingValue, Told } from "./running-server.ts";

/** What one answer tells of a server. */
export interface ToldPart {
  readonly version?: Told<string> | null;
  readonly model?: Told<string> | null;
  readonly modelRoot?: Told<string> | null;
  readonly settings?: RunningServer["settings"];
  readonly tokens?: Told<number> | null;
  readonly blocks?: Told<number> | null;
  readonly flags?: ReadonlyMap<string, Told>;
}

/** Settings of one answer; null = it does not say. */
export function toldSettings(
  from: string,
  values: Readonly<Partial<Record<RunningSetting, SettingValue | null>>>,
): RunningServer["settings"] {
  const settings: Partial<Record<RunningSetting, Told>> = {};
  let name: RunningSetting;
  for (name in values) {
    const one = told(from, values[name] ?? null);
    if (one) settings[name] = one;
  }
  return settings;
}

/** Parts in the order in which they are trusted: the first that says something is believed. */
export function serverOf(engine: RunningServer["engine"], parts: readonly ToldPart[]): RunningServer {
  const first = <Key extends "version" | "model" | "modelRoot" | "tokens" | "blocks">(key: Key) =>
    parts.map((part) => part[key]).find((one) => one !== undefined && one !== null) ?? null;
  const flags = new Map<string, Told>();
  for (const part of parts) for (const [name, one] of part.flags ?? []) if (!flags.has(name)) flags.set(name, one);
  return {
    engine,
    version: first("version"),
    model: first("model"),
    modelRoot: first("modelRoot"),
    settings: Object.assign({}, ...parts.map(({ settings }) => settings ?? {}).reverse()),
    cache: { tokens: first("tokens"), blocks: first("blocks") },
    flags,
  };
}

/** A server with what another place tells of it, where it says nothing itself. */
export function withPart(running: RunningServer, part: ToldPart): RunningServer {
  const { engine, version, model, modelRoot, settings, cache, flags } = running;
  return serverOf(engine, [{ version, model, modelRoot, settings, ...cache, flags }, part]);
}
