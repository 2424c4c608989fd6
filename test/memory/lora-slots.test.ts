import { describe, expect, test } from "vitest";
import { loraSlotBytes } from "../../src/memory/lora-slots.ts";
import { stagesOf } from "../../src/memory/stages.ts";
import { model, pool, version } from "./pools.ts";

const llama = model("meta-llama/Llama-3.2-3B-Instruct");
const lora = { slots: 1, rank: 64 };

function bytes(name: string, changes: Parameters<typeof pool>[0]): number {
  const facts = model(name);
  const settled = pool(changes);
  return stagesOf(facts, settled.layout).reduce((sum, stage) => sum + loraSlotBytes(facts, settled, stage), 0);
}

describe("room kept for adapters", () => {
  test("none without LoRA", () => {
    expect(bytes(llama.id, {})).toBe(0);
  });

  // A layer: q 3072 + 3072, k and v 3072 + 1024 each, o 3072 + 3072, gate and up 3072 + 8192 each, down 8192 + 3072 = 54,272 rows and columns;
  // 28 layers, embedding and head 128,256 + 3072 each; · 64 · 2 B = 218 MiB. vLLM 0.8 logged 6.25 GiB with LoRA, 6.02 without.
  test("Llama-3.2-3B at rank 64", () => {
    expect(bytes(llama.id, { settings: { lora } })).toBe((28 * 54_272 + 2 * (128_256 + 3072)) * 64 * 2);
  });

  // Split: B of q (1536), k and v (512 each), gate and up (4096 each); A of o (1536) and down (4096). The other halves and the vocabulary are whole.
  test("tensor parallelism splits one half of each", () => {
    const layer = 3072 + 1536 + 2 * (3072 + 512) + (1536 + 3072) + 2 * (3072 + 4096) + (4096 + 3072);
    expect(bytes(llama.id, { settings: { lora }, layout: { tensor: 2 } })).toBe((28 * layer + 2 * (128_256 + 3072)) * 64 * 2);
  });

  test("every slot takes as much, over the stages together as much as on one", () => {
    const one = bytes(llama.id, { settings: { lora } });
    expect(bytes(llama.id, { settings: { lora: { slots: 3, rank: 64 } } })).toBe(3 * one);
    expect(bytes(llama.id, { settings: { lora }, layout: { pipeline: 4 } })).toBe(one);
  });

  // Qwen3-30B-A3B: 48 layers of 128 experts of 768 behind a hidden size of 2048, three matrices each.
  test("experts take adapters from 0.11.1 on", () => {
    const before = bytes("Qwen/Qwen3-30B-A3B", { version: version("0.11.0"), settings: { lora } });
    const after = bytes("Qwen/Qwen3-30B-A3B", { version: version("0.11.1"), settings: { lora } });
    expect(after - before).toBe(48 * 128 * 3 * (2048 + 768) * 64 * 2);
  });
});
