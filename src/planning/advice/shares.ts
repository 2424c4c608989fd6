import type { MemoryBudget, SettledPool } from "../../deployment/settled.ts";

const largestShare = 0.95;

/** The share of a card that a pool's budget may take. */
export function shareOf(budget: MemoryBudget): number {
  switch (budget.engine) {
    case "vllm":
      return budget.gpuMemoryUtilization;
    case "sglang":
      return budget.memFractionStatic;
    case "tensorrt-llm":
      return budget.freeGpuMemoryFraction;
    default: {
      const never: never = budget;
      return never;
    }
  }
}

/** Shares above the one there is, in hundredths and rising, up to what leaves something to everything the sum does not hold. */
export function largerShares({ budget }: SettledPool): { readonly share: number; readonly steps: readonly number[] } {
  const now = shareOf(budget);
  const steps: number[] = [];
  for (let share = round(now + 0.02); now < largestShare && share < largestShare + 0.02; share = round(share + 0.02))
    steps.push(Math.min(share, largestShare));
  return { share: Number(now.toFixed(3)), steps };
}

/** Shares as people write them, two digits. */
function round(share: number): number {
  return Math.round(share * 100) / 100;
}
