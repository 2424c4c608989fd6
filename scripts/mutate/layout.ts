import type { Pool } from "../../src/deployment/deployment.ts";
import { setGpuCount } from "../../src/deployment/edit.ts";
import type { Known, Located } from "../../src/deployment/located.ts";
import { atLeast } from "../../src/deployment/version.ts";
import { numberOf, remove, replaceNumber, set, sliceOf } from "./change.ts";
import type { Change, Mutant, Mutation, Site } from "./mutation.ts";

/** GPUs that the sizes need: TP × SP × PP × PCP × DP (VW02, SW01, TR01, AS01); undefined where a size cannot be read. */
function ranks({ engine: { parallel } }: Pool): number | undefined {
  if (parallel.unreadable.size > 0) return undefined;
  const { tensor, sequence, pipeline, prefillContext, data, attentionData } = parallel;
  return tensor.value * sequence.value * pipeline.value * prefillContext.value * data.value * attentionData.value;
}

/** Both sides are written and agree, so a change of one of them alone breaks the deployment. */
function agrees({ pool }: Site): number | undefined {
  const gpus = pool.hardware.gpusPerInstance;
  const needed = ranks(pool);
  return gpus?.origin === "file" && needed === gpus.value ? needed : undefined;
}

/** GPUs and sizes still agree: one was computed from the other. */
function stillAgrees(pool: Pool): boolean {
  const gpus = pool.hardware.gpusPerInstance;
  return gpus !== undefined && ranks(pool) === gpus.value;
}

/** TP as it is written: SGLang and TensorRT-LLM write the attention replicas into it. */
function writtenTensor({ pool }: Site): Located<number> {
  for (const name of ["tensor-parallel-size", "tp-size", "tensor_parallel_size", "tp_size"]) {
    const value = pool.engine.flags.get(name)?.value;
    if (value?.value && /^\d{1,4}$/.test(value.value)) return { ...value, value: Number(value.value) };
  }
  return pool.engine.parallel.tensor;
}

function mutant(what: string, change: Change | undefined): Mutant | undefined {
  return change && { what, changes: [change] };
}

const tooFewGpus = "VW02, VW03, SW01, TR01";

const tensorDoubled: Mutation = {
  name: "TP doubled",
  refusal: tooFewGpus,
  expected: ["gpu-count", "heads-divisible", "shift-invariance"],
  make(site) {
    const tensor = writtenTensor(site);
    if (agrees(site) === undefined) return undefined;
    return mutant(`TP ${tensor.value} → ${2 * tensor.value}`, replaceNumber(site.text, tensor, 2 * tensor.value));
  },
  isTaken: stillAgrees,
};

const gpusHalved: Mutation = {
  name: "GPUs halved",
  refusal: tooFewGpus,
  expected: ["gpu-count", "shift-invariance"],
  make(site) {
    const { gpusPerNode, gpusPerInstance } = site.pool.hardware;
    const needed = agrees(site);
    const count = isWritten(site.text, gpusPerNode) ? gpusPerNode : gpusPerInstance;
    if (needed === undefined || !count || count.value % 2 !== 0 || !isWritten(site.text, count)) return undefined;
    const half = count.value / 2;
    const change: Change | undefined =
      count === gpusPerNode ? (pool) => setGpuCount(pool, half) : replaceNumber(site.text, gpusPerInstance, half);
    return mutant(`GPUs ${count.value} → ${half}`, change);
  },
  isTaken: stillAgrees,
};

function isWritten(text: string, number: Known<number>): boolean {
  return number?.origin === "file" && number.range !== undefined && sliceOf(text, number.range).trim() === String(number.value);
}

const groupHalved: Mutation = {
  name: "nodes of the group halved",
  refusal: tooFewGpus,
  expected: ["gpu-count", "shift-invariance"],
  make(site) {
    const { nodes } = site.pool.hardware;
    if (agrees(site) === undefined || !nodes || nodes.value % 2 !== 0) return undefined;
    return mutant(`nodes ${nodes.value} → ${nodes.value / 2}`, replaceNumber(site.text, nodes, nodes.value / 2));
  },
  isTaken: stillAgrees,
};

const tensorOdd: Mutation = {
  name: "TP that does not divide the heads",
  refusal: "VP01",
  expected: ["heads-divisible", "quantized-shard", "gpu-count", "shift-invariance"],
  // Fewer ranks hold more of the weights each.
  follows: ["memory-overflow", "kv-cache-too-small"],
  make(site) {
    const { tensor } = site.pool.engine.parallel;
    const heads = site.model?.heads;
    const odd = [3, 5, 7, 11, 13].find((size) => heads !== undefined && heads % size !== 0);
    if (site.engine !== "vllm" || odd === undefined) return undefined;
    return mutant(`TP ${tensor.value} → ${odd}`, replaceNumber(site.text, tensor, odd));
  },
};

const pipelineTooLong: Mutation = {
  name: "more stages than layers",
  refusal: `VP07, ${tooFewGpus}`,
  expected: ["pipeline-layers", "gpu-count", "shift-invariance"],
  make(site) {
    const layers = site.model?.layers;
    if (layers === undefined || agrees(site) === undefined) return undefined;
    const name = site.engine === "tensorrt-llm" ? "pp_size" : "pipeline-parallel-size";
    return mutant(`PP ${layers + 1}`, set(name, String(layers + 1)));
  },
};

const localAboveData: Mutation = {
  name: "local DP above DP",
  refusal: "VD01",
  expected: ["data-parallel-layout", "gpu-count", "unknown-flag"],
  make({ engine, pool, version }) {
    if (engine !== "vllm" || (version && !atLeast(version, "0.9.2"))) return undefined;
    const data = numberOf(pool, "data-parallel-size") ?? 1;
    return {
      what: `DP ${data}, local DP ${2 * data}`,
      changes: [set("data-parallel-size", String(data)), set("data-parallel-size-local", String(2 * data))],
    };
  },
};

const nodesUneven: Mutation = {
  name: "ranks that do not divide by nnodes",
  refusal: "VW06, SW07",
  expected: ["nodes", "gpu-count", "unknown-flag"],
  make(site) {
    const { pool, engine, version } = site;
    const needed = ranks(pool);
    if ((engine !== "vllm" && engine !== "sglang") || needed === undefined || pool.engine.executor?.value === "ray") return undefined;
    // Over several nodes nothing is known of the plugin's ranks.
    if (pool.engine.parallel.sequence.value > 1) return undefined;
    if (version ? !atLeast(version, engine === "vllm" ? "0.14.1" : "0.5.9") : engine === "vllm") return undefined;
    const nodes = [3, 5, 7].find((count) => needed % count !== 0);
    return nodes === undefined ? undefined : mutant(`nnodes ${nodes} for ${needed} ranks`, set("nnodes", String(nodes)));
  },
};

const contextUneven: Mutation = {
  name: "DCP that does not divide TP",
  refusal: "VP09",
  expected: ["context-parallel", "unknown-flag"],
  make({ engine, pool, version }) {
    const { parallel } = pool.engine;
    if (engine !== "vllm" || (version && !atLeast(version, "0.11.2")) || parallel.unreadable.has("tensor")) return undefined;
    if (parallel.prefillContext.value !== 1 || parallel.unreadable.has("prefillContext")) return undefined;
    const size = [3, 5, 7].find((count) => parallel.tensor.value % count !== 0);
    return size === undefined
      ? undefined
      : mutant(`DCP ${size}, TP ${parallel.tensor.value}`, set("decode-context-parallel-size", String(size)));
  },
};

const sequence = "ulysses-sequence-parallel-size";

const sequenceRemoved: Mutation = {
  name: "SP removed under Shift Parallelism",
  refusal: "AS02",
  expected: ["shift-invariance"],
  make({ pool }) {
    if (!pool.engine.parallel.shift || !pool.engine.flags.has(sequence)) return undefined;
    return mutant("without SP", remove(sequence));
  },
};

const sequenceUneven: Mutation = {
  name: "SP that does not divide the heads",
  refusal: "AS09",
  expected: ["heads-divisible", "gpu-count", "shift-invariance"],
  make({ pool, model, text }) {
    const { parallel } = pool.engine;
    if (parallel.sequence.value <= 1 || !model) return undefined;
    const odd = [3, 5, 7].find((size) => model.heads % (parallel.tensor.value * size) !== 0);
    return odd === undefined ? undefined : mutant(`SP ${parallel.sequence.value} → ${odd}`, replaceNumber(text, parallel.sequence, odd));
  },
};

/** Sizes against GPUs, model and each other. */
export const layoutMutations: readonly Mutation[] = [
  tensorDoubled,
  gpusHalved,
  groupHalved,
  tensorOdd,
  pipelineTooLong,
  localAboveData,
  nodesUneven,
  contextUneven,
  sequenceRemoved,
  sequenceUneven,
];
