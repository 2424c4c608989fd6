import type { AppliedCalibration } from "../deployment/apply-calibration.ts";
import { calibrationWords } from "../deployment/calibration-words.ts";
import { plain } from "../deployment/message.ts";
import { type TimingState, timingState, timingWords } from "../timing/timing-state.ts";
import type { Card } from "./hover-card.ts";
import type { Place } from "./position.ts";

/** What of these figures a run measured, and what of it is predicted again because something changed; nothing without a calibration. */
export function measuredLine({ analysis, index }: Place): Pick<Card, "measured"> {
  const pool = analysis.settled?.pools[index];
  if (!pool || !analysis.settled) return {};
  const { measured } = pool.observed;
  const state = timingState(analysis.settled.model, pool);
  const words = [...(measured ? memoryWords(measured) : []), ...(state ? stepWords(state) : [])];
  return words.length > 0 ? { measured: words.join(" ") } : {};
}

function memoryWords(measured: AppliedCalibration): readonly string[] {
  const { used, predicted } = calibrationWords(measured);
  return [`${plain(used)}.`, ...predicted.map(({ terms, why }) => `Predicted: ${terms}; ${plain(why)}.`)];
}

/** What a run measured of the pool's steps, and why it does not count. */
export function stepWords(state: TimingState): readonly string[] {
  return [`${plain(timingWords(state))}.`, ...(state.refused ? [`Predicted: steps; ${plain(state.refused)}.`] : [])];
}
