import { atLeast } from "../../src/deployment/version.ts";
import { numberOf, plainValueRange, replaceAt, set } from "./change.ts";
import type { Mutation, Site } from "./mutation.ts";

/** The rules were read in 0.5.9 and 0.5.23; an older release proves nothing. */
function isKnownSglang({ engine, version }: Site): boolean {
  return engine === "sglang" && (!version || atLeast(version, "0.5.9"));
}

/** SW04: attention replicas lie inside TP (0.5.9 and 0.5.23 alike). */
const attentionUneven: Mutation = {
  name: "attention DP that does not divide TP",
  refusal: "SW04",
  expected: ["attention-data-parallel", "gpu-count"],
  make(site) {
    const { tensor, attentionData, unreadable } = site.pool.engine.parallel;
    const ranks = tensor.value * attentionData.value;
    const size = [3, 5, 7].find((count) => ranks % count !== 0);
    if (!isKnownSglang(site) || unreadable.has("tensor") || size === undefined) return undefined;
    return { what: `attention DP ${size}, TP ${ranks}`, changes: [set("dp-size", String(size)), set("enable-dp-attention", null)] };
  },
};

const conservativeBelowZero: Mutation = {
  name: "schedule conservativeness below 0",
  refusal: "SS02",
  expected: ["flag-value"],
  make: (site) =>
    isKnownSglang(site) ? { what: "schedule-conservativeness -1", changes: [set("schedule-conservativeness", "-1")] } : undefined,
};

const hierarchyWithoutRadix: Mutation = {
  name: "hierarchical cache without the radix cache",
  refusal: "SS05",
  expected: ["hierarchical-cache"],
  make: (site) =>
    isKnownSglang(site) && !site.pool.engine.flags.has("disaggregation-mode")
      ? {
          what: "both flags",
          changes: [set("enable-hierarchical-cache", null), set("disable-radix-cache", null)],
        }
      : undefined,
};

/** SW08: replicas over nodes are refused; attention DP is what is meant. */
const replicasOverNodes: Mutation = {
  name: "DP replicas over nodes",
  refusal: "SW08",
  expected: ["attention-data-parallel", "nodes", "gpu-count"],
  make(site) {
    const nodes = numberOf(site.pool, "nnodes");
    if (!isKnownSglang(site) || nodes === undefined || nodes <= 1 || site.pool.engine.flags.has("enable-dp-attention")) return undefined;
    return { what: `DP 2 on ${nodes} nodes`, changes: [set("dp-size", "2")] };
  },
};

const chunkOffPage: Mutation = {
  name: "chunks that are no whole pages",
  refusal: "SS01",
  expected: ["chunked-prefill-size"],
  make: (site) =>
    isKnownSglang(site) && !site.pool.engine.flags.has("disaggregation-mode")
      ? { what: "chunks of 1000, pages of 64", changes: [set("chunked-prefill-size", "1000"), set("page-size", "64")] }
      : undefined,
};

const denseSplit: Mutation = {
  name: "dense layers split in two",
  refusal: "SW12",
  expected: ["moe-parallel"],
  make: (site) =>
    isKnownSglang(site) && site.pool.engine.parallel.tensor.value * site.pool.engine.parallel.attentionData.value > 2
      ? { what: "moe-dense-tp-size 2", changes: [set("moe-dense-tp-size", "2")] }
      : undefined,
};

/** A share of what is left, written as a percentage. */
const fractionAboveOne: Mutation = {
  name: "memory fraction above 1",
  refusal: "TR07",
  expected: ["flag-value"],
  make({ engine, pool, text }) {
    if (engine !== "tensorrt-llm") return undefined;
    const flag =
      pool.engine.flags.get("kv_cache_config.free_gpu_memory_fraction") ?? pool.engine.flags.get("kv_cache_free_gpu_memory_fraction");
    const range = flag && plainValueRange(text, flag);
    return range ? { what: "fraction 85", changes: [replaceAt(range, "85")] } : undefined;
  },
};

/** Experts in copies that TP does not divide, in every release with the flag. */
const copiesUneven: Mutation = {
  name: "copies of the experts that do not divide TP",
  refusal: "SW09",
  expected: ["moe-parallel"],
  follows: ["context-parallel"],
  make({ engine, version, pool }) {
    const tensor = pool.engine.parallel.written.tp?.value;
    if (engine !== "sglang" || tensor === undefined || (version && !atLeast(version, "0.5.9"))) return undefined;
    const size = [3, 5, 7].find((count) => tensor % count !== 0);
    return size === undefined ? undefined : { what: `moe-dp-size ${size}, TP ${tensor}`, changes: [set("moe-dp-size", String(size))] };
  },
};

/** Read from 0.4.10 on; 0.5.20 and 0.5.23 differ for prefill workers alone. */
const speculationInStages: Mutation = {
  name: "speculation over pipeline stages",
  refusal: "SS03",
  expected: ["speculative-pipeline"],
  follows: ["gpu-count", "nodes", "elastic-experts", "moe-parallel", "dwdp", "pd-multiplexing"],
  make: ({ engine, version, pool }) =>
    engine === "sglang" &&
    pool.role === "mixed" &&
    !pool.engine.flags.has("disaggregation-mode") &&
    (!version || (atLeast(version, "0.4.10") && !atLeast(version, "0.5.19")))
      ? { what: "EAGLE and PP 2", changes: [set("speculative-algorithm", "EAGLE"), set("pp-size", "2")] }
      : undefined,
};

const adaptersUnloaded: Mutation = {
  name: "fewer adapters loaded than in a batch",
  refusal: "SS13",
  expected: ["lora"],
  make: ({ engine, version }) =>
    engine === "sglang" && (!version || atLeast(version, "0.5.3"))
      ? {
          what: "2 loaded, 4 a batch",
          changes: [set("lora-paths", "a=/a"), set("max-loras-per-batch", "4"), set("max-loaded-loras", "2")],
        }
      : undefined,
};

/** TR02: the experts' ranks are those of TP. */
const expertsUneven: Mutation = {
  name: "expert ranks that do not divide TP",
  refusal: "TR02",
  expected: ["moe-parallel"],
  make({ engine, pool, text }) {
    const tensor = pool.engine.parallel.written.tp?.value;
    const flag = pool.engine.flags.get("moe_expert_parallel_size");
    const range = flag && plainValueRange(text, flag);
    const size = tensor === undefined ? undefined : [3, 5, 7].find((count) => tensor % count !== 0);
    if (engine !== "tensorrt-llm" || !range || size === undefined || pool.engine.flags.has("moe_tensor_parallel_size")) return undefined;
    return { what: `EP ${size}, TP ${tensor}`, changes: [replaceAt(range, String(size))] };
  },
};

/** What SGLang and TensorRT-LLM check after parsing. */
export const otherEngineMutations: readonly Mutation[] = [
  attentionUneven,
  replicasOverNodes,
  denseSplit,
  chunkOffPage,
  conservativeBelowZero,
  hierarchyWithoutRadix,
  fractionAboveOne,
  copiesUneven,
  speculationInStages,
  adaptersUnloaded,
  expertsUneven,
];
