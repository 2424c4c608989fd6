import type { OperatorShare } from "./operators/operator.ts";
import { retimedSteps } from "./retimed-steps.ts";
import type { Batch, Operator, StepModel } from "./step-model.ts";

/** Factors on what the GPU and on what the host takes. */
export interface StepFactors {
  readonly device: number;
  readonly host: number;
  /** A further one on what the GPU takes in steps with prompts; absent = none. */
  readonly prompts?: number;
}

/** The same model with its steps longer or shorter; what it rests on, its bands and the time outside steps stay. */
export function factoredSteps(model: StepModel, { device, host, prompts = 1 }: StepFactors): StepModel {
  const isEven = device === host && prompts === 1;
  const deviceOf = ({ prefillTokens }: Batch): number => (prefillTokens > 0 ? device * prompts : device);
  const stageSeconds: StepModel["stageSeconds"] = (batch, stage) => {
    const factor = deviceOf(batch);
    const seconds = factor * model.stageSeconds(batch, stage);
    return isEven ? seconds : seconds + (host - factor) * model.hostSeconds(batch, stage);
  };
  const transferSeconds: StepModel["transferSeconds"] = (batch) => deviceOf(batch) * model.transferSeconds(batch);
  const factor = (operator: Operator | OperatorShare["operator"], batch: Batch): number => (operator === "host" ? host : deviceOf(batch));
  const breakdown: StepModel["breakdown"] = (batch) => {
    const { seconds } = model.breakdown(batch);
    const scaled = (operator: Operator): number => factor(operator, batch) * seconds[operator];
    return {
      seconds: {
        matrix: scaled("matrix"),
        "prefill-attention": scaled("prefill-attention"),
        "decode-attention": scaled("decode-attention"),
        collectives: scaled("collectives"),
        host: scaled("host"),
      },
      total: steps.stepSeconds(batch),
    };
  };
  const steps = retimedSteps(model, {
    stageSeconds,
    hostSeconds: (batch, stage) => host * model.hostSeconds(batch, stage),
    transferSeconds,
    breakdown,
    anatomy: (batch) => model.anatomy(batch).map((share) => ({ ...share, seconds: factor(share.operator, batch) * share.seconds })),
  });
  return steps;
}
