import type { TimingCorrection } from "../deployment/calibration.ts";
import { type Message, message } from "../deployment/message.ts";
import type { SettledPool } from "../deployment/settled.ts";
import type { OperatorShare } from "./operators/operator.ts";
import { type Batch, emptyBatch, type StepBreakdown, type StepMode, type StepModel } from "./step-model.ts";

/** The model with what a run of this very deployment measured put over it, where that still holds; else the model itself. */
export function calibrated(model: StepModel, { observed }: Pick<SettledPool, "observed">): StepModel {
  const { timing } = observed;
  if (!timing || timingRefused(model, { observed })) return model;
  const { correction, band } = timing.timing;
  return new CalibratedModel(model, correction, band);
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

/** Seconds of the GPU and of the host by a factor each. */
export class CalibratedModel implements StepModel {
  readonly stages: number;
  readonly requestSeconds: number;
  readonly promptTokenSeconds: number;
  readonly peakFlops: number;
  readonly peakBytesPerSecond: number;
  readonly basis = "measured";
  readonly firstTokenBand: number;

  constructor(
    private readonly model: StepModel,
    private readonly correction: TimingCorrection,
    readonly band: number,
  ) {
    this.stages = model.stages;
    // Where the run measured what a request takes outside of steps, steps and waiting are left: rates left out missed by 13 % on average.
    this.firstTokenBand = correction.requestSeconds === null ? model.firstTokenBand : Math.max(band, model.firstTokenBand / 2);
    this.requestSeconds = correction.requestSeconds ?? model.requestSeconds;
    this.promptTokenSeconds = model.promptTokenSeconds;
    this.peakFlops = model.peakFlops;
    this.peakBytesPerSecond = model.peakBytesPerSecond;
  }

  mode(tokens: number): StepMode {
    return this.model.mode(tokens);
  }

  stageSeconds(batch: Batch, stage: number): number {
    const { device, host } = this.correction;
    const seconds = device * this.model.stageSeconds(batch, stage);
    return device === host ? seconds : seconds + (host - device) * this.model.hostSeconds(batch, stage);
  }

  hostSeconds(batch: Batch, stage: number): number {
    return this.correction.host * this.model.hostSeconds(batch, stage);
  }

  transferSeconds(batch: Batch): number {
    return this.correction.device * this.model.transferSeconds(batch);
  }

  stepSeconds(batch: Batch): number {
    let seconds = (this.stages - 1) * this.transferSeconds(batch);
    for (let stage = 0; stage < this.stages; stage++) seconds += this.stageSeconds(batch, stage);
    return seconds;
  }

  breakdown(batch: Batch): StepBreakdown {
    const { seconds } = this.model.breakdown(batch);
    const { device, host } = this.correction;
    return {
      seconds: {
        matrix: device * seconds.matrix,
        "prefill-attention": device * seconds["prefill-attention"],
        "decode-attention": device * seconds["decode-attention"],
        collectives: device * seconds.collectives,
        host: host * seconds.host,
      },
      total: this.stepSeconds(batch),
    };
  }

  anatomy(batch: Batch): readonly OperatorShare[] {
    const { device, host } = this.correction;
    return this.model.anatomy(batch).map((share) => ({ ...share, seconds: (share.operator === "host" ? host : device) * share.seconds }));
  }

  flops(batch: Batch): number {
    return this.model.flops(batch);
  }

  bytes(batch: Batch): number {
    return this.model.bytes(batch);
  }
}
