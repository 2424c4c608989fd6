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

/** What SGLang and TensorRT-LLM check after parsing. */
export const otherEngineMutations: readonly Mutation[] = [
  attentionUneven,
  replicasOverNodes,
  denseSplit,
  chunkOffPage,
  conservativeBelowZero,
  hierarchyWithoutRadix,
  fractionAboveOne,
];
