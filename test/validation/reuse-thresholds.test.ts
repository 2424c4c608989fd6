import { describe, expect, it } from "vitest";
import { readCase } from "../../src/deployment/case.ts";
import { settle } from "../../src/deployment/settle.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import { leastRate, reuseRule } from "../../src/simulation/kv-tiers/reuse-rule.ts";
import { bytesPerToken } from "../../src/simulation/kv-tiers/tier-plan.ts";
import { stepModel } from "../../src/timing/step.ts";
import { testCatalog } from "../support/catalog.ts";

/** LLaMA3-70B as Mooncake counts it (FAST'25, equation 1 and table 1). */
const hidden = 8192;
const queriesPerKey = 8;
const prefix = 8192;

/** Bytes of keys and values of the prefix in one layer, and the operations that computing it there takes. */
const layerBytes = (prefix * 2 * hidden * 2) / queriesPerKey;
const layerFlops = 4 * prefix ** 2 * hidden + 22 * prefix * hidden ** 2;

function servedOn(gpu: string) {
  const deployment = {
    engine: "vllm",
    model: "meta-llama/Llama-3.1-70B-Instruct",
    gpu,
    pools: [{ parallel: { tensor: 8 } }],
    gpusPerNode: 8,
  };
  const read = readCase({ id: "a", deployment }, { catalog: testCatalog() });
  const whole = read.deployment && settle(read.deployment, testCatalog()).settled;
  const pool = whole?.pools[0];
  if (!whole || !pool) throw new Error("not settled");
  return { model: stepModel(whole.model, pool), token: bytesPerToken(pool.layout, memoryPlan(whole.model, pool)), pool };
}

describe("from which rate on a prefix is reused rather than computed (V6)", () => {
  it.each([
    ["8 × A800", 8 * 312e12, 5.9e9],
    ["8 × H800", 8 * 989.5e12, 18.6e9],
  ])("%s: the published threshold, within 2 %%", (_, flops, published) => {
    expect(Math.abs(leastRate(layerBytes, layerFlops, flops) / published - 1)).toBeLessThan(0.02);
  });

  it("the same by this build's own count of operations, within 10 %: 22 d² leaves a part of the weights out", () => {
    const { model, token, pool } = servedOn("A800-SXM4-80GB");
    // 327,680 B a token over eight GPUs.
    expect(token).toBe(327_680);
    const way = { readBytesPerSecond: 20e9, latencySeconds: 0 };
    const rule = reuseRule(model, pool.settings.maxNumBatchedTokens, token, way, prefix);
    expect(Math.abs(rule.paysFromByPeak / 5.9e9 - 1)).toBeLessThan(0.1);
    // No engine reaches its GPUs' peak, so that slower ways pay as well.
    expect(rule.paysFrom).toBeLessThan(rule.paysFromByPeak);
    expect(rule.loadSeconds).toBeCloseTo((prefix * token) / 20e9, 12);
    expect(rule.loadSeconds).toBeLessThan(rule.computeSeconds);
  });
});
