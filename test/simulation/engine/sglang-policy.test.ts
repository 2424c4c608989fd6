import { describe, expect, it } from "vitest";
import { play, type Row, sglang } from "../play.ts";

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
