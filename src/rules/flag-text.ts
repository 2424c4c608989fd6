import type { Deployment, Flag, Pool } from "../deployment/deployment.ts";
import type { Range } from "../deployment/text.ts";
import { flagOf, wordOf } from "./place.ts";
import type { RuleContext, Severity } from "./rule.ts";

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

/** Files that a command line may add flags to, but usually does not. */
const beside = /^(vllm-config|vllm-recipe|vllm-eval-config)/;
/** Files that a base, a chart or a launcher adds flags to. */
const partial = /^(kustomize-patch|srt-slurm|inferencex-master|jinja-template|helm-values-other)/;

/** Absent, and nobody adds flags to what this kind of file holds, or only the command line that names it. */
export function isLeftOut({ deployment, pool }: Pick<RuleContext, "deployment" | "pool">, name: string): boolean {
  return isAbsent(pool, name) && !partial.test(deployment.format);
}

/** A refusal over what is left out: a warning where a command line may still say it. */
export function whereWhole(severity: Severity, { format }: Deployment): Severity {
  return severity === "error" && beside.test(format) ? "warning" : severity;
}
