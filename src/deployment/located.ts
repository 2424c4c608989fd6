import type { Message } from "./message.ts";
import type { Range } from "./text.ts";

/** Where a value comes from, in the words of the pages: everything but `file` is shown as assumed. */
export type Origin = "file" | "directive" | "argument" | "inferred" | "project" | "setting" | "engine-default" | "calibration";

/** A value with the very word it was read from. `range` is absent where no word of this file says it. */
export interface Located<T> {
  readonly value: T;
  readonly origin: Origin;
  readonly range?: Range;
  /** Why this value, when the words alone do not tell ("node selector", "vLLM 0.19 on ≥ 70 GiB"). */
  readonly why?: Message;
}

/** undefined = unknown: nothing that depends on it is said. */
export type Known<T> = Located<T> | undefined;
