import type { Parallel } from "../deployment.ts";
import type { JudgedEngine } from "../settled.ts";

type SizeFlags = readonly (readonly [string, string])[];

/** Parallel sizes as the engine's flags would say them; what is 1 is left out. */
export const sizeFlags: Readonly<Record<JudgedEngine, (parallel: Parallel) => SizeFlags>> = {
  vllm: (parallel) => {
    const { tensor, pipeline, data, attentionData, sequence, prefillContext, decodeContext, expert, shift } = parallel;
    return [
      ...above1({
        "tensor-parallel-size": tensor.value,
        "pipeline-parallel-size": pipeline.value,
        "data-parallel-size": data.value * attentionData.value,
        "ulysses-sequence-parallel-size": sequence.value,
        "prefill-context-parallel-size": prefillContext.value,
        "decode-context-parallel-size": decodeContext.value,
      }),
      ...on("enable-expert-parallel", expert.value > 1),
      ...on("enable-shift-parallel", shift !== undefined),
      ...(shift ? ([["shift-parallel-threshold", String(shift.value.threshold.value)]] as const) : []),
    ];
  },
  // Attention replicas and context parallelism divide --tp-size (SW04, SW05).
  sglang: ({ tensor, pipeline, data, attentionData, prefillContext, decodeContext, expert }) => [
    ...above1({
      "tp-size": tensor.value * attentionData.value * prefillContext.value,
      "pp-size": pipeline.value,
      "dp-size": attentionData.value > 1 ? attentionData.value : data.value,
      "attn-cp-size": prefillContext.value,
      "dcp-size": decodeContext.value,
      "ep-size": expert.value,
    }),
    ...on("enable-dp-attention", attentionData.value > 1),
  ],
  // Attention data parallelism takes the whole group of TP (TR10).
  "tensorrt-llm": ({ tensor, pipeline, attentionData, prefillContext, expert }) => [
    ...above1({
      tensor_parallel_size: tensor.value * attentionData.value,
      pipeline_parallel_size: pipeline.value,
      context_parallel_size: prefillContext.value,
      moe_expert_parallel_size: expert.value,
    }),
    ...on("enable_attention_dp", attentionData.value > 1),
  ],
};

function above1(sizes: Readonly<Record<string, number>>): SizeFlags {
  return Object.entries(sizes).flatMap(([name, size]) => (size > 1 ? [[name, String(size)] as const] : []));
}

function on(name: string, isOn: boolean): SizeFlags {
  return isOn ? [[name, "true"]] : [];
}
