import { gib } from "../catalog/quantity.ts";
import { type Message, message } from "../deployment/message.ts";
import type { JudgedEngine, SettledPool } from "../deployment/settled.ts";
import type { RankMemory } from "../memory/plan.ts";

/** The flag that spreads weights over more GPUs. */
export const tensorFlag: Readonly<Record<JudgedEngine, string>> = {
  vllm: "tensor-parallel-size",
  sglang: "tp-size",
  "tensorrt-llm": "tensor_parallel_size",
};

/** What leaves no cache, in the words of the engine. */
export function overflowWords(rank: RankMemory, { budget, gpu }: SettledPool, sure: boolean): Message {
  switch (budget.engine) {
    case "vllm":
      return budget.kvCacheMemoryBytes === null ? vllmWords(rank, gpu.id, sure) : fixedCacheWords(budget.kvCacheMemoryBytes);
    case "sglang":
      return sglangWords(rank, gpu.id, budget.memFractionStatic, sure);
    case "tensorrt-llm":
      return tensorrtWords(rank, gpu.id, sure);
    default: {
      const never: never = budget;
      return never;
    }
  }
}

/** The flag leaves the share of the card out of account (VM05). */
function fixedCacheWords(bytes: number): Message {
  return message('kv-cache-memory-bytes is {0}. vLLM would stop at start: "No available memory for the cache blocks".', bytes);
}

function vllmWords(rank: RankMemory, gpu: string, sure: boolean): Message {
  const buffers = rank.activationBytes + rank.nonTorchBytes + (rank.cudaGraphInBudget ? rank.cudaGraphBytes : 0);
  const needs = rank.weightsBytes + rank.shiftWeightsBytes + buffers;
  if (!sure)
    return message(
      'Needs about {0} per GPU (weights {1}, buffers {2}), and the budget on {3} is {4}. vLLM may stop at start: "No available memory for the cache blocks".',
      gib(needs),
      gib(rank.weightsBytes + rank.shiftWeightsBytes),
      gib(buffers),
      gpu,
      gib(rank.budgetBytes),
    );
  if (rank.shiftWeightsBytes > 0)
    return message(
      'Needs {0} per GPU (weights {1}, Shift copy {2}, buffers {3}), but the budget on {4} is {5}. vLLM would stop at start: "No available memory for the cache blocks".',
      gib(needs),
      gib(rank.weightsBytes),
      gib(rank.shiftWeightsBytes),
      gib(buffers),
      gpu,
      gib(rank.budgetBytes),
    );
  return message(
    'Needs {0} per GPU (weights {1}, buffers {2}), but the budget on {3} is {4}. vLLM would stop at start: "No available memory for the cache blocks".',
    gib(needs),
    gib(rank.weightsBytes),
    gib(buffers),
    gpu,
    gib(rank.budgetBytes),
  );
}

/** SGLang takes its share of what is free before loading (SM07, SM08). */
function sglangWords(rank: RankMemory, gpu: string, share: number, sure: boolean): Message {
  const weights = gib(rank.weightsBytes);
  const free = rank.totalBytes - rank.nonTorchBytes;
  if (rank.weightsBytes > free) {
    return sure
      ? message(
          "Needs {0} per GPU for weights alone, but {1} has {2} free. SGLang would run out of memory while loading.",
          weights,
          gpu,
          gib(free),
        )
      : message(
          "Needs about {0} per GPU for weights alone, and {1} has {2} free. SGLang may run out of memory while loading.",
          weights,
          gpu,
          gib(free),
        );
  }
  const told = String(Number(share.toFixed(3)));
  return sure
    ? message(
        'Needs {0} per GPU for weights, but mem-fraction-static {1} of what {2} has free is {3}. SGLang would stop at start: "Not enough memory. Please try to increase --mem-fraction-static".',
        weights,
        told,
        gpu,
        gib(rank.budgetBytes),
      )
    : message(
        'Needs about {0} per GPU for weights, and mem-fraction-static {1} of what {2} has free is {3}. SGLang may stop at start: "Not enough memory. Please try to increase --mem-fraction-static".',
        weights,
        told,
        gpu,
        gib(rank.budgetBytes),
      );
}

/** TensorRT-LLM loads and runs a trial batch before it shares out the rest (TR07). */
function tensorrtWords(rank: RankMemory, gpu: string, sure: boolean): Message {
  const trial = rank.activationBytes + rank.nonTorchBytes + rank.cudaGraphBytes;
  const needs = gib(rank.weightsBytes + trial);
  const parts = [gib(rank.weightsBytes), gib(trial), gpu, gib(rank.totalBytes)] as const;
  return sure
    ? message(
        "Needs {0} per GPU (weights {1}, trial run {2}), but {3} has {4}. TensorRT-LLM would run out of memory at start.",
        needs,
        ...parts,
      )
    : message(
        "Needs about {0} per GPU (weights {1}, trial run {2}), and {3} has {4}. TensorRT-LLM may run out of memory at start.",
        needs,
        ...parts,
      );
}
