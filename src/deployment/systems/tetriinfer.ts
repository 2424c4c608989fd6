import type { SettledPool } from "../settled.ts";
import { type PairTerms, pairTerms } from "./pair-terms.ts";
import type { SystemSettings } from "./settings.ts";

/** How TetriInfer serves (arXiv 2401.11181). */
export interface Tetriinfer extends PairTerms {
  readonly kind: "tetriinfer";
  /** Tokens of a prompt chunk; a step that computes prompts does nothing else. */
  readonly chunkTokens: number;
  /** In which order prompts are begun, and how many at a time are put in order (PrefillSchedBatch). */
  readonly promptOrder: "fcfs" | "sjf" | "ljf";
  readonly promptWindow: number;
  /** The length predictor: tokens of a bucket, and the share of answers that it puts into theirs. */
  readonly bucketTokens: number;
  readonly accuracy: number;
  /** An answer of more tokens is heavy. */
  readonly heavyTokens: number;
  readonly admission: "greedy" | "reserve-static" | "reserve-dynamic";
  /** Between two looks of the cluster monitor. */
  readonly monitorSeconds: number;
  /** An instance that is idle for so long may change its role. */
  readonly flipSeconds: number;
}

/**
 * As published: chunks of 512 tokens (section 3.3.3), 16 prompts put in order (4.1), an OPT-125M that names the bucket of 200 tokens of
 * 74.9 % of answers (3.3.2), heavy beyond 128 tokens (2.2), loads told every 100 ms (3.2), roles changed after a minute (3.5). Of the
 * orders it compares this is the plain one, of the rules of admission the one that takes no running request out.
 */
export function tetriinfer(settings: SystemSettings): Tetriinfer {
  return {
    kind: "tetriinfer",
    ...pairTerms(settings),
    chunkTokens: settings.count("chunkTokens", 512),
    promptOrder: settings.oneOf("promptOrder", ["fcfs", "sjf", "ljf"], "fcfs"),
    promptWindow: settings.count("promptWindow", 16),
    bucketTokens: settings.count("bucketTokens", 200),
    accuracy: settings.between("accuracy", 0, 1, 0.749),
    heavyTokens: settings.count("heavyTokens", 128),
    admission: settings.oneOf("admission", ["greedy", "reserve-static", "reserve-dynamic"], "reserve-static"),
    monitorSeconds: settings.between("monitorSeconds", 0.001, 3600, 0.1),
    flipSeconds: settings.between("flipSeconds", 0, 86_400, 60),
  };
}

/**
 * A pool as TetriInfer runs it: prompts in chunks of one size, answers by its own rule of admission. One that decodes may come to compute
 * prompts; its steps hold more requests.
 */
export function tetriinferPool(pool: SettledPool, { chunkTokens }: Tetriinfer): SettledPool {
  const chunks = pool.role === "decode" ? { longPrefillTokenThreshold: chunkTokens } : { maxNumBatchedTokens: chunkTokens };
  const { scheduling: own } = pool.settings;
  const scheduling = own.engine === "tensorrt-llm" ? { ...own, reservesAnswer: false } : own;
  return { ...pool, settings: { ...pool.settings, ...chunks, chunkedPrefill: true, scheduling } };
}
