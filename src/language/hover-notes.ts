import type { EngineId } from "../deployment/deployment.ts";

/** What an engine does where something else is commonly stated of it, in one line, and where that was read: a RULES id or a file. */
export interface Note {
  readonly text: string;
  readonly source: string;
}

const attentionInside: Note = { text: "Attention replicas lie inside TP: they add no GPUs.", source: "SW01" };
const expertsInside: Note = { text: "Experts are spread over GPUs of the TP group: it adds none.", source: "SW09" };

const notes: Readonly<Partial<Record<EngineId, Readonly<Record<string, Note>>>>> = {
  vllm: {
    "gpu-memory-utilization": { text: "A share of the whole card, weights and activations in it, not of what is free.", source: "VM02" },
    "swap-space": { text: "The V1 engine has never swapped: a preempted request is computed anew.", source: "VM19" },
    "max-num-batched-tokens": { text: "2,048 is the default of small cards: 8,192 from 70 GiB on, A100 left out.", source: "VS11" },
    "max-num-seqs": { text: "256 is the default of small cards: 1,024 from 70 GiB on, A100 left out.", source: "VS11" },
    "max-model-len": { text: "It reserves nothing: requests share the cache, which must hold one of this length.", source: "VM07" },
    "enable-expert-parallel": { text: "It adds no GPUs: experts are spread over the TP × DP ranks that are there.", source: "VD10" },
    "shift-parallel-threshold": {
      text: "It counts tokens of a step, not requests; the default is 512, not 256; lower is not lower latency.",
      source: "AS12",
    },
    "ulysses-sequence-parallel-size": { text: "It splits tokens, not weights: each GPU holds 1/TP of the model.", source: "AS13" },
    "tensor-parallel-size": { text: "Beyond the number of KV heads the cache of a GPU shrinks no further.", source: "VP02" },
  },
  sglang: {
    "mem-fraction-static": { text: "The share that weights and KV cache take together, not the cache alone.", source: "SM01" },
    "enable-dp-attention": attentionInside,
    "attn-dp-size": attentionInside,
    "dp-size": { text: "Whole replicas; with --enable-dp-attention ones inside TP, which add no GPUs.", source: "SW01" },
    "ep-size": expertsInside,
    "chunked-prefill-size": { text: "Attention DP divides it by the number of replicas.", source: "SW06" },
  },
  "tensorrt-llm": {
    free_gpu_memory_fraction: {
      text: "A share of what weights and activations leave free, unlike vLLM's of the whole card.",
      source: "TR07",
    },
    enable_attention_dp: { ...attentionInside, source: "TR10" },
    moe_expert_parallel_size: { ...expertsInside, source: "TR03" },
  },
};

/** Keys of a config file end with the flag that they are: `kv_cache_config.free_gpu_memory_fraction`. */
export function noteOn(engine: EngineId, flag: string): Note | undefined {
  const own = notes[engine] ?? {};
  const last = flag.slice(flag.lastIndexOf(".") + 1);
  return Object.hasOwn(own, flag) ? own[flag] : Object.hasOwn(own, last) ? own[last] : undefined;
}
