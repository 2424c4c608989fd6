import { atLeast } from "../../src/deployment/version.ts";
import { isAbsent, numberOf, remove, replaceAt, set, sliceOf } from "./change.ts";
import type { Mutation, Site } from "./mutation.ts";

const lengthFits = ({ model, pool }: Site): boolean =>
  model !== undefined &&
  (model.ropeScaling === null || model.ropeScaling.type === "llama3") &&
  !pool.engine.environment.has("VLLM_ALLOW_LONG_MAX_MODEL_LEN") &&
  ["hf-overrides", "rope-scaling", "rope-theta", "tokenizer"].every((name) => !pool.engine.flags.has(name));

const lengthTooLong: Mutation = {
  name: "max-model-len above the model's",
  refusal: "VS01",
  expected: ["model-len", "kv-cache-too-small", "memory-overflow"],
  make(site) {
    if (site.engine !== "vllm" || !site.model || !lengthFits(site)) return undefined;
    const length = String(4 * site.model.maxPositions);
    return { what: `max-model-len ${length}`, changes: [set("max-model-len", length)] };
  },
};

const utilizationAboveOne: Mutation = {
  name: "utilization above 1",
  refusal: "VM01",
  expected: ["flag-value"],
  make: ({ engine }) =>
    engine === "vllm" ? { what: "gpu-memory-utilization 1.2", changes: [set("gpu-memory-utilization", "1.2")] } : undefined,
};

/** VM06: the weights alone are more than the budget. */
const utilizationTooLow: Mutation = {
  name: "utilization below the weights",
  refusal: "VM06",
  expected: ["memory-overflow", "kv-cache-too-small"],
  make({ engine, memory }) {
    const rank = memory?.ranks[memory.tightest];
    if (engine !== "vllm" || !rank || !memory.fits) return undefined;
    const value = Math.floor((rank.weightsBytes / rank.totalBytes) * 50) / 100;
    return value >= 0.01 ? { what: `gpu-memory-utilization ${value}`, changes: [set("gpu-memory-utilization", String(value))] } : undefined;
  },
};

const fewerTokensThanSequences: Mutation = {
  name: "fewer batched tokens than sequences",
  refusal: "VS07",
  expected: ["batched-tokens"],
  make: ({ engine }) =>
    engine === "vllm"
      ? {
          what: "max-num-batched-tokens 128, max-num-seqs 256",
          changes: [set("max-num-batched-tokens", "128"), set("max-num-seqs", "256")],
        }
      : undefined,
};

const unchunkedTooSmall: Mutation = {
  name: "no chunks, and fewer batched tokens than the length",
  refusal: "VS06",
  expected: ["batched-tokens"],
  make({ engine, pool }) {
    const length = numberOf(pool, "max-model-len");
    if (engine !== "vllm" || length === undefined || length <= 1024 || pool.engine.flags.has("max-num-seqs")) return undefined;
    return {
      what: `no chunked prefill, 1024 tokens for ${length}`,
      changes: [set("max-num-batched-tokens", "1024"), remove("enable-chunked-prefill"), set("no-enable-chunked-prefill", null)],
    };
  },
};

const expertsOnDense: Mutation = {
  name: "expert parallelism on a dense model",
  refusal: "VD09",
  expected: ["expert-parallel", "unknown-flag"],
  make: ({ engine, model }) =>
    engine === "vllm" && model?.moe === null && !model.approximate
      ? { what: "--enable-expert-parallel", changes: [set("enable-expert-parallel", null)] }
      : undefined,
};

const loraOrder: Mutation = {
  name: "fewer LoRAs on the CPU than in a batch",
  refusal: "VL01",
  expected: ["lora"],
  make: ({ engine }) =>
    engine === "vllm"
      ? { what: "max-loras 8, max-cpu-loras 4", changes: [set("enable-lora", null), set("max-loras", "8"), set("max-cpu-loras", "4")] }
      : undefined,
};

const loraRank: Mutation = {
  name: "LoRA rank that is no choice",
  refusal: "VL02",
  expected: ["flag-value", "lora"],
  make: ({ engine }) =>
    engine === "vllm" ? { what: "max-lora-rank 48", changes: [set("enable-lora", null), set("max-lora-rank", "48")] } : undefined,
};

const toolsWithoutParser: Mutation = {
  name: "tool choice without a parser",
  refusal: "VF01",
  expected: ["tool-parser", "tool-call-parser", "unknown-flag"],
  make({ engine, pool }) {
    if (engine !== "vllm") return undefined;
    if (pool.engine.flags.has("tool-call-parser") && pool.engine.flags.has("enable-auto-tool-choice"))
      return { what: "without --tool-call-parser", changes: [remove("tool-call-parser")] };
    return isAbsent(pool, "tool-call-parser")
      ? { what: "--enable-auto-tool-choice", changes: [set("enable-auto-tool-choice", null)] }
      : undefined;
  },
};

/** VM22: a connector that nobody told its side. */
const roleRemoved: Mutation = {
  name: "KV connector without its role",
  refusal: "VM22",
  expected: ["kv-transfer", "kv-role", "kv-connector"],
  make: (site) => roleMutant(site, /\\?"kv_role\\?"\s*:\s*\\?"\w+\\?"\s*,?\s*/, "", "without kv_role"),
};

const roleUnknown: Mutation = {
  name: "KV connector with a role that is none",
  refusal: "VM22",
  expected: ["kv-transfer", "kv-role", "kv-connector", "flag-value"],
  make: (site) => roleMutant(site, /kv_(producer|consumer|both)/, "kv_sender", "kv_role kv_sender"),
};

function roleMutant({ engine, pool, text }: Site, pattern: RegExp, newText: string, what: string) {
  const flag = pool.engine.flags.get("kv-transfer-config");
  if (engine !== "vllm" || !flag?.valueRange || !flag.value?.value?.includes("kv_role")) return undefined;
  const word = sliceOf(text, flag.valueRange);
  const changed = word.replace(pattern, newText).replace(/,(\s*)\}$/, "$1}");
  return changed === word || pool.engine.site?.style === "mapping" ? undefined : { what, changes: [replaceAt(flag.valueRange, changed)] };
}

const bf16OnOldGpu: Mutation = {
  name: "bfloat16 below compute capability 8.0",
  refusal: "VQ01",
  expected: ["dtype-unsupported"],
  make({ engine, gpu, catalog }) {
    const capability = gpu === undefined ? undefined : catalog.gpu(gpu)?.computeCapability;
    return engine === "vllm" && typeof capability === "number" && capability < 8
      ? { what: "dtype bfloat16", changes: [set("dtype", "bfloat16")] }
      : undefined;
  },
};

const otherQuantization: Mutation = {
  name: "quantization other than the checkpoint's",
  refusal: "VQ04",
  expected: ["quantization-unsupported", "quantization-mismatch", "quantization"],
  make({ engine, model }) {
    const method = model?.weights.method;
    const exact = method === "fp8" ? "awq" : method === "awq" ? "fp8" : undefined;
    return engine === "vllm" && exact !== undefined ? { what: `quantization ${exact}`, changes: [set("quantization", exact)] } : undefined;
  },
};

/** SW04: attention replicas lie inside TP (0.5.9 and 0.5.23 alike). */
const attentionUneven: Mutation = {
  name: "attention DP that does not divide TP",
  refusal: "SW04",
  expected: ["attention-dp", "attention-data-parallel", "sglang-layout", "data-parallel", "gpu-count"],
  make({ engine, pool }) {
    const { tensor, attentionData, unreadable } = pool.engine.parallel;
    const ranks = tensor.value * attentionData.value;
    const size = [3, 5, 7].find((count) => ranks % count !== 0);
    if (engine !== "sglang" || unreadable.has("tensor") || size === undefined) return undefined;
    return { what: `attention DP ${size}, TP ${ranks}`, changes: [set("dp-size", String(size)), set("enable-dp-attention", null)] };
  },
};

const conservativeBelowZero: Mutation = {
  name: "schedule conservativeness below 0",
  refusal: "SS02",
  expected: ["flag-value", "sglang-setting", "sglang-settings"],
  make: ({ engine, version }) =>
    engine === "sglang" && (!version || atLeast(version, "0.5.9"))
      ? { what: "schedule-conservativeness -1", changes: [set("schedule-conservativeness", "-1")] }
      : undefined,
};

const hierarchyWithoutRadix: Mutation = {
  name: "hierarchical cache without the radix cache",
  refusal: "SS05",
  expected: ["hierarchical-cache", "radix-cache", "exclusive-flags", "flag-conflict"],
  make: ({ engine, pool }) =>
    engine === "sglang" && !pool.engine.flags.has("disaggregation-mode")
      ? {
          what: "both flags",
          changes: [set("enable-hierarchical-cache", null), set("disable-radix-cache", null)],
        }
      : undefined,
};

/** What the engines check after parsing. */
export const settingMutations: readonly Mutation[] = [
  lengthTooLong,
  utilizationAboveOne,
  utilizationTooLow,
  fewerTokensThanSequences,
  unchunkedTooSmall,
  expertsOnDense,
  loraOrder,
  loraRank,
  toolsWithoutParser,
  roleRemoved,
  roleUnknown,
  bf16OnOldGpu,
  otherQuantization,
  attentionUneven,
  conservativeBelowZero,
  hierarchyWithoutRadix,
];
