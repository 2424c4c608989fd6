import type { Model } from "../catalog/facts.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { sglangStage } from "./engines/sglang.ts";
import { tensorrtStage } from "./engines/tensorrt-llm.ts";
import { vllmStage } from "./engines/vllm.ts";
import type { StageMemory } from "./stage-memory.ts";
import type { Stage } from "./stages.ts";

/** The sum of one stage's ranks by the arithmetic of the pool's engine. */
export function stageMemory(model: Model, pool: SettledPool, stage: Stage): StageMemory {
  const { budget } = pool;
  switch (budget.engine) {
    case "vllm":
      return vllmStage(model, pool, budget, stage);
    case "sglang":
      return sglangStage(model, pool, budget, stage);
    case "tensorrt-llm":
      return tensorrtStage(model, pool, budget, stage);
    default: {
      const never: never = budget;
      return never;
    }
  }
}
