import type { Speculation } from "../../deployment/settled.ts";
import type { Batch } from "../../timing/step-model.ts";
import { emptyBatch } from "../../timing/step-model.ts";
import type { SwapSpace } from "./swap-space.ts";

/** Limits that every engine has. */
export interface SchedulerLimits {
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  /** Longest chunk of a prompt; 0 = no limit. */
  readonly longPrefillTokenThreshold: number;
  /** Prompts are cut to what is left of the token budget. */
  readonly chunkedPrefill: boolean;
  /** Several chunks of one prompt may be in flight, one behind the other. */
  readonly chunksOverlap: boolean;
  readonly blockTokens: number;
  /** Waiting requests beyond which a further one is refused; absent = as many as come. */
  readonly mostQueued?: number;
  /** Tokens of the first message that a client gets. */
  readonly firstMessage: number;
  /** Host memory to which requests are taken out; null = what they computed is lost. */
  readonly swap: SwapSpace | null;
  /** How decode steps draft; null = a token each. */
  readonly speculation: Speculation | null;
}

/** Why the first waiting request was not admitted at the last schedule. */
export const admitted = 0;
export const noBlocks = 1;
export const noSequences = 2;
export const noBudget = 3;

/** What all schedulers of a fleet add to. */
export interface Totals {
  waiting: number;
  running: number;
  usedBlocks: number;
  preemptions: number;
  /** Prompt tokens looked up in the prefix cache at first admission, and those found. */
  queriedTokens: number;
  hitTokens: number;
}

export function emptyTotals(): Totals {
  return { waiting: 0, running: 0, usedBlocks: 0, preemptions: 0, queriedTokens: 0, hitTokens: 0 };
}

/** One batch in flight. */
export class Slot {
  readonly batch: Batch = emptyBatch();
  readonly chunks: Int32Array;
  /** Tokens of the prompt that are computed when a chunk is. */
  readonly chunkEnds: Int32Array;
  chunkCount = 0;
  /** When cache is there that the step reads from a store; 0 = none. */
  loadedAt = 0;
  /** Layers that are computed one by one as they come; 0 where the step waits for all. */
  overlapLayers = 0;
  /** The decoding requests of its cohort are in the batch; they wait where an engine computes prompts alone. */
  decodes = true;

  constructor(maxChunks: number) {
    this.chunks = new Int32Array(maxChunks);
    this.chunkEnds = new Int32Array(maxChunks);
  }

  clear(): void {
    const { batch } = this;
    batch.prefillTokens = 0;
    batch.prefillChunks = 0;
    batch.prefillPairs = 0;
    batch.prefillContext = 0;
    this.chunkCount = 0;
    this.loadedAt = 0;
    this.decodes = true;
  }
}
