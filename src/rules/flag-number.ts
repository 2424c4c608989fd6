import type { Pool } from "../deployment/deployment.ts";
import { FlagReader } from "../deployment/flag-reader.ts";
import { humanInteger } from "../deployment/human-integer.ts";
import type { Located } from "../deployment/located.ts";
import { flagOf, wordOf } from "./place.ts";

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
  return new FlagReader(pool.engine.flags).on(name);
}
