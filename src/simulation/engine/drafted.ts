import type { Speculation } from "../../deployment/settled.ts";
import type { DraftLog } from "../report/step-log.ts";

/** What speculation came to in a run. */
export interface Drafted {
  readonly method: Speculation["method"];
  /** Tokens that a step drafts of a sequence. */
  readonly draftTokens: number;
  /** Chance that a draft is accepted where the one before it was. */
  readonly acceptance: number;
  /** Tokens that a sequence gained in a decode step, on average. */
  readonly tokensPerStep: number;
  /** Share of decode steps in which something was drafted, 0 … 1. */
  readonly draftingShare: number;
}

/** Over all pools that draft; the first of them says how. Undefined without any, or where nothing was decoded. */
export function draftedOf(pools: readonly (Speculation | null)[], logs: readonly DraftLog[]): Drafted | undefined {
  const first = pools.find((speculation) => speculation !== null);
  const sum = (of: (log: DraftLog) => number): number => logs.reduce((total, log) => total + of(log), 0);
  const steps = sum((log) => log.steps);
  if (!first || steps === 0) return undefined;
  const { method, draftTokens, acceptance } = first;
  return {
    method,
    draftTokens,
    acceptance,
    tokensPerStep: sum((log) => log.gained) / sum((log) => log.sequences),
    draftingShare: sum((log) => log.drafting) / steps,
  };
}
