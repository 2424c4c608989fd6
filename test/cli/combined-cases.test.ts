import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { routingPolicies } from "../../src/deployment/routing.ts";
import { runs, timeLimitMs } from "../fuzz/runs.ts";
import { soundAnswer } from "./sound-answer.ts";

/** Every system, beside what engines do themselves. */
const system = fc.constantFrom(null, "distserve", "splitwise", "tetriinfer", "mooncake", "infinite-llm", "sarathi");
const routing = fc.constantFrom(
  null,
  ...routingPolicies,
  { policy: "kv-cost", temperature: 0.5 },
  { policy: "prefix", weights: { prefix: 3, queue: 2, running: 1 } },
);
const parallel = fc.constantFrom<Readonly<Record<string, number>>>(
  {},
  { tensor: 2 },
  { tensor: 3 },
  { tensor: 2, pipeline: 2 },
  { sequence: 8 },
  { attentionData: 4, expert: 4 },
  { data: 2 },
  { tensor: 8, decodeContext: 2 },
  { tensor: 2, prefillContext: 2 },
);
const pools = fc
  .constantFrom<readonly Readonly<Record<string, unknown>>[]>(
    [{ role: "mixed" }],
    [{ role: "mixed", instances: 4 }],
    [
      { role: "prefill", instances: 2 },
      { role: "decode", instances: 2 },
    ],
    [{ role: "prefill" }, { role: "decode", instances: 3, gpu: "A100-80GB" }],
    [{ role: "decode" }],
    [{ role: "mixed" }, { role: "prefill" }, { role: "decode" }],
    [{ role: "prefill" }, { role: "prefill", gpu: "B200" }, { role: "decode" }, { role: "decode", gpu: "A100-80GB" }],
  )
  .chain((list) => fc.tuple(...list.map(() => parallel)).map((sizes) => list.map((pool, i) => ({ ...pool, parallel: sizes[i] }))));
const kvTiers = fc.constantFrom<unknown>(
  null,
  [],
  [{ kind: "dram", capacityBytes: 2 ** 34 }],
  [
    { kind: "dram", capacityBytes: 2 ** 30 },
    { kind: "ssd", capacityBytes: 2 ** 36, blockTokens: 256 },
    { kind: "remote", shared: "pooled", capacityBytes: 2 ** 35 },
  ],
  { tiers: [{ kind: "remote", shared: "all" }], loading: "aside" },
  { tiers: [{ kind: "dram", capacityBytes: 1, writePolicy: "write-back" }], loading: "layer-by-layer", prefetch: "wait" },
  { tiers: [{ kind: "dram", capacityBytes: 2 ** 34, readBytesPerSecond: 1000, latencySeconds: 60 }], takes: "sooner" },
);
const settings = fc.constantFrom<unknown>(
  {},
  { "speculative-config": { method: "ngram", num_speculative_tokens: 3 } },
  { "enable-eplb": true, "eplb-config": { num_redundant_experts: "8" } },
  { "max-num-seqs": 1 },
  { "max-num-batched-tokens": 1 },
  { "max-model-len": 100 },
  { "enable-prefix-caching": true },
  { "kv-transfer-config": { kv_connector: "LMCacheConnectorV1", kv_role: "kv_both" } },
  { "enable-hierarchical-cache": true, "hicache-storage-backend": "mooncake", "disaggregation-decode-enable-offload-kvcache": true },
);
const workload = fc.constantFrom<unknown>(
  {
    kind: "open-loop",
    ratePerSecond: 5,
    requests: 12,
    promptTokens: { uniform: [10, 2000] },
    outputTokens: { lognormal: [60, 40, 1, 200] },
  },
  { kind: "closed-loop", concurrency: 8, requests: 16, warmup: 4, promptTokens: 256, outputTokens: 32 },
  { kind: "offline", requests: 12, promptTokens: 1, outputTokens: 1 },
  {
    kind: "open-loop",
    ratePerSecond: 4,
    requests: 12,
    promptTokens: 1,
    outputTokens: 1,
    sharedPrefix: { groups: 2, usersPerGroup: 3, systemPromptTokens: 400, questionTokens: 50, outputTokens: 50, multiTurn: true },
  },
  { kind: "closed-loop", concurrency: 4, requests: 8, promptTokens: 100_000, outputTokens: 10 },
);

const cases = fc.record({
  system,
  routing,
  pools,
  kvTiers,
  settings,
  workload,
  engine: fc.constantFrom("vllm", "sglang", "tensorrt-llm"),
  model: fc.constantFrom("Qwen/Qwen3-8B", "Qwen/Qwen3-30B-A3B", "deepseek-ai/DeepSeek-R1", "nvidia/Nemotron-H-8B-Base-8K"),
  expertLoad: fc.constantFrom<unknown>(null, { zipf: 1 }, { factor: 3 }, { shares: [[1, 2], [3]] }),
  admission: fc.constantFrom<unknown>(null, { mostInFlight: 3 }, { mostQueued: 1 }),
  kvCacheBlocks: fc.constantFrom(null, null, 1, 40),
});

describe("whatever is combined", () => {
  test("is refused in words before it runs, or served to sound figures", { timeout: timeLimitMs }, () => {
    let served = 0;
    fc.assert(
      fc.property(cases, ({ workload: load, ...deployment }) => {
        const whole = { ...deployment, gpu: "H200", gpusPerNode: 8 };
        const { error } = soundAnswer("simulate", JSON.stringify({ id: 1, deployment: whole, workload: load, seed: 1 }));
        if (!error) served++;
        else if (error.code === "will-not-start") expect(error.rule).toBe("heads-divisible");
      }),
      runs(250, 2),
    );
    expect(served).toBeGreaterThan(40);
  });
});
