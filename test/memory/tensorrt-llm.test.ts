import { describe, expect, it, test } from "vitest";
import type { MemoryPlan, RankMemory } from "../../src/memory/plan.ts";
import { type Fields, planOfCase, settledCase } from "./case-plans.ts";
import { plain, worth } from "./formulas.ts";

const GiB = 2 ** 30;
const llama = "meta-llama/Llama-3.1-8B-Instruct";
const trt = (fields: Fields): Fields => ({ engine: "tensorrt-llm", engineVersion: "1.1.0", gpu: "H100", ...fields });

function planOf(model: string, fields: Fields = {}): MemoryPlan {
  return planOfCase(model, trt(fields));
}

function rankOf(plan: MemoryPlan): RankMemory {
  const rank = plan.ranks[plan.tightest];
  if (!rank) throw new Error("no rank");
  return rank;
}

describe("TensorRT-LLM's share", () => {
  it("is of what the peak of the trial run leaves", () => {
    const rank = rankOf(planOf(llama));
    const peak = rank.weightsBytes + rank.activationBytes + rank.nonTorchBytes + rank.cudaGraphBytes;
    expect(rank.kvCacheBytes).toBeCloseTo((rank.totalBytes - peak) * 0.9, 0);
    const half = rankOf(planOf(llama, { settings: { "kv_cache_config.free_gpu_memory_fraction": 0.5 } }));
    expect(half.kvCacheBytes / rank.kvCacheBytes).toBeCloseTo(5 / 9, 6);
  });

  it("is capped in tokens and in bytes, the smaller counts", () => {
    const settings = { "kv_cache_config.max_tokens": 64_000 };
    expect(planOf(llama, { settings }).kvCacheTokens).toBe(64_000);
    const both = { ...settings, "kv_cache_config.max_gpu_total_bytes": 4 * GiB };
    expect(rankOf(planOf(llama, { settings: both })).kvCacheBytes).toBe(4 * GiB);
  });

  it("the options file stands above the flag", () => {
    const { pool } = settledCase(
      llama,
      trt({ settings: { free_gpu_memory_fraction: 0.7, "kv_cache_config.free_gpu_memory_fraction": 0.6 } }),
    );
    expect(pool.budget).toMatchObject({ freeGpuMemoryFraction: 0.6 });
    expect(settledCase(llama, trt({ settings: { free_gpu_memory_fraction: 0.7 } })).pool.budget).toMatchObject({
      freeGpuMemoryFraction: 0.7,
    });
  });

  // Logged on a card of 119.70 GiB: 73,728 B a token of gpt-oss-120b, windows and all.
  it("a token has its place in every layer, windows among them", () => {
    expect(planOf("openai/gpt-oss-120b", { gpu: "H200" }).kvBytesPerToken).toBe(73_728);
  });

  // Logged for a latent in 8 bit: 35,136 B a token.
  it("attention replicas keep whole latents", () => {
    const parallel = { tensor: 1, attentionData: 8, expert: 8 };
    expect(planOf("deepseek-ai/DeepSeek-V3", { gpu: "H200", parallel, kvCacheDtype: "fp8" }).kvBytesPerToken).toBe(35_136);
  });

  it("a longer max_seq_len than the cache holds starts", () => {
    expect(planOf(llama, { gpu: "L4" })).toMatchObject({ fits: true, refusal: null });
  });

  it("weights above the card are refused for sure", () => {
    expect(planOf("meta-llama/Llama-3.3-70B-Instruct").refusal).toMatchObject({ kind: "no-kv-memory", sure: true });
  });
});

describe("TensorRT-LLM's settings", () => {
  const settingsOf = (settings: Fields) => settledCase(llama, trt({ settings })).pool.settings;

  it("defaults", () => {
    expect(settingsOf({})).toMatchObject({
      maxModelLen: 131_072,
      maxNumSeqs: 2048,
      maxNumBatchedTokens: 8192,
      blockTokens: 32,
      maxCaptureSize: 128,
    });
  });

  it("graphs never go above the batch, follow a list, and may be off", () => {
    expect(settingsOf({ max_batch_size: 64 }).maxCaptureSize).toBe(64);
    expect(settingsOf({ cuda_graph_config: '{"batch_sizes":[1,2,16]}' }).maxCaptureSize).toBe(16);
    expect(settingsOf({ cuda_graph_config: "None" })).toMatchObject({ maxCaptureSize: 0, enforceEager: true });
  });

  it("MTP drafts with the model's own layer", () => {
    const settings = { speculative_config: '{"decoding_type":"MTP","num_nextn_predict_layers":1}' };
    expect(settledCase("deepseek-ai/DeepSeek-V3", trt({ gpu: "H200", parallel: { tensor: 8 }, settings })).pool.drafter).toEqual({
      kind: "own-layers",
      layers: 1,
    });
  });
});

test.each([
  [llama, {}],
  ["openai/gpt-oss-120b", { parallel: { tensor: 2 } }],
  ["deepseek-ai/DeepSeek-V3", { gpu: "H200", parallel: { tensor: 1, attentionData: 8, expert: 8 }, settings: { max_num_tokens: 1024 } }],
  ["Qwen/Qwen3-32B", { parallel: { pipeline: 2 }, settings: { "kv_cache_config.max_tokens": 1000 } }],
])("every printed formula of %s gives its value", (model, fields) => {
  for (const rank of planOf(model, fields).ranks) {
    for (const { label, formula, value, source } of rank.steps) {
      const slack = Math.max(0.004 * GiB * Number(formula.includes("GiB")), Math.abs(value) * 1e-5, 1);
      expect(Math.abs(worth(plain(formula)) - value), `${label}: ${formula} is not ${value}`).toBeLessThanOrEqual(slack);
      expect(source).not.toBe("");
    }
  }
});
