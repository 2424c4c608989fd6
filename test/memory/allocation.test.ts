import { describe, expect, test } from "vitest";
import { allocationBytes, keptRest } from "../../src/memory/allocation.ts";
import { oneRank } from "../../src/memory/weights.ts";
import { testCatalog } from "../support/catalog.ts";

const GiB = 2 ** 30;
const MiB = 2 ** 20;
const catalog = testCatalog();

describe("rests of allocated pieces", () => {
  test.each([
    // [asked for, kept unused], MiB: whole pieces of 2 from 10 on, a rest of more than 1 is split off.
    [9.5, 0],
    [31.5, 0.5],
    [24.5, 0],
    [259, 1],
    [48, 0],
  ])("of %d MiB %d are kept", (asked, kept) => {
    expect(keptRest(asked * MiB)).toBe(kept * MiB);
  });

  test.each([
    // 28 layers of 0.5 (input), 1 (gate and up) and 0.5 MiB (down); logged 14.2488 GiB by vLLM 0.10.1.1, of 14.19 counted.
    ["Qwen/Qwen2-7B-Instruct", 1, 28 * (0.5 + 1 + 0.5)],
    // 48 layers of 1, 1, 1 and 0.5 MiB on each of two ranks; logged 13.9476 GiB, of 13.79 (vllm-project/vllm issue 13061).
    ["deepseek-ai/DeepSeek-R1-Distill-Qwen-14B", 2, 48 * 3.5],
    // 26 layers of 13,824 × 1,152 whose down projection leaves 0.8125 MiB; logged 1.9148 GiB by vLLM 0.13.0, of 1.89.
    ["google/gemma-3-1b-it", 1, 26 * 0.8125],
    // All sizes are whole pieces.
    ["meta-llama/Llama-3.1-8B-Instruct", 1, 0],
  ])("%s on %d ranks keeps %d MiB", (name, tensor, wanted) => {
    const model = catalog.model(name)?.model;
    if (!model) throw new Error(name);
    const stage = {
      index: 0,
      first: true,
      last: true,
      start: 0,
      layers: model.layers,
      expertLayers: 0,
      mlpLayers: model.layers,
      full: model.fullAttentionLayers,
      sliding: model.slidingLayers,
      recurrent: 0,
    };
    const weights = { method: "none", linear: "bf16", scaleBytesPerElement: 0 } as const;
    const vocabulary = keptRest((model.vocab * model.hidden * 2) / tensor) * (model.tiedEmbeddings ? 1 : 2);
    const kept = allocationBytes(model, { weights, layout: { ...oneRank, tensor }, activationBytes: 2 }, stage);
    expect((kept - vocabulary) / GiB).toBeCloseTo((wanted * MiB) / GiB, 4);
  });
});
