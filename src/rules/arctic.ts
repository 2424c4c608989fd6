import type { Flag, Pool } from "../deployment/deployment.ts";
import { flagInteger, flagSwitch } from "./flag-number.ts";
import { flagOf } from "./place.ts";

/** What a pool says about Ulysses sequence parallelism and Shift Parallelism. */
export interface ArcticUse {
  /** Some flag of the two is in use; the first one written. */
  readonly flag: Flag;
  readonly sequence: number;
  readonly sequenceFlag: Flag | undefined;
  readonly shiftFlag: Flag | undefined;
  /** Shift Parallelism is switched on. */
  readonly shift: boolean;
}

export function arcticUse(pool: Pool): ArcticUse | undefined {
  const sequenceFlag = flagOf(pool, "ulysses-sequence-parallel-size");
  const shiftFlag = flagOf(pool, "enable-shift-parallel");
  const shift = flagSwitch(pool, "enable-shift-parallel") === true;
  const sequence = flagInteger(pool, "ulysses-sequence-parallel-size")?.value ?? pool.engine.parallel.sequence.value;
  const flag = sequence > 1 ? (sequenceFlag ?? shiftFlag) : shift ? shiftFlag : undefined;
  return flag ? { flag, sequence, sequenceFlag, shiftFlag, shift } : undefined;
}

/** vLLM versions that a release of the plugin patches (pyproject and sdists of 0.0.8 to 0.3.0); releases between may pin others. */
export const pinnedVersions = ["0.9.0.1", "0.9.2", "0.10.1", "0.11.0", "0.18.0", "0.26.0"] as const;

/** An environment switch: true, false, or undefined where it is not set or not readable here. */
export function environmentSwitch(pool: Pool, name: string): boolean | undefined {
  const value = pool.engine.environment.get(name)?.value;
  if (value === undefined) return undefined;
  return !/^(0|false|no|off|)$/i.test(value.trim());
}
