import type { Pool } from "../deployment/deployment.ts";
import type { Range } from "../deployment/text.ts";
import { flagInteger, flagSwitch } from "./flag-number.ts";
import { flagText, isAbsent, isLeftOut } from "./flag-text.ts";
import { flagOf } from "./place.ts";
import type { RuleContext } from "./rule.ts";

export interface Size {
  readonly value: number;
  /** undefined where the engine's default counts. */
  readonly range: Range | undefined;
}

/** What a command line is sure to say if a file does not. */
const stages = new Set(["tp-size", "tensor_parallel_size"]);
const one: Size = { value: 1, range: undefined };

type Judged = Pick<RuleContext, "deployment" | "pool">;

/** Whether a setting is certainly left to the engine: files of settings leave to a command line what they do not say. */
export function isNotGiven(context: Judged, name: string): boolean {
  return isLeftOut(context, name) && !context.deployment.format.endsWith("-config");
}

/** A size as its flag says it, 1 where nothing written says it; undefined where that cannot be told, as TP where a file holds settings alone. */
export function sizeOf({ deployment, pool }: Judged, name: string): Size | undefined {
  const isWhole = !stages.has(name) || !deployment.format.endsWith("-config");
  return flagInteger(pool, name) ?? (isAbsent(pool, name) && isWhole ? one : undefined);
}

/** Attention replicas inside a stage: `--attn-dp-size`, or `--dp-size` with the older switch beside it (SW02). */
export function attentionGroups(context: Judged): Size | undefined {
  const own = sizeOf(context, "attn-dp-size");
  if (own?.value !== 1) return own;
  const on = flagSwitch(context.pool, "enable-dp-attention");
  if (on === true) return sizeOf(context, "dp-size");
  return on === false || isAbsent(context.pool, "enable-dp-attention") ? own : undefined;
}

/** Whether a switch is certainly off: written so, or not given. */
export function isOff(context: Judged, name: string): boolean {
  return flagSwitch(context.pool, name) === false || isNotGiven(context, name);
}

/** `--disaggregation-mode`; where no flag says it, what the pool is for does, as launchers add the flag. */
export function disaggregationMode({ pool }: Judged): string | undefined {
  const written = flagText(pool, "disaggregation-mode")?.value;
  if (written !== undefined || !isAbsent(pool, "disaggregation-mode")) return written;
  return pool.role === "mixed" ? "null" : pool.role;
}

/** A switch that is on, with its place. */
export function switchedOn(pool: Pool, name: string) {
  return flagSwitch(pool, name) === true ? flagOf(pool, name) : undefined;
}
