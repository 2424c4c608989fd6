import type { SettledPool } from "../settled.ts";
import { type PairTerms, pairTerms } from "./pair-terms.ts";
import { phasedPool } from "./phased-pool.ts";
import type { SystemSettings } from "./settings.ts";

/** Splitwise (arXiv 2311.18677; Mutinifni/splitwise-sim 3780880): both machines chosen at arrival, and a mixed pool that takes what either is short of. */
export interface Splitwise extends PairTerms {
  readonly kind: "splitwise";
  /** Tokens of a step (max_batch_tokens). */
  readonly batchTokens: number;
  /** Requests of a step (max_batch_size). */
  readonly mostSequences: number;
  /** Steps in a row that answers give way to prompts (max_preemptions). */
  readonly mostPauses: number;
  /** Prompt tokens behind which a machine with a queue gets no more (prompt_max_pending_batch_tokens). */
  readonly pendingTokens: number;
  /** Shorter prompts send their cache in one piece, the others layer by layer. */
  readonly serialBelowTokens: number;
  /** Behind the last layer of a cache that is sent by layers. */
  readonly layerwiseSeconds: number;
}

/**
 * What is left over of a layer-wise transfer is 8 ms over 200 Gbit/s and 5 ms over 400 (figure 14), of which the last layer itself takes
 * less than half a millisecond.
 */
const layerwiseSeconds = 0.006;

export function splitwise(settings: SystemSettings): Splitwise {
  return {
    kind: "splitwise",
    ...pairTerms(settings),
    batchTokens: settings.count("batchTokens", 2048),
    mostSequences: settings.count("mostSequences", 512),
    mostPauses: settings.count("mostPauses", 4),
    pendingTokens: settings.count("pendingTokens", 8192),
    serialBelowTokens: settings.between("serialBelowTokens", 0, 1e9, 512),
    layerwiseSeconds: settings.between("layerwiseSeconds", 0, 60, layerwiseSeconds),
  };
}

/** A pool as Splitwise's machines run it. */
export function splitwisePool(pool: SettledPool, { batchTokens, mostSequences, mostPauses }: Splitwise): SettledPool {
  const phased = phasedPool(pool, { engine: "phased", system: "Splitwise", promptTokens: batchTokens, mostPauses });
  return { ...phased, settings: { ...phased.settings, maxNumSeqs: mostSequences } };
}
