import { describe, expect, it } from "vitest";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import { planOf, type Setup, settledOf, timing } from "../fixtures.ts";
import { play, type Row, tensorrt } from "../play.ts";

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

describe("a static batch", () => {
  it("goes to its end before the next one starts, its prompts over as many steps as they need", () => {
    const rows = [
      [0, 50, 3],
      [0, 50, 5],
      [5, 10, 2],
    ] as const;
    // 60 tokens a step take one prompt of 50; the third request came too late for the batch.
    const { steps } = play(rows, { ...tensorrt, staticBatch: true }, { settings: { maxNumBatchedTokens: 60, maxNumSeqs: 8 } });
    expect(steps).toEqual([
      [50, 0],
      [50, 1],
      [0, 2],
      [0, 1],
      [0, 1],
      [0, 1],
      [10, 0],
      [0, 1],
    ]);
  });
});
