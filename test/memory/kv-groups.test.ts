import { describe, expect, test } from "vitest";
import type { Model } from "../../src/catalog/facts.ts";
import type { SettledPool } from "../../src/deployment/settled.ts";
import { kvShape } from "../../src/memory/kv-cache.ts";
import { bytesNeeded } from "../../src/memory/kv-shape.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import { stagesOf } from "../../src/memory/stages.ts";
import { formatOf } from "./plain-pool.ts";
import { gpu, model, pool, version } from "./pools.ts";
import { GiB, started } from "./starts.ts";

describe("groups by version (vLLM, v1/core/kv_cache_utils.py)", () => {
  const first = (of: Model, release: string, pipeline = 1) => {
    const settled = pool({ version: version(release), layout: { pipeline } });
    const [stage] = stagesOf(of, settled.layout);
    if (!stage) throw new Error("no stage");
    return kvShape(of, settled, stage);
  };
  const times = (of: Model, release: string) => first(of, release).groups.map((group) => group.times);
  // 12 full layers beside 16 windows: a third more.
  const mixed: Model = { ...model("openai/gpt-oss-20b"), layers: 28, fullAttentionLayers: 12, slidingLayers: 16 };

  test.each([
    ["0.11.2", [1, 2], 12],
    ["0.12.0", [1, 2], 12],
    ["0.17.1", [1, 2], 12],
    ["0.18.0", [1, 1], 16],
  ])("12 and 16 layers in %s", (release, groups, layers) => {
    expect(times(mixed, release)).toEqual(groups);
    // 16 tokens · 8 heads · 2 · 64 · 2 B.
    expect(first(mixed, release).blockBytes).toBe(layers * 16 * 2048);
  });

  test("12 and 14 layers are one group each from 0.12", () => {
    const near: Model = { ...mixed, layers: 26, slidingLayers: 14 };
    expect(times(near, "0.11.2")).toEqual([1, 2]);
    expect(times(near, "0.12.0")).toEqual([1, 1]);
  });

  // Gemma 3 27B: 10 full layers and 52 windows; of the first 31, 5 and 26. Six groups of windows hold at most ⌈26/6⌉ = 5 of them each.
  test("a stage has its part of the whole model's groups", () => {
    const gemma = model("google/gemma-3-27b-it");
    expect(first(gemma, "0.19.0").blockBytes).toBe(10 * 16 * 16 * 2 * 128 * 2);
    expect(first(gemma, "0.19.0", 2).blockBytes).toBe(5 * 16 * 16 * 2 * 128 * 2);
    expect(first(gemma, "0.19.0", 2).groups.map((group) => group.times)).toEqual([1, 6]);
  });

  test("without groups a window keeps the whole context", () => {
    const alone = { release: "0.19.0", gib: 40, length: 32_768 };
    const gemma = model("google/gemma-3-27b-it");
    const off = started(gemma, { ...alone, cache: { isGrouped: false } });
    // 62 layers · 16 heads · 2 · 128 · 2 B · 16 tokens.
    expect(off.kvCacheBlocks).toBe(Math.floor((40 * GiB) / (62 * 16 * 8192)));
    expect(off.kvCacheTokens).toBe(off.kvCacheBlocks * 16);
    expect(started(gemma, alone).kvCacheTokens).toBeLessThan(off.kvCacheTokens);
    expect(started(gemma, alone).maxConcurrency).toBeGreaterThan(off.maxConcurrency);
  });

  test("layers that share the cache of others take no room", () => {
    const gemma = model("google/gemma-3-27b-it");
    const sharing: Model = { ...gemma, sharedKv: { full: 2, sliding: 12 } };
    const keeping: Model = { ...gemma, layers: 48, fullAttentionLayers: 8, slidingLayers: 40 };
    expect(first(sharing, "0.24.0")).toMatchObject({
      blockBytes: first(keeping, "0.24.0").blockBytes,
      bytesPerToken: first(keeping, "0.24.0").bytesPerToken,
    });
  });

  // MiMo V2: 9 full layers of 4 heads, 39 windows of 8: twice the tokens fit a full layer's page; 192 + 128 elements a head.
  test("windows with heads of their own have pages of their own", () => {
    const mimo = model("XiaomiMiMo/MiMo-V2-Flash");
    const { groups, blockBytes } = first(mimo, "0.24.0");
    expect(groups.map(({ times: count, blockTokens }) => [count, blockTokens])).toEqual([
      [1, 32],
      [5, 16],
    ]);
    expect(blockBytes).toBe(9 * 16 * 8 * 320 * 2);
  });

  // Values of 128 beside keys of 192 took a key's room (kv_cache_interface.py, head_size_v): in full layers to 0.14, in windows that keep all to 0.22.
  test.each([
    ["0.13.0", 384, 384],
    ["0.21.0", 320, 384],
    ["0.22.0", 320, 320],
  ])("narrow values in %s", (release, full, window) => {
    const plan = started(model("XiaomiMiMo/MiMo-V2-Flash"), { release, gib: 40, length: 8192, cache: { isGrouped: false } });
    expect(plan.kvCacheBlocks).toBe(Math.floor((40 * GiB) / (16 * 2 * (9 * 4 * full + 39 * 8 * window))));
  });

  // Llama 4 Scout: 12 full layers and 36 that see chunks of 8,192; 65,536/16 and (8192 + 8192)/16 blocks, three groups of the latter.
  test("layers that see chunks keep a chunk and a batch where they have groups", () => {
    const scout = model("meta-llama/Llama-4-Scout-17B-16E-Instruct");
    const start = { release: "0.24.0", gib: 60, length: 65_536, tensor: 8 };
    const grouped = started(scout, start);
    expect(grouped.maxConcurrency).toBeCloseTo(grouped.kvCacheBlocks / (4096 + 3 * 1024), 9);
    const whole = started(scout, { ...start, cache: { isGrouped: false } });
    expect(whole.maxConcurrency).toBeCloseTo(whole.kvCacheBlocks / 4096, 9);
    expect(whole.kvCacheBlocks).toBe(Math.floor((60 * GiB) / (48 * 16 * 512)));
  });

  // 80 layers of 8 KV heads of 128 beside a draft model of 16 layers of 8 heads of 64, and beside 3 further layers of one's own.
  test("a drafter's layers share the blocks", () => {
    const target = model("meta-llama/Llama-3.3-70B-Instruct");
    const small = model("meta-llama/Llama-3.2-1B-Instruct");
    const token = (drafter: SettledPool["drafter"]) =>
      memoryPlan(target, pool({ gpu: gpu("H200"), layout: { tensor: 4 }, ...(drafter ? { drafter } : {}) })).kvBytesPerToken;
    const whole = 80 * 2 * 2 * 128 * 2;
    expect(token(undefined)).toBe(whole);
    expect(token({ kind: "own-layers", layers: 3 })).toBe((whole * 83) / 80);
    expect(token({ kind: "model", model: small, weights: formatOf(small), tensor: 1 })).toBe(whole + 16 * 8 * 2 * 64 * 2);
  });

  // All layers have a window of 4,096: one group, no block beyond the window and the batch.
  test("windows alone are one group", () => {
    const mistral = model("mistralai/Mistral-7B-Instruct-v0.1");
    const plan = started(mistral, { release: "0.19.0", gib: 20, length: 32_768, batch: 2048 });
    expect(plan.maxConcurrency).toBeCloseTo(plan.kvCacheBlocks / (Math.ceil((4095 + 2048) / 16) + 1), 9);
    expect(plan.kvCacheTokens).toBe(plan.kvCacheBlocks * 16);
  });

  // gpt-oss-20b on stages of a V1 runner of 0.26 (experts) and of V2 of 0.30: two batches in flight, and three.
  test.each([
    ["0.26.0", 2],
    ["0.30.0", 3],
  ])("a pipeline of two stages in %s has %i batches in flight", (release, batches) => {
    const plan = started(model("openai/gpt-oss-20b"), { release, gib: 20, length: 131_072, pipeline: 2 });
    const need = 8192 + Math.ceil((127 + batches * 8192) / 16) + 1;
    expect(plan.maxConcurrency).toBeCloseTo(plan.kvCacheBlocks / need, 9);
  });

  test("V0 knows neither windows nor states", () => {
    const gemma = model("google/gemma-2-9b-it");
    const plan = started(gemma, { release: "0.6.6", gib: 40, length: 8192, cache: { isV1: false, isGrouped: false } });
    expect(plan.kvCacheTokens).toBe(Math.floor((40 * GiB) / (42 * 8 * 2 * 256 * 2 * 16)) * 16);
    expect(plan.maxConcurrency).toBeCloseTo(plan.kvCacheTokens / 8192, 9);
  });
});

describe("the check of one longest request", () => {
  const gptOss = model("openai/gpt-oss-20b");
  const shape = (release: string) => {
    const settled = pool({ version: version(release) });
    const [stage] = stagesOf(gptOss, settled.layout);
    if (!stage) throw new Error("no stage");
    return kvShape(gptOss, settled, stage);
  };
  const page = 16 * 8 * 2 * 64 * 2;

  // 8,192 blocks of full attention, ⌈(127 + 8192)/16⌉ + 1 = 521 of the window: twelve layers of each.
  test.each([
    ["0.13.0", (8192 + 521) * 12 * page],
    ["0.14.0", 521 * 12 * page],
    ["0.18.1", 521 * 12 * page],
    ["0.19.0", (8192 + 521) * 12 * page],
  ])("%s", (release, bytes) => {
    expect(bytesNeeded(shape(release), 131_072)).toBe(bytes);
  });
});
