import { describe, expect, it } from "vitest";
import { simulateWith } from "../../src/simulation/simulate-with.ts";
import { planOf, reportFrom, type Setup, settledOf, timing } from "../simulation/fixtures.ts";

// V4: prefill of uniform prompts without batching or decode is an M/D/1 queue (DistServe, arXiv 2401.09670, equations 1 to 3).
const service = 0.05;
// The mean of an M/D/1 queue converges slowly as the load nears 1: at 0.9 one run of 200,000 requests scatters by 2.3 % (standard
// deviation over 20 seeds, their mean is 0.6 % off), so five runs are averaged there.
const cases = [
  { load: 0.3, tolerance: 0.02, seeds: 1 },
  { load: 0.6, tolerance: 0.02, seeds: 1 },
  { load: 0.9, tolerance: 0.05, seeds: 5 },
];
const requests = 200_000;

function meanTtft(rate: number, serviceSeconds: number, stages: number, seed = 1, count = requests): number {
  const setup: Setup = {
    layout: { pipeline: stages },
    // One prompt of 512 tokens fills a step, so nothing is batched.
    settings: { maxNumSeqs: stages, maxNumBatchedTokens: 512 },
  };
  const workload = { kind: "open-loop" as const, ratePerSecond: rate, requests: count, promptTokens: 512, outputTokens: 1 };
  const outcome = simulateWith(settledOf(setup), [planOf(setup)], [timing(() => serviceSeconds, { stages })], workload, seed);
  return reportFrom(outcome).summary.ttftSeconds.mean;
}

describe("V4: M/D/1", () => {
  for (const { load, tolerance, seeds } of cases) {
    const R = load / service;
    const measured = (serviceSeconds: number, stages: number) => {
      let sum = 0;
      for (let seed = 1; seed <= seeds; seed++) sum += meanTtft(R, serviceSeconds, stages, seed);
      return sum / seeds;
    };
    it(`one instance at load ${load}: D + R D² / (2 (1 − R D))`, () => {
      // Load 0.6: 0.05 + 12 · 0.0025 / (2 · 0.4) = 0.0875 s.
      const expected = service + (R * service ** 2) / (2 * (1 - R * service));
      expect(Math.abs(measured(service, 1) / expected - 1)).toBeLessThan(tolerance);
    });
    it(`two stages at load ${load}: D + R D² / (4 (2 − R D))`, () => {
      const expected = service + (R * service ** 2) / (4 * (2 - R * service));
      expect(Math.abs(measured(service, 2) / expected - 1)).toBeLessThan(tolerance);
    });
    it(`two GPUs a layer, 1.7 times faster, at load ${load}: D/K + R D² / (2 K (K − R D))`, () => {
      const K = 1.7;
      const expected = service / K + (R * service ** 2) / (2 * K * (K - R * service));
      expect(Math.abs(measured(service / K, 1) / expected - 1)).toBeLessThan(tolerance);
    });
  }

  it("crosses over from tensor to pipeline parallel at the rate the formulas give", () => {
    const K = 1.7;
    const tensor = (x: number) => 1 / K + x / (2 * K * (K - x));
    const pipeline = (x: number) => 1 + x / (4 * (2 - x));
    const root = bisect((x) => tensor(x) - pipeline(x), 0.1, 1.65);
    // The same arrivals for both layouts, so that their difference has little noise.
    const measured = bisect(
      (x) => meanTtft(x / service, service / K, 1, 3, 60_000) - meanTtft(x / service, service, 2, 3, 60_000),
      0.8,
      1.65,
      12,
    );
    expect(Math.abs(measured / root - 1)).toBeLessThan(0.03);
  }, 60_000);
});

function bisect(f: (x: number) => number, from: number, to: number, steps = 60): number {
  let low = from;
  let high = to;
  for (let i = 0; i < steps; i++) {
    const middle = (low + high) / 2;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
