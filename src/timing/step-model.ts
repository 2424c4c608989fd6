import type { FrontEndCosts } from "./front-end-costs.ts";
import type { OperatorShare } from "./operators/operator.ts";

/** A batch of one step, as sums, so that pricing it is O(1). Reused by the simulator: read it, never keep it. */
export interface Batch {
  /** Scheduled tokens: prefill chunks + one per decoding sequence + drafts. */
  tokens: number;
  prefillTokens: number;
  decodeSequences: number;
  /** Sum of the contexts of the decoding sequences. */
  decodeContext: number;
  /** Drafted tokens of decoding sequences, verified beside their next one. */
  draftTokens: number;
  /** Decoding sequences for which a drafter works in this step. */
  draftSequences: number;
  /** Chunks of prompts in this step. */
  prefillChunks: number;
  /** Σ over chunks of chunk × (tokens before it + chunk / 2): pairs that causal attention computes. */
  prefillPairs: number;
  /** Σ over chunks of the tokens before it: KV that chunks read again. */
  prefillContext: number;
  /** Tokens of the step in all attention replicas, over their number; 0 = every one has as many as this batch. */
  meanTokens: number;
}

export type StepMode = "tensor" | "sequence";
export type Operator = "matrix" | "prefill-attention" | "decode-attention" | "collectives" | "host";
export type Basis = "measured" | "interpolated" | "analytical";

export interface StepBreakdown {
  readonly seconds: Readonly<Record<Operator, number>>;
  readonly total: number;
}

/** Seconds of one engine step. Pure; safe to call millions of times. */
export interface StepModel {
  /** Pipeline stages; 1 without pipeline parallelism. */
  readonly stages: number;
  /** How a step of so many tokens runs (systems.md 6); always "tensor" without SP. */
  mode(tokens: number): StepMode;
  /** Seconds of one stage for this batch. The host's share is in stage 0. */
  stageSeconds(batch: Batch, stage: number): number;
  /** The host's share of it. */
  hostSeconds(batch: Batch, stage: number): number;
  /** Point-to-point time to the next stage. */
  transferSeconds(batch: Batch): number;
  /** Whole step of one batch alone: sum over stages and transfers. */
  stepSeconds(batch: Batch): number;
  breakdown(batch: Batch): StepBreakdown;
  /** What a step is made of, kind by kind, on one GPU of every stage; the seconds sum to the step's. Not for the inner loop. */
  anatomy(batch: Batch): readonly OperatorShare[];
  /** Seconds a request spends outside steps (tokenise, HTTP); added once to TTFT. */
  readonly requestSeconds: number;
  /** The same for each token of its prompt: a tokeniser reads it before the engine does. */
  readonly promptTokenSeconds: number;
  /** The server process before a core; null = it is never in the way. */
  readonly frontEnd: FrontEndCosts | null;
  /** Peak rates of one instance for MFU and MBU. */
  readonly peakFlops: number;
  readonly peakBytesPerSecond: number;
  flops(batch: Batch): number;
  bytes(batch: Batch): number;
  readonly basis: Basis;
  /** Relative half-width of the 80 % band: 0.3 = ± 30 %. */
  readonly band: number;
  /** The same of the mean time to the first token, which more than steps decides. */
  readonly firstTokenBand: number;
}

export function emptyBatch(): Batch {
  return {
    tokens: 0,
    prefillTokens: 0,
    decodeSequences: 0,
    decodeContext: 0,
    draftTokens: 0,
    draftSequences: 0,
    prefillChunks: 0,
    prefillPairs: 0,
    prefillContext: 0,
    meanTokens: 0,
  };
}

/** Rows of a step for which the head has logits: the last of each prompt, and all that is verified. */
export function headRows({ decodeSequences, draftTokens, prefillChunks }: Batch): number {
  return decodeSequences + draftTokens + prefillChunks;
}

/** Tokens of a decoding sequence that attend to its context. */
export function queriesPerSequence({ decodeSequences, draftTokens }: Batch): number {
  return decodeSequences > 0 ? 1 + draftTokens / decodeSequences : 1;
}

/** Seconds between a client's request and the engine's notice of it. */
export function outsideSeconds({ requestSeconds, promptTokenSeconds }: StepModel, promptTokens: number): number {
  return requestSeconds + promptTokens * promptTokenSeconds;
}
