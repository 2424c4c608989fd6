import type { EngineConfig, Pool } from "../deployment.ts";
import type { FlagReader } from "../flag-reader.ts";
import type { Version } from "../version.ts";
import type { WrittenTiers } from "./kv-tiers.ts";

/** What words of a file are read with. */
export interface TierWords {
  readonly role: Pool["role"];
  readonly flags: FlagReader;
  readonly environment: EngineConfig["environment"];
  /** Files that variables name, by the variable. */
  readonly storeSettings: EngineConfig["storeSettings"];
  readonly version: Version;
  /** GPUs that hold the cache of one sequence: some sizes are those of each of them. */
  readonly ranks: number;
}

/** Stores that a file asks for, or the name of a system whose sizes the file does not show. */
export type AskedTiers = WrittenTiers | { readonly hidden: string };

export const GiB = 2 ** 30;
export const GB = 1e9;

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A number as files write it, quoted or not. */
export function asNumber(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

export function asPositive(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number > 0 ? number : undefined;
}

/** A switch as configuration files and variables write it. */
export function asSwitch(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  const word = typeof value === "string" || typeof value === "number" ? String(value).trim().toLowerCase() : "";
  if (/^(true|1|yes|on)$/.test(word)) return true;
  return /^(false|0|no|off)$/.test(word) ? false : undefined;
}

/** `4gb`, `16 GiB`, `4294967296`: sizes of stores count in powers of two whatever they are called. */
export function asBytes(value: unknown): number | undefined {
  if (typeof value !== "string") return asPositive(value);
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?$/i.exec(value.trim());
  if (!match) return undefined;
  return asPositive(Number(match[1]) * 1024 ** " kmgt".indexOf((match[2] ?? "").toLowerCase() || " "));
}
