import { describe, expect, it } from "vitest";
import { simulateWith } from "../../src/simulation/simulate-with.ts";
import { paddedTokens } from "../../src/timing/mode-costs.ts";
import { stepModel } from "../../src/timing/step.ts";
import { drafting, planOf, reportFrom, type Setup, settledOf, timing } from "../simulation/fixtures.ts";

// V3: the switch of Shift Parallelism looks at the scheduled tokens of a step (ArcticInference model_runner.py @9d46438):
// at most the threshold runs as full tensor parallel, more as sequence parallel.
const threshold = 512;

function modesOf(promptTokens: number) {
  const setup: Setup = { layout: { sequence: 8 } };
  const model = timing(() => 0.01, { mode: (tokens) => (tokens <= threshold ? "tensor" : "sequence") });
  const workload = { kind: "offline" as const, requests: 1, promptTokens, outputTokens: 1 };
  return reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [model], workload, 1));
}

describe("V3: what the simulator asks the mode for", () => {
  it.each([
    [511, "tensor"],
    [512, "tensor"],
    [513, "sequence"],
  ] as const)("a step of %i tokens runs as %s", (tokens, mode) => {
    const report = modesOf(tokens);
    expect(report.summary.shift).toEqual({ tensorSteps: mode === "tensor" ? 1 : 0, sequenceSteps: mode === "sequence" ? 1 : 0 });
    expect(report.modes.map((time) => time.mode)).toEqual([mode]);
    expect(report.modes[0]?.label).toBe(mode === "tensor" ? "TP 8" : "TP 1 × SP 8");
  });

  it("counts decoding sequences and chunks together: 300 decodes are tensor, with a chunk of 213 sequence", () => {
    const setup: Setup = { layout: { sequence: 8 }, settings: { maxNumSeqs: 400, maxNumBatchedTokens: 2048 } };
    const asked = new Set<number>();
    const model = timing(() => 0.01, {
      mode: (tokens) => {
        asked.add(tokens);
        return tokens <= threshold ? "tensor" : "sequence";
      },
    });
    const requests = [
      ...Array.from({ length: 300 }, () => ({ arrivalSeconds: 0, promptTokens: 1, outputTokens: 100 })),
      { arrivalSeconds: 0.5, promptTokens: 213, outputTokens: 1 },
    ];
    const report = reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [model], { kind: "requests", requests }, 1));
    expect([...asked].sort((a, b) => a - b)).toEqual([300, 513]);
    expect(report.summary.shift.sequenceSteps).toBe(1);
    // One step of 10 ms: the share of the run's bins sums to it.
    expect(report.modes.find((time) => time.mode === "sequence")?.seconds).toBeCloseTo(0.01, 12);
  });
});

describe("V3: drafts", () => {
  it("are scheduled tokens: 300 sequences with three drafts each run as sequence parallel", () => {
    const setup: Setup = {
      layout: { sequence: 8 },
      settings: { maxNumSeqs: 400, maxNumBatchedTokens: 8192 },
      speculation: drafting(3, 0.6),
    };
    const asked = new Set<number>();
    const model = timing(() => 0.01, {
      mode: (tokens) => {
        asked.add(tokens);
        return tokens <= threshold ? "tensor" : "sequence";
      },
    });
    const workload = { kind: "offline" as const, requests: 300, promptTokens: 1, outputTokens: 40 };
    const report = reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [model], workload, 1));
    // The prompts, then steps of 300 × (1 + 3).
    expect([...asked].sort((a, b) => a - b)).toEqual([300, 1200]);
    expect(report.summary.shift.tensorSteps).toBe(1);
    expect(report.summary.shift.sequenceSteps).toBeGreaterThan(0);
  });
});

describe("V3: the step model of the product", () => {
  const settled = settledOf({ layout: { sequence: 8 } });
  const pool = settled.pools[0];
  if (!pool) throw new Error("no pool");

  it("switches above the threshold: 511, 512 and 513 tokens, and 300 sequences of a token and three drafts", () => {
    const shift = stepModel(settled.model, { ...pool, shiftThreshold: threshold });
    expect([511, 512, 513, 300 * (1 + 3)].map((tokens) => shift.mode(tokens))).toEqual(["tensor", "tensor", "sequence", "sequence"]);
  });

  it("pads what runs as sequence parallel to a multiple of its ranks: 9 tokens on 8 run as 16", () => {
    expect(paddedTokens(pool.settings.maxCaptureSize, 8)(9)).toBe(16);
    // Beyond the largest captured step, too.
    expect(paddedTokens(16, 8)(129)).toBe(136);
  });

  it("never leaves the mode it has without Shift", () => {
    const sequence = stepModel(settled.model, pool);
    expect([1, 513].map((tokens) => sequence.mode(tokens))).toEqual(["sequence", "sequence"]);
    const tensor = stepModel(settled.model, { ...pool, layout: { ...pool.layout, tensor: 8, sequence: 1 } });
    expect([1, 513].map((tokens) => tensor.mode(tokens))).toEqual(["tensor", "tensor"]);
  });
});
