import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Scheduling, TensorrtScheduling } from "../../../src/deployment/settled.ts";
import type { Report } from "../../../src/simulation/report/report.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import type { Workload } from "../../../src/simulation/workload/workload.ts";
import { kvTransfer, transferSeconds } from "../../../src/timing/collectives/kv-transfer.ts";
import type { StepModel } from "../../../src/timing/step-model.ts";
import { type PairSetup, planOf, reportFrom, type Setup, settledPair, timing } from "../fixtures.ts";

/** 0.1 ms a prompt token, 10 ms a decode step. */
const steps = (parts: Partial<StepModel> = {}): StepModel =>
  timing((batch) => 1e-4 * batch.prefillTokens + (batch.decodeSequences > 0 ? 0.01 : 0), parts);

const schedulings: Readonly<Record<NonNullable<PairSetup["engine"]>, Scheduling>> = {
  vllm: { engine: "vllm", reserveFullPrompt: true },
  sglang: {
    engine: "sglang",
    maxPrefillTokens: 16_384,
    mixedChunk: false,
    conservativeness: 1,
    reservedDecodeTokens: 40,
    receiveSteps: 1,
    streamTokens: 1,
  },
  "tensorrt-llm": { engine: "tensorrt-llm", reservesAnswer: true, budgetIsWritten: false, streamTokens: 1, batchWait: null, balance: null },
};

/** The pair with its engine's own scheduler on both sides. */
function run(pair: PairSetup, workload: Workload, model = steps()): Report {
  const scheduling = schedulings[pair.engine ?? "vllm"];
  const side = (of: Setup = {}): Setup => ({ ...of, settings: { ...of.settings, scheduling } });
  const setup = { ...pair, prefill: side(pair.prefill), decode: side(pair.decode) };
  const plans = [planOf(setup.prefill), planOf(setup.decode)];
  return reportFrom(simulateWith(settledPair(setup), plans, [model, model], workload, 1));
}

const alone = (promptTokens: number, outputTokens: number): Workload => ({
  kind: "requests",
  requests: [{ arrivalSeconds: 0, promptTokens, outputTokens }],
});

/** What the way takes of a prompt of so many tokens: hand-over, and a transfer alone. */
function way(setup: PairSetup, tokens: number): { readonly handOver: number; readonly transfer: number } {
  const [prefill, decode] = settledPair(setup).pools;
  if (!prefill || !decode) throw new Error("no pools");
  const link = kvTransfer({ pool: prefill, plan: planOf(setup.prefill) }, { pool: decode, plan: planOf(setup.decode) }, false);
  return { handOver: link.handOverSeconds, transfer: transferSeconds(link, tokens) };
}

describe("a transfer alone", () => {
  it("takes the bytes of its tokens over the link's rate, and the time until the first is there", () => {
    // 131,072 B a token; 80 % of 50 GB/s; 10 µs to begin: 1,000 tokens in 3.2868 ms.
    expect(way({}, 1000).transfer).toBeCloseTo(1e-5 + (1000 * 131_072) / 40e9, 9);
  });

  it("is shared out over the ranks that fetch, and held up by senders that are fewer", () => {
    const of = (prefill: number, decode: number): number => {
      const setup = { prefill: { layout: { tensor: prefill } }, decode: { layout: { tensor: decode } } };
      return way(setup, 1000).transfer - way(setup, 0).transfer;
    };
    // The plan's bytes are those of one rank: two that fetch from one need twice as long, one from two does not gain.
    expect(of(1, 2)).toBeCloseTo(2 * of(1, 1), 9);
    expect(of(2, 1)).toBeCloseTo(of(1, 1), 9);
  });
});

describe("one request alone", () => {
  it("gets its first token from vLLM's decode instance, which computes the prompt's last token again", () => {
    const model = steps({ requestSeconds: 0.025 });
    const { requests, summary } = run({}, alone(1000, 11), model);
    // 25 ms to the server, 1,000 tokens in 100 ms, the way, and a decode step of 10 ms; nine of the ten that follow end at the same pace.
    const { handOver, transfer } = way({}, 999);
    expect(requests.firstToken[0]).toBeCloseTo(0.025 + 0.1 + handOver + transfer + 0.01, 7);
    expect(summary.tpotSeconds.mean).toBeCloseTo(0.01, 9);
    expect(requests.finished[0]).toBeCloseTo((requests.firstToken[0] ?? 0) + 0.1, 7);
    expect(summary.queueSeconds.mean).toBeCloseTo(0, 9);
  });

  it("gets SGLang's first token when its cache has come, and the second a step later", () => {
    const setup: PairSetup = { engine: "sglang" };
    const { requests, summary } = run(setup, alone(1000, 11));
    const { handOver, transfer } = way(setup, 1000);
    expect(requests.firstToken[0]).toBeCloseTo(0.1 + handOver + transfer, 7);
    expect(requests.finished[0]).toBeCloseTo((requests.firstToken[0] ?? 0) + 10 * 0.01, 7);
    expect(summary.itlSeconds.mean).toBeCloseTo(0.01, 9);
  });

  it("of a single token ends at the prefill instance that hands tokens over", () => {
    expect(run({ engine: "tensorrt-llm" }, alone(1000, 1)).requests.finished[0]).toBeCloseTo(0.1, 9);
    expect(run({}, alone(1000, 1)).requests.finished[0]).toBeGreaterThan(0.11);
  });
});

const lengths = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 61, max: 300 })).map((range) => ({ uniform: range }));
const loads = fc.record({
  promptTokens: lengths,
  outputTokens: lengths,
  requests: fc.integer({ min: 1, max: 60 }),
  warmup: fc.integer({ min: 0, max: 8 }),
  concurrency: fc.integer({ min: 1, max: 30 }),
});
const side = fc.record({
  instances: fc.integer({ min: 1, max: 3 }),
  blocks: fc.integer({ min: 60, max: 200 }),
  layout: fc.record({ pipeline: fc.constant(1), data: fc.constantFrom(1, 2), attentionData: fc.constantFrom(1, 3) }),
  settings: fc.record({ maxNumSeqs: fc.integer({ min: 1, max: 20 }), prefixCaching: fc.boolean() }),
});

describe("what two pools conserve", () => {
  it("finishes every request, makes exactly its tokens and leaves no block behind", () => {
    const engines = fc.constantFrom("vllm" as const, "sglang" as const, "tensorrt-llm" as const);
    fc.assert(
      fc.property(loads, side, side, engines, fc.constantFrom(1e8, 1e12), (load, prefill, decode, engine, linkBytesPerSecond) => {
        const setup = { prefill, decode, engine, linkBytesPerSecond };
        const { requests, summary, series } = run(setup, { kind: "closed-loop", ...load });
        expect(summary.requests).toBe(load.requests);
        const output = requests.outputTokens.reduce((sum, tokens) => sum + tokens, 0);
        expect(summary.outputTokensPerSecond * summary.durationSeconds).toBeCloseTo(output, 3);
        requests.arrival.forEach((arrival, r) => {
          const [scheduled, first, end] = [requests.firstScheduled[r], requests.firstToken[r], requests.finished[r]].map(Number);
          expect(arrival <= Number(scheduled) && Number(scheduled) < Number(first) && Number(first) <= Number(end)).toBe(true);
        });
        expect(series.kvUsage.every((usage) => usage >= -1e-12 && usage <= 1 + 1e-12)).toBe(true);
      }),
      { numRuns: 100, seed: 3 },
    );
  });

  it("gives every block of both pools back", () => {
    const requests = [
      ...Array.from({ length: 40 }, (_, i) => ({ arrivalSeconds: i / 100, promptTokens: 60 + i, outputTokens: 50 })),
      { arrivalSeconds: 600, promptTokens: 900, outputTokens: 600 },
    ];
    // 1,500 tokens take 94 of 100 blocks: a block left behind on either side would be one too many, twice over.
    const setup: PairSetup = { prefill: { blocks: 57 }, decode: { blocks: 94 } };
    const { summary, series } = run(setup, { kind: "requests", requests });
    expect(summary.requests).toBe(41);
    expect(Math.max(...series.kvUsage.slice(-8))).toBeGreaterThan(0.9);
  });
});

describe("a link between pools", () => {
  const workload: Workload = { kind: "closed-loop", concurrency: 32, requests: 200, promptTokens: 800, outputTokens: 40 };
  const of = (linkBytesPerSecond: number): Report => run({ linkBytesPerSecond }, workload);

  it("never makes anything slower by being faster", () => {
    const reports = [2e8, 1e9, 4e9, 2e10, 1e12].map(of);
    const means = reports.map(({ summary }) => summary.ttftSeconds.mean);
    expect(means).toEqual([...means].sort((a, b) => b - a));
    const rates = reports.map(({ summary }) => summary.requestsPerSecond);
    expect(rates).toEqual([...rates].sort((a, b) => a - b));
  });

  it("is what limits where it is slow, and moves no more than it can", () => {
    const { bottleneck, summary } = of(2e8);
    expect(bottleneck.resource).toBe("kv-transfer");
    // 80 % of 200 MB/s over 799 or 800 tokens of 131,072 B.
    expect(summary.requestsPerSecond).toBeLessThanOrEqual(1.6e8 / (799 * 131_072));
    expect(summary.requestsPerSecond).toBeGreaterThan((0.9 * 1.6e8) / (800 * 131_072));
  });
});

describe("a decode pool that is full", () => {
  const workload: Workload = { kind: "closed-loop", concurrency: 40, requests: 120, promptTokens: 160, outputTokens: 100 };

  it.each([
    ["vllm", "max-num-seqs"],
    ["sglang", "max-running-requests"],
    ["tensorrt-llm", "max_batch_size"],
  ] as const)("keeps %s's requests waiting, with their cache at the prefill instance", (engine, flag) => {
    const setup: PairSetup = { engine, prefill: { blocks: 50 }, decode: { settings: { maxNumSeqs: 4 } } };
    const { bottleneck, summary, requests } = run(setup, workload);
    // Four at a time, 100 steps of 10 ms each.
    expect(summary.requestsPerSecond).toBeCloseTo(4, 0);
    expect(bottleneck.sentence).toContain(`Limited by ${flag} in the decode pool`);
    // The prefill instance's 50 blocks hold four prompts that wait to be fetched: the next ones are not begun.
    expect(requests.firstScheduled[39]).toBeGreaterThan(5);
    expect(summary.requests).toBe(120);
    expect(summary.queueSeconds.p50).toBeGreaterThan(5);
    expect(summary.ttftSeconds.p50).toBeGreaterThan(5);
  });

  it("starves the prefill pool less the more its own cache holds", () => {
    const begun = [50, 100, 400].map(
      (blocks) => run({ prefill: { blocks }, decode: { settings: { maxNumSeqs: 4 } } }, workload).requests.firstScheduled[39] ?? 0,
    );
    expect(begun).toEqual([...begun].sort((a, b) => b - a));
    expect(begun[2]).toBeLessThan(1);
  });

  it("takes a request alone where less is free than what is kept for answers", () => {
    // 20 blocks hold its 300 tokens, not the 40 tokens of answer that SGLang is told to keep room for beside them.
    expect(run({ engine: "sglang", decode: { blocks: 20 } }, alone(290, 12)).summary.requests).toBe(1);
  });

  it("is told as its cache where that is what is short", () => {
    expect(run({ decode: { blocks: 40 } }, workload).bottleneck.sentence).toContain("KV cache space in the decode pool");
  });
});

describe("a prefill pool of short sequences", () => {
  /** Few tokens a step and a small cache on both sides. */
  const crowded = (scheduling: TensorrtScheduling, blocks: number, requests: Workload, decode: Setup["settings"], seed: number): Report => {
    const small = { scheduling, blockTokens: 4, maxNumBatchedTokens: 24 };
    const setups = [
      { settings: { ...small, maxNumSeqs: 1 }, blocks: 101 },
      { settings: { ...small, ...decode }, blocks },
    ];
    const settled = settledPair({ prefill: setups[0] ?? {}, decode: setups[1] ?? {}, linkBytesPerSecond: 1e8, engine: scheduling.engine });
    const even = timing(() => 0.01);
    return reportFrom(simulateWith(settled, setups.map(planOf), [even, even], requests, seed));
  };
  const reused: TensorrtScheduling = {
    engine: "tensorrt-llm",
    reservesAnswer: false,
    budgetIsWritten: true,
    streamTokens: 1,
    batchWait: null,
    balance: null,
  };

  it("takes out a request that a step had no tokens for", () => {
    const requests: Workload = { kind: "offline", requests: 9, promptTokens: 4, outputTokens: 36 };
    const { summary } = crowded(reused, 30, requests, { maxNumBatchedTokens: 5 }, 1);
    expect(summary.requests).toBe(9);
    expect(summary.preemptions).toBeGreaterThan(0);
  });

  it("goes on after a step that was empty, as all had been taken out for it", () => {
    const turns: TensorrtScheduling = { ...reused, balance: { timeoutSteps: 4, batchingSteps: 2 } };
    const outputTokens = { lognormal: [60, 50, 1, 200] as [number, number, number, number] };
    const loop: Workload = { kind: "closed-loop", concurrency: 3, requests: 20, promptTokens: 154, outputTokens };
    expect(crowded(turns, 101, loop, { maxNumSeqs: 4 }, 15).summary.requests).toBe(20);
  });

  it("bounds prompts alone, answers are the decode pool's", () => {
    const setup: PairSetup = { prefill: { settings: { maxModelLen: 101 } }, decode: { settings: { maxModelLen: 400 } } };
    const rows = [99, 100, 101].map((promptTokens) => ({ arrivalSeconds: 0, promptTokens, outputTokens: 350 }));
    const { requests, warnings } = run(setup, { kind: "requests", requests: rows });
    expect([...requests.promptTokens]).toEqual([99, 100]);
    expect([...requests.outputTokens]).toEqual([301, 300]);
    expect(warnings).toHaveLength(2);
  });
});

describe("deployments that are no pair", () => {
  it("are refused in words", () => {
    const pair = settledPair();
    const half = { ...pair, pools: pair.pools.slice(0, 1) };
    const outcome = simulateWith(half, [planOf()], [steps()], alone(10, 2), 1);
    expect(outcome.error).toEqual({ code: "missing", message: "The deployment has a prefill pool, but no decode pool." });
  });
});
