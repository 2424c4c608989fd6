import type { EngineId } from "./deployment.ts";

/**
 * What a run of one deployment measured, kept beside its file: one format for an engine's log, a live server and a benchmark. A figure
 * replaces its prediction only where all that it depends on is as it was.
 */
export interface Calibration {
  /** Path of the deployment's file from the folder that holds `.inference-lens`, with `/`. */
  readonly file: string;
  readonly deployment: string;
  readonly memory: MeasuredMemory | null;
  readonly timing: MeasuredTiming | null;
}

export type CalibrationSource = "log" | "bench" | "live";

/** Memory of one engine as a run reported it. */
export interface MeasuredMemory {
  readonly source: CalibrationSource;
  /** `2026-11-28`. */
  readonly date: string;
  readonly conditions: Conditions;
  /** One entry a pipeline stage: its rank with the least KV cache. */
  readonly stages: readonly MeasuredStage[];
  readonly kvCacheTokens: number | null;
  readonly kvCacheBlocks: number | null;
}

/** Bytes of one rank; what was not reported is absent. */
export type MeasuredStage = { readonly stage: number } & Readonly<Partial<Record<StagePart, number>>>;

export const stageParts = ["total", "weights", "activation", "nonTorch", "graphs", "kvCache"] as const;
export type StagePart = (typeof stageParts)[number];

/** What a calibration holds for. */
export interface Conditions {
  readonly engine: EngineId;
  readonly engineVersion: string;
  readonly model: string;
  /** Quantisation of the weights, `none` where there is none. */
  readonly weights: string;
  readonly gpu: string;
  readonly role: "mixed" | "prefill" | "decode";
  /** By the names of `Layout`; sizes of one are left out. */
  readonly layout: Readonly<Record<string, number>>;
  /** By the engine's flags. */
  readonly settings: Readonly<Record<string, ConditionValue>>;
}

export type ConditionValue = string | number | boolean;

/** What a measured figure is of, as a person reads it. */
export type MemoryTerm = StagePart | "kvCacheBlocks";

/** How the measured time of a deployment's steps differs from the predicted one, over the loads that were measured. */
export interface MeasuredTiming {
  readonly source: CalibrationSource;
  readonly date: string;
  readonly conditions: Conditions;
  readonly correction: TimingCorrection;
  /** Relative half-width of the 80 % band of corrected predictions. */
  readonly band: number;
  /** What the prediction that is corrected said of two reference steps: another prediction would need another correction. */
  readonly predictedSeconds: number;
  /** The loads it rests on. */
  readonly points: readonly TimingPoint[];
}

/** As few numbers as explain what was measured. */
export interface TimingCorrection {
  /** On the seconds of the GPU's work. */
  readonly device: number;
  /** On the seconds that the host adds to a step. */
  readonly host: number;
  /** What a request spends outside its steps; null = as predicted. */
  readonly requestSeconds: number | null;
  /** A further one on the GPU's work in steps with prompts, to ask what if; no file keeps it. Absent = none. */
  readonly prompts?: number;
}

/** One load and what was measured under it. */
export interface TimingPoint {
  /** The file it stands in, or the server. */
  readonly from: string;
  readonly tool: string;
  readonly date: string | null;
  /** `92.2 req/s`, `16 in flight`. */
  readonly load: string;
  readonly ttftSeconds: number | null;
  readonly tpotSeconds: number | null;
  readonly outputTokensPerSecond: number | null;
}
