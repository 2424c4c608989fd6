import type { Pool } from "../deployment/deployment.ts";
import type { Located } from "../deployment/located.ts";
import { flagOf, wordOf } from "./place.ts";

const binary: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
const decimal: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** `8192`, `8k` = 8,000, `8K` = 8,192 (RULES VS18); undefined for anything else. */
export function humanInteger(text: string): number | undefined {
  const match = /^([+-]?\d+(?:\.\d+)?)([kKmMgGtT]?)$/.exec(text.trim());
  if (!match?.[1]) return undefined;
  const unit = match[2] ?? "";
  const value = Number(match[1]) * (binary[unit] ?? decimal[unit] ?? 1);
  return Number.isInteger(value) ? value : undefined;
}

/** A flag's whole number with its word; undefined when absent, unreadable or no number. */
export function flagInteger(
  pool: Pool,
  name: string,
): (Located<number> & { readonly range: NonNullable<Located<number>["range"]> }) | undefined {
  const flag = flagOf(pool, name);
  const text = flag?.value?.value;
  if (!flag || text === undefined || text === null) return undefined;
  const value = humanInteger(text);
  return value === undefined ? undefined : { value, origin: flag.value?.origin ?? "file", range: wordOf(flag) };
}

/** Whether a switch is on; undefined when absent or unreadable. */
export function flagSwitch(pool: Pool, name: string): boolean | undefined {
  const flag = flagOf(pool, name);
  if (!flag) return undefined;
  if (flag.negated) return false;
  if (flag.value === undefined) return undefined;
  const text = flag.value.value;
  if (text === null) return true;
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  return /^(false|0|no|off)$/i.test(text) ? false : undefined;
}
