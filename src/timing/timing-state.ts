import type { Model } from "../catalog/facts.ts";
import type { MeasuredTiming } from "../deployment/calibration.ts";
import { type Message, message } from "../deployment/message.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { timingRefused } from "./calibrated.ts";
import { predictedSteps } from "./step.ts";

/** What was measured of a pool's steps, and whether it counts. */
export interface TimingState {
  readonly timing: MeasuredTiming;
  /** Why steps are predicted without it; null where it is applied. */
  readonly refused: Message | null;
}

/** Undefined where no step of this pool was measured. */
export function timingState(model: Model, pool: SettledPool): TimingState | undefined {
  const timing = pool.observed.timing?.timing;
  return timing && { timing, refused: timingRefused(predictedSteps(model, pool), pool) ?? null };
}

/** What stands behind the seconds of the pool's steps, in a sentence. */
export function timingWords({ timing: { date }, refused }: TimingState): Message {
  return refused ? message("No step time that was measured on {0} holds any more", date) : message("Steps as measured on {0}", date);
}
