import { describe, expect, test } from "vitest";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import type { RankMemory } from "../../src/memory/plan.ts";
import { cache, formatOf } from "./plain-pool.ts";
import { gpu, model, pool, version } from "./pools.ts";

const GiB = 2 ** 30;
const MiB = 2 ** 20;

const llama8 = model("meta-llama/Llama-3.1-8B-Instruct");
const qwen3 = model("Qwen/Qwen3-32B");
const gptOss = model("openai/gpt-oss-20b");

function ranksOf(name: typeof llama8, changes: Parameters<typeof pool>[0] = {}): readonly RankMemory[] {
  return memoryPlan(name, pool(changes)).ranks;
}

function firstRank(name: typeof llama8, changes: Parameters<typeof pool>[0] = {}): RankMemory {
  const [rank] = ranksOf(name, changes);
  if (!rank) throw new Error("no rank");
  return rank;
}

describe("activation peak", () => {
  // (2 + 12) · 1024 · 128256 + 132 · 128256 · 4 + (8192 + 2 · 1024) · 4096 · 2 + 32 MiB.
  test("logits with the sampler's copies, the filter's rows, hidden states and cuBLAS' workspace", () => {
    const bytes = 14 * 1024 * 128_256 + 132 * 128_256 * 4 + (8192 + 2048) * 4096 * 2 + 32 * MiB;
    expect(firstRank(llama8).activationBytes).toBe(bytes);
  });

  // "torch peak memory increase" of logged starts on H100: 8,192 tokens, 1,024 sequences.
  test.each([
    ["meta-llama/Llama-3.1-8B-Instruct", "0.19.0", 1, 1.89],
    ["meta-llama/Llama-3.1-8B-Instruct", "0.19.0", 4, 1.89],
    ["google/gemma-2-9b-it", "0.19.0", 1, 3.65],
    ["google/gemma-2-27b-it", "0.19.0", 1, 3.66],
    ["google/gemma-7b", "0.19.0", 1, 3.63],
    ["Qwen/Qwen2.5-72B-Instruct", "0.19.0", 2, 2.29],
    ["openai/gpt-oss-20b", "0.19.0", 2, 2.87],
    ["meta-llama/Llama-3.1-8B-Instruct", "0.16.0", 1, 4.76],
    ["Qwen/Qwen3-32B", "0.16.0", 1, 5.64],
    ["Qwen/Qwen3-0.6B", "0.16.0", 1, 5.56],
  ])("%s on %s, TP %d: %d GiB as logged", (name, release, tensor, logged) => {
    const rank = firstRank(model(name), { version: version(release), layout: { tensor }, weights: formatOf(model(name)) });
    expect(Math.abs(rank.activationBytes / GiB - logged)).toBeLessThan(0.011);
  });

  test("in float32 the logits are twice as wide", () => {
    // 16 · 1024 · 128256 + 132 · 128256 · 4 + (8192 + 2 · 1024) · 4096 · 4 + 32 MiB; logged 2.21 GiB.
    expect(firstRank(llama8, { activationBytes: 4 }).activationBytes / GiB).toBeCloseTo(2.21, 2);
  });

  test("a small vocabulary leaves the MLP's working set as the peak", () => {
    // 8192 · 2 · (3 · 12800 + 3.75 · 4096) + 32 MiB; logged 0.85 GiB.
    expect(firstRank(model("ibm-granite/granite-3.3-8b-instruct")).activationBytes / GiB).toBeCloseTo(0.85, 2);
  });

  test("stages without a head do not sample; later ones hold what they are handed", () => {
    // Logged on four stages: 1.10, 1.05, 1.05, 2.01 GiB.
    const logged = [1.1, 1.05, 1.05, 2.01];
    const ranks = ranksOf(llama8, { layout: { pipeline: 4 } });
    for (const [stage, rank] of ranks.entries()) expect(rank.activationBytes / GiB).toBeCloseTo(logged[stage] ?? 0, 1.6);
  });

  test("V0 runs a whole prompt eagerly: three hidden states beside the MLP", () => {
    // 20000 · 2 · (3 · 14336 + 3 · 4096) + 8.125 MiB; logged 2.07 GiB on an RTX 3090.
    const settings = { maxModelLen: 20_000, maxNumBatchedTokens: 20_000, maxNumSeqs: 256, chunkedPrefill: false };
    const rank = firstRank(llama8, { gpu: gpu("RTX 3090"), version: version("0.6.4"), settings });
    expect(rank.activationBytes / GiB).toBeCloseTo(2.07, 2);
    expect(rank.nonTorchBytes / GiB).toBeCloseTo(0.35, 2);
  });

  test("V0 that cuts prompts holds a layer alone: 131,072 tokens of context logged 0.22 GiB, 512 at once 0.06", () => {
    // 2048 · 2 · (3 · 14336 + 3 · 4096) + 8.125 MiB, github.com/vllm-project/vllm/issues/10517.
    const peak = (maxNumBatchedTokens: number) => {
      const settings = { maxModelLen: 131_072, maxNumBatchedTokens, maxNumSeqs: 256, chunkedPrefill: true };
      return firstRank(llama8, { gpu: gpu("A10"), version: version("0.6.6"), settings }).activationBytes;
    };
    expect(peak(2048)).toBe(2048 * 2 * (3 * 14_336 + 3 * 4096) + 8.125 * MiB);
    expect(peak(512) / GiB).toBeCloseTo(0.06, 2);
  });

  test("the sampler's copies by release and runner", () => {
    const bytesPerLogit = (release: string, name = llama8) => {
      const bytes = (maxNumSeqs: number) =>
        firstRank(name, {
          version: version(release),
          settings: { maxNumSeqs, maxNumBatchedTokens: 8192, chunkedPrefill: release !== "0.7.3" },
        }).activationBytes;
      return Math.round((bytes(4096) - bytes(2048) - 2 * 2048 * name.hidden * 2) / (2048 * name.vocab));
    };
    expect(["0.7.3", "0.10.2", "0.11.1", "0.17.0", "0.20.0", "0.21.0", "0.33.0"].map((release) => bytesPerLogit(release))).toEqual([
      38, 14, 38, 14, 14, 14, 14,
    ]);
    // Model Runner V2 in its trial, with a float32 copy.
    expect(["0.22.0", "0.24.0"].map((release) => bytesPerLogit(release, qwen3))).toEqual([6, 6]);
    // Later with the logits alone: the MLP's working set is the peak. 8192 · 2 · (3 · 25600 + 3.75 · 5120) + 32 MiB.
    const mlp = 8192 * 2 * (3 * 25_600 + 3.75 * 5120) + 32 * MiB;
    expect(firstRank(qwen3, { version: version("0.28.0") }).activationBytes).toBe(mlp);
  });

  test("images of a free size are profiled at their largest", () => {
    const vision = model("Qwen/Qwen2.5-VL-7B-Instruct");
    const few = { maxNumSeqs: 16, maxNumBatchedTokens: 2048 };
    const rank = firstRank(vision, { settings: few });
    // 16384 tokens · 4 patches · 11 widths in the tower, its outputs, cuBLAS' workspace.
    const width = Math.round(Math.sqrt((vision.towerElements ?? 0) / 336));
    expect(rank.activationBytes).toBe(16_384 * 4 * 11 * width * 2 + 16_384 * vision.hidden * 2 + 32 * MiB);
    // Without towers the MLP remains: 2048 · 2 · (3 · 18944 + 3.75 · 3584).
    const text = firstRank(vision, { settings: few, layout: { towers: "none" } });
    expect(text.activationBytes).toBe(2048 * 2 * (3 * 18_944 + 3.75 * 3584) + 32 * MiB);
  });

  test("towers that pool patches see more of them for each token", () => {
    const pooled = model("google/gemma-3-27b-it");
    const width = Math.round(Math.sqrt((pooled.towerElements ?? 0) / 336));
    const rank = firstRank(pooled, { settings: { maxNumSeqs: 16, maxNumBatchedTokens: 8192 } });
    // 8192 tokens are 32 images of 64 × 64 patches.
    expect(rank.activationBytes).toBe(32 * 64 * 64 * 11 * width * 2 + 8192 * pooled.hidden * 2 + 32 * MiB);
  });

  test("drafts are verified in the trial", () => {
    const drafted =
      firstRank(llama8, { budget: { cache: { ...cache, draftTokens: 3 } } }).activationBytes - firstRank(llama8).activationBytes;
    expect(drafted).toBe((2 + 8) * 1024 * 128_256);
  });

  test("experts keep their buffers while the sampler runs, from 0.13", () => {
    const qwen30 = model("Qwen/Qwen3-30B-A3B");
    // 8192 · 2 · 8 · (2048 + 2048): both sides are no wider than the hidden state.
    const held =
      firstRank(qwen30).activationBytes -
      firstRank(qwen30, { version: version("0.19.0"), layout: { tensor: 1 }, settings: { maxNumBatchedTokens: 4096 } }).activationBytes;
    expect(held).toBe(4096 * 2 * 8 * (2048 + 2048) + 4096 * 2048 * 2);
  });

  test("MLA stands in for a long context", () => {
    const deepseek = model("deepseek-ai/DeepSeek-V3");
    // 65,536 · 16 heads · (128 + 128) · 2 B = 0.5 GiB at TP 8, where few sequences sample.
    const rank = firstRank(deepseek, { gpu: gpu("H200"), layout: { tensor: 8 }, settings: { maxNumSeqs: 16, maxNumBatchedTokens: 512 } });
    expect(rank.activationBytes).toBeGreaterThan(0.5 * GiB);
    expect(rank.activationBytes).toBeLessThan(0.7 * GiB);
  });
});

describe("outside the allocator", () => {
  test.each([
    ["0.17.0", {}, 0.13],
    ["0.19.0", {}, 0.25],
    ["0.19.0", { tensor: 2 }, 2.07],
    ["0.19.0", { tensor: 4 }, 2.13],
    ["0.19.0", { pipeline: 2 }, 0.07],
    ["0.16.0", { tensor: 2 }, 0.57],
    // The context counts as well: all that the card holds is taken.
    ["0.8.5", {}, 0.64],
  ] as const)("H100 on %s, %o: %d GiB", (release, layout, gib) => {
    expect(firstRank(llama8, { version: version(release), layout }).nonTorchBytes / GiB).toBeCloseTo(gib, 3);
  });

  test("the workspace of the fused all-reduce is Hopper's and newer, of two to eight ranks, compiled", () => {
    const bytes = (changes: Parameters<typeof pool>[0]) => firstRank(llama8, changes).nonTorchBytes / GiB;
    expect(bytes({ gpu: gpu("A100-SXM4-80GB"), layout: { tensor: 2 } })).toBeLessThan(0.6);
    expect(bytes({ layout: { tensor: 2 }, settings: { enforceEager: true } })).toBeLessThan(0.6);
    expect(bytes({ layout: { tensor: 2, pipeline: 2 } })).toBeLessThan(0.6);
    expect(bytes({ version: version("0.22.0"), layout: { tensor: 2, pipeline: 2 } })).toBeGreaterThan(2);
  });
});

describe("CUDA graphs", () => {
  const bytes = (changes: Parameters<typeof pool>[0] = {}, name = llama8) => firstRank(name, changes).cudaGraphBytes / GiB;

  test("nodes of 51 sizes, whole and in pieces, and the splits of the largest", () => {
    // 32 · 512 · 32 heads · 128 · 4 B = 0.25 GiB.
    expect(bytes()).toBeCloseTo(0.14 + 0.00016 * 102 * 32 + 0.25, 6);
    // 83 sizes up to 1,024; beyond 992 no splits are foreseen.
    expect(bytes({ settings: { maxCaptureSize: 1024 } })).toBeCloseTo(0.14 + 0.00016 * 166 * 32, 6);
    expect(bytes({ settings: { enforceEager: true } })).toBe(0);
    // With adapters each size twice.
    expect(bytes({ settings: { lora: { slots: 1, rank: 16 } } })).toBeCloseTo(0.14 + 0.00016 * 204 * 32 + 0.25, 6);
  });

  // Logged on 0.19.
  test.each([
    ["meta-llama/Llama-3.1-8B-Instruct", { pipeline: 2 }, 0.65],
    ["meta-llama/Llama-3.1-8B-Instruct", { pipeline: 4 }, 0.51],
    ["meta-llama/Llama-3.1-8B-Instruct", { tensor: 2 }, 0.76],
    ["meta-llama/Llama-3.1-8B-Instruct", { tensor: 4 }, 0.67],
    ["google/gemma-2-27b-it", {}, 1.23],
    ["Qwen/Qwen2.5-72B-Instruct", { tensor: 2 }, 1.61],
  ] as const)("%s, %o: %d GiB", (name, layout, logged) => {
    expect(Math.abs(bytes({ layout }, model(name)) - logged)).toBeLessThan(0.15);
  });

  test("whole graphs hold no more sequences than max-num-seqs, and V0 has no others", () => {
    const t4 = { gpu: gpu("T4"), version: version("0.8.2"), settings: { maxNumSeqs: 192 } };
    // 27 sizes up to 192.
    expect(bytes(t4)).toBeCloseTo(0.14 + 0.00016 * 27 * 32, 6);
  });

  test("from 0.20 an estimate leaves the budget, unless Model Runner V2 makes none", () => {
    const rank = (release: string) => firstRank(qwen3, { version: version(release) });
    expect(rank("0.21.0").cudaGraphBytes).toBeCloseTo(0.84 * rank("0.19.0").cudaGraphBytes, 0);
    const inBudget = ["0.19.0", "0.20.0", "0.22.1", "0.28.0", "0.30.0"].map((release) => rank(release).cudaGraphInBudget);
    expect(inBudget).toEqual([false, true, false, false, true]);
    expect(firstRank(gptOss, { version: version("0.28.0") }).cudaGraphInBudget).toBe(true);
  });
});
