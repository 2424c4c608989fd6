import { factoredSteps } from "./factored-steps.ts";
import type { StepModel } from "./step-model.ts";

/** The same model with all times longer or shorter by a factor: how an error of the whole model would show. */
export function scaledSteps(model: StepModel, factor: number): StepModel {
  return {
    ...factoredSteps(model, { device: factor, host: factor }),
    requestSeconds: factor * model.requestSeconds,
    promptTokenSeconds: factor * model.promptTokenSeconds,
    frontEnd: model.frontEnd,
  };
}
