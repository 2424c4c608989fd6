import type { SettledPool } from "../settled.ts";
import type { SystemSettings } from "./settings.ts";

/** Sarathi-Serve (arXiv 2403.02310; microsoft/sarathi-serve 96f9911): instances that do all of a request, in steps of one budget. */
export interface Sarathi {
  readonly kind: "sarathi";
  /** Tokens of a step: answers first, then prompts that were begun, then new ones. */
  readonly budgetTokens: number;
  /** It moves no cache. */
  readonly nodeBytesPerSecond: null;
  readonly handOverSeconds: 0;
}

/** The paper's budget for strict limits; 2,048 is its relaxed one. */
const strictBudget = 512;

export function sarathi(settings: SystemSettings): Sarathi {
  const budgetTokens = settings.count("budgetTokens", strictBudget);
  return { kind: "sarathi", budgetTokens, nodeBytesPerSecond: null, handOverSeconds: 0 };
}

/** A pool as Sarathi-Serve's engine runs it, whose blocks are managed as in the vLLM that it grew from. */
export function sarathiPool(pool: SettledPool, { budgetTokens }: Sarathi): SettledPool {
  return {
    ...pool,
    settings: {
      ...pool.settings,
      maxNumBatchedTokens: budgetTokens,
      chunkedPrefill: true,
      longPrefillTokenThreshold: 0,
      asyncScheduling: false,
      scheduling: { engine: "vllm", reserveFullPrompt: true, watermark: 0.01, decodesFirst: true },
    },
  };
}
