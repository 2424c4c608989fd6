import { figure, gib, kib, whole } from "../../catalog/quantity.ts";
import type { MemoryPlan, RankMemory } from "../../memory/plan.ts";
import { table } from "./table.ts";

/** Memory of each GPU, group by group of like ranks, and what its cache holds. */
export function memoryText(plan: MemoryPlan, indent: number): string {
  const head = ["Per GPU", ...plan.ranks.map(({ label, ranks }) => (ranks > 1 ? `${label} (${ranks} GPUs)` : label))];
  const row = (name: string, bytes: (rank: RankMemory) => number): string[] => [name, ...plan.ranks.map((rank) => gib(bytes(rank)))];
  const has = (bytes: (rank: RankMemory) => number): boolean => plan.ranks.some((rank) => bytes(rank) > 0);
  const rows = [
    row("total", (rank) => rank.totalBytes),
    row("budget", (rank) => rank.budgetBytes),
    row("weights", (rank) => rank.weightsBytes),
    ...(has((rank) => rank.shiftWeightsBytes) ? [row("Shift's second copy", (rank) => rank.shiftWeightsBytes)] : []),
    row("activations", (rank) => rank.activationBytes),
    row("non-torch", (rank) => rank.nonTorchBytes),
    row(plan.ranks[0]?.cudaGraphInBudget === false ? "CUDA graphs (beside the budget)" : "CUDA graphs", (rank) => rank.cudaGraphBytes),
    row("KV cache", (rank) => rank.kvCacheBytes),
  ];
  const right = plan.ranks.map((_, i) => i + 1);
  return `${table(rows, { head, right, indent })}${" ".repeat(indent)}${cacheWords(plan)}\n`;
}

function cacheWords(plan: MemoryPlan): string {
  if (!plan.fits) return `${refusalWords(plan)} (${plan.confidence})`;
  const longest = plan.longestModelLen > 0 ? `, longest single request ${whole(plan.longestModelLen)} tokens` : "";
  return `${whole(plan.kvCacheTokens)} KV tokens at ${kib(plan.kvBytesPerToken)} a token and rank, ${figure(plan.maxConcurrency)} requests of max-model-len at once${longest} (${plan.confidence})`;
}

/** Why a plan does not fit, in one sentence. */
export function refusalWords({ refusal }: MemoryPlan): string {
  if (refusal?.kind === "no-kv-memory") return `Does not fit: ${gib(refusal.overBytes)} too much on each GPU before any KV cache.`;
  if (refusal?.kind === "model-len") {
    return `Does not fit: one request of max-model-len needs ${gib(refusal.neededBytes)} of KV cache, ${gib(refusal.availableBytes)} are left; the longest that fits has ${whole(refusal.longest)} tokens.`;
  }
  return "Does not fit.";
}
