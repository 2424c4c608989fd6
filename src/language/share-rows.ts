import type { MemoryBudget } from "../deployment/settled.ts";
import type { RankMemory } from "../memory/plan.ts";

type Row = readonly [name: string, value: string];

const gibs = (bytes: number): string => (bytes / 2 ** 30).toFixed(2);

/** The setting that shares a card out, and what it is. */
export function shareOf(budget: MemoryBudget): { readonly name: string; readonly now: number } {
  switch (budget.engine) {
    case "vllm":
      return { name: "gpu-memory-utilization", now: budget.gpuMemoryUtilization };
    case "sglang":
      return { name: "mem-fraction-static", now: budget.memFractionStatic };
    case "tensorrt-llm":
      return { name: "kv_cache_config.free_gpu_memory_fraction", now: budget.freeGpuMemoryFraction };
    default: {
      const never: never = budget;
      return never;
    }
  }
}

/** What the share is of, and where it goes, in GiB. */
export function shareRows(rank: RankMemory, budget: MemoryBudget): readonly Row[] {
  const share = Number(shareOf(budget).now.toFixed(3));
  const weights = rank.weightsBytes + rank.shiftWeightsBytes;
  const cache: Row = ["KV cache", gibs(rank.kvCacheBytes)];
  switch (budget.engine) {
    case "vllm": {
      const buffers = rank.activationBytes + rank.nonTorchBytes + (rank.cudaGraphInBudget ? rank.cudaGraphBytes : 0);
      return [
        [`Budget, ${share.toFixed(2)} × ${gibs(rank.totalBytes)}`, gibs(rank.budgetBytes)],
        [rank.shiftWeightsBytes > 0 ? "Weights, base + Shift copy" : "Weights", gibs(weights)],
        [rank.cudaGraphInBudget ? "Activations, NCCL, CUDA graphs" : "Activations, NCCL", gibs(buffers)],
        cache,
      ];
    }
    case "sglang":
      return [
        [`Weights and pools, ${share} × ${gibs(rank.totalBytes - rank.nonTorchBytes)} free before loading`, gibs(rank.budgetBytes)],
        ["Weights", gibs(weights)],
        ...(rank.stateBytes > 0 ? [["Recurrent states", gibs(rank.stateBytes)] as const] : []),
        cache,
        ["Kept free", gibs(rank.reservedBytes)],
        ["One chunk and CUDA graphs, about", gibs(rank.activationBytes + rank.cudaGraphBytes)],
      ];
    case "tensorrt-llm": {
      const peak = weights + rank.activationBytes + rank.nonTorchBytes + rank.cudaGraphBytes;
      return [
        ["Weights", gibs(weights)],
        ["Trial run, NCCL, CUDA graphs", gibs(peak - weights)],
        [`KV cache, ${share} × ${gibs(rank.totalBytes - peak)} left`, gibs(rank.kvCacheBytes)],
      ];
    }
    default: {
      const never: never = budget;
      return never;
    }
  }
}
