import { describe, expect, it, test } from "vitest";
import type { Derivation, MemoryPlan, RankMemory } from "../../src/memory/plan.ts";
import { type Fields, planOfCase } from "./case-plans.ts";
import { plain, worth } from "./formulas.ts";

const GiB = 2 ** 30;

function planOf(model: string, fields: Fields = {}): MemoryPlan {
  return planOfCase(model, { engine: "sglang", engineVersion: "0.5.9", gpu: "H100", ...fields });
}

function rankOf(plan: MemoryPlan): RankMemory {
  const rank = plan.ranks[plan.tightest];
  if (!rank) throw new Error("no rank");
  return rank;
}

function step(plan: MemoryPlan, part: Derivation["part"]): Derivation {
  const found = rankOf(plan).steps.find((one) => one.part === part);
  if (!found) throw new Error(`no ${part}`);
  return found;
}

const llama = "meta-llama/Llama-3.1-8B-Instruct";

describe("SGLang's share", () => {
  // Logged (vLLM issue 21348): 367,404 tokens in 16.46 GiB with TP 4 and a share of 0.93.
  it("holds what a start of Qwen3-235B in FP8 on four H100 logged", () => {
    const plan = planOf("Qwen/Qwen3-235B-A22B-FP8", {
      engineVersion: "0.4.9",
      parallel: { tensor: 4 },
      settings: { "mem-fraction-static": 0.93 },
    });
    expect(rankOf(plan).kvCacheBytes / GiB).toBeGreaterThan(16.46 * 0.98);
    expect(rankOf(plan).kvCacheBytes / GiB).toBeLessThan(16.46 * 1.02);
    // 94 layers · one head of 4 · 2 · 128 · 2 B.
    expect(plan.kvBytesPerToken).toBe(94 * 2 * 128 * 2);
  });

  // (79.19 − 0.75) · 0.8 − weights.
  it("is of what was free before loading", () => {
    const rank = rankOf(planOf(llama, { settings: { "mem-fraction-static": 0.8 } }));
    expect(rank.budgetBytes / GiB).toBeCloseTo((79.19 - 0.75) * 0.8, 2);
    expect(rank.kvCacheBytes).toBeCloseTo(rank.budgetBytes - rank.weightsBytes, 0);
    expect(rank.reservedBytes / GiB).toBeCloseTo((79.19 - 0.75) * 0.2, 2);
  });

  it("--max-total-tokens caps the pool, and a larger cap changes nothing", () => {
    expect(planOf(llama, { settings: { "max-total-tokens": 20_480 } }).kvCacheTokens).toBe(20_480);
    expect(planOf(llama, { settings: { "max-total-tokens": 9_000_000 } }).kvCacheTokens).toBe(planOf(llama).kvCacheTokens);
  });

  it("a longer context than the pool holds starts: such requests are refused one by one", () => {
    const plan = planOf(llama, { settings: { "mem-fraction-static": 0.22 } });
    expect(plan).toMatchObject({ fits: true, refusal: null });
    expect(plan.longestModelLen).toBeLessThan(131_072);
  });

  it("no pool at all is refused, for sure where no band helps", () => {
    expect(planOf("meta-llama/Llama-3.3-70B-Instruct", { parallel: { tensor: 1 } }).refusal).toMatchObject({
      kind: "no-kv-memory",
      sure: true,
    });
    expect(planOf(llama, { settings: { "mem-fraction-static": 0.19 } }).refusal).toMatchObject({ kind: "no-kv-memory", sure: false });
  });
});

describe("SGLang's pools", () => {
  // Logged: 4.48 GB of states beside 5.00 GB of tokens; 2.77 beside 3.04.
  it("states take 0.9 of what tokens take", () => {
    const rank = rankOf(planOf("Qwen/Qwen3-Next-80B-A3B-Instruct", { parallel: { tensor: 4 } }));
    expect(rank.stateBytes / rank.kvCacheBytes).toBeCloseTo(0.9, 5);
    expect(rank.stateBytes + rank.kvCacheBytes).toBeCloseTo(rank.budgetBytes - rank.weightsBytes, 0);
  });

  // Qwen3-Next: 36 layers of 3 inputs · (2 · 2,048 + 4,096) channels · 2 B and 32 heads · 128 · 128 · 4 B, a quarter of each on a rank.
  it("a written number of states is what it is", () => {
    const one = (36 * (3 * 8192 * 2 + 32 * 128 * 128 * 4)) / 4;
    const settings = { "max-mamba-cache-size": 100 };
    expect(rankOf(planOf("Qwen/Qwen3-Next-80B-A3B-Instruct", { parallel: { tensor: 4 }, settings })).stateBytes).toBe(100 * one);
    const requests = { "disable-radix-cache": true, "max-running-requests": 64, "mamba-ssm-dtype": "bfloat16" };
    const half = (36 * (3 * 8192 * 2 + 32 * 128 * 128 * 2)) / 4;
    expect(rankOf(planOf("Qwen/Qwen3-Next-80B-A3B-Instruct", { parallel: { tensor: 4 }, settings: requests })).stateBytes).toBe(64 * half);
  });

  // gpt-oss-20b: 12 full and 12 windowed layers of 8 heads · 2 · 64 · 2 B.
  it("a token has 0.8 of a place in each layer with a window", () => {
    expect(planOf("openai/gpt-oss-20b").kvBytesPerToken).toBeCloseTo(2048 * (12 + 0.8 * 12), 6);
    // Llama 4: 36 of 48 layers see a chunk alone, from 0.5.9 on with a pool of their own.
    const scout = { parallel: { tensor: 8 } };
    expect(planOf("meta-llama/Llama-4-Scout-17B-16E-Instruct", scout).kvBytesPerToken).toBeCloseTo(512 * (12 + 0.8 * 36), 6);
    expect(planOf("meta-llama/Llama-4-Scout-17B-16E-Instruct", { ...scout, engineVersion: "0.5.5" }).kvBytesPerToken).toBe(512 * 48);
    expect(planOf("google/gemma-3-27b-it").kvBytesPerToken).toBe(62 * 16 * 2 * 128 * 2);
  });

  // 61 layers · 576 · 1 B, and one of the draft from 0.5.13 on.
  it("a draft's layer is counted with each token once the engine does", () => {
    const fields = { gpu: "H200", parallel: { tensor: 8 }, kvCacheDtype: "fp8_e4m3", settings: { "speculative-algorithm": "EAGLE" } };
    expect(planOf("deepseek-ai/DeepSeek-V3", fields).kvBytesPerToken).toBe(61 * 576);
    const later = planOf("deepseek-ai/DeepSeek-V3", { ...fields, engineVersion: "0.5.20" });
    expect(later.kvBytesPerToken).toBe(62 * 576);
    expect(rankOf(later).weightsBytes).toBeGreaterThan(step(later, "weights").value);
  });

  it("attention replicas split dense MLPs, shared experts and head among them", () => {
    const replicas = { gpu: "H200", parallel: { tensor: 1, attentionData: 8, expert: 8 } };
    const split = step(planOf("deepseek-ai/DeepSeek-V3", replicas), "weights").value;
    const own = step(planOf("deepseek-ai/DeepSeek-V3", { ...replicas, settings: { "enable-dp-lm-head": true } }), "weights").value;
    // 129,280 · 7,168 · 2 B, an eighth of it or all.
    expect(own - split).toBeCloseTo(129_280 * 7168 * 2 * (7 / 8), 0);
  });
});

describe("the reserve", () => {
  it("is what its parts and what is left come to", () => {
    for (const flags of [{}, { "speculative-algorithm": "EAGLE3" }, { "disable-cuda-graph": true }]) {
      const plan = planOf(llama, { settings: flags });
      const parts = rankOf(plan).steps.filter(
        ({ part }) => part === "activation" || part === "graphs" || part === "draft" || part === "reserve",
      );
      expect(parts.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(rankOf(plan).reservedBytes, 0);
    }
  });

  it("a larger chunk leaves less of it", () => {
    const left = (chunk: number): number =>
      step(planOf(llama, { settings: { "chunked-prefill-size": chunk, "mem-fraction-static": 0.9 } }), "reserve").value;
    expect(left(32_768)).toBeLessThan(left(4096));
  });
});

test.each([
  [llama, {}],
  ["openai/gpt-oss-120b", { parallel: { tensor: 2 } }],
  ["Qwen/Qwen3-Next-80B-A3B-Instruct", { parallel: { tensor: 4 } }],
  ["Qwen/Qwen3-Next-80B-A3B-Instruct", { parallel: { tensor: 4 }, settings: { "max-mamba-cache-size": 100 } }],
  [
    "deepseek-ai/DeepSeek-V3.2",
    {
      gpu: "B200",
      engineVersion: "0.5.23",
      parallel: { tensor: 1, attentionData: 8, expert: 8 },
      settings: { "speculative-algorithm": "EAGLE" },
    },
  ],
  [
    "Qwen/Qwen3-30B-A3B",
    {
      engineVersion: "0.4.9",
      parallel: { tensor: 2, pipeline: 2 },
      settings: { "speculative-algorithm": "EAGLE3", "max-total-tokens": 1000 },
    },
  ],
  ["Qwen/Qwen2.5-VL-7B-Instruct", { engineVersion: "0.5.12" }],
])("every printed formula of %s gives its value", (model, fields) => {
  for (const rank of planOf(model, fields).ranks) {
    for (const { label, formula, value, source } of rank.steps) {
      const slack = Math.max(0.004 * GiB * Number(formula.includes("GiB")), Math.abs(value) * 1e-5, 1);
      expect(Math.abs(worth(plain(formula)) - value), `${label}: ${formula} is not ${value}`).toBeLessThanOrEqual(slack);
      expect(source).not.toBe("");
    }
  }
});
