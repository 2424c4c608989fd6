import type { SettledPool } from "../deployment/settled.ts";
import { atLeast } from "../deployment/version.ts";
import { blocksNeeded } from "./kv-shape.ts";
import type { StageMemory } from "./stage-memory.ts";

/** What the engine prints of its cache at the start. */
export interface KvFigures {
  readonly tokens: number;
  /** Requests of max-model-len that the blocks hold at once. */
  readonly concurrency: number;
}

/**
 * Tokens and concurrency as the engine prints them (VM14). Up to 0.20.0 vLLM shared the blocks out over the groups; since then its tokens are
 * the concurrency times max-model-len. Before 0.9.1 the concurrency was the tokens by max-model-len.
 */
export function kvFigures({ shape, blocks }: StageMemory, { version, budget }: SettledPool, maxModelLen: number): KvFigures {
  const need = blocksNeeded(shape, maxModelLen);
  const concurrency = need > 0 ? blocks / need : 0;
  const isGrouped = budget.engine === "vllm" && budget.cache.isV1 && atLeast(version, "0.9.1");
  if (isGrouped && atLeast(version, "0.20.1")) return { tokens: Math.floor(concurrency * maxModelLen), concurrency };
  const groups = shape.groups.reduce((sum, { times }) => sum + times, 0);
  const smallest = Math.min(...shape.groups.map(({ blockTokens }) => blockTokens));
  const tokens = groups > 0 ? Math.floor(blocks / groups) * smallest * shape.contextRanks : 0;
  return { tokens, concurrency: isGrouped ? concurrency : tokens / maxModelLen };
}
