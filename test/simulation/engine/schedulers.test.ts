import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Scheduling } from "../../../src/deployment/settled.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import type { Workload } from "../../../src/simulation/workload/workload.ts";
import type { Batch } from "../../../src/timing/step-model.ts";
import { planOf, type Setup, settledOf, timing } from "../fixtures.ts";
import { play, type Row, sglang, tensorrt } from "../play.ts";

describe("a step that is put together while the one before it runs", () => {
  it("holds who came before that one began", () => {
    const rows: readonly Row[] = [
      [0, 100, 5],
      [15, 200, 3],
    ];
    // The step of 20 ms was put together at 10 ms.
    expect(play(rows, tensorrt, { settings: { asyncScheduling: true } }).firstToken).toEqual([10, 40]);
    expect(play(rows, tensorrt).firstToken).toEqual([10, 30]);
  });

  it("holds at once who comes to an engine with nothing to do", () => {
    const rows: readonly Row[] = [
      [0, 100, 2],
      [45, 200, 2],
    ];
    expect(play(rows, sglang, { settings: { asyncScheduling: true } }).firstToken).toEqual([10, 55]);
  });
});

describe("a burst of eight prompts of 1,000 tokens under each scheduler", () => {
  const burst = Array.from({ length: 8 }, (): Row => [0, 1000, 3]);
  const setup: Setup = { settings: { maxNumBatchedTokens: 2048, chunkedPrefill: true } };

  it("takes two and a piece a step where prompts are cut", () => {
    const vllm = play(burst, { engine: "vllm", reserveFullPrompt: true }, setup);
    // 2048 less the answers under way, and what is left of 8000.
    expect(vllm.steps.map(([prompt]) => prompt)).toEqual([2048, 2046, 2044, 1862, 0, 0]);
    expect(vllm.firstToken).toEqual([10, 10, 20, 20, 30, 30, 40, 40]);
    expect(play(burst, sglang, setup).firstToken).toEqual([10, 10, 20, 20, 30, 30, 40, 40]);
  });

  it("takes two a step where they are not", () => {
    const whole = play(burst, tensorrt, { settings: { maxNumBatchedTokens: 2048, chunkedPrefill: false } });
    expect(whole.steps.map(([prompt]) => prompt)).toEqual([2000, 2000, 2000, 2000, 0, 0]);
    expect(whole.firstToken).toEqual([10, 10, 20, 20, 30, 30, 40, 40]);
  });

  it("ends first tokens alike, and first answers later where prompts go first", () => {
    expect(play(burst, tensorrt, setup).finished[0]).toBe(30);
    expect(play(burst, sglang, setup).finished[0]).toBe(60);
  });
});

describe("a report", () => {
  const burst = Array.from({ length: 60 }, (): Row => [0, 100, 100]);

  it.each([
    ["max-num-seqs", { engine: "vllm", reserveFullPrompt: true }],
    ["max-running-requests", sglang],
    ["max_batch_size", tensorrt],
  ] as const)("calls the limit of requests %s as its engine does", (flag, scheduling) => {
    const { report } = play(burst, scheduling, { settings: { maxNumSeqs: 8 } });
    expect(report.bottleneck).toMatchObject({ resource: "max-num-seqs" });
    expect(report.bottleneck.sentence).toMatch(new RegExp(`^Limited by ${flag}\\.`));
  });

  it("names the scheduler that was followed", () => {
    const words = (scheduling: Scheduling): string => play(burst, scheduling).report.scheduler.replace(/^.*: /, "");
    expect(words(sglang)).toBe(
      "first come first served, chunked prefill, no prefix caching, prompts before answers, retraction when the pool is full",
    );
    expect(words({ ...sglang, mixedChunk: true })).toContain("prompts and answers in one step");
    expect(words(tensorrt)).toContain("prompts and answers in one step, prompt and answer reserved, no preemption");
    expect(words({ ...tensorrt, reservesAnswer: false })).toContain("preemption by recomputation");
  });
});

const schedulings: fc.Arbitrary<Scheduling> = fc.oneof(
  fc.record({ engine: fc.constant("vllm" as const), reserveFullPrompt: fc.boolean() }),
  fc.record({
    engine: fc.constant("sglang" as const),
    maxPrefillTokens: fc.integer({ min: 8, max: 400 }),
    mixedChunk: fc.boolean(),
    conservativeness: fc.constantFrom(0, 0.3, 1, 2),
    reservedDecodeTokens: fc.constant(512),
    receiveSteps: fc.constantFrom(1, 5),
    streamTokens: fc.constantFrom(1, 10),
  }),
  fc.record({
    engine: fc.constant("tensorrt-llm" as const),
    reservesAnswer: fc.boolean(),
    budgetIsWritten: fc.boolean(),
    streamTokens: fc.constantFrom(1, 10),
    batchWait: fc.constantFrom(null, { steps: 4, share: 0.5 }),
    balance: fc.constantFrom(null, { timeoutSteps: 6, batchingSteps: 2 }),
  }),
);
const setups = fc.record({
  layout: fc.record({ pipeline: fc.constantFrom(1, 1, 2, 3), attentionData: fc.constantFrom(1, 1, 2) }),
  blocks: fc.integer({ min: 30, max: 200 }),
  settings: fc.record({
    maxNumSeqs: fc.integer({ min: 1, max: 30 }),
    maxNumBatchedTokens: fc.integer({ min: 40, max: 500 }),
    chunkedPrefill: fc.boolean(),
    prefixCaching: fc.boolean(),
    asyncScheduling: fc.boolean(),
    scheduling: schedulings,
  }),
});
const workloads: fc.Arbitrary<Workload> = fc.record({
  kind: fc.constant("closed-loop" as const),
  concurrency: fc.integer({ min: 1, max: 24 }),
  requests: fc.integer({ min: 1, max: 60 }),
  promptTokens: fc.constant({ uniform: [1, 200] as [number, number] }),
  outputTokens: fc.constant({ uniform: [1, 120] as [number, number] }),
});

describe("every scheduler", () => {
  it("loses no request, keeps its limits and gives every block back", () => {
    let preemptions = 0;
    fc.assert(
      fc.property(workloads, setups, fc.integer({ min: 0, max: 1000 }), (workload, setup, seed) => {
        const { scheduling, maxNumBatchedTokens, maxNumSeqs, chunkedPrefill } = setup.settings;
        const batches: Batch[] = [];
        const model = timing((batch) => 0.005 + 5e-5 * batch.tokens, {
          stages: setup.layout.pipeline,
          flops: (batch) => {
            batches.push({ ...batch });
            return 1;
          },
        });
        const outcome = simulateWith(settledOf(setup), [planOf(setup)], [model], workload, seed);
        if (outcome.error) {
          // Every prompt may be too long for the budget.
          expect(outcome.error.code).toBe("bad-workload");
          return;
        }
        const { requests, summary, series } = outcome.report;
        const output = requests.outputTokens.reduce((sum, tokens) => sum + tokens, 0);
        expect(summary.outputTokensPerSecond * summary.durationSeconds).toBeCloseTo(output, 3);
        expect(requests.finished.every((end, r) => end >= Number(requests.firstToken[r]))).toBe(true);
        expect(requests.firstToken.every((first, r) => first > Number(requests.firstScheduled[r]))).toBe(true);
        const keepsLimits = (batch: Batch): boolean => {
          if (batch.decodeSequences + batch.prefillChunks > maxNumSeqs) return false;
          if (scheduling.engine === "sglang")
            return (
              (!chunkedPrefill || batch.prefillTokens <= maxNumBatchedTokens) &&
              (scheduling.mixedChunk || batch.prefillTokens === 0 || batch.decodeSequences === 0)
            );
          if (batch.tokens <= maxNumBatchedTokens) return true;
          // A whole prompt that nobody limits, or one that has grown by the answer it lost.
          const isFree = scheduling.engine === "tensorrt-llm" && !scheduling.budgetIsWritten;
          return !chunkedPrefill && batch.prefillChunks === 1 && (isFree || summary.preemptions > 0);
        };
        expect(batches.filter((batch) => !keepsLimits(batch))).toEqual([]);
        if (scheduling.engine === "tensorrt-llm" && scheduling.reservesAnswer) expect(summary.preemptions).toBe(0);
        expect(series.kvUsage.every((usage) => usage >= -1e-12 && usage <= 1 + 1e-12)).toBe(true);
        preemptions += summary.preemptions;
      }),
      { numRuns: 200, seed: 11 },
    );
    expect(preemptions).toBeGreaterThan(100);
  });
});
