import type { Parallel } from "../deployment.ts";
import { type Flags, flagNumber, SizeReader } from "../flag-sizes.ts";
import type { Located } from "../located.ts";
import { message } from "../message.ts";

const one: Located<number> = { value: 1, origin: "engine-default" };

/**
 * Parallel sizes of one TensorRT-LLM server: GPUs = TP × PP × CP; expert parallelism and attention data parallelism lie within TP
 * (RULES TR01 to TR03, TR10; tensorrt_llm/mapping.py).
 */
export function tensorrtParallel(flags: Flags, complete: boolean): Parallel {
  const sizes = new SizeReader(flags, complete);
  const stage = sizes.size("tensor_parallel_size");
  const pipeline = sizes.size("pipeline_parallel_size");
  const context = flags.has("context_parallel_size") ? sizes.size("context_parallel_size") : one;
  const isAttentionDp = sizes.isOn("enable_attention_dp");
  const unreadable = new Set<string>();
  if (sizes.unreadable.has("tensor_parallel_size") || sizes.unreadable.has("enable_attention_dp")) {
    unreadable.add("tensor");
    unreadable.add("attentionData");
  }
  if (sizes.unreadable.has("pipeline_parallel_size")) unreadable.add("pipeline");
  const expert = sizes.size("moe_expert_parallel_size");
  if (sizes.unreadable.has("moe_expert_parallel_size")) unreadable.add("expert");
  if (sizes.unreadable.has("context_parallel_size")) unreadable.add("prefillContext");
  return {
    tensor: isAttentionDp ? one : stage,
    pipeline,
    data: one,
    attentionData: isAttentionDp ? { ...stage, why: message("attention runs data parallel over the TP group") } : one,
    expert,
    sequence: one,
    prefillContext: context,
    decodeContext: one,
    shift: undefined,
    unreadable,
    written: {
      tp: flagNumber(flags, "tensor_parallel_size"),
      pp: flagNumber(flags, "pipeline_parallel_size"),
      dp: undefined,
      ep: flagNumber(flags, "moe_expert_parallel_size"),
    },
    ranks: [
      { word: "TP", size: stage },
      { word: "PP", size: pipeline },
      { word: "CP", size: context },
    ],
  };
}
