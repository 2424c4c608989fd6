import { describe, expect, it } from "vitest";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import { estimate } from "../../src/timing/closed-form.ts";
import { kvTransfer, transferSeconds } from "../../src/timing/collectives/kv-transfer.ts";
import type { Estimate } from "../../src/timing/estimate.ts";
import { stepModel } from "../../src/timing/step.ts";
import { outsideSeconds } from "../../src/timing/step-model.ts";
import { decoding, prompt, settledCase } from "./pools.ts";

const lengths = { promptTokens: 1024, outputTokens: 256 };

function estimated(deployment: Readonly<Record<string, unknown>> = {}, of = lengths): Estimate {
  const settled = settledCase(deployment);
  return estimate(
    settled,
    settled.pools.map((pool) => memoryPlan(settled.model, pool)),
    of,
  );
}

describe("one request alone", () => {
  it("waits for its prompt's step and the server, then decodes at the middle of its context", () => {
    const settled = settledCase();
    const [pool] = settled.pools;
    if (!pool) throw new Error("no pool");
    const step = stepModel(settled.model, pool);
    const { ttftSeconds, tpotSeconds, e2eSeconds, userTokensPerSecond } = estimated();
    expect(ttftSeconds).toBe(step.stepSeconds(prompt(1024)) + outsideSeconds(step, 1024));
    // 1,024 + 256 / 2 = 1,152 tokens of context on average.
    expect(tpotSeconds).toBe(step.stepSeconds(decoding(1, 1152)));
    expect(e2eSeconds).toBeCloseTo(ttftSeconds + 255 * tpotSeconds, 12);
    expect(userTokensPerSecond).toBe(1 / tpotSeconds);
  });

  it("computes a long prompt in chunks of the token budget", () => {
    const settled = settledCase({ settings: { "max-num-batched-tokens": 512 } });
    const [pool] = settled.pools;
    if (!pool) throw new Error("no pool");
    const step = stepModel(settled.model, pool);
    const { ttftSeconds } = estimated({ settings: { "max-num-batched-tokens": 512 } });
    expect(ttftSeconds).toBeCloseTo(step.stepSeconds(prompt(512)) + step.stepSeconds(prompt(512, 512)) + outsideSeconds(step, 1024), 12);
  });
});

describe("one request that drafts", () => {
  it("waits for a step of its tokens and drafts, and gains what is accepted of them", () => {
    const settings = { "speculative-config": { method: "ngram", num_speculative_tokens: 3 } };
    const speculation = { acceptance: 0.5 };
    const [pool] = settledCase({ settings, speculation }).pools;
    if (!pool?.speculation) throw new Error("no drafts");
    const step = stepModel(settledCase().model, pool);
    // Three in ten steps find drafts: 0.9 of them, 1 + 0.3 · (0.5 + 0.25 + 0.125) tokens.
    const batch = { ...decoding(1, 1152), tokens: 2, draftTokens: 1 };
    expect(estimated({ settings, speculation }).tpotSeconds).toBeCloseTo(step.stepSeconds(batch) / 1.2625, 12);
    expect(estimated({ settings, speculation }).tpotSeconds).toBeLessThan(estimated().tpotSeconds);
  });
});

describe("one request alone over two pools", () => {
  const pools = [{ role: "prefill" }, { role: "decode" }];

  it("waits for its cache, and with vLLM for a step of the decode instance too", () => {
    const settled = settledCase({ pools });
    const [prefill, decode] = settled.pools;
    if (!prefill || !decode) throw new Error("no pools");
    const step = stepModel(settled.model, decode);
    const plan = memoryPlan(settled.model, decode);
    const link = kvTransfer({ pool: prefill, plan }, { pool: decode, plan }, false);
    const { ttftSeconds, tpotSeconds, e2eSeconds } = estimated({ pools });
    const way = link.handOverSeconds + transferSeconds(link, 1023) + step.stepSeconds(decoding(1, 1024));
    expect(ttftSeconds).toBeCloseTo(step.stepSeconds(prompt(1024)) + outsideSeconds(step, 1024) + way, 12);
    expect(e2eSeconds).toBeCloseTo(ttftSeconds + 255 * tpotSeconds, 12);
  });

  it("is quicker over a faster link, and over NVLink where all stand on one node", () => {
    const ttft = (links: Readonly<Record<string, unknown>>, gpusPerNode?: number): number =>
      estimated({ pools, links, ...(gpusPerNode ? { gpusPerNode } : {}) }).ttftSeconds;
    expect(ttft({ interNodeBytesPerSecond: 1e9 })).toBeGreaterThan(ttft({ interNodeBytesPerSecond: 1e10 }));
    expect(ttft({}, 8)).toBeLessThan(ttft({}));
  });
});

describe("the most it can hold", () => {
  it("is bounded by the cache and by max-num-seqs", () => {
    // 10,000 blocks of 16 tokens = 160,000; a request of 1,280 takes 80 blocks: 125 requests.
    expect(estimated({ kvCacheBlocks: 10_000 }).largestBatch).toBe(125);
    expect(estimated({ kvCacheBlocks: 10_000, settings: { "max-num-seqs": 64 } }).largestBatch).toBe(64);
  });

  it("counts the states that a hybrid's requests hold beside their tokens", () => {
    const settled = settledCase({ kvCacheBlocks: 700 });
    const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
    // 1,280 tokens take 80 blocks of 16; with 60 of states 140.
    const of = (states: number): number => {
      const hybrid = plans.map((plan) => {
        const [tokens] = plan.kvShape.groups;
        if (!tokens) throw new Error("no cache");
        const state = { ...tokens, span: { kind: "states" as const, count: 1 }, times: states };
        return { ...plan, kvShape: { ...plan.kvShape, groups: [tokens, state] } };
      });
      return estimate(settled, hybrid, lengths).largestBatch;
    };
    expect(of(0)).toBe(8);
    expect(of(60)).toBe(5);
  });

  it("grows with replicas and independent engines, exactly", () => {
    const one = estimated().mostRequestsPerSecond;
    expect(estimated({ pools: [{ instances: 3 }] }).mostRequestsPerSecond).toBeCloseTo(3 * one, 9);
    expect(estimated({ pools: [{ parallel: { data: 2 } }] }).mostRequestsPerSecond).toBeCloseTo(2 * one, 9);
    expect(estimated().mostOutputTokensPerSecond).toBeCloseTo(256 * one, 6);
  });

  it("is no more than the server process before the engine passes on", () => {
    const served = estimated(
      { engine: "tensorrt-llm", engineVersion: "1.0.0", pools: [{ role: "mixed", parallel: { tensor: 8 } }] },
      { promptTokens: 10, outputTokens: 1000 },
    );
    // TensorRT-LLM 1.0: 1 ms a request, 1 µs a prompt token and 100 µs a token of its answer.
    expect(served.mostRequestsPerSecond).toBeCloseTo(1 / (1e-3 + 10e-6 + 0.1), 9);
    const rarer = estimated(
      {
        engine: "tensorrt-llm",
        engineVersion: "1.0.0",
        pools: [{ role: "mixed", parallel: { tensor: 8 } }],
        settings: { stream_interval: 10 },
      },
      { promptTokens: 10, outputTokens: 1000 },
    );
    expect(rarer.mostRequestsPerSecond).toBeGreaterThan(2 * served.mostRequestsPerSecond);
  });

  it("adds up over pools that all do the same", () => {
    const one = estimated().mostRequestsPerSecond;
    expect(estimated({ pools: [{}, {}] }).mostRequestsPerSecond).toBeCloseTo(2 * one, 9);
  });

  it("is no more than the link between prefill and decode moves", () => {
    const pools = [
      { role: "prefill", instances: 4 },
      { role: "decode", instances: 1 },
    ];
    // 1,023 tokens of 131,072 B over 80 % of 50 MB/s: 3.35 s a prompt for the one GPU that receives.
    const links = { interNodeBytesPerSecond: 5e7 };
    expect(estimated({ pools, links }).mostRequestsPerSecond).toBeCloseTo(4e7 / (1023 * 131_072), 6);
  });

  it("is the slower role's where prefill and decode are apart", () => {
    const decode = { role: "decode", instances: 1, parallel: { tensor: 1 } };
    const of = { promptTokens: 8000, outputTokens: 32 };
    const few = estimated({ pools: [{ role: "prefill", instances: 1, parallel: { tensor: 1 } }, decode] }, of).mostRequestsPerSecond;
    const many = estimated({ pools: [{ role: "prefill", instances: 50, parallel: { tensor: 1 } }, decode] }, of).mostRequestsPerSecond;
    const more = estimated({ pools: [{ role: "prefill", instances: 100, parallel: { tensor: 1 } }, decode] }, of).mostRequestsPerSecond;
    expect(many).toBeGreaterThan(few);
    expect(more).toBeCloseTo(many, 9);
  });

  it("is paced by its prompts where one fills many steps", () => {
    // 16,000 tokens in steps of 2,048: 7.8 steps a request, and the one token after the first rides along.
    const settings = { "max-num-batched-tokens": 2048, "max-model-len": 32_768 };
    const of = { promptTokens: 16_000, outputTokens: 2 };
    const { mostRequestsPerSecond, ttftSeconds } = estimated({ settings }, of);
    expect(mostRequestsPerSecond).toBeLessThan(1.2 / ttftSeconds);
    expect(mostRequestsPerSecond).toBeGreaterThan(0.8 / ttftSeconds);
  });

  it("leaves most stages idle where a pipeline's cache holds one request", () => {
    const { mostRequestsPerSecond, e2eSeconds } = estimated({ pools: [{ parallel: { pipeline: 4 } }], settings: { "max-num-seqs": 1 } });
    expect(mostRequestsPerSecond).toBeLessThan(1.3 / e2eSeconds);
  });

  it("does not pass what one request alone would allow at that batch", () => {
    const { mostRequestsPerSecond, largestBatch, e2eSeconds } = estimated();
    // Little's law: a batch of N requests that each stay at least as long as one alone.
    expect(mostRequestsPerSecond).toBeLessThan(largestBatch / (e2eSeconds * 0.8));
    expect(mostRequestsPerSecond).toBeGreaterThan(1 / e2eSeconds);
  });
});

describe("Shift's triangle (V1)", () => {
  // Llama-70B FP8, 8 × H200, 4k in, 250 out: TTFT DP 614, TP 159, Shift 102 ms; TPOT DP 22.5, TP 9.34, SP 32.5, Shift 10.1 ms;
  // combined tokens/s DP 45.9k, TP 24.7k, SP 37.2k, Shift 37.4k (arXiv 2509.16495, Fig. 12).
  const of = { promptTokens: 4096, outputTokens: 250 };
  const layout = (parallel: Readonly<Record<string, number>>, shiftThreshold: number | null = null) =>
    estimated(
      {
        model: "meta-llama/Llama-3.3-70B-Instruct",
        gpu: "H200",
        weightQuantization: "fp8",
        engineVersion: "0.9.2",
        settings: { "max-model-len": 8192 },
        shiftThreshold,
        pools: [{ parallel }],
      },
      of,
    );
  const data = layout({ data: 8 });
  const tensor = layout({ tensor: 8 });
  const sequence = layout({ sequence: 8 });
  const shift = layout({ sequence: 8 }, 512);

  it("has every order right", () => {
    expect(shift.ttftSeconds).toBeLessThan(tensor.ttftSeconds);
    expect(tensor.ttftSeconds).toBeLessThan(data.ttftSeconds);
    expect(tensor.tpotSeconds).toBeLessThanOrEqual(shift.tpotSeconds);
    expect(shift.tpotSeconds).toBeLessThan(data.tpotSeconds);
    expect(data.tpotSeconds).toBeLessThan(sequence.tpotSeconds);
    expect(tensor.mostRequestsPerSecond).toBeLessThan(shift.mostRequestsPerSecond);
    expect(shift.mostRequestsPerSecond).toBeLessThan(data.mostRequestsPerSecond);
  });

  it("prints how far the ratios are", () => {
    const ratios: readonly (readonly [string, number, number])[] = [
      ["TTFT TP/Shift", tensor.ttftSeconds / shift.ttftSeconds, 1.56],
      ["TTFT DP/Shift", data.ttftSeconds / shift.ttftSeconds, 6],
      ["TPOT DP/TP", data.tpotSeconds / tensor.tpotSeconds, 2.41],
      ["TPOT SP/TP", sequence.tpotSeconds / tensor.tpotSeconds, 3.48],
      ["rate Shift/TP", shift.mostRequestsPerSecond / tensor.mostRequestsPerSecond, 1.51],
      ["rate DP/TP", data.mostRequestsPerSecond / tensor.mostRequestsPerSecond, 1.86],
    ];
    console.log(ratios.map(([name, ours, published]) => `${name} ${ours.toFixed(2)} (published ${published})`).join(" · "));
    for (const [, ours, published] of ratios) expect(Math.abs(Math.log(ours / published))).toBeLessThan(Math.log(1.4));
  });
});
