import { expect, test } from "vitest";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import { gpu, model, pool, version } from "./pools.ts";
import { started } from "./starts.ts";

// DeepSeek-V3: 128 heads padded to 256 · 2, then a latent of 576 padded to whole 256 bytes, 640 elements; 61 layers.
test.each([
  ["0.6.6", 61 * (128 / 8) * 2 * 256 * 2],
  ["0.7.1", 61 * 576 * 2],
  ["0.7.3", 61 * 640 * 2],
  ["0.8.5", 61 * 576 * 2],
])("a latent of the V0 engine in %s", (release, bytes) => {
  const start = { release, gib: 40, length: 4096, tensor: 8, cache: { isV1: false, isGrouped: false } };
  expect(started(model("deepseek-ai/DeepSeek-V3"), start).kvBytesPerToken).toBe(bytes);
});

// DeepSeek-V3.2: 61 latents of 576 and 61 entries of 132 B of the indexer; packed in FP8 a latent takes 656 B.
test.each([
  ["0.11.0", "H200", 2, 656],
  ["0.11.2", "H200", 2, 1152],
  ["0.11.2", "H200", 1, 656],
  ["0.17.1", "B200-SXM", 1, 656],
  ["0.18.0", "B200-SXM", 1, 576],
  ["0.24.0", "H200", 1, 656],
])("a sparse latent in %s on %s, %i B an element", (release, card, kvElementBytes, latent) => {
  const settled = pool({ version: version(release), gpu: gpu(card), kvElementBytes, layout: { tensor: 8 } });
  expect(memoryPlan(model("deepseek-ai/DeepSeek-V3.2"), settled).kvBytesPerToken).toBe(61 * (latent + 132));
});
