import { gib } from "../../catalog/quantity.ts";
import type { Part, RankMemory } from "../../memory/plan.ts";

/** Memory of each group of like ranks, line by line, in the words of the engine whose sum it is. */
export function memoryRows(ranks: readonly RankMemory[]): readonly (readonly string[])[] {
  const row = (name: string, bytes: (rank: RankMemory) => number): readonly string[] => [name, ...ranks.map((rank) => gib(bytes(rank)))];
  const part = (name: string, bytes: (rank: RankMemory) => number): readonly (readonly string[])[] =>
    ranks.some((rank) => bytes(rank) > 0) ? [row(name, bytes)] : [];
  const total = row("total", (rank) => rank.totalBytes);
  const weights = [
    row("weights", (rank) => rank.weightsBytes),
    ...part("Shift's second copy", (rank) => rank.shiftWeightsBytes),
    ...part("of it a draft model", (rank) => draftOf(rank, true)),
  ];
  const caches = [...part("recurrent states", (rank) => rank.stateBytes), row("KV cache", (rank) => rank.kvCacheBytes)];
  if (ranks.some((rank) => rank.reservedBytes > 0)) {
    return [
      total,
      row("taken before loading", (rank) => rank.nonTorchBytes),
      row("weights and pools together", (rank) => rank.budgetBytes),
      ...weights,
      ...caches,
      row("kept free", (rank) => rank.reservedBytes),
      row("of it for activations", (rank) => rank.activationBytes),
      row("of it for CUDA graphs", (rank) => rank.cudaGraphBytes),
      ...part("of it for a draft model", (rank) => draftOf(rank, false)),
    ];
  }
  const hasBudget = ranks.some(({ steps }) => steps.some((step) => step.part === "budget"));
  return [
    total,
    ...(hasBudget ? [row("budget", (rank) => rank.budgetBytes)] : []),
    ...weights,
    row(hasBudget ? "activations" : "trial run", (rank) => rank.activationBytes),
    row("non-torch", (rank) => rank.nonTorchBytes),
    row(ranks[0]?.cudaGraphInBudget === false ? "CUDA graphs (beside the budget)" : "CUDA graphs", (rank) => rank.cudaGraphBytes),
    ...caches,
  ];
}

/** A draft that is counted with the weights, or not: older SGLang loads it into what is kept free. */
function draftOf({ steps, weightsBytes }: RankMemory, isWithin: boolean): number {
  const value = (part: Part): number => steps.find((step) => step.part === part)?.value ?? 0;
  return weightsBytes > value("weights") === isWithin ? value("draft") : 0;
}
