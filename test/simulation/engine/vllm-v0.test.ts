import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RunControl } from "../../../src/simulation/report/report.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import type { Workload } from "../../../src/simulation/workload/workload.ts";
import type { StepModel } from "../../../src/timing/step-model.ts";
import { planOf, reportFrom, type Setup, settledOf, timing } from "../fixtures.ts";
import { play } from "../play.ts";
import { vllmV0Oracle } from "./vllm-v0-oracle.ts";

const v0 = { engine: "vllm", reserveFullPrompt: true, promptsFirst: true } as const;

const shapes = fc.record({
  blockTokens: fc.constantFrom(1, 4, 16),
  blocks: fc.integer({ min: 12, max: 60 }),
  maxNumSeqs: fc.integer({ min: 1, max: 9 }),
  watermark: fc.constantFrom(0, 0.01, 0.1),
  swapBlocks: fc.constantFrom(null, 0, 3, 30),
  requests: fc.array(
    fc.record({
      arrival: fc.integer({ min: 0, max: 300 }),
      promptTokens: fc.integer({ min: 1, max: 90 }),
      outputTokens: fc.integer({ min: 1, max: 40 }),
    }),
    { minLength: 1, maxLength: 22 },
  ),
});

describe("vLLM V0 against the slow oracle", () => {
  it("takes the same steps and gives the same records, swapping and recomputation included", () => {
    let swaps = 0;
    let preemptions = 0;
    fc.assert(
      fc.property(shapes, (shape) => {
        const capacity = shape.blocks * shape.blockTokens;
        const first = Math.min(...shape.requests.map(({ arrival }) => arrival));
        const rows = shape.requests
          .map(({ arrival, promptTokens, outputTokens }) => {
            const prompt = Math.max(1, Math.min(promptTokens, capacity - 2));
            return {
              arrivalSeconds: (arrival - first) / 1000,
              promptTokens: prompt,
              outputTokens: Math.max(1, Math.min(outputTokens, capacity - 1 - prompt)),
            };
          })
          .sort((a, b) => a.arrivalSeconds - b.arrivalSeconds);
        const maxNumBatchedTokens = 130;
        const stepSeconds = (prompt: number, decodes: number): number => 0.004 + 1e-4 * prompt + 2e-4 * decodes;
        // A block of the plan has so many bytes, and the bus takes so many of them in a second.
        const blockBytes = 131_072 * shape.blockTokens;
        const nanoseconds = (1e9 * blockBytes) / 5e10;
        const setup: Setup = {
          blocks: shape.blocks,
          settings: {
            blockTokens: shape.blockTokens,
            maxNumSeqs: shape.maxNumSeqs,
            maxNumBatchedTokens,
            chunkedPrefill: false,
            maxModelLen: 100_000,
            scheduling: {
              ...v0,
              watermark: shape.watermark,
              ...(shape.swapBlocks === null ? {} : { swapBytes: shape.swapBlocks * blockBytes }),
            },
          },
        };
        const steps: [number, number][] = [];
        const unseen = timing(({ prefillTokens, decodeSequences }) => stepSeconds(prefillTokens, decodeSequences));
        const model = timing(({ prefillTokens, decodeSequences }) => stepSeconds(prefillTokens, decodeSequences), {
          flops: ({ prefillTokens, decodeSequences }) => {
            if (steps.push([prefillTokens, decodeSequences]) > 20_000) throw new Error("the run does not end");
            return 1;
          },
        });
        const workload: Workload = { kind: "requests", requests: rows };
        const whole = (control: RunControl, steps: StepModel) =>
          reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [steps], workload, 1, control));
        const report = whole({ stepwise: true }, model);
        const expected = vllmV0Oracle({
          ...shape,
          maxNumBatchedTokens,
          requests: rows,
          swap: shape.swapBlocks === null ? null : { blocks: shape.swapBlocks, nanoseconds },
          stepSeconds,
        });
        expect(steps).toEqual(expected.steps);
        expect([...report.requests.finished]).toEqual(expected.finished);
        // In stretches, too.
        expect([...whole({}, unseen).requests.finished]).toEqual(expected.finished);
        expect([...report.requests.firstToken]).toEqual(expected.firstToken);
        expect([...report.requests.preemptions]).toEqual(expected.preemptions);
        swaps += expected.swaps;
        preemptions += report.summary.preemptions;
      }),
      { numRuns: 800, seed: 20_261_128 },
    );
    expect(swaps).toBeGreaterThan(100);
    expect(preemptions).toBeGreaterThan(swaps);
  });
});

describe("vLLM V0", () => {
  it("stops answers for a prompt, whole and in a step of its own", () => {
    const { steps } = play(
      [
        [0, 100, 5],
        [15, 300, 2],
      ],
      v0,
    );
    // The second came in the first's second step, and is computed before its third.
    expect(steps).toEqual([
      [100, 0],
      [0, 1],
      [300, 0],
      [0, 2],
      [0, 1],
      [0, 1],
    ]);
  });
});
