import type { StepModel } from "./step-model.ts";

/** The same model with all times longer or shorter by a factor: how an error of the whole model would show. */
export function scaledSteps(model: StepModel, factor: number): StepModel {
  return {
    stages: model.stages,
    mode: (tokens) => model.mode(tokens),
    stageSeconds: (batch, stage) => factor * model.stageSeconds(batch, stage),
    hostSeconds: (batch, stage) => factor * model.hostSeconds(batch, stage),
    transferSeconds: (batch) => factor * model.transferSeconds(batch),
    stepSeconds: (batch) => factor * model.stepSeconds(batch),
    breakdown: (batch) => {
      const { seconds, total } = model.breakdown(batch);
      return {
        seconds: {
          matrix: factor * seconds.matrix,
          "prefill-attention": factor * seconds["prefill-attention"],
          "decode-attention": factor * seconds["decode-attention"],
          collectives: factor * seconds.collectives,
          host: factor * seconds.host,
        },
        total: factor * total,
      };
    },
    anatomy: (batch) => model.anatomy(batch).map((share) => ({ ...share, seconds: factor * share.seconds })),
    requestSeconds: factor * model.requestSeconds,
    promptTokenSeconds: factor * model.promptTokenSeconds,
    peakFlops: model.peakFlops,
    peakBytesPerSecond: model.peakBytesPerSecond,
    flops: (batch) => model.flops(batch),
    bytes: (batch) => model.bytes(batch),
    basis: model.basis,
    band: model.band,
    firstTokenBand: model.firstTokenBand,
  };
}
