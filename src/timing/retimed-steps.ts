import type { StepModel } from "./step-model.ts";

/** What of a model's times may be another's. */
type StepTimes = Pick<StepModel, "stageSeconds"> & Partial<Pick<StepModel, "hostSeconds" | "transferSeconds" | "breakdown" | "anatomy">>;

/** The same model with steps of other lengths: what is not said of them, and all that is told beside them, stays. */
export function retimedSteps(model: StepModel, times: StepTimes): StepModel {
  const { stageSeconds } = times;
  const transferSeconds = times.transferSeconds ?? ((batch) => model.transferSeconds(batch));
  return {
    stages: model.stages,
    mode: (tokens) => model.mode(tokens),
    stageSeconds,
    hostSeconds: times.hostSeconds ?? ((batch, stage) => model.hostSeconds(batch, stage)),
    transferSeconds,
    stepSeconds: (batch) => {
      let seconds = (model.stages - 1) * transferSeconds(batch);
      for (let stage = 0; stage < model.stages; stage++) seconds += stageSeconds(batch, stage);
      return seconds;
    },
    breakdown: times.breakdown ?? ((batch) => model.breakdown(batch)),
    anatomy: times.anatomy ?? ((batch) => model.anatomy(batch)),
    frontEnd: model.frontEnd,
    requestSeconds: model.requestSeconds,
    promptTokenSeconds: model.promptTokenSeconds,
    peakFlops: model.peakFlops,
    peakBytesPerSecond: model.peakBytesPerSecond,
    flops: (batch) => model.flops(batch),
    bytes: (batch) => model.bytes(batch),
    basis: model.basis,
    band: model.band,
    firstTokenBand: model.firstTokenBand,
  };
}
