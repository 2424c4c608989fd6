import type { Message } from "../../deployment/message.ts";

/** The same steps with another threshold. */
export interface OtherThreshold {
  readonly threshold: number;
  readonly shareBelow: number;
  /** Between which the share is known to lie. */
  readonly shareBounds: readonly [low: number, high: number];
  /** Of the window's step time, by the step model; negative = lost, null where no step model speaks for it. */
  readonly savedSeconds: number | null;
}

/** How an engine with Shift Parallelism shared its steps out between its two modes. */
export interface ShiftSteps {
  /** Upper bounds of the buckets in tokens per step, the last one Infinity. */
  readonly bounds: readonly number[];
  /** Steps of each bucket, not summed up. */
  readonly counts: readonly number[];
  readonly threshold: number;
  /** Share of steps that ran as full tensor parallel; within the threshold's bucket taken as spread evenly. */
  readonly shareBelow: number;
  readonly shareBounds: readonly [low: number, high: number];
  /** Rising. */
  readonly others: readonly OtherThreshold[];
  readonly sentence: Message;
}
