import type { TimingCorrection } from "../deployment/calibration.ts";
import { type Message, message } from "../deployment/message.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { factoredSteps } from "./factored-steps.ts";
import { emptyBatch, type StepModel } from "./step-model.ts";

/** The model with what a run of this very deployment measured put over it, where that still holds; else the model itself. */
export function calibrated(model: StepModel, { observed }: Pick<SettledPool, "observed">): StepModel {
  const { timing } = observed;
  if (!timing || timingRefused(model, { observed })) return model;
  const { correction, band } = timing.timing;
  return corrected(model, correction, band);
}

/** Why what was measured of a pool's steps is not used; undefined where it is, or nothing was measured. */
export function timingRefused(model: StepModel, { observed: { timing } }: Pick<SettledPool, "observed">): Message | undefined {
  return timing && (timing.refused ?? correctsAnother(model, timing.timing.predictedSeconds));
}

/** What two steps are predicted to take, a prompt and eight sequences that decode: by it a correction knows the prediction it was fitted to. */
export function referenceSeconds(model: StepModel): number {
  const prompt = { ...emptyBatch(), tokens: 512, prefillTokens: 512, prefillChunks: 1, prefillPairs: 512 * 256 };
  const answers = { ...emptyBatch(), tokens: 8, decodeSequences: 8, decodeContext: 8000 };
  return model.stepSeconds(prompt) + model.stepSeconds(answers);
}

/** Digits that a file keeps of it, and rounding of tables. */
const sameShare = 0.005;

/** Why a correction is none of this prediction: the tables or constants behind it are others than those it was fitted to. */
export function correctsAnother(model: StepModel, predictedSeconds: number): Message | undefined {
  const now = referenceSeconds(model);
  if (Math.abs(now - predictedSeconds) <= sameShare * predictedSeconds) return undefined;
  return message("the prediction it corrects has changed by {0} %", Math.round(100 * (now / predictedSeconds - 1)));
}

/** Seconds of the GPU and of the host by a factor each, and where it was measured the time outside steps. */
function corrected(model: StepModel, correction: TimingCorrection, band: number): StepModel {
  const { requestSeconds } = correction;
  return {
    ...factoredSteps(model, correction),
    requestSeconds: requestSeconds ?? model.requestSeconds,
    basis: "measured",
    band,
    // Where the run measured what a request takes outside of steps, steps and waiting are left: rates left out missed by 13 % on average.
    firstTokenBand: requestSeconds === null ? model.firstTokenBand : Math.max(band, model.firstTokenBand / 2),
  };
}
