import { describe, expect, it } from "vitest";
import type { Report } from "../../../src/simulation/report/report.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import type { Workload } from "../../../src/simulation/workload/workload.ts";
import type { Batch } from "../../../src/timing/step-model.ts";
import { drafting, planOf, reportFrom, type Setup, settledOf, timing } from "../fixtures.ts";
import { play, sglang, tensorrt } from "../play.ts";

const vllm = { engine: "vllm", reserveFullPrompt: false } as const;

describe("tokens that a step gains", () => {
  // E = 1 + 0.5 + 0.25 = 1.75: gains 1, 2, 2, 2 come to 7 in 4 steps.
  it("are whole ones that follow the mean, and the last is no more than the answer has", () => {
    const { report, finished } = play([[0, 10, 9]], vllm, { speculation: drafting(2, 0.5) });
    // The prompt's step makes one; 1, 2, 2, 2 and one of 1: five steps of 10 ms behind it.
    expect(finished).toEqual([60]);
    expect(report.summary.tpotSeconds.mean).toBeCloseTo(0.05 / 8, 12);
    expect(report.summary.speculation).toEqual({
      method: "mtp",
      draftTokens: 2,
      acceptance: 0.5,
      tokensPerStep: 8 / 5,
      draftingShare: 1,
    });
  });

  it("come at once: one gap of the step, none between them", () => {
    const { report } = play([[0, 10, 9]], vllm, { speculation: drafting(2, 0.5) });
    // Eight gaps: five of 10 ms, three of nothing.
    expect(report.summary.itlSeconds.mean).toBeCloseTo(0.05 / 8, 12);
    expect(report.summary.itlSeconds.p50).toBeCloseTo(0.01, 12);
  });

  it("are one each where nothing is accepted", () => {
    const drafts = play([[0, 10, 9]], vllm, { speculation: drafting(4, 0) });
    expect(drafts.finished).toEqual(play([[0, 10, 9]], vllm).finished);
  });

  it.each([
    ["sglang", sglang],
    ["tensorrt-llm", tensorrt],
  ] as const)("are those of %s too", (_, scheduling) => {
    expect(play([[0, 10, 9]], scheduling, { speculation: drafting(2, 0.5) }).finished).toEqual([60]);
  });
});

describe("drafts in a step", () => {
  function batchesOf(setup: Setup, workload: Workload): { readonly batches: Batch[]; readonly report: Report } {
    const batches: Batch[] = [];
    const model = timing(() => 0.01, {
      mode: (tokens) => (tokens > 512 ? "sequence" : "tensor"),
      flops: (batch) => {
        batches.push({ ...batch });
        return 1;
      },
    });
    return { batches, report: reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [model], workload, 1)) };
  }
  const together = (count: number, output: number): Workload => ({
    kind: "requests",
    requests: Array.from({ length: count }, () => ({ arrivalSeconds: 0, promptTokens: 4, outputTokens: output })),
  });

  // V3: 300 · (1 + 3) = 1,200 scheduled tokens are beyond Shift's threshold.
  it("are scheduled tokens: 300 sequences with three drafts each are 1,200, and run as sequence parallel", () => {
    const { batches, report } = batchesOf({ speculation: drafting(3, 0.7), settings: { maxNumSeqs: 512 } }, together(300, 20));
    expect(batches[1]).toMatchObject({ tokens: 1200, decodeSequences: 300, draftTokens: 900, draftSequences: 300 });
    expect(report.summary.shift.sequenceSteps).toBeGreaterThan(0);
  });

  it("are those of the first sequences alone where an engine says so, and none beyond its limit", () => {
    const first = drafting(3, 0.7, { limit: { drafting: 64, running: null } });
    expect(batchesOf({ speculation: first, settings: { maxNumSeqs: 512 } }, together(300, 20)).batches[1]).toMatchObject({
      tokens: 300 + 3 * 64,
      draftSequences: 64,
    });
    const none = drafting(3, 0.7, { limit: { drafting: null, running: 64 } });
    const { batches, report } = batchesOf({ speculation: none, settings: { maxNumSeqs: 512 } }, together(65, 20));
    expect(batches[1]).toMatchObject({ tokens: 65, draftTokens: 0 });
    expect(report.summary.speculation).toMatchObject({ tokensPerStep: 1, draftingShare: 0 });
  });

  it("take the token budget, and slots of the cache while a request runs", () => {
    // 40 tokens of budget take ten sequences of four; of 30 blocks each request has one, and one for its drafts.
    const { batches } = batchesOf({ speculation: drafting(3, 0.7), settings: { maxNumBatchedTokens: 40 } }, together(20, 30));
    expect(Math.max(...batches.map(({ decodeSequences }) => decodeSequences))).toBe(10);
    const small = batchesOf({ speculation: drafting(3, 0.7), blocks: 30 }, together(20, 4));
    expect(Math.max(...small.batches.map((batch) => batch.decodeSequences + batch.prefillChunks))).toBe(15);
  });

  it("lose their gain where steps turn longer with their tokens", () => {
    const seconds = (batch: Batch) => Math.max(0.01, 1e-4 * batch.tokens);
    const rate = (count: number, speculation?: Setup["speculation"]): number => {
      const setup: Setup = { ...(speculation ? { speculation } : {}), settings: { maxNumSeqs: 512 } };
      return reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [timing(seconds)], together(count, 200), 1)).summary
        .outputTokensPerSecond;
    };
    const gain = (count: number): number => rate(count, drafting(3, 0.7)) / rate(count);
    expect(gain(8)).toBeGreaterThan(2.3);
    // A step of 200 sequences is 800 tokens, four times as long for 2.53 times the tokens.
    expect(gain(200)).toBeLessThan(0.7);
  });
});
