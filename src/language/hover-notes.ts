import type { EngineId } from "../deployment/deployment.ts";

/** What an engine does where something else is commonly stated of it, and where that was read: a RULES id, a file, or a chapter of docs/. */
export interface Note {
  readonly text: string;
  readonly source: string;
}

const attentionInside: Note = {
  text: "Attention replicas lie inside TP: they add no GPUs, and TP must divide by their number.",
  source: "SW01, SW04: parallel_hook.py",
};

const notes: Readonly<Partial<Record<EngineId, Readonly<Record<string, Note>>>>> = {
  vllm: {
    "gpu-memory-utilization": {
      text: "A share of the card's whole memory, not of what is free: weights and activations come out of it too.",
      source: "VM02, VM03: gpu_worker.py",
    },
    "swap-space": {
      text: "The V1 engine has never swapped: a preempted request is computed anew.",
      source: "VM19: args of 0.16.0 and 0.18.1",
    },
    "max-num-batched-tokens": {
      text: "2,048 is the default of small cards only: 8,192 from 70 GiB on (not A100), 16,384 from 160 GiB in 0.28.",
      source: "VS11: arg_utils.py",
    },
    "max-num-seqs": {
      text: "256 is the default of small cards only: 1,024 from 70 GiB on, A100 left out from 0.9.",
      source: "VS11: arg_utils.py",
    },
    "max-model-len": {
      text: "It reserves nothing: requests share the cache, which must hold one of this length.",
      source: "VM07: kv_cache_planning.py",
    },
    "enable-expert-parallel": {
      text: "It adds no GPUs: experts are spread over the TP × DP ranks that are there, and each keeps fewer of them.",
      source: "VD10: fused_moe/config.py",
    },
    "shift-parallel-threshold": {
      text: "It counts tokens of a step, not requests; the default is 512, not the manual's 256; lower is not lower latency.",
      source: "AS12: model_runner.py, args.py",
    },
    "ulysses-sequence-parallel-size": {
      text: "It splits tokens, not weights: each GPU holds 1/TP of the model, and 1/(TP × SP) more for Shift.",
      source: "AS13: model_runner.py",
    },
    "tensor-parallel-size": {
      text: "Beyond the number of KV heads each GPU keeps a copy of one: the cache per GPU shrinks no further.",
      source: "VP02: config/model.py",
    },
  },
  sglang: {
    "mem-fraction-static": {
      text: "The share of the card that weights and KV cache take together, not the cache alone.",
      source: "SM01: memory_hook.py",
    },
    "enable-dp-attention": attentionInside,
    "attn-dp-size": attentionInside,
    "dp-size": {
      text: "Whole replicas, each with GPUs of its own; with --enable-dp-attention attention replicas inside TP, which add none.",
      source: "SW01, SW02: parallel_hook.py",
    },
    "ep-size": { text: "Experts are spread over GPUs of the TP group: it adds none.", source: "SW09: parallel_hook.py" },
    "chunked-prefill-size": { text: "Attention DP divides it by the number of replicas.", source: "SW06: parallel_hook.py" },
  },
  "tensorrt-llm": {
    free_gpu_memory_fraction: {
      text: "A share of what is free after weights and activations, unlike vLLM's share of the whole card.",
      source: "TR07: llm_args.py",
    },
    enable_attention_dp: { text: "Attention replicas lie inside TP: they add no GPUs.", source: "TR10: LlmArgs" },
    moe_expert_parallel_size: { text: "Experts are spread over GPUs of the TP group: it adds none.", source: "TR02, TR03: mapping.py" },
  },
};

/** Keys of a config file end with the flag that they are: `kv_cache_config.free_gpu_memory_fraction`. */
export function noteOn(engine: EngineId, flag: string): Note | undefined {
  const own = notes[engine] ?? {};
  const last = flag.slice(flag.lastIndexOf(".") + 1);
  return Object.hasOwn(own, flag) ? own[flag] : Object.hasOwn(own, last) ? own[last] : undefined;
}
