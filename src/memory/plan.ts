import type { KvShape } from "./kv-shape.ts";

/** engine-law: the engine's own arithmetic. fitted: a constant fitted on start-up logs. estimated: outside what it was fitted on. */
export type Confidence = "engine-law" | "fitted" | "estimated";

/** What a line of the sum is about. */
export type Part =
  | "budget"
  | "weights"
  | "shift-weights"
  /** Weights of a model that drafts (SGLang). */
  | "draft"
  | "activation"
  | "non-torch"
  | "graphs"
  /** What activations and graphs are expected to leave of the memory kept for them (SGLang). */
  | "reserve"
  /** Recurrent states in a pool of their own (SGLang). */
  | "states"
  | "kv-cache"
  /** One token of the cache on this rank. */
  | "kv-token";

/** One line of the sum a person can check: the formula with the numbers put in. */
export interface Derivation {
  readonly part: Part;
  readonly label: string;
  /** `2 · 80 layers · 1 KV head · 128 · 2 B`. */
  readonly formula: string;
  readonly value: number;
  readonly unit: "B" | "s" | "tokens" | "FLOP";
  readonly confidence: Confidence;
  /** Half the width of the band that nine of ten logged starts keep, in the value's unit; 0 where the engine's arithmetic leaves nothing open. */
  readonly spread: number;
  /** Source key: a RULES id, `memory.md 4` (docs/), a paper. */
  readonly source: string;
}

/** Memory of each GPU in a group of ranks that are alike. */
export interface RankMemory {
  /** `ranks 0–3, stage 0`. */
  readonly label: string;
  readonly ranks: number;
  readonly stage: number;
  /** What the driver reports. */
  readonly totalBytes: number;
  /** total × utilisation. */
  readonly budgetBytes: number;
  readonly weightsBytes: number;
  /** Second copy that Shift Parallelism keeps; part of the budget, not of weightsBytes. */
  readonly shiftWeightsBytes: number;
  readonly activationBytes: number;
  readonly nonTorchBytes: number;
  readonly cudaGraphBytes: number;
  /** Whether this version takes graphs out of the budget (from 0.20) or beside it. */
  readonly cudaGraphInBudget: boolean;
  /** Kept free beside weights and cache for activations and graphs (SGLang); 0 elsewhere. */
  readonly reservedBytes: number;
  /** Recurrent states in a pool beside that of tokens (SGLang); 0 where they share its blocks. */
  readonly stateBytes: number;
  /** Can be negative: that many bytes over. */
  readonly kvCacheBytes: number;
  /** Half the band of kvCacheBytes: the spread of all that was taken out of the budget. */
  readonly kvCacheSpread: number;
  /** One token on this rank. */
  readonly kvBytesPerToken: number;
  readonly steps: readonly Derivation[];
}

/** `sure` = refused also where every term lies at the kind end of its band. */
export type Refusal =
  /** VM06, SM08: nothing left for the cache. */
  | { readonly kind: "no-kv-memory"; readonly overBytes: number; readonly sure: boolean }
  /** VM07: one request of max-model-len does not fit. */
  | {
      readonly kind: "model-len";
      readonly neededBytes: number;
      readonly availableBytes: number;
      readonly longest: number;
      readonly sure: boolean;
    };

export interface MemoryPlan {
  readonly ranks: readonly RankMemory[];
  /** Index of the rank group with the least room. */
  readonly tightest: number;
  readonly fits: boolean;
  readonly refusal: Refusal | null;
  /** Of one engine (a data-parallel server has `layout.data` such caches). */
  readonly kvCacheTokens: number;
  readonly kvCacheBlocks: number;
  /** How sequences take those blocks. */
  readonly kvShape: KvShape;
  readonly blockTokens: number;
  readonly kvBytesPerToken: number;
  /** Requests of max-model-len that fit at once. */
  readonly maxConcurrency: number;
  /** Longest single request that fits, in tokens, before rounding. */
  readonly longestModelLen: number;
  readonly confidence: Confidence;
}
