import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { absorbedBytes, latentCopyBytes, rotaryBytes } from "../../src/memory/kept-tables.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import type { MemoryPlan, RankMemory } from "../../src/memory/plan.ts";
import { stageLayers, stagesOf } from "../../src/memory/stages.ts";
import { weightBytes } from "../../src/memory/weights.ts";
import { testCatalog } from "../support/catalog.ts";
import { formatOf } from "./plain-pool.ts";
import { gpu, model, pool, version } from "./pools.ts";

const GiB = 2 ** 30;
function rankOf(plan: MemoryPlan, stage = 0): RankMemory {
  const rank = plan.ranks[stage];
  if (!rank) throw new Error(`no stage ${stage}`);
  return rank;
}
const llama8 = model("meta-llama/Llama-3.1-8B-Instruct");
const llama70 = model("meta-llama/Llama-3.3-70B-Instruct");
const qwen30 = model("Qwen/Qwen3-30B-A3B");

describe("weights", () => {
  // 8,030,261,248 parameters (model card) · 2 B.
  test("a 16-bit checkpoint is its parameters times two", () => {
    expect(weightBytes(llama8, formatOf(llama8))).toBe(8_030_261_248 * 2);
  });

  // Linear layers of Llama-3.1-8B: 32 · (2·4096² + 2·4096·1024 + 3·4096·14336) = 6,979,321,856; the rest stays in 16 bit.
  test("quantised checkpoints keep embedding, head and norms in 16 bit", () => {
    const linear = 6_979_321_856;
    const format = { method: "fp8", linear: "fp8", scaleBytesPerElement: 0 } as const;
    expect(weightBytes(llama8, format)).toBe(linear + (8_030_261_248 - linear) * 2);
  });

  // Files of the published checkpoints, which hold a layer for speculation that is not counted here.
  test.each([
    ["deepseek-ai/DeepSeek-V4-Pro", 864.7e9],
    ["deepseek-ai/DeepSeek-V4-Flash", 159.6e9],
  ])("%s keeps its experts in FP4 beside layers in FP8", (id, published) => {
    const stored = model(id);
    expect(weightBytes(stored, formatOf(stored)) / published).toBeGreaterThan(0.94);
    expect(weightBytes(stored, formatOf(stored)) / published).toBeLessThan(1.02);
  });

  // vLLM, DeepSeek V4 in vLLM (2026-04-24): 9.62 GiB for 1,048,576 tokens in 16 bit.
  test("a token of DeepSeek-V4 takes its share of the entries that several tokens have together", () => {
    const { kvElementsPerLayer, layers } = model("deepseek-ai/DeepSeek-V4-Pro");
    expect((kvElementsPerLayer * layers * 2 * 1_048_576) / GiB).toBeCloseTo(9.62, 2);
  });

  test.each([
    [80, 4, [20, 20, 20, 20]],
    [61, 4, [15, 15, 16, 15]],
    [62, 4, [15, 16, 16, 15]],
    [63, 4, [16, 16, 16, 15]],
    [94, 8, [11, 12, 12, 12, 12, 12, 12, 11]],
    [32, 1, [32]],
  ])("%d layers over %d stages: the remainder never goes to the last (VP07)", (layers, stages, split) => {
    expect(stageLayers(layers, stages)).toEqual(split);
  });

  test.each(["google/gemma-3-27b-it", "google/gemma-3-1b-it", "Qwen/Qwen3-Next-80B-A3B-Instruct", "moonshotai/Kimi-K3"])(
    "%s: each stage's layers are of some kind, and all of a kind are on some stage",
    (id) => {
      const { fullAttentionLayers, slidingLayers, recurrent } = model(id);
      for (const pipeline of [2, 3, 4, 5, 7, 8]) {
        const stages = stagesOf(model(id), { pipeline });
        const sum = (kind: "full" | "sliding" | "recurrent") => stages.reduce((total, stage) => total + stage[kind], 0);
        for (const { full, sliding, recurrent: states, layers } of stages) expect(full + sliding + states).toBe(layers);
        expect([sum("full"), sum("sliding"), sum("recurrent")]).toEqual([fullAttentionLayers, slidingLayers, recurrent?.layers ?? 0]);
      }
    },
  );

  test("embedding is on the first stage, the head on the last, tied ones on both", () => {
    const untied = memoryPlan(llama8, pool({ layout: { pipeline: 4 } }));
    expect(rankOf(untied, 0).weightsBytes).toBe(rankOf(untied, 3).weightsBytes - 4096 * 2);
    expect(rankOf(untied, 1).weightsBytes).toBeLessThan(rankOf(untied, 0).weightsBytes - 0.9 * GiB);
    const tied = model("Qwen/Qwen3-0.6B");
    const shared = memoryPlan(tied, pool({ layout: { pipeline: 2 } }));
    expect(rankOf(shared, 1).weightsBytes - rankOf(shared, 0).weightsBytes).toBe(tied.hidden * 2);
  });

  // 128 experts · 3 · 2048 · 768 · 48 layers · 2 B = 54.0 GiB; expert parallelism over 8 ranks leaves an eighth of them each.
  test("experts are split over tensor and attention-data ranks, by expert parallelism or without", () => {
    const experts = (128 * 3 * 2048 * 768 * 48 * 2) / 8;
    const split = rankOf(memoryPlan(qwen30, pool({ layout: { tensor: 2, attentionData: 4 } })));
    const parallel = rankOf(memoryPlan(qwen30, pool({ layout: { tensor: 2, attentionData: 4, expert: 8 } })));
    expect(split.weightsBytes).toBeCloseTo(parallel.weightsBytes, -3);
    const attention = rankOf(memoryPlan(qwen30, pool({ layout: { tensor: 2 } }))).weightsBytes - experts * 4;
    expect(split.weightsBytes).toBeCloseTo(attention + experts, -3);
  });

  // Logged by vLLM: issue 16152 (0.8.3, "Model loading took 48.8682 GiB"), and issue 6746 (2024-07, when the checkpoint had 16 KV heads: 1 GiB more).
  test.each([
    ["meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8", 48.8682],
    ["meta-llama/Llama-3.1-405B-Instruct-FP8", 57.752 - 0.98],
  ])("%s over 8 ranks: what its makers left in 16 bit counts so", (id, logged) => {
    const published = model(id);
    const rank = rankOf(memoryPlan(published, pool({ weights: formatOf(published), layout: { tensor: 8 } })));
    expect(Math.abs(rank.weightsBytes / GiB / logged - 1)).toBeLessThan(0.003);
  });

  // Of 128 experts and 16 copies each of 8 ranks holds 18 instead of 16: 2 · 3 · 2048 · 768 · 48 layers · 2 B more.
  test("copies of busy experts are shared out over the ranks of expert parallelism", () => {
    const layout = { tensor: 8, expert: 8 };
    const plain = rankOf(memoryPlan(qwen30, pool({ layout })));
    const balanced = rankOf(memoryPlan(qwen30, pool({ layout: { ...layout, redundantExperts: 16 } })));
    expect(balanced.weightsBytes - plain.weightsBytes).toBe(2 * 3 * 2048 * 768 * 48 * 2);
  });

  // Qwen2.5-VL-7B: 676 million elements of 16 bit, on each of 4 ranks, a quarter on each, or on none.
  test("a vision tower is shared, whole on every rank, or left out", () => {
    const vision = model("Qwen/Qwen2.5-VL-7B-Instruct");
    const bytes = (towers?: "whole" | "none") =>
      rankOf(memoryPlan(vision, pool({ layout: { tensor: 4, ...(towers ? { towers } : {}) } }))).weightsBytes;
    const tower = 2 * (vision.towerElements ?? 0);
    expect(tower / 1.353e9).toBeCloseTo(1, 2);
    expect(bytes() - bytes("none")).toBe(tower / 4);
    expect(bytes("whole") - bytes("none")).toBe(tower);
  });

  // Kimi-VL: (4 · 1152)² + 4 · 1152 · 2048 elements lead out of the tower, whole on every rank, as are 512² places of 36 complex numbers of 8 B.
  test("what leads out of a tower may be on every rank", () => {
    const kimi = model("moonshotai/Kimi-VL-A3B-Instruct");
    const bytes = (tensor: number, towers?: "none") =>
      rankOf(memoryPlan(kimi, pool({ layout: { tensor, ...(towers ? { towers } : {}) } }))).weightsBytes;
    const projector = 2 * ((4 * 1152) ** 2 + 4 * 1152 * 2048);
    const tower = 2 * (kimi.towerElements ?? 0);
    const table = 512 * 512 * 36 * 8;
    expect(bytes(1) - bytes(1, "none")).toBeCloseTo(tower + table, -1);
    expect(bytes(2) - bytes(2, "none")).toBeCloseTo((tower - projector) / 2 + projector + table, -1);
    // Logged by vLLM 0.19.0: 30.74 and 15.53 GiB.
    expect(Math.abs(bytes(1) / GiB / 30.74 - 1)).toBeLessThan(0.01);
    expect(Math.abs(bytes(2) / GiB / 15.53 - 1)).toBeLessThan(0.01);
  });

  // Positions × rotated dimension × tables × 2 B.
  test.each([
    ["meta-llama/Llama-3.1-8B-Instruct", 131_072 * 128 * 2],
    ["deepseek-ai/DeepSeek-V3", 163_840 * 64 * 2],
    ["Qwen/Qwen3-Next-80B-A3B-Instruct", 262_144 * 64 * 2],
    ["Qwen/Qwen2.5-VL-7B-Instruct", 128_000 * 128 * 4 * 2],
    ["google/gemma-3-27b-it", 131_072 * 128 * 2 * 2],
    ["nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", 0],
  ])("%s has rotary tables of its own width", (id, bytes) => {
    expect(rotaryBytes(model(id), pool())).toBe(bytes);
  });

  test("SGLang's rotary tables have 32 bit on NVIDIA's cards", () => {
    const sglang = { engine: "sglang" } as const;
    expect(rotaryBytes(llama8, { ...pool(), budget: sglang })).toBe(131_072 * 128 * 4);
  });

  // 61 layers · 128 heads · (128 + 128) · 512 · 2 B, an eighth on each rank.
  test("latent projections are kept once more, by vLLM where the checkpoint has them narrower", () => {
    const deepseek = model("deepseek-ai/DeepSeek-V3");
    const sglang = { engine: "sglang" } as const;
    const [stage] = stagesOf(deepseek, { pipeline: 1 });
    if (!stage) throw new Error("no stage");
    const whole = (61 * 128 * 256 * 512 * 2) / 8;
    const plain = pool({ layout: { tensor: 8 } });
    expect(latentCopyBytes(deepseek, { ...plain, weights: formatOf(deepseek) }, stage)).toBe(whole);
    expect(latentCopyBytes(deepseek, plain, stage)).toBe(0);
    expect(latentCopyBytes(deepseek, { ...plain, budget: sglang }, stage)).toBe(whole);
    expect(latentCopyBytes(llama8, pool(), stage)).toBe(0);
  });

  // vLLM 0.7.3's mla/utils.py, of each layer and head: W_QR 1,536 · 64 · 2 B, W_Q_UK 1,536 · 512 B, W_UV_O 512 · 7,168 B; 16 heads a rank.
  test("vLLM 0.7 keeps the absorbed projections of latent attention", () => {
    const deepseek = model("deepseek-ai/DeepSeek-V3");
    const [stage] = stagesOf(deepseek, { pipeline: 1 });
    if (!stage) throw new Error("no stage");
    const of = (release: string) => pool({ layout: { tensor: 8 }, version: version(release), weights: formatOf(deepseek) });
    const made = 61 * 16 * (1536 * (64 * 2 + 512) + 512 * 7168);
    expect(absorbedBytes(deepseek, of("0.7.3"), stage)).toBe(made);
    expect(absorbedBytes(deepseek, of("0.7.0"), stage)).toBe(0);
    expect(absorbedBytes(deepseek, of("0.8.0"), stage)).toBe(0);
    // DeepSeek-V2-Lite in 16 bit compresses no queries: hidden 2,048, 27 layers of 16 heads.
    const lite = model("deepseek-ai/DeepSeek-V2-Lite-Chat");
    const [whole] = stagesOf(lite, { pipeline: 1 });
    if (!whole) throw new Error("no stage");
    expect(absorbedBytes(lite, pool({ version: version("0.7.2") }), whole)).toBe(27 * 16 * 2048 * (64 + 512 + 512) * 2);
    expect(absorbedBytes(llama8, pool({ version: version("0.7.2") }), whole)).toBe(0);
    // Logged for DeepSeek-R1 by vLLM in March 2025, 8 × H200: 83.88 GiB.
    const { weightsBytes } = rankOf(memoryPlan(deepseek, of("0.7.3")));
    expect(Math.abs(weightsBytes / GiB / 83.88 - 1)).toBeLessThan(0.01);
  });

  test("sequence parallelism divides no weights, offloading takes bytes off the device", () => {
    const plain = rankOf(memoryPlan(llama70, pool({ layout: { tensor: 2 } }))).weightsBytes;
    expect(rankOf(memoryPlan(llama70, pool({ layout: { tensor: 2, sequence: 4 } }))).weightsBytes).toBe(plain);
    expect(rankOf(memoryPlan(llama70, pool({ layout: { tensor: 2 }, settings: { cpuOffloadBytes: 10 * GiB } }))).weightsBytes).toBe(
      plain - 10 * GiB,
    );
  });
});

describe("Shift keeps a second copy (systems.md 6)", () => {
  const h200 = gpu("H200");
  const shift = (tensor: number, sequence: number) =>
    pool({ gpu: h200, version: version("0.18.0"), layout: { tensor, sequence }, shiftThreshold: 256 });

  // Llama-3.3-70B: 70,553,706,496 · 2 B = 141.1 GB; TP 4 holds 35.28 GB, the copy over 8 ranks 17.64 GB.
  test("TP 4 × SP 2 of a 70B in 16 bit holds 35.3 + 17.6 GB", () => {
    const rank = rankOf(memoryPlan(llama70, shift(4, 2)));
    const weights = rank.weightsBytes - rotaryBytes(llama70, pool());
    expect(Math.abs(weights / (141_107_412_992 / 4) - 1)).toBeLessThan(0.001);
    expect(Math.abs(rank.shiftWeightsBytes / (141_107_412_992 / 8) - 1)).toBeLessThan(0.001);
  });

  test("SP 8, TP 1 adds one eighth", () => {
    const rank = rankOf(memoryPlan(llama8, shift(1, 8)));
    expect(Math.abs(rank.shiftWeightsBytes / (rank.weightsBytes - rotaryBytes(llama8, pool())) - 0.125)).toBeLessThan(0.000125);
  });

  test("KV of a replica is that of TP = SP · TP, less the weights that are not divided", () => {
    const sp = memoryPlan(llama70, shift(4, 2));
    const tp = memoryPlan(llama70, pool({ gpu: h200, version: version("0.18.0"), layout: { tensor: 8 } }));
    expect(sp.kvBytesPerToken).toBe(tp.kvBytesPerToken);
    const extra = rankOf(sp).weightsBytes + rankOf(sp).shiftWeightsBytes - rankOf(tp).weightsBytes;
    const activation = rankOf(sp).activationBytes - rankOf(tp).activationBytes;
    expect(sp.kvCacheTokens).toBeCloseTo(tp.kvCacheTokens - (extra + activation) / tp.kvBytesPerToken, -2);
  });

  // 48 layers · 1 head · 2 · 128 · 2 B = 24,576 B: 4 KV heads over 8 ranks, each held twice.
  test("Qwen3-30B-A3B at SP 8 keeps one KV head a GPU", () => {
    expect(memoryPlan(qwen30, shift(1, 8)).kvBytesPerToken).toBe(24_576);
  });
});

describe("KV cache", () => {
  // 80 layers · 8 heads · 2 · 128 · 2 B = 320 KiB; a quarter of it at TP 4; no less beyond TP 8.
  test.each([
    [1, 327_680],
    [4, 81_920],
    [8, 40_960],
    [16, 40_960],
  ])("Llama-3.3-70B at TP %d: %d bytes a token", (tensor, bytes) => {
    expect(memoryPlan(llama70, pool({ layout: { tensor } })).kvBytesPerToken).toBe(bytes);
  });

  // 61 layers · 576 · 2 B (memory.md 2).
  test("the latent of MLA is not divided", () => {
    const deepseek = model("deepseek-ai/DeepSeek-V3");
    expect(memoryPlan(deepseek, pool({ layout: { tensor: 8 } })).kvBytesPerToken).toBe(70_272);
    const shared = memoryPlan(deepseek, pool({ gpu: gpu("H200"), layout: { tensor: 8, decodeContext: 4 } }));
    expect(shared.kvBytesPerToken).toBe(70_272 / 4);
  });

  // 61 layers · (576 · 2 B + 132 B); in fp8 656 B and the same 132 B (VM11).
  test("a sparse-attention indexer keeps its own bytes", () => {
    const sparse = model("deepseek-ai/DeepSeek-V3.2");
    expect(memoryPlan(sparse, pool({ layout: { tensor: 8 } })).kvBytesPerToken).toBe(61 * (576 * 2 + 132));
    expect(memoryPlan(sparse, pool({ layout: { tensor: 8 }, kvElementBytes: 1 })).kvBytesPerToken).toBe(61 * (656 + 132));
  });

  // Gemma-2-9B, window 4,096, at 8,192 tokens: 512 blocks of full attention and min(4095 + 8192, 8192)/16 + 1 = 513 of the window's group.
  test("windows keep window and in-flight tokens", () => {
    const plan = memoryPlan(model("google/gemma-2-9b-it"), pool({ budget: { kvCacheMemoryBytes: 54.12 * GiB } }));
    expect(plan.maxConcurrency).toBeCloseTo(plan.kvCacheBlocks / 1025, 9);
    expect(plan.kvCacheBlocks).toBe(Math.floor((54.12 * GiB) / (21 * 16 * 2 * 8 * 256 * 2)));
  });

  // gpt-oss-20b, 12 layers of each kind, window 128, 131,072 tokens: 8,192 blocks of full attention beside ⌈(127 + 8192)/16⌉ + 1 = 521 of the window's
  // group, from 0.26 ⌈(127 + 2·8192)/16⌉ + 1 = 1,033.
  test.each([
    ["0.25.1", 521],
    ["0.26.0", 1033],
  ])("in %s a window keeps %i blocks", (release, blocks) => {
    const settings = { maxModelLen: 131_072, kvCacheMemoryBytes: 50 * GiB };
    const plan = memoryPlan(model("openai/gpt-oss-20b"), pool({ version: version(release), settings }));
    expect(plan.maxConcurrency).toBeCloseTo(plan.kvCacheBlocks / (8192 + blocks), 9);
  });

  test("hybrids enlarge the block until a state fits one", () => {
    const plan = memoryPlan(model("Qwen/Qwen3-Next-80B-A3B-Instruct"), pool({ gpu: gpu("H200"), layout: { tensor: 4 } }));
    expect(plan.fits).toBe(true);
    expect(plan.blockTokens).toBeGreaterThan(16);
    expect(plan.blockTokens % 16).toBe(0);
    expect(plan.confidence).toBe("estimated");
  });
});

describe("refusals and what a run reported", () => {
  test("VM06: weights beyond the budget", () => {
    const plan = memoryPlan(llama70, pool());
    expect(plan).toMatchObject({ fits: false, refusal: { kind: "no-kv-memory" }, kvCacheTokens: 0, longestModelLen: 0 });
  });

  // A start logged on an RTX 3090 with vLLM 0.6: 2.89 GiB for the cache refused 29,000 tokens, 3.81 GiB took 20,000 (vllm issue 10517).
  test.each([
    [2.89, 29_000, false, 23_664],
    [3.81, 20_000, true, 31_200],
  ])("%f GiB for %d tokens of Llama-3.1-8B", (gib, maxModelLen, fits, longest) => {
    const plan = memoryPlan(
      llama8,
      pool({ gpu: gpu("RTX-3090"), version: version("0.6.6"), budget: { kvCacheMemoryBytes: gib * GiB }, settings: { maxModelLen } }),
    );
    expect(plan.fits).toBe(fits);
    expect(plan.longestModelLen).toBe(longest);
    if (!fits) expect(plan.refusal).toMatchObject({ kind: "model-len", longest, neededBytes: Math.ceil(29_000 / 16) * 16 * 131_072 });
  });

  // The engine's own text: 262,144 tokens of Qwen3-Coder-30B need 24.0 GiB over all layers (vllm issue 34076).
  test("VM07 states the engine's need", () => {
    const coder = model("Qwen/Qwen3-Coder-30B-A3B-Instruct");
    const plan = memoryPlan(coder, pool({ settings: { maxModelLen: 262_144 }, budget: { kvCacheMemoryBytes: 3.18 * GiB } }));
    expect(plan.refusal).toMatchObject({ kind: "model-len", neededBytes: 24 * GiB });
    expect(Math.abs(plan.longestModelLen / 34_736 - 1)).toBeLessThan(0.002);
  });

  test("a run's own figures come first", () => {
    const plan = memoryPlan(llama8, pool({ observed: { gpuTotalBytes: 40 * GiB, kvCacheBlocks: 1000 } }));
    expect(plan).toMatchObject({ kvCacheBlocks: 1000, kvCacheTokens: 16_000, longestModelLen: 16_000, confidence: "engine-law" });
    expect(rankOf(plan).totalBytes).toBe(40 * GiB);
  });

  test("graphs leave the budget from 0.20 on, and are none when eager", () => {
    const before = rankOf(memoryPlan(llama8, pool()));
    const after = rankOf(memoryPlan(llama8, pool({ version: version("0.20.0") })));
    expect(before.cudaGraphInBudget).toBe(false);
    expect(before.kvCacheBytes - after.kvCacheBytes).toBeCloseTo(after.cudaGraphBytes, 3);
    expect(rankOf(memoryPlan(llama8, pool({ version: version("0.20.0"), settings: { enforceEager: true } }))).cudaGraphBytes).toBe(0);
  });
});

describe("properties", () => {
  const layouts = fc.record({
    tensor: fc.constantFrom(1, 2, 4, 8),
    pipeline: fc.constantFrom(1, 2, 4),
    sequence: fc.constantFrom(1, 2, 4),
  });
  const ids = fc.constantFrom(...testCatalog().models());

  test("more utilisation never leaves fewer tokens; more tensor ranks never hold more weights", () => {
    fc.assert(
      fc.property(ids, layouts, fc.double({ min: 0.3, max: 0.9, noNaN: true }), (id, layout, gpuMemoryUtilization) => {
        const low = memoryPlan(model(id), pool({ layout, budget: { gpuMemoryUtilization } }));
        const high = memoryPlan(model(id), pool({ layout, budget: { gpuMemoryUtilization: gpuMemoryUtilization + 0.05 } }));
        expect(high.kvCacheTokens).toBeGreaterThanOrEqual(low.kvCacheTokens);
        const wider = memoryPlan(model(id), pool({ layout: { ...layout, tensor: layout.tensor * 2 } }));
        for (const rank of wider.ranks) expect(rank.weightsBytes).toBeLessThanOrEqual(rankOf(low, rank.stage).weightsBytes);
      }),
      { numRuns: 200 },
    );
  });

  test("Shift never holds less than the same without it", () => {
    fc.assert(
      fc.property(ids, layouts, (id, layout) => {
        const without = memoryPlan(model(id), pool({ layout }));
        const shift = memoryPlan(model(id), pool({ layout, shiftThreshold: 512 }));
        expect(shift.kvCacheTokens).toBeLessThanOrEqual(without.kvCacheTokens);
        expect(rankOf(shift).shiftWeightsBytes > 0).toBe(layout.sequence > 1);
      }),
      { numRuns: 100 },
    );
  });

  // Stages of 6 and 7 layers hold windowed and full ones in unlike shares: the stage with the fewest blocks is not the one that ends first.
  test("every stage bounds the longest length", () => {
    const at = (maxModelLen: number) =>
      memoryPlan(model("google/gemma-2-2b"), pool({ layout: { pipeline: 4 }, version: version("0.20.0"), settings: { maxModelLen } }));
    const { longestModelLen } = at(4096);
    expect(at(longestModelLen).fits).toBe(true);
    expect(at(longestModelLen + 1024).fits).toBe(false);
    const { refusal } = at(1e8);
    expect(refusal?.kind === "model-len" && refusal.longest).toBe(longestModelLen);
  });

  test("the longest length is the one that fits, and one more block does not", () => {
    fc.assert(
      fc.property(ids, layouts, (id, layout) => {
        const plan = memoryPlan(model(id), pool({ layout, version: version("0.20.0") }));
        if (!plan.fits || plan.longestModelLen > 2 ** 30) return;
        const at = (maxModelLen: number) => memoryPlan(model(id), pool({ layout, version: version("0.20.0"), settings: { maxModelLen } }));
        expect(at(plan.longestModelLen).fits).toBe(true);
        expect(at(plan.longestModelLen + plan.blockTokens * 64).fits).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});
