import type { ServerKind } from "../snapshot.ts";

/** Settings of a running engine by what they mean, whatever its flag is called. */
export type RunningSetting =
  | "tensor"
  | "pipeline"
  /** Engines, or attention replicas, behind one server. */
  | "data"
  /** Ranks that share the experts out. */
  | "expert"
  /** Experts are shared out at all. */
  | "expertParallel"
  | "sequence"
  | "prefillContext"
  | "decodeContext"
  | "maxModelLen"
  | "maxNumSeqs"
  | "maxNumBatchedTokens"
  | "blockTokens"
  /** Share of a GPU's memory, by the engine's own measure. */
  | "memoryShare"
  | "prefixCaching"
  | "chunkedPrefill"
  | "enforceEager"
  | "asyncScheduling"
  | "kvCacheDtype"
  | "dtype"
  | "quantization"
  | "speculation"
  | "role"
  | "policy";

export type SettingValue = number | boolean | string;

/** What a server says, and where it says so: `/server_info`, `metrics`, `pod arguments`. */
export interface Told<Value extends SettingValue = SettingValue> {
  readonly value: Value;
  readonly from: string;
  /** A page shows the engines of one API server alone: there may be more. */
  readonly isLeast?: true;
  /** Tokens of one rank's cache: ranks that share a context hold so many together. */
  readonly isPerRank?: true;
}

/** What a server says of itself, whichever answer said it; absent or null = it does not say. */
export interface RunningServer {
  readonly engine: ServerKind;
  readonly version: Told<string> | null;
  /** The name that requests use. */
  readonly model: Told<string> | null;
  /** What was loaded: an id of the hub or a path. */
  readonly modelRoot: Told<string> | null;
  readonly settings: Readonly<Partial<Record<RunningSetting, Told>>>;
  /** Of one engine. */
  readonly cache: { readonly tokens: Told<number> | null; readonly blocks: Told<number> | null };
  /** Arguments that it runs with, by the engine's own flags without dashes in front; empty where it tells none. */
  readonly flags: ReadonlyMap<string, Told>;
}
