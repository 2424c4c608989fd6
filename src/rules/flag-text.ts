import type { Flag, Pool } from "../deployment/deployment.ts";
import type { Range } from "../deployment/text.ts";
import { flagOf, wordOf } from "./place.ts";
import type { RuleContext } from "./rule.ts";

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

/** Formats that hold a part of the flags: a command line, a base or a launcher adds the others. */
const partial = /^(vllm-config|vllm-recipe|vllm-eval-config|kustomize-patch|srt-slurm|inferencex-master|jinja-template|helm-values-other)/;

/** Absent, and nobody adds flags to what this kind of file holds. */
export function isLeftOut({ deployment, pool }: Pick<RuleContext, "deployment" | "pool">, name: string): boolean {
  return isAbsent(pool, name) && !partial.test(deployment.format);
}
