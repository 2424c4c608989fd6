import { figure, gib, kib, whole } from "../../catalog/quantity.ts";
import type { MemoryPlan } from "../../memory/plan.ts";
import { memoryRows } from "./memory-rows.ts";
import { table } from "./table.ts";

/** Memory of each GPU, group by group of like ranks, and what its cache holds. */
export function memoryText(plan: MemoryPlan, indent: number): string {
  const head = ["Per GPU", ...plan.ranks.map(({ label, ranks }) => (ranks > 1 ? `${label} (${ranks} GPUs)` : label))];
  const rows = memoryRows(plan.ranks);
  const right = plan.ranks.map((_, i) => i + 1);
  return `${table(rows, { head, right, indent })}${" ".repeat(indent)}${cacheWords(plan)}\n`;
}

function cacheWords(plan: MemoryPlan): string {
  if (!plan.fits) return `${refusalWords(plan)} (${plan.confidence})`;
  const longest = plan.longestModelLen > 0 ? `, longest single request ${whole(plan.longestModelLen)} tokens` : "";
  return `${whole(plan.kvCacheTokens)} KV tokens at ${kib(plan.kvBytesPerToken)} a token and rank, ${figure(plan.maxConcurrency)} requests of full length at once${longest} (${plan.confidence})`;
}

/** Why a plan does not fit, in one sentence. */
export function refusalWords({ refusal }: MemoryPlan): string {
  if (refusal?.kind === "no-kv-memory") return `Does not fit: ${gib(refusal.overBytes)} too much on each GPU before any KV cache.`;
  if (refusal?.kind === "model-len") {
    return `Does not fit: one request of max-model-len needs ${gib(refusal.neededBytes)} of KV cache, ${gib(refusal.availableBytes)} are left; the longest that fits has ${whole(refusal.longest)} tokens.`;
  }
  return "Does not fit.";
}
