import { describe, expect, it } from "vitest";
import type { Settled } from "../../src/deployment/settled.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import { simulate } from "../../src/simulation/simulate.ts";
import type { Workload } from "../../src/simulation/workload/workload.ts";
import { exchangesOfExperts } from "../../src/timing/collectives/expert-exchange.ts";
import { stepModel } from "../../src/timing/step.ts";
import type { StepModel } from "../../src/timing/step-model.ts";
import { decoding, settledCase } from "../timing/pools.ts";

// V14: DeepSeek's own online system on H800 (open-infra-index, day 6): prompts on 4 nodes (EP 32), answers on 18 (EP 144), 32 redundant
// experts each, a 400 Gbit/s port for every GPU, the exchange of experts hidden behind the other half of the batch.
const gpusPerNode = 8;
const overlapped = { "enable-dbo": true };
const balanced = { "enable-eplb": true, "eplb-config": { num_redundant_experts: 32 } };

function system(nodes: number, settings: Readonly<Record<string, unknown>>, expertLoad?: Readonly<Record<string, unknown>>): Settled {
  const ranks = nodes * gpusPerNode;
  return settledCase({
    model: "deepseek-ai/DeepSeek-V3",
    gpu: "H800",
    gpusPerNode,
    nodes,
    engineVersion: "0.11.2",
    links: { interNodeBytesPerSecond: 5e10, latencySeconds: 5e-6 },
    pools: [{ parallel: { attentionData: ranks, expert: ranks } }],
    settings,
    ...(expertLoad ? { expertLoad } : {}),
  });
}

/** 14,800 output tokens a second and node at 21 tokens a second and user. */
const sequences = Math.round(14_800 / gpusPerNode / 21);

/** Output tokens a second and node, at a mean context of 4,989 tokens. */
function output(settings: Readonly<Record<string, unknown>>, expertLoad?: Readonly<Record<string, unknown>>): number {
  const { model, pools } = system(18, { "all2all-backend": "deepep_low_latency", "max-num-seqs": 256, ...settings }, expertLoad);
  const [steps] = pools.map((pool): StepModel => stepModel(model, pool));
  return (gpusPerNode * sequences) / (steps?.stepSeconds(decoding(sequences, 4989)) ?? Number.NaN);
}

/** Prompts of 4,383 tokens, of which 56.3 % are found in the cache; the rest varies as much as its mean, which the source does not tell. */
const prompts: Workload = {
  kind: "open-loop",
  ratePerSecond: 1e5,
  requests: 32 * 60,
  promptTokens: 1,
  outputTokens: 1,
  sharedPrefix: {
    groups: 8,
    usersPerGroup: 10_000,
    systemPromptTokens: 2468,
    questionTokens: { lognormal: [1915, 1900, 16, 20_000] },
    outputTokens: 1,
    multiTurn: false,
  },
};

describe("V14: wide expert parallelism", () => {
  it("makes about as many output tokens on a node as published", () => {
    expect(Math.abs(output({ ...overlapped, ...balanced }) / 14_800 - 1)).toBeLessThan(0.35);
  });

  it("takes in about as many prompt tokens on a node as published", () => {
    const settled = system(4, {
      "all2all-backend": "deepep_high_throughput",
      "max-num-batched-tokens": 16_384,
      "max-num-seqs": 256,
      ...overlapped,
      ...balanced,
    });
    const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
    const { report, error } = simulate(settled, plans, prompts, 1);
    if (!report) throw new Error(error.message);
    expect(Math.abs(report.summary.kvCache.prefixHitRate - 0.563)).toBeLessThan(0.1);
    expect(Math.abs(report.summary.totalTokensPerSecond / 4 / 73_700 - 1)).toBeLessThan(0.35);
  });

  it("loses at least 15 % of its output when the busiest rank has half as much again as the mean", () => {
    expect(output(balanced, { factor: 1.5 })).toBeLessThan(0.85 * output(balanced, { factor: 1 }));
    // Behind the other half of the batch some of it hides.
    expect(output({ ...overlapped, ...balanced }, { factor: 1.5 })).toBeLessThan(output({ ...overlapped, ...balanced }, { factor: 1 }));
  });

  it("hides most of the exchange behind the other half of the batch", () => {
    expect(output({ ...overlapped, ...balanced })).toBeGreaterThan(1.15 * output(balanced));
  });

  it("gains from a balancer where few experts are asked for most", () => {
    const zipf = { zipf: 0.8 };
    expect(output({ ...overlapped, ...balanced }, zipf)).toBeGreaterThan(1.5 * output(overlapped, zipf));
  });
});

describe("tokens sent to experts over several nodes", () => {
  // DeepEP, README: 128 tokens of 7,168 elements, 8 experts each, on H800 with a port of 50 GB/s; dispatch in FP8 and combine in 16 bit.
  it.each([
    [16, 118 + 195],
    [32, 155 + 273],
    [64, 173 + 314],
    [128, 192 + 369],
  ])("take about as long over %i ranks as published for kernels of low latency: %i µs", (ranks, published) => {
    const { model, pools } = system(ranks / gpusPerNode, { "all2all-backend": "deepep_low_latency" });
    const [pool] = pools;
    const [operator] = pool ? exchangesOfExperts(model, pool, ranks, { unevenExchange: 1 }) : [];
    expect(Math.abs((operator?.seconds(128) ?? 0) / (published * 1e-6) - 1)).toBeLessThan(0.35);
  });
});
