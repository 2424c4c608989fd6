import type { Settled } from "../deployment/settled.ts";
import { stepModel } from "../timing/step.ts";
import type { StepModel } from "../timing/step-model.ts";
import type { Workload } from "./workload/workload.ts";

/** The step models of a deployment's pools under a workload: nobody waits for the tokens of an offline run one by one. */
export function poolModels(settled: Settled, { kind }: Workload): readonly StepModel[] {
  const delivery = kind === "offline" ? "at-once" : "streamed";
  return settled.pools.map((pool) => stepModel(settled.model, pool, delivery));
}
