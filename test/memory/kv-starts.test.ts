import { describe, expect, test } from "vitest";
import { model } from "./pools.ts";
import { GiB, started } from "./starts.ts";

describe("starts that were logged", () => {
  const gemma = model("google/gemma-4-31B-it");
  const qwen35 = model("Qwen/Qwen3.6-35B-A3B");
  const qwen27 = model("Qwen/Qwen3.6-27B");

  // 10 full layers of 4 heads of 512, 50 windows of 16 heads of 256: pages of 16 and 32 tokens of 262,144 B, six groups of ten. 64.68 GiB are
  // 26,492 blocks; a request takes 262,144/32 + 5 · (⌈(1023 + 8192)/16⌉ + 1) = 8,192 + 5 · 577 = 11,077 (configiq issue 112).
  test("Gemma 4 31B in 0.24", () => {
    const plan = started(gemma, { release: "0.24.0", gib: 64.68, length: 262_144 });
    expect([plan.kvCacheTokens, plan.kvCacheBlocks, plan.blockTokens]).toEqual([626_949, 26_492, 16]);
  });

  // ⌊blocks / 6 groups⌋ · 16 tokens in 0.20.0, the concurrency times the length in 0.20.1 (vllm issue 43308: 55k and 525k of about 50 GiB).
  test("the same blocks print as ten times the tokens from 0.20.1", () => {
    expect(started(gemma, { release: "0.20.0", gib: 50, length: 262_144, batch: 2048 }).kvCacheTokens).toBe(Math.floor(20_480 / 6) * 16);
    expect(started(gemma, { release: "0.20.1", gib: 50, length: 262_144, batch: 2048 }).kvCacheTokens).toBe(
      Math.floor((20_480 / (8192 + 5 * 193)) * 262_144),
    );
  });

  // Windows keep every batch in flight from 0.26: 8,192 + 5 · 2,113 blocks of ten pages of 262,144 B became 8,192 + 5 · 4,161, and 49 GiB too few
  // (vllm issue 49878: 45.79 and 70.79 GiB, at most 58,368 tokens).
  test("Gemma 4 31B started by 0.25 and refused by 0.26", () => {
    const start = { gib: 49, length: 262_144, batch: 32_768 };
    const before = started(gemma, { ...start, release: "0.25.1" });
    expect(before.refusal).toBeNull();
    expect(before.kvCacheBlocks / before.maxConcurrency).toBeCloseTo(8192 + 5 * 2113, 6);
    const after = started(gemma, { ...start, release: "0.26.0" });
    expect(after.refusal).toMatchObject({ kind: "model-len", neededBytes: (8192 + 5 * 4161) * 2_621_440, longest: 58_368 });
  });

  // A state is 3 · 8,192 · 2 B of inputs and 32 · 128 · 128 · 4 B: 2,146,304 B, just 2,096 tokens of 1,024 B. Four groups of ten layers; prefixes
  // keep two states of each: 299 blocks / (⌈131072/2096⌉ + 3 · 2) (club-3090 issue 612).
  test("Qwen3.6-35B-A3B with prefixes in 0.24", () => {
    const start = { release: "0.24.0", gib: 5.98, length: 131_072, elementBytes: 1 };
    const plan = started(qwen35, { ...start, cache: { states: "align" } });
    expect([plan.kvCacheTokens, plan.blockTokens, plan.kvCacheBlocks]).toEqual([567_978, 2096, 299]);
    expect(plan.maxConcurrency).toBeCloseTo(4.33, 2);
    expect(started(qwen35, start).maxConcurrency).toBeCloseTo(299 / (63 + 3), 9);
    // 6.01 GiB (club-3090 issue 652).
    expect(started(qwen35, { ...start, gib: 6.01, cache: { states: "align" } }).kvCacheTokens).toBe(569_878);
  });

  // TP 2, three drafted tokens: (3 + 3) · 5,120 · 2 B + 24 · 128 · 128 · 4 B, blocks of 1,600 tokens; the drafter's layer makes it 17 full
  // ones: ⌊11.06 GiB / (17 · 1,638,400 B)⌋ / (164 + 3 · (2 + 3)) (club-3090 issue 642: 623,873 tokens, 2.38).
  test("Qwen3.6-27B with its own drafter", () => {
    const drafting = { states: "align", draftTokens: 3, headLayers: 1 } as const;
    const start = { release: "0.24.0", gib: 11.053, length: 262_144, tensor: 2, elementBytes: 1, cache: drafting };
    const plan = started(qwen27, start);
    expect([plan.kvCacheTokens, plan.blockTokens, plan.kvCacheBlocks]).toEqual([623_873, 1600, 426]);
    expect(plan.maxConcurrency).toBeCloseTo(2.38, 2);
  });

  // The same without a drafter, 131,072 tokens: 1,568 tokens a block, 208 / (84 + 3 · 2) (talos-argocd-proxmox pull request 1995: 302,921, 2.31).
  test("a 27B of its shape in 0.26", () => {
    const plan = started(qwen27, { release: "0.26.0", gib: 4.99, length: 131_072, tensor: 2, elementBytes: 1, cache: { states: "align" } });
    expect([plan.kvCacheTokens, plan.blockTokens]).toEqual([302_921, 1568]);
  });

  // One latent of 576 · 2 B a token beside states of 16 heads: blocks of 960 tokens (vllm issue 28228).
  test("Kimi Linear in 0.11", () => {
    const kimi = model("moonshotai/Kimi-Linear-48B-A3B-Instruct");
    expect(started(kimi, { release: "0.11.1", gib: 2.3, length: 120_000, tensor: 2 }).blockTokens).toBe(960);
  });

  // Pages of 37,440 + 8,640 + 1,728 B; 21, 43, 21 and 20 layers in groups of 22: 118 + 2 · 259 + 4,099 + 2,065 = 6,800 blocks of 22 · 47,808 B for
  // 30,000 tokens in batches of 16,384 (vllm issue 44376: 6.66 GiB needed, 13,528 tokens with 5.44).
  test("DeepSeek-V4-Flash refused in 0.22", () => {
    const flash = model("deepseek-ai/DeepSeek-V4-Flash");
    const plan = started(flash, { release: "0.22.0", gib: 5.44, length: 30_000, batch: 16_384, tensor: 2, elementBytes: 1 });
    expect(plan.refusal).toMatchObject({ kind: "model-len", neededBytes: 6800 * 22 * 47_808 });
    expect((6800 * 22 * 47_808) / GiB).toBeCloseTo(6.66, 2);
    expect(Math.abs(plan.longestModelLen / 13_528 - 1)).toBeLessThan(0.002);
  });
});
