import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Scheduling, SglangScheduling, TensorrtScheduling } from "../../src/deployment/settled.ts";
import type { Report } from "../../src/simulation/report.ts";
import { simulateWith } from "../../src/simulation/simulate-with.ts";
import type { Workload } from "../../src/simulation/workload.ts";
import type { Batch } from "../../src/timing/step-model.ts";
import { planOf, reportFrom, type Setup, settledOf, timing } from "./fixtures.ts";

const sglang: SglangScheduling = {
  engine: "sglang",
  maxPrefillTokens: 16_384,
  mixedChunk: false,
  conservativeness: 1,
  reservedDecodeTokens: 512,
  receiveSteps: 1,
  streamTokens: 1,
};
const tensorrt: TensorrtScheduling = {
  engine: "tensorrt-llm",
  reservesAnswer: true,
  budgetIsWritten: true,
  batchWait: null,
  balance: null,
};

/** `[arrival in ms, prompt, output]`. */
type Row = readonly [arrival: number, prompt: number, output: number];

/** What a step computes: prompt tokens, and sequences that decode. */
type Step = readonly [prompt: number, decodes: number];

interface Played {
  readonly steps: readonly Step[];
  readonly report: Report;
  /** Milliseconds after the first arrival, to a tenth. */
  readonly firstToken: readonly number[];
  readonly finished: readonly number[];
}

/** Every step takes 10 ms, so that a time tells the step. */
function play(rows: readonly Row[], scheduling: Scheduling, setup: Setup = {}): Played {
  const steps: Step[] = [];
  const model = timing(() => 0.01, {
    flops: ({ prefillTokens, decodeSequences }) => {
      steps.push([prefillTokens, decodeSequences]);
      return 1;
    },
  });
  const requests = rows.map(([arrival, promptTokens, outputTokens]) => ({ arrivalSeconds: arrival / 1000, promptTokens, outputTokens }));
  const whole: Setup = { ...setup, settings: { scheduling, ...setup.settings } };
  const report = reportFrom(simulateWith(settledOf(whole), [planOf(whole)], [model], { kind: "requests", requests }, 1));
  const milliseconds = (times: Float64Array) => [...times].map((time) => Math.round(time * 10_000) / 10);
  return { steps, report, firstToken: milliseconds(report.requests.firstToken), finished: milliseconds(report.requests.finished) };
}

describe("SGLang", () => {
  it("computes a prompt that arrives in a step of its own, and answers stand still", () => {
    const { steps, firstToken, finished } = play(
      [
        [0, 100, 5],
        [25, 200, 3],
      ],
      sglang,
    );
    expect(steps).toEqual([
      [100, 0],
      [0, 1],
      [0, 1],
      [200, 0],
      [0, 2],
      [0, 2],
    ]);
    expect(firstToken).toEqual([10, 40]);
    expect(finished).toEqual([60, 60]);
  });

  it("counts the token behind a prompt step from the one before it", () => {
    const { report } = play(
      [
        [0, 100, 5],
        [25, 200, 3],
      ],
      sglang,
    );
    // First request: 10, 10, 20, 10 ms; second: 10, 10 ms.
    expect(report.summary.itlSeconds.mean).toBeCloseTo(0.07 / 6, 9);
  });

  it("cuts one prompt at a time to what is left of the chunk, and begins with it in the next step", () => {
    const { steps, firstToken } = play(
      [
        [0, 300, 2],
        [0, 300, 2],
        [0, 300, 2],
      ],
      sglang,
      { settings: { maxNumBatchedTokens: 512 } },
    );
    expect(steps).toEqual([
      [512, 0],
      [388, 0],
      [0, 3],
    ]);
    expect(firstToken).toEqual([10, 20, 20]);
  });

  it("adds no prompt that would fill max-prefill-tokens, but takes a first one of any length", () => {
    const rows: readonly Row[] = [
      [0, 500, 2],
      [0, 300, 2],
      [0, 90, 2],
    ];
    const { steps } = play(rows, { ...sglang, maxPrefillTokens: 400 }, { settings: { chunkedPrefill: false } });
    expect(steps).toEqual([
      [500, 0],
      [390, 0],
      [0, 3],
    ]);
  });

  it("computes answers beside prompts where chunks are mixed", () => {
    const rows: readonly Row[] = [
      [0, 100, 5],
      [25, 200, 3],
    ];
    const { steps } = play(rows, { ...sglang, mixedChunk: true });
    expect(steps).toEqual([
      [100, 0],
      [0, 1],
      [0, 1],
      [200, 1],
      [0, 2],
      [0, 1],
    ]);
  });

  it("keeps room for a share of the answers that run, and asks again when one of them has ended", () => {
    // 1600 tokens. While the first runs, 1200 − 0.7 × 799 = 640 are free: fewer than the 1200 of the second, more than the 600 of a short one.
    const first: Row = [0, 400, 800];
    const { report, finished } = play([first, [15, 400, 800]], sglang, { blocks: 100 });
    expect(report.requests.firstScheduled[1]).toBeCloseTo(Number(finished[0]) / 1000, 9);
    expect(report.summary.preemptions).toBe(0);
    expect(play([first, [15, 400, 200]], sglang, { blocks: 100 }).report.requests.firstScheduled[1]).toBeCloseTo(0.02, 9);
  });

  it("looks at arrivals behind prompts, and then every so many decode steps", () => {
    const { firstToken } = play(
      [
        [0, 100, 40],
        [5, 100, 40],
        [25, 100, 40],
        [85, 100, 40],
      ],
      { ...sglang, receiveSteps: 5 },
    );
    // Noticed at 10 ms, behind the first prompt; then after the decode steps from 20 to 70 ms, and from 80 to 130 ms.
    expect(firstToken).toEqual([10, 20, 80, 140]);
  });

  it("shows the first token with the last of its message, and a short answer at its end", () => {
    // Alone: the prompt until 10 ms, then a token each 10 ms. The fourth comes at 40 ms; an answer of three ends at 30 ms.
    expect(play([[0, 100, 40]], { ...sglang, streamTokens: 4 }).firstToken).toEqual([40]);
    expect(play([[0, 100, 3]], { ...sglang, streamTokens: 4 }).firstToken).toEqual([30]);
    expect(play([[0, 100, 1]], { ...sglang, streamTokens: 4 }).firstToken).toEqual([10]);
  });

  it("retracts the shortest answer when the pool is full, and computes it again at the end of the queue", () => {
    // 42 blocks of 16. The second starts beside 17 blocks, as its 386 tokens fit the other 25; both together end at 50.
    const rows: readonly Row[] = [
      [0, 256, 130],
      [15, 256, 130],
    ];
    const { report, firstToken } = play(rows, { ...sglang, conservativeness: 0 }, { blocks: 42 });
    expect([...report.requests.preemptions]).toEqual([0, 1]);
    expect(firstToken).toEqual([10, 30]);
    expect(report.requests.finished[1]).toBeGreaterThan(Number(report.requests.finished[0]));
  });
});

describe("TensorRT-LLM", () => {
  it("computes prompts beside answers", () => {
    const { steps, firstToken, finished } = play(
      [
        [0, 100, 5],
        [25, 200, 3],
      ],
      tensorrt,
    );
    expect(steps).toEqual([
      [100, 0],
      [0, 1],
      [0, 1],
      [200, 1],
      [0, 2],
      [0, 1],
    ]);
    expect(firstToken).toEqual([10, 40]);
    expect(finished).toEqual([50, 60]);
  });

  const three: readonly Row[] = [
    [0, 300, 2],
    [0, 300, 2],
    [0, 300, 2],
  ];

  it("leaves a prompt whole: it waits for a step that can take it", () => {
    const { steps, firstToken } = play(three, tensorrt, { settings: { chunkedPrefill: false, maxNumBatchedTokens: 512 } });
    expect(steps).toEqual([
      [300, 0],
      [300, 1],
      [300, 1],
      [0, 1],
    ]);
    expect(firstToken).toEqual([10, 20, 30]);
  });

  it("cuts prompts at whole blocks with chunked context", () => {
    const { steps } = play(three, tensorrt, { settings: { maxNumBatchedTokens: 520 } });
    // 220 tokens are left: 208 of them are whole blocks of 16. Then 92 + 300 beside one answer.
    expect(steps).toEqual([
      [508, 0],
      [392, 1],
      [0, 2],
    ]);
  });

  it("refuses a prompt beyond the tokens that somebody wrote, and takes it in a step where nobody did", () => {
    const rows: readonly Row[] = [
      [0, 600, 2],
      [0, 600, 2],
      [0, 100, 2],
    ];
    const setup: Setup = { settings: { chunkedPrefill: false, maxNumBatchedTokens: 512 } };
    const written = play(rows, tensorrt, setup);
    expect(written.steps).toEqual([
      [100, 0],
      [0, 1],
    ]);
    expect(written.report.warnings[0]).toContain("2 of 3 requests have a prompt of more than 512 tokens");
    expect(play(rows, { ...tensorrt, budgetIsWritten: false }, setup).steps).toEqual([
      [600, 0],
      [600, 1],
      [100, 1],
      [0, 1],
    ]);
  });

  const pair: readonly Row[] = [
    [0, 400, 800],
    [0, 400, 800],
  ];

  it("keeps blocks for prompt and answer, so that nobody is taken out", () => {
    // 1199 tokens take 75 of 100 blocks: the second starts when the first has ended.
    const { report } = play(pair, tensorrt, { blocks: 100 });
    expect(report.requests.firstScheduled[1]).toBe(report.requests.finished[0]);
    expect(report.summary.preemptions).toBe(0);
    expect(play(pair, tensorrt, { blocks: 150 }).report.requests.firstScheduled[1]).toBe(0);
  });

  it("lets prompts wait for others beside answers, up to a share of the tokens or a number of steps", () => {
    const rows: readonly Row[] = [
      [0, 100, 40],
      [15, 100, 40],
      [35, 300, 40],
    ];
    const setup: Setup = { settings: { maxNumBatchedTokens: 512 } };
    const wait = (steps: number, share: number): readonly number[] =>
      play(rows, { ...tensorrt, batchWait: { steps, share } }, setup).firstToken;
    expect(wait(0, 0)).toEqual([10, 30, 50]);
    // 401 of 512 tokens at 40 ms.
    expect(wait(20, 0.7)).toEqual([10, 50, 50]);
    // It waits in the steps of 20, 30 and 40 ms.
    expect(wait(3, 1)).toEqual([10, 60, 60]);
  });

  it("begins prompts on all attention replicas at once, or when the time is up", () => {
    const rows: readonly Row[] = [
      [0, 100, 60],
      [0, 100, 60],
      [15, 100, 60],
      [45, 100, 60],
      [95, 100, 60],
    ];
    const balance = { timeoutSteps: 8, batchingSteps: 0 };
    const setup: Setup = { layout: { attentionData: 2 } };
    expect(play(rows, tensorrt, setup).firstToken).toEqual([10, 10, 30, 60, 110]);
    // The third waits for the fourth, which comes to the other replica; the fifth waits for eight steps.
    expect(play(rows, { ...tensorrt, balance }, setup).firstToken).toEqual([10, 10, 60, 60, 140]);
  });

  it("tells each replica's step what all have on average", () => {
    const seen: (readonly [own: number, mean: number])[] = [];
    const model = timing(({ tokens, meanTokens }) => {
      seen.push([tokens, meanTokens]);
      return 0.01;
    });
    const setup: Setup = { layout: { attentionData: 4 }, settings: { scheduling: tensorrt } };
    const requests = [600, 200].map((promptTokens) => ({ arrivalSeconds: 0, promptTokens, outputTokens: 2 }));
    simulateWith(settledOf(setup), [planOf(setup)], [model], { kind: "requests", requests }, 1);
    expect(seen.slice(0, 4)).toEqual([
      [600, 200],
      [200, 200],
      [1, 0.5],
      [1, 0.5],
    ]);
  });

  it("takes the youngest out at full use, where the policy says so", () => {
    const { report } = play(pair, { ...tensorrt, reservesAnswer: false }, { blocks: 100 });
    expect(report.requests.firstScheduled[1]).toBe(0);
    expect(report.requests.preemptions[0]).toBe(0);
    expect(report.requests.preemptions[1]).toBeGreaterThan(0);
  });
});

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
