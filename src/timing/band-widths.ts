import type { JudgedEngine } from "../deployment/settled.ts";

/** Relative half-widths that hold 8 of 10 measured values. */
export interface BandWidths {
  /** Of a step, and so of TPOT. */
  readonly step: number;
  /** Of the mean time to the first token. */
  readonly firstToken: number;
}

/**
 * Errors on closed-loop runs (silicon_e2e, runs in doubt left out) of models that the engine's constants were not fitted on, every model
 * counting alike. Written by `npm run accuracy -- left-out --write-bands`.
 */
export const bandWidths: Readonly<Record<JudgedEngine, BandWidths>> = {
  vllm: { step: 0.11, firstToken: 0.66 },
  sglang: { step: 0.18, firstToken: 1.13 },
  "tensorrt-llm": { step: 0.18, firstToken: 1.96 },
};
