import type { Tetriinfer } from "../../../deployment/systems/tetriinfer.ts";
import type { CoreParts } from "../../placement/core-parts.ts";
import { DecodeAdmission } from "./admission.ts";
import { OrderedPrompts } from "./prompt-order.ts";

/** What TetriInfer changes of an engine core: prompts begin in its order, and answers are admitted by its rule. */
export function tetriinferParts(settings: Tetriinfer): CoreParts {
  return {
    policy: (own, core) => {
      if (settings.promptOrder === "fcfs") return own;
      const prompts = new OrderedPrompts(core, settings.promptOrder, settings.promptWindow);
      return {
        fill: (slot, cohort, now) => {
          prompts.arrange();
          return own.fill(slot, cohort, now);
        },
        // Prompts that stay out stay as they are.
        get isSteady() {
          return own.isSteady;
        },
        keepsFree: own.keepsFree ?? 0,
        skip: (steps, opened) => own.skip(steps, opened),
      };
    },
    admission: (core) => new DecodeAdmission(core, settings.admission),
  };
}
