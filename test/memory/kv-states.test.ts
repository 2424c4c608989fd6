import { describe, expect, test } from "vitest";
import type { VllmCache } from "../../src/deployment/settled.ts";
import { kvShape } from "../../src/memory/kv-cache.ts";
import { nearestDivisor } from "../../src/memory/kv-compressed.ts";
import { stagesOf } from "../../src/memory/stages.ts";
import { model, pool, version } from "./pools.ts";
import { started } from "./starts.ts";

describe("states (vLLM, layers/mamba/mamba_utils.py, models/config.py)", () => {
  const nano = model("nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16");
  const block = (release: string, tensor: number, own: Partial<VllmCache> = {}) =>
    started(nano, { release, gib: 60, length: 262_144, tensor, cache: own });

  // 64 heads of 64 with 128 states, 8 groups: 3 · (4096 + 8 · 256) · 2 B + 4096 · 128 · 4 B = 2,134,016 B; 2 KV heads · 2 · 128 · 2 B = 1,024 B.
  test("a block holds one state", () => {
    expect(block("0.24.0", 1).blockTokens).toBe(Math.ceil(2_134_016 / 16_384) * 16);
    // 16 bit where the release does not ask the model.
    expect(block("0.13.0", 1).blockTokens).toBe(Math.ceil((36_864 + 1_048_576) / 16_384) * 16);
    expect(block("0.24.0", 1, { matrixElementBytes: 2 }).blockTokens).toBe(Math.ceil((36_864 + 1_048_576) / 16_384) * 16);
  });

  // At TP 16 each rank has a group of its own: 3 · (4096 + 16 · 256)/16 · 2 B + 4096 · 128/16 · 4 B, over one KV head of 512 B.
  test("groups that ranks outnumber are copied", () => {
    expect(block("0.24.0", 16).blockTokens).toBe(Math.ceil((3 * 512 * 2 + 131_072) / (16 * 512)) * 16);
  });

  // 23 states in four groups of six beside one of attention.
  test.each([
    ["none", "0.24.0", 1],
    ["align", "0.24.0", 2],
    ["align", "0.32.0", 3],
  ] as const)("%s in %s keeps %i", (states, release, count) => {
    const plan = block(release, 1, { states });
    const need = Math.ceil(262_144 / plan.blockTokens) + 4 * count;
    expect(plan.maxConcurrency).toBeCloseTo(plan.kvCacheBlocks / need, 9);
  });

  // Without prefixes a state's block is as long as a request may be, and the shortest block of all was printed to 0.20 (_report_kv_cache_config).
  test.each([
    ["0.20.0", 999],
    ["0.21.0", null],
  ])("tokens of a model that is shorter than a block in %s", (release, printed) => {
    const plan = started(nano, { release, gib: 60, length: 999 });
    const perGroup = printed ? Math.floor(plan.kvCacheBlocks / 5) * printed : Math.floor(plan.maxConcurrency * 999);
    expect(plan.blockTokens).toBeGreaterThan(999);
    expect(plan.kvCacheTokens).toBe(perGroup);
  });

  test("a state of every block grows with the length", () => {
    const plan = block("0.24.0", 1, { states: "all" });
    // Blocks are whole chunks of the kernel's 256 tokens.
    expect(plan.blockTokens % 256).toBe(0);
    expect(plan.maxConcurrency).toBeCloseTo(plan.kvCacheBlocks / (5 * Math.ceil(262_144 / plan.blockTokens)), 9);
  });
});

describe("entries that tokens share (vLLM, models/deepseek_v4)", () => {
  const flash = model("deepseek-ai/DeepSeek-V4-Flash");
  const at = (release: string) => {
    const settled = pool({ version: version(release), kvElementBytes: 1 });
    const [stage] = stagesOf(flash, settled.layout);
    if (!stage) throw new Error("no stage");
    return kvShape(flash, settled, stage);
  };

  // Slots by page: 22 · 37,440 + 21 · 8,640 + 20 · 1,728; from 0.27 the widest group, that of the entries: 21 · 37,440 + 21 · 8,640 + 20 · 1,728.
  test.each([
    ["0.22.0", 22 * 47_808],
    ["0.24.0", 22 * 37_440 + 21 * 8640 + 20 * 1728],
    ["0.27.0", 21 * 37_440 + 21 * 8640 + 20 * 1728],
    ["0.33.0", 21 * 37_440 + 21 * 8640 + 20 * 1728],
  ])("a block in %s", (release, bytes) => {
    expect(at(release).blockBytes).toBe(bytes);
    expect(at(release).groups.map((group) => group.times)).toEqual([1, 1, 1, 1, 1]);
  });

  test("the pool's empty block is left out of the check from 0.29", () => {
    expect(at("0.28.0").start.spareBytes).toBe(0);
    expect(at("0.29.0").start.spareBytes).toBe(at("0.29.0").blockBytes);
  });

  test("groups are of the size that pads the least", () => {
    expect(nearestDivisor([21, 43, 21, 20], 21)).toBe(22);
    expect(nearestDivisor([10, 20, 30], 10)).toBe(10);
    expect(nearestDivisor([4], 4)).toBe(4);
  });
});
