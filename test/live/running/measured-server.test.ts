import { describe, expect, test } from "vitest";
import { applyCalibration } from "../../../src/deployment/apply-calibration.ts";
import { plain } from "../../../src/deployment/message.ts";
import type { SglangBudget } from "../../../src/deployment/settled.ts";
import { measuredServer } from "../../../src/live/running/measured-server.ts";
import { model, pool } from "../../memory/pools.ts";

const GiB = 2 ** 30;
const llama = model("meta-llama/Llama-3.1-8B-Instruct");
const date = "2026-11-28";

describe("a live server as a calibration", () => {
  // Labels as vLLM's `cache_config_info` has them: text of any kind.
  const cacheConfig = {
    block_size: "16",
    enable_prefix_caching: "True",
    gpu_memory_utilization: "0.9",
    num_gpu_blocks: "27716",
    num_gpu_blocks_override: "None",
    kv_cache_size_tokens: "443456",
  };

  test("vLLM tells blocks and tokens, which hold for its own utilisation", () => {
    const one = pool();
    const { memory } = measuredServer({ version: "0.19.0", cacheConfig, serverInfo: null }, llama, one, date);
    expect(memory).toMatchObject({ source: "live", date, stages: [], kvCacheBlocks: 27_716, kvCacheTokens: 443_456 });
    const calibration = { file: "a.yaml", deployment: "a", memory: memory ?? null, timing: null };
    expect(applyCalibration([calibration], llama, one)).toMatchObject({ kvCacheBlocks: 27_716, applied: ["kvCacheBlocks"], refused: [] });

    const other = measuredServer(
      { version: "0.18.1", cacheConfig: { ...cacheConfig, gpu_memory_utilization: "0.95" }, serverInfo: null },
      llama,
      one,
      date,
    );
    expect(other.memory?.conditions).toMatchObject({ engineVersion: "0.18.1", settings: { "gpu-memory-utilization": 0.95 } });
  });

  test("SGLang tells bytes of weights, cache and graphs; of several replicas the tightest counts", () => {
    const budget: SglangBudget = {
      engine: "sglang",
      memFractionStatic: 0.85,
      memFractionDerived: true,
      memFractionSpread: 0,
      maxTotalTokens: null,
      windowTokenRatio: null,
      stateRatio: 0.9,
      stateSlots: null,
      stateElementBytes: 4,
      draft: null,
    };
    const one = { ...pool(), budget };
    const usage = (tokens: number) => ({ memory_usage: { weight: 15.06, kvcache: 52.5, cuda_graph: 0.4, token_capacity: tokens } });
    const serverInfo = { mem_fraction_static: 0.88, page_size: 16, internal_states: [usage(430_080), usage(429_600)] };
    const { memory } = measuredServer({ version: "0.5.5", cacheConfig: undefined, serverInfo }, llama, one, date);
    expect(memory?.stages).toEqual([{ stage: 0, weights: Math.round(15.06 * GiB), kvCache: 52.5 * GiB, graphs: Math.round(0.4 * GiB) }]);
    expect([memory?.kvCacheTokens, memory?.conditions.settings["mem-fraction-static"], memory?.conditions.engine]).toEqual([
      429_600,
      0.88,
      "sglang",
    ]);
  });

  test.each([
    ["no labels", undefined, null],
    ["labels without figures", { block_size: "16", num_gpu_blocks: "None" }, null],
  ])("%s is told", (_, labels, serverInfo) => {
    const { problem } = measuredServer({ version: null, cacheConfig: labels, serverInfo }, llama, pool(), date);
    expect(problem && plain(problem)).toBe("The server tells nothing of its memory");
  });
});
