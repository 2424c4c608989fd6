import { describe, expect, test } from "vitest";
import { readCase } from "../../src/deployment/case.ts";
import { settle } from "../../src/deployment/settle.ts";
import type { Scheduling } from "../../src/deployment/settled.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();

interface Asked {
  readonly engine: Scheduling["engine"];
  readonly version?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Attention replicas. */
  readonly replicas?: number;
}

function schedulingOf({ engine, version, settings = {}, replicas = 1 }: Asked): Scheduling | undefined {
  const parallel = { tensor: 8 / replicas, attentionData: replicas, expert: 8 };
  const deployment = { engine, engineVersion: version, model: "deepseek-ai/DeepSeek-R1", gpu: "H200-SXM", pools: [{ parallel }], settings };
  const read = readCase({ id: "a", deployment }, { catalog });
  return read.deployment && settle(read.deployment, catalog).settled?.pools[0]?.settings.scheduling;
}

describe("what a scheduler goes by", () => {
  test.each([
    ["0.18.1", {}, false],
    ["0.19.0", {}, true],
    ["0.20.2", { "scheduler-reserve-full-isl": false }, false],
  ])("vLLM %s with %j reserves whole prompts: %s", (version, settings, reserveFullPrompt) => {
    expect(schedulingOf({ engine: "vllm", version, settings })).toEqual({ engine: "vllm", reserveFullPrompt });
  });

  // V0 keeps a hundredth of the blocks free and takes a prompt's whole; it cuts prompts where asked, or where the context is long.
  test.each([
    ["0.6.6", {}, { reserveFullPrompt: true, watermark: 0.01 }],
    ["0.6.6", { "max-model-len": 8192 }, { reserveFullPrompt: true, watermark: 0.01, promptsFirst: true }],
    [
      "0.7.3",
      { "max-model-len": 8192, "preemption-mode": "swap", "swap-space": 16, "num-scheduler-steps": 8 },
      { reserveFullPrompt: true, watermark: 0.01, promptsFirst: true, swapBytes: 16 * 2 ** 30, receiveSteps: 8 },
    ],
    // What V1 cannot do brings V0 back while there is one.
    ["0.9.1", { "max-model-len": 8192 }, { reserveFullPrompt: false }],
    ["0.9.1", { "max-model-len": 8192, "preemption-mode": "recompute" }, { reserveFullPrompt: true, watermark: 0.01, promptsFirst: true }],
    [
      "0.9.1",
      { "max-model-len": 8192, "speculative-config": { model: "JackFram/llama-160m", num_speculative_tokens: 5 } },
      { reserveFullPrompt: true, watermark: 0.01, promptsFirst: true },
    ],
    [
      "0.9.1",
      { "max-model-len": 8192, "speculative-config": { method: "ngram", num_speculative_tokens: 5 } },
      { reserveFullPrompt: false },
    ],
    ["0.26.0", { watermark: 0.05 }, { reserveFullPrompt: true, watermark: 0.05 }],
    // Not known yet.
    ["0.20.2", { watermark: 0.05 }, { reserveFullPrompt: true }],
  ])("vLLM %s with %j", (version, settings, wanted) => {
    expect(schedulingOf({ engine: "vllm", version, settings })).toEqual({ engine: "vllm", ...wanted });
  });

  const sglang = {
    engine: "sglang",
    maxPrefillTokens: 16_384,
    mixedChunk: false,
    conservativeness: 1,
    reservedDecodeTokens: 512,
    receiveSteps: 1,
    streamTokens: 1,
  };
  test.each([
    [{}, 1, sglang],
    [{ "enable-mixed-chunk": true, "max-prefill-tokens": 4096 }, 1, { ...sglang, mixedChunk: true, maxPrefillTokens: 4096 }],
    // Without chunks there is nothing to mix.
    [{ "enable-mixed-chunk": true, "chunked-prefill-size": -1 }, 1, sglang],
    [
      { "schedule-conservativeness": 0.5, "scheduler-recv-interval": 30, "stream-interval": 10 },
      1,
      { ...sglang, conservativeness: 0.5, receiveSteps: 30, streamTokens: 10 },
    ],
    [{}, 8, { ...sglang, conservativeness: 0.3 }],
    [{ "schedule-policy": "lpm" }, 1, { ...sglang, order: "lpm" }],
    // Without a cache there are no prefixes to go by.
    [{ "schedule-policy": "lpm", "disable-radix-cache": true }, 1, sglang],
    [{ "schedule-policy": "lof", "disable-radix-cache": true }, 1, { ...sglang, order: "lof" }],
    // Speculation does not go with mixed steps.
    [{ "enable-mixed-chunk": true, "speculative-algorithm": "NEXTN" }, 1, sglang],
  ])("SGLang with %j and %i attention replicas", (settings, replicas, wanted) => {
    expect(schedulingOf({ engine: "sglang", version: "0.5.9", settings, replicas })).toEqual(wanted);
  });

  const tensorrt = {
    engine: "tensorrt-llm",
    reservesAnswer: true,
    budgetIsWritten: false,
    streamTokens: 1,
    batchWait: null,
    balance: null,
  };
  const balanced = { attention_dp_config: { enable_balance: true, timeout_iters: 60 } };
  test.each([
    [{}, 1, tensorrt],
    [{ max_num_tokens: 8192 }, 1, { ...tensorrt, budgetIsWritten: true }],
    [{ scheduler_config: { capacity_scheduler_policy: "MAX_UTILIZATION" } }, 1, { ...tensorrt, reservesAnswer: false }],
    [{ batch_wait_timeout_iters: 20, batch_wait_max_tokens_ratio: 0.9 }, 1, { ...tensorrt, batchWait: { steps: 20, share: 0.9 } }],
    [{ stream_interval: 20 }, 1, { ...tensorrt, streamTokens: 20 }],
    [balanced, 8, { ...tensorrt, balance: { timeoutSteps: 60, batchingSteps: 10 } }],
    [{ ...balanced, batch_wait_timeout_iters: 20 }, 8, { ...tensorrt, balance: { timeoutSteps: 60, batchingSteps: 10 } }],
    [balanced, 1, tensorrt],
  ])("TensorRT-LLM with %j and %i attention replicas", (settings, replicas, wanted) => {
    expect(schedulingOf({ engine: "tensorrt-llm", version: "1.2.0", settings, replicas })).toEqual(wanted);
  });
});
