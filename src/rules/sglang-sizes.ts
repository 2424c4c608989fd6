import type { Pool } from "../deployment/deployment.ts";
import type { Range } from "../deployment/text.ts";
import { flagInteger, flagSwitch } from "./flag-number.ts";
import { flagText, isAbsent } from "./flag-text.ts";
import { flagOf } from "./place.ts";

export interface Size {
  readonly value: number;
  /** undefined where the engine's default counts. */
  readonly range: Range | undefined;
}

const one: Size = { value: 1, range: undefined };

/** A size as its flag says it, 1 where it is certainly not given; undefined where that cannot be told. */
export function sizeOf(pool: Pool, name: string): Size | undefined {
  return flagInteger(pool, name) ?? (isAbsent(pool, name) ? one : undefined);
}

/** Attention replicas inside a stage: `--attn-dp-size`, or `--dp-size` with the older switch beside it (SW02). */
export function attentionGroups(pool: Pool): Size | undefined {
  const own = sizeOf(pool, "attn-dp-size");
  if (own?.value !== 1) return own;
  const on = flagSwitch(pool, "enable-dp-attention");
  if (on === true) return sizeOf(pool, "dp-size");
  return on === false || isAbsent(pool, "enable-dp-attention") ? own : undefined;
}

/** Whether a switch is certainly off: written so, or not given. */
export function isOff(pool: Pool, name: string): boolean {
  return flagSwitch(pool, name) === false || isAbsent(pool, name);
}

/** `--disaggregation-mode`, `null` where it is certainly not given. */
export function disaggregationMode(pool: Pool): string | undefined {
  return flagText(pool, "disaggregation-mode")?.value ?? (isAbsent(pool, "disaggregation-mode") ? "null" : undefined);
}

/** A switch that is on, with its place. */
export function switchedOn(pool: Pool, name: string) {
  return flagSwitch(pool, name) === true ? flagOf(pool, name) : undefined;
}
