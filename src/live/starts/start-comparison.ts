import type { Message } from "../../deployment/message.ts";
import type { Refusal } from "../../memory/plan.ts";
import type { LoggedConflict, LoggedRefusal, StartLog } from "./start-log.ts";

/** A start beside its prediction, as plain data: a page or a terminal draws it as it is. */
export interface StartComparison {
  /** The rank whose figures are compared, as the log names it: the one with the least KV cache. */
  readonly rank: string;
  readonly ranks: number;
  readonly rows: readonly StartRow[];
  /** Settings that both tell; those that differ first. */
  readonly settings: readonly StartSetting[];
  readonly outcome: StartOutcome;
  readonly conflicts: readonly LoggedConflict[];
}

export type RowPart =
  | "total"
  | "budget"
  | "weights"
  | "draft"
  | "activation"
  | "non-torch"
  | "graphs"
  /** Recurrent states in a pool of their own (SGLang). */
  | "states"
  | "kv-cache"
  | "kv-token"
  | "tokens"
  | "blocks"
  | "concurrency";

/** One figure predicted and logged. */
export interface StartRow {
  readonly part: RowPart;
  readonly label: Message;
  readonly unit: "B" | "tokens" | "blocks" | "requests";
  readonly predicted: number;
  readonly logged: number;
  /** logged − predicted. */
  readonly difference: number;
  /** Of the prediction; null where that is 0. */
  readonly share: number | null;
  /** `equal`: as far as the log prints digits. `within`: inside the prediction's own band. */
  readonly verdict: "equal" | "within" | "different";
  /** Why they differ, "not explained" included; null where they are equal. */
  readonly why: Message | null;
  /** Zero-based line of the log. */
  readonly line: number;
}

/** A row before it is known why its figures differ. */
export type Measured = Omit<StartRow, "why">;

/** A setting as the file (with its defaults) has it and as the log has it. */
export interface StartSetting {
  /** The engine's flag, or `version`, `model`. */
  readonly name: string;
  readonly file: string;
  readonly log: string;
  readonly differs: boolean;
}

export interface StartOutcome {
  readonly logged: StartLog["outcome"];
  readonly loggedRefusal: LoggedRefusal | null;
  readonly predictedRefusal: Refusal | null;
  /** Both start or both refuse for the same reason; null where the log does not tell how the start ended. */
  readonly agree: boolean | null;
}
