import type { SettledPool, VllmBudget } from "../../deployment/settled.ts";

/** A pool that vLLM runs. */
export interface VllmPool extends SettledPool {
  readonly budget: VllmBudget;
}
