import type { Timeline } from "../simulation/timeline/timeline.ts";

/** The steps of a run in order of their start: what the tokens of each engine step were. A row may stand for several alike. */
export interface StepLog {
  /** Seconds. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly steps: Int32Array;
  /** Of one step: of prompts and of answers. */
  readonly tokens: Int32Array;
  readonly instance: Int32Array;
}

/** The steps that a timeline wrote down. */
export function stepLog({ steps }: Pick<Timeline, "steps">): StepLog {
  const { start, end, instance, promptTokens, decodeSequences } = steps;
  return { start, end, steps: steps.steps, instance, tokens: promptTokens.map((tokens, i) => tokens + (decodeSequences[i] ?? 0)) };
}
