import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCase } from "../../src/deployment/case.ts";
import { settle } from "../../src/deployment/settle.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import type { Confidence, MemoryPlan } from "../../src/memory/plan.ts";
import { testCatalog } from "../support/catalog.ts";
import { planOfCase, settledCase } from "./case-plans.ts";

const catalog = testCatalog();
const releases = {
  vllm: ["0.6.0", "0.6.6", "0.8.5", "0.10.1", "0.11.0", "0.15.1", "0.19.0", "0.20.1", "0.24.0", "0.28.0", "0.33.0", null],
  sglang: ["0.3.0", "0.4.6", "0.5.0", "0.5.5", "0.5.13", "0.5.23", null],
  "tensorrt-llm": ["0.17.0", "0.20.0", "1.0.0", "1.2.0", null],
} as const;
const shares = { vllm: "gpu-memory-utilization", sglang: "mem-fraction-static", "tensorrt-llm": "free_gpu_memory_fraction" } as const;
const narrowCache = { vllm: "fp8", sglang: "fp8_e4m3", "tensorrt-llm": "fp8" } as const;

/** What is taken out of the budget; SGLang's share already leaves room for activations. */
const taken: Readonly<Record<keyof typeof releases, readonly string[]>> = {
  vllm: ["weights", "shift-weights", "activation", "non-torch"],
  sglang: ["weights"],
  "tensorrt-llm": ["weights", "activation", "non-torch"],
};

/** What people write beside the sizes, odd values among it. */
const odd: Readonly<Record<keyof typeof releases, readonly Readonly<Record<string, unknown>>[]>> = {
  vllm: [
    { "max-model-len": "32k" },
    { "max-model-len": -1 },
    { "max-model-len": "abc" },
    { "max-num-seqs": 0 },
    { "block-size": 7 },
    { "cpu-offload-gb": 9999 },
    { "kv-cache-memory-bytes": "20G" },
    { "kv-cache-memory-bytes": -1 },
    { "gpu-memory-utilization": 2 },
    { "enable-lora": true, "max-loras": 4, "max-lora-rank": 64 },
    { "speculative-config": { method: "mtp", num_speculative_tokens: 3 } },
    { "compilation-config": { cudagraph_mode: "NONE" } },
    { dtype: "float32" },
  ],
  sglang: [
    { "context-length": 0 },
    { "page-size": 64 },
    { "mem-fraction-static": -1 },
    { "mem-fraction-static": 1.5 },
    { "chunked-prefill-size": -1 },
    { "max-total-tokens": 100_000 },
    { "enable-dp-attention": true, "dp-size": 8 },
    { "disable-cuda-graph": true },
    { "speculative-algorithm": "EAGLE", "speculative-num-steps": 3 },
  ],
  "tensorrt-llm": [
    { max_batch_size: 0 },
    { kv_cache_config: { free_gpu_memory_fraction: 1.5 } },
    { kv_cache_config: { max_tokens: 10_000 } },
    { kv_cache_config: "x" },
    { cuda_graph_config: null },
    { enable_attention_dp: true },
  ],
};

const cases = fc.constantFrom("vllm", "sglang", "tensorrt-llm").chain((engine) =>
  fc.record({
    engine: fc.constant(engine),
    engineVersion: fc.constantFrom(...releases[engine]),
    model: fc.constantFrom(...catalog.models()),
    gpu: fc.constantFrom(...catalog.gpus().map(({ id }) => id)),
    gpusPerNode: fc.constantFrom(1, 2, 8, null),
    gpuTotalBytes: fc.constantFrom(null, null, null, 1, 40e9, 85e9),
    kvCacheBlocks: fc.constantFrom(null, null, null, 1, 10_000),
    weightQuantization: fc.constantFrom(null, null, "none", "fp8", "awq", "gptq_marlin", "bitsandbytes", "nvfp4", "mxfp4"),
    settings: fc.constantFrom(null, {}, ...odd[engine]),
    pools: fc
      .record({
        tensor: fc.constantFrom(1, 2, 4, 8, null),
        pipeline: fc.constantFrom(1, 1, 2, 3),
        data: fc.constantFrom(1, 1, 2),
        attentionData: fc.constantFrom(1, 1, 8),
        expert: fc.constantFrom(1, 1, 8),
        sequence: fc.constantFrom(1, 1, 1, 2),
        decodeContext: fc.constantFrom(1, 1, 1, 2),
      })
      .map((parallel) => [{ parallel }]),
  }),
);

type Case = typeof cases extends fc.Arbitrary<infer One> ? One : never;

function planOf(deployment: object): MemoryPlan | undefined {
  const read = readCase({ id: "case", deployment }, { catalog });
  const settled = read.deployment && settle(read.deployment, catalog).settled;
  const [pool] = settled?.pools ?? [];
  return settled && pool && memoryPlan(settled.model, pool);
}

const withSettings = (one: Case, settings: object) => ({ ...one, settings: { ...one.settings, ...settings } });
const withTensor = (one: Case, tensor: number) => ({
  ...one,
  pools: one.pools.map(({ parallel }) => ({ parallel: { ...parallel, tensor } })),
});
const order: readonly Confidence[] = ["engine-law", "fitted", "estimated"];

describe("whatever a case says", () => {
  test("every figure is a number of its kind, and a total is no surer than what it is made of", () => {
    fc.assert(
      fc.property(cases, (one) => {
        const plan = planOf(one);
        if (!plan) return;
        for (const count of [plan.kvCacheTokens, plan.kvCacheBlocks, plan.blockTokens, plan.longestModelLen])
          expect(count).toSatisfy((value: number) => Number.isFinite(value) && value >= 0);
        for (const { steps, totalBytes, kvCacheBytes, weightsBytes, kvBytesPerToken } of plan.ranks) {
          for (const bytes of [kvCacheBytes, weightsBytes, kvBytesPerToken]) expect(Number.isFinite(bytes)).toBe(true);
          expect(Math.min(weightsBytes, kvBytesPerToken)).toBeGreaterThanOrEqual(0);
          const cache = steps.find(({ part }) => part === "kv-cache");
          if (cache?.formula.includes("−") !== true) continue;
          const worst = steps
            .filter(({ part, value }) => taken[one.engine].includes(part) && value > 0.02 * totalBytes)
            .map(({ confidence }) => order.indexOf(confidence));
          expect(order.indexOf(cache.confidence)).toBeGreaterThanOrEqual(Math.max(0, ...worst));
        }
      }),
      { numRuns: 500 },
    );
  });

  test("a larger share never holds fewer tokens, nor do narrower keys and values", () => {
    fc.assert(
      fc.property(cases, fc.double({ min: 0.3, max: 0.95, noNaN: true }), (one, share) => {
        const name = shares[one.engine];
        const [few, many] = [share, (share + 0.95) / 2].map((value) => planOf(withSettings(one, { [name]: value })));
        if (few && many) expect(many.kvCacheTokens).toBeGreaterThanOrEqual(few.kvCacheTokens);
        const [wide, narrow] = ["auto", narrowCache[one.engine]].map((kvCacheDtype) => planOf({ ...one, kvCacheDtype }));
        if (wide && narrow) expect(narrow.kvCacheTokens).toBeGreaterThanOrEqual(wide.kvCacheTokens);
      }),
      { numRuns: 300 },
    );
  });

  test("more tensor ranks never hold more weights each", () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(1, 2, 4), (one, tensor) => {
        const most = (plan: MemoryPlan) => Math.max(...plan.ranks.map(({ weightsBytes }) => weightsBytes));
        const [few, many] = [tensor, 2 * tensor].map((value) => planOf(withTensor(one, value)));
        if (few && many) expect(most(many)).toBeLessThanOrEqual(most(few));
      }),
      { numRuns: 300 },
    );
  });
});

describe("what no engine starts with has no figures", () => {
  const plain = { gpu: "H100-SXM5-80GB" };
  const missing = (fields: Readonly<Record<string, unknown>>) => () => planOfCase("Qwen/Qwen3-8B", { ...plain, ...fields });

  test.each([
    ["vllm", { "gpu-memory-utilization": 2 }, "gpu-memory-utilization"],
    ["sglang", { "mem-fraction-static": 1.5 }, "mem-fraction-static"],
    ["sglang", { "mem-fraction-static": -1 }, "mem-fraction-static"],
    ["tensorrt-llm", { free_gpu_memory_fraction: 1.5 }, "free_gpu_memory_fraction"],
    ["tensorrt-llm", { kv_cache_config: { free_gpu_memory_fraction: "lots" } }, "kv_cache_config"],
  ])("%s with %j", (engine, settings, flag) => {
    expect(missing({ engine, settings })).toThrow(`${flag} is written, but cannot be read here`);
  });

  test("more pipeline stages than layers, however many", () => {
    expect(missing({ parallel: { pipeline: 37 } })).toThrow("The model has 36 layers, too few for PP 37");
    expect(missing({ parallel: { pipeline: 999_999_999 } })).toThrow("too few for PP 999999999");
  });
});

test("sizes of graphs that nobody captures take no time", () => {
  const start = performance.now();
  const settings = { "cuda-graph-sizes": 999_999_999, "max-num-seqs": 999_999_999, "max-num-batched-tokens": 999_999_999 };
  planOfCase("Qwen/Qwen3-8B", { gpu: "H100-SXM5-80GB", settings });
  expect(performance.now() - start).toBeLessThan(1000);
});

test("keys of TensorRT-LLM's options file are no unknown flags", () => {
  const settings = { kv_cache_config: { free_gpu_memory_fraction: 0.5 }, "kv-cache-free-gpu-memory-fraction": 0.5 };
  const deployment = { engine: "tensorrt-llm", model: "Qwen/Qwen3-8B", gpu: "H100-SXM5-80GB", settings };
  const flags = readCase({ id: "options", deployment }, { catalog }).deployment?.pools[0]?.engine.written ?? [];
  expect(flags.map(({ spelled }) => spelled)).toEqual(["kv_cache_config", "--free_gpu_memory_fraction"]);
});

describe("sizes among the settings, by the engine's flags", () => {
  const layout = (model: string, fields: Readonly<Record<string, unknown>>) =>
    settledCase(model, { gpu: "H100-SXM5-80GB", ...fields }).pool.layout;

  test("count where the case has no other", () => {
    expect(layout("Qwen/Qwen3-8B", { settings: { "tensor-parallel-size": 4 } })).toMatchObject({ tensor: 4, pipeline: 1 });
    expect(layout("Qwen/Qwen3-8B", { engine: "sglang", settings: { tp: 4 }, parallel: { pipeline: 2 } })).toMatchObject({
      tensor: 4,
      pipeline: 2,
    });
    expect(layout("Qwen/Qwen3-30B-A3B", { settings: { "enable-expert-parallel": true }, parallel: { tensor: 4 } })).toMatchObject({
      expert: 4,
    });
  });

  test("say nothing new where both agree", () => {
    const parallel = { tensor: 2, attentionData: 4, expert: 4 };
    const settings = { "tp-size": 8, "dp-size": 4, "enable-dp-attention": true };
    expect(layout("Qwen/Qwen3-30B-A3B", { engine: "sglang", settings, parallel })).toMatchObject(parallel);
  });

  test("that cannot be read leave the sizes unknown", () => {
    expect(() => layout("Qwen/Qwen3-8B", { settings: { "tensor-parallel-size": "$TP" } })).toThrow("Parallel sizes cannot be read here");
  });
});
