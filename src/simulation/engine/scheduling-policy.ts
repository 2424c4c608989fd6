import type { Scheduling } from "../../deployment/settled.ts";
import type { Cohort } from "./cohort.ts";
import type { EngineCore } from "./engine-core.ts";
import { PhasedPolicy } from "./phased-policy.ts";
import type { PromptTurns } from "./prompt-turns.ts";
import type { Slot } from "./scheduling.ts";
import { SglangPolicy } from "./sglang-policy.ts";
import { TensorrtPolicy } from "./tensorrt-policy.ts";
import { VllmPolicy } from "./vllm-policy.ts";
import { VllmV0Policy } from "./vllm-v0-policy.ts";

/** How an engine chooses what the next step runs. One for each scheduler: it may keep what it learns between steps. */
export interface SchedulingPolicy {
  /** Fills an empty slot from the running and waiting requests; returns what keeps the first waiting one out. */
  fill(slot: Slot, cohort: Cohort, now: number): number;
  /** The next fill would choose as the last one did, as long as nobody comes or goes and blocks last for the decoding requests. */
  readonly isSteady: boolean;
  /** Blocks that must stay free beside those that these open; absent = none. */
  readonly keepsFree?: number;
  /** So many fills did, and opened so many blocks. */
  skip(steps: number, opened: number): void;
}

/** `loads` is told of requests that wait aside for a store, and until when. */
export function policyOf(
  scheduling: Scheduling,
  core: EngineCore,
  turns: PromptTurns,
  loads: (r: number, time: number) => void,
): SchedulingPolicy {
  switch (scheduling.engine) {
    case "vllm":
      return scheduling.promptsFirst ? new VllmV0Policy(core, scheduling) : new VllmPolicy(core, scheduling, loads);
    case "sglang":
      return new SglangPolicy(core, scheduling);
    case "tensorrt-llm":
      return new TensorrtPolicy(core, scheduling, turns);
    case "phased":
      return new PhasedPolicy(core, scheduling);
    default: {
      const never: never = scheduling;
      return never;
    }
  }
}
