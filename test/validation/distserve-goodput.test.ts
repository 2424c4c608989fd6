/**
 * V5: DistServe's own simulator (LLMServe/DistServe 82831f1, simdistserve) on OPT-13B and A100, with its coefficients. The README's answer
 * for four GPUs is a prefill instance of TP 2 beside a decode instance of one GPU, at 1.56 requests a second and GPU: the last rate of a
 * bisection that holds, the next one being 1.72.
 */
import { describe, expect, it } from "vitest";
import { servedBySystem } from "../../src/deployment/systems/served.ts";
import { caseSystem } from "../../src/deployment/systems/system.ts";
import type { Summary } from "../../src/simulation/report/report.ts";
import { simulateWith } from "../../src/simulation/simulate-with.ts";
import { highestRate } from "../../src/simulation/systems/distserve/placement-search.ts";
import type { StepModel } from "../../src/timing/step-model.ts";
import { planOf, reportFrom, settledPair, timing } from "../simulation/fixtures.ts";

/** Milliseconds of a step with prompts: a + b Σ tokens + c Σ tokens²; a stage adds one. By tensor-parallel size. */
const promptTerms: Readonly<Record<number, readonly [number, number, number]>> = {
  1: [18.1025, 0.10191, 7.1223e-6],
  2: [14.743, 0.068577, 2.4496e-6],
};
/** Of a step of answers on one GPU: a + b Σ contexts + c requests, below 95 requests and above. */
const fewAnswers = [19.9347, 6.26936e-4, 0.038507] as const;
const manyAnswers = [7.16619, 5.798e-4, 0.158311] as const;

function prompts(tensor: 1 | 2): StepModel {
  const [a, b, c] = promptTerms[tensor] as readonly [number, number, number];
  // Pairs of causal attention are half the squares.
  return timing(({ prefillTokens, prefillPairs }) => (a + b * prefillTokens + c * 2 * prefillPairs + 1) / 1000);
}

const answers = timing(({ decodeContext, decodeSequences }) => {
  const [a, b, c] = decodeSequences < 95 ? fewAnswers : manyAnswers;
  return (a + b * decodeContext + c * decodeSequences) / 1000;
});

const longest = 2048;

/** Evenly spaced quantiles of an exponential law that is cut off at the model's longest sequence, with this mean. */
function cutExponential(mean: number, count = 400): readonly number[] {
  // In units of the longest: the mean is 1 / k − 1 / (e^k − 1).
  const k = highestRate((one) => 1 / one - 1 / Math.expm1(one) > mean / longest, 50, 1e-9);
  return Array.from({ length: count }, (_, i) =>
    Math.max(4, Math.round((-Math.log1p(((i + 0.5) / count) * Math.expm1(-k)) / k) * longest)),
  );
}

/** ShareGPT's conversations up to a turn: 857 tokens on average (300 of them, LLMServingSim's trace), answers of 200 (figure 7 of the paper). */
const promptTokens = { values: cutExponential(857) };
const outputTokens = { values: cutExponential(200) };

/** 5,000 requests at a rate of all GPUs, limits of 200 and 100 ms. */
function served(tensor: 1 | 2, ratePerSecond: number): Summary {
  const pair = settledPair({ linkBytesPerSecond: 1e15 });
  const slo = { ttftSeconds: 0.2, tpotSeconds: 0.1, e2eSeconds: null, percentile: 90 };
  // Its simulator packs all that waits into a step, and counts no time for caches to move and no room that answers take.
  const { settled } = servedBySystem({ ...pair, slo, system: caseSystem("distserve", { batchTokens: 163_008 }) });
  if (!settled) throw new Error("not served");
  const plans = [planOf({ blocks: 163_008 / 16 }), planOf({ blocks: 100_000 })];
  const workload = { kind: "open-loop" as const, ratePerSecond, requests: 5000, promptTokens, outputTokens };
  return reportFrom(simulateWith(settled, plans, [prompts(tensor), answers], workload, 1)).summary;
}

/** It asks for nine in ten of each, first tokens and others. */
const goodput = (tensor: 1 | 2, gpus: number): number =>
  highestRate(
    (perGpu) => {
      const { ttftSeconds, tpotSeconds } = served(tensor, gpus * perGpu);
      return ttftSeconds.p90 < 0.2 && tpotSeconds.p90 < 0.1;
    },
    5,
    0.02,
  );

describe("V5: DistServe's simulator", () => {
  it("falls in attainment as the rate rises", () => {
    const shares = [1, 2, 3, 4, 5, 6, 7, 8].map((rate) => served(2, rate).sloAttainment ?? 0);
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
    expect(shares[0]).toBeGreaterThan(0.97);
    expect(shares.at(-1)).toBeLessThan(0.6);
  });

  it("serves 1.56 requests a second and GPU with TP 2 for prompts and one GPU for answers, to 10 %", () => {
    expect(Math.abs(goodput(2, 3) / 1.56 - 1)).toBeLessThan(0.1);
  });

  it("serves fewer with one GPU each, as its search finds", () => {
    expect(goodput(1, 2)).toBeLessThan(goodput(2, 3));
  });
});
