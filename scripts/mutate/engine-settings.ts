import { atLeast } from "../../src/deployment/version.ts";
import { isAbsent, numberOf, remove, set } from "./change.ts";
import type { Mutation, Site } from "./mutation.ts";

const lengthFits = ({ model, pool }: Site): boolean =>
  model !== undefined &&
  (model.ropeScaling === null || model.ropeScaling.type === "llama3") &&
  !pool.engine.environment.has("VLLM_ALLOW_LONG_MAX_MODEL_LEN") &&
  ["hf-overrides", "rope-scaling", "rope-theta", "tokenizer", "config-format"].every((name) => !pool.engine.flags.has(name));

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

const balancerAlone: Mutation = {
  name: "expert balancing without expert parallelism",
  refusal: "VD11",
  expected: ["expert-parallel", "unknown-flag"],
  make: (site) =>
    site.engine === "vllm" && isAbsent(site, "enable-expert-parallel") && (!site.version || atLeast(site.version, "0.10.2"))
      ? { what: "--enable-eplb", changes: [set("enable-eplb", null)] }
      : undefined,
};

const thresholdTooLong: Mutation = {
  name: "long-prefill threshold above the length",
  refusal: "VS10",
  expected: ["batched-tokens"],
  make({ engine, pool }) {
    const length = numberOf(pool, "max-model-len");
    if (engine !== "vllm" || length === undefined) return undefined;
    return { what: `threshold ${2 * length} for ${length}`, changes: [set("long-prefill-token-threshold", String(2 * length))] };
  },
};

const hybridWithoutLocal: Mutation = {
  name: "hybrid balancing without a local size",
  refusal: "VD06",
  expected: ["data-parallel-layout", "unknown-flag"],
  make: (site) =>
    site.engine === "vllm" && isAbsent(site, "data-parallel-size-local") && site.version && atLeast(site.version, "0.11.2")
      ? { what: "--data-parallel-hybrid-lb", changes: [set("data-parallel-hybrid-lb", null)] }
      : undefined,
};

const rankAboveSize: Mutation = {
  name: "DP rank behind the last",
  refusal: "VD08",
  expected: ["data-parallel-layout", "unknown-flag"],
  make(site) {
    const { engine, version } = site;
    const size = numberOf(site.pool, "data-parallel-size");
    if (engine !== "vllm" || size === undefined || !isAbsent(site, "data-parallel-size-local")) return undefined;
    if (version && !atLeast(version, "0.10.2")) return undefined;
    return { what: `rank ${size} of ${size}`, changes: [set("data-parallel-rank", String(size))] };
  },
};

/** What vLLM checks of lengths, memory, batches and experts after parsing. */
export const engineSettingMutations: readonly Mutation[] = [
  lengthTooLong,
  utilizationAboveOne,
  utilizationTooLow,
  fewerTokensThanSequences,
  unchunkedTooSmall,
  thresholdTooLong,
  expertsOnDense,
  balancerAlone,
  hybridWithoutLocal,
  rankAboveSize,
];
