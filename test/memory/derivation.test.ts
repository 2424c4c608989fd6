import { describe, expect, test } from "vitest";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import { testCatalog } from "../support/catalog.ts";
import { plain, worth } from "./formulas.ts";
import { cache } from "./plain-pool.ts";
import { gpu, model, pool, version } from "./pools.ts";

describe("every printed formula gives its value", () => {
  const cases = testCatalog()
    .models()
    .filter((_, index) => index % 6 === 0)
    .concat(
      "deepseek-ai/DeepSeek-V3",
      "deepseek-ai/DeepSeek-V3.2",
      "openai/gpt-oss-20b",
      "google/gemma-3-27b-it",
      "meta-llama/Llama-3.3-70B-Instruct",
    );

  test.each(cases)("%s", (id) => {
    for (const changes of [
      {},
      { layout: { tensor: 4, sequence: 2 }, shiftThreshold: 256, version: version("0.20.0") },
      { layout: { tensor: 2, pipeline: 2, decodeContext: 2 }, settings: { cpuOffloadBytes: 2 ** 31 }, kvElementBytes: 1 },
      { gpu: gpu("L4"), layout: { attentionData: 4, expert: 4 }, version: version("0.11.0"), settings: { maxNumSeqs: 64 } },
      { gpu: gpu("T4"), version: version("0.8.5"), settings: { maxNumSeqs: 64, lora: { slots: 2, rank: 16 } } },
      { version: version("0.24.0"), layout: { tensor: 2, pipeline: 2 }, budget: { cache: { ...cache, draftTokens: 2 } } },
      { version: version("0.31.0"), layout: { tensor: 8 } },
      { observed: { gpuTotalBytes: 80 * 2 ** 30, kvCacheBlocks: 1234 } },
    ]) {
      for (const rank of memoryPlan(model(id), pool(changes)).ranks) {
        for (const step of rank.steps) {
          const printed = worth(plain(step.formula));
          // Parts are printed to a thousandth of a GiB.
          const slack = Math.max(0.004 * 2 ** 30 * Number(step.formula.includes("GiB")), Math.abs(step.value) * 1e-6, 1);
          expect(Math.abs(printed - step.value), `${step.label}: ${step.formula} = ${printed}, not ${step.value}`).toBeLessThanOrEqual(
            slack,
          );
          expect(step.source).not.toBe("");
        }
      }
    }
  });
});
