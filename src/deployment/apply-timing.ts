import type { Model } from "../catalog/facts.ts";
import type { Calibration, MeasuredTiming } from "./calibration.ts";
import { changedCondition } from "./changed-condition.ts";
import { conditionsOf, timingDependsOn } from "./conditions.ts";
import type { Message } from "./message.ts";
import type { SettledPool } from "./settled.ts";

/** A measured timing of this pool. */
export interface AppliedTiming {
  readonly timing: MeasuredTiming;
  /** Why its steps are predicted again without it; null where what it holds for is as it was. */
  readonly refused: Message | null;
}

/** Holds what was measured against what the pool is now. Undefined where no timing was measured for a pool of this role. */
export function applyTiming(calibrations: readonly Calibration[], model: Model, pool: SettledPool): AppliedTiming | undefined {
  const timing = calibrations.map((one) => one.timing).find((one) => one?.conditions.role === pool.role);
  if (!timing) return undefined;
  return { timing, refused: changedCondition(timing.conditions, conditionsOf(model, pool), timingDependsOn) ?? null };
}
