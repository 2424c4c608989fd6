import { describe, expect, it } from "vitest";
import { simulateWith } from "../../src/simulation/simulate-with.ts";
import type { Batch } from "../../src/timing/step-model.ts";
import { planOf, reportFrom, type Setup, settledOf, timing } from "../simulation/fixtures.ts";

/** Runs a workload and hands back every batch that was priced. */
function batchesOf(
  setup: Setup,
  requests: readonly { arrivalSeconds: number; promptTokens: number; outputTokens: number }[],
  seconds: (batch: Batch) => number,
) {
  const batches: Batch[] = [];
  const model = timing(seconds, {
    stages: setup.layout?.pipeline ?? 1,
    flops: (batch) => {
      batches.push({ ...batch });
      return 1;
    },
  });
  const report = reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [model], { kind: "requests", requests }, 1));
  return { batches, report };
}

describe("V9: chunked prefill", () => {
  // 32 requests of one token prompts decode; at 1 s a prompt of 4,100 tokens comes.
  const decodes = Array.from({ length: 32 }, () => ({ arrivalSeconds: 0, promptTokens: 1, outputTokens: 500 }));
  const long = { arrivalSeconds: 1, promptTokens: 4100, outputTokens: 2 };

  it("cuts 4,100 tokens beside 32 decodes under a budget of 512 into 9 steps", () => {
    // 512 − 32 = 480 tokens are left for the prompt: ceil(4100 / 480) = 9, eight of 480 and one of 260.
    const setup: Setup = { settings: { maxNumBatchedTokens: 512 } };
    const { batches } = batchesOf(setup, [...decodes, long], () => 0.01);
    const chunks = batches.filter((batch) => batch.prefillTokens > 0 && batch.decodeSequences === 32);
    expect(chunks.map((batch) => batch.prefillTokens)).toEqual([480, 480, 480, 480, 480, 480, 480, 480, 260]);
    expect(chunks.map((batch) => batch.tokens)).toEqual([512, 512, 512, 512, 512, 512, 512, 512, 292]);
    // Each chunk reads what came before it: 0, 480, 960, …
    expect(chunks.map((batch) => batch.prefillContext)).toEqual([0, 480, 960, 1440, 1920, 2400, 2880, 3360, 3840]);
  });

  it("bounds the gap between tokens, which a whole prompt does not", () => {
    // A token of a prompt costs 50 µs beside a decode step of 15 ms: whole 15 + 205 ms, chunk of 480 15 + 24 ms.
    const seconds = (batch: Batch) => 0.015 + 5e-5 * batch.prefillTokens;
    const worst = (budget: number) => {
      const { batches } = batchesOf({ settings: { maxNumBatchedTokens: budget } }, [...decodes, long], seconds);
      return Math.max(...batches.filter((batch) => batch.decodeSequences === 32).map(seconds));
    };
    expect(worst(8192) / 0.015).toBeGreaterThanOrEqual(10);
    expect(worst(512) / 0.015).toBeLessThanOrEqual(3);
  });
});

describe("V10: pipeline bubbles", () => {
  // Two stages, two requests that decode for ever, each a micro-batch of its own.
  const setup: Setup = { layout: { pipeline: 2 }, settings: { maxNumSeqs: 2 } };
  const two = [
    { arrivalSeconds: 0, promptTokens: 4000, outputTokens: 12 },
    { arrivalSeconds: 0.001, promptTokens: 10, outputTokens: 12 },
  ];
  /** Seconds of a whole step, half of it in each stage; the two are told apart by their contexts. */
  const uneven = (batch: Batch) => 2 * (batch.decodeContext + batch.prefillTokens >= 2000 ? 1.15 : 0.2);

  it("leaves each stage idle for 950 of 2,300 ms when the micro-batches take 1,150 and 200 ms", () => {
    const { report } = batchesOf({ ...setup, settings: { ...setup.settings, maxNumBatchedTokens: 4096 } }, two, uneven);
    // Both requests gain a token a cycle, so a gap is a cycle: the slow one stays 2 × 1,150 ms in the pipeline and re-enters at once.
    expect(report.summary.itlSeconds.p50).toBe(2.3);
    const [first, last] = [report.requests.firstToken[0] ?? 0, report.requests.finished[0] ?? 0];
    expect((last - first) / 11).toBeCloseTo(2.3, 9);
    // Busy in a stage per cycle: 1,150 + 200 of 2,300 ms, utilisation 58.7 %.
    const cycle = report.summary.itlSeconds.p50;
    expect(cycle - 1.35).toBeCloseTo(0.95, 9);
    expect(1.35 / cycle).toBeCloseTo(0.587, 3);
  });

  it("has no bubble after the fill when both take 675 ms", () => {
    const { report, batches } = batchesOf({ ...setup, settings: { ...setup.settings, maxNumBatchedTokens: 4096 } }, two, () => 1.35);
    // 24 batches of 675 ms a stage without a gap, and one stage time to leave the second stage: 24 × 0.675 + 0.675.
    expect(batches).toHaveLength(24);
    expect(report.summary.durationSeconds).toBeCloseTo(25 * 0.675, 9);
  });
});
