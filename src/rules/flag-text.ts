import type { Flag, Pool } from "../deployment/deployment.ts";
import type { Range } from "../deployment/text.ts";
import { flagOf, wordOf } from "./place.ts";

/** A flag's words with their place; undefined when absent, bare, or not readable here. */
export interface FlagText {
  readonly value: string;
  readonly range: Range;
  readonly flag: Flag;
}

export function flagText(pool: Pool, name: string): FlagText | undefined {
  const flag = flagOf(pool, name);
  const value = flag?.value?.value;
  return flag && typeof value === "string" ? { value: value.trim(), range: wordOf(flag), flag } : undefined;
}

/** Whether the flag is certainly not given: not written, and nothing may add it from elsewhere. */
export function isAbsent({ engine }: Pool, name: string): boolean {
  return engine.complete && !engine.flags.has(name);
}
