import { describe, expect, it } from "vitest";
import { randomSource } from "../../src/simulation/random.ts";
import type { Report } from "../../src/simulation/report/report.ts";
import { simulateWith } from "../../src/simulation/simulate-with.ts";
import type { RequestRow, Workload } from "../../src/simulation/workload/workload.ts";
import { planOf, reportFrom, type Setup, settledOf, timing } from "../simulation/fixtures.ts";

/** Seconds of a step, whatever is in it. */
const step = 0.01;

function run(setup: Setup, workload: Workload): Report {
  return reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [timing(() => step)], workload, 1));
}

describe("M/M/1: one sequence at a time, answers of exponential length, Poisson arrivals", () => {
  const mean = 50;
  const count = 80_000;
  const draw = randomSource(9, "outputTokens");
  // A prompt of one token is computed in the step that makes the first token, so a request is served for its tokens' steps.
  const requests = Array.from(
    { length: count },
    (): RequestRow => ({ arrivalSeconds: 0, promptTokens: 1, outputTokens: Math.ceil(-mean * Math.log(1 - draw())) }),
  );
  const seconds = requests.map(({ outputTokens }) => outputTokens * step);
  const service = seconds.reduce((sum, one) => sum + one, 0) / count;
  const square = seconds.reduce((sum, one) => sum + one * one, 0) / count;

  it.each([
    [0.3, 0.02],
    [0.6, 0.03],
    [0.8, 0.06],
  ])("at load %d takes S / (1 − load) on average", (load, tolerance) => {
    const rate = load / service;
    const { summary } = run({ settings: { maxNumSeqs: 1 } }, { kind: "requests", requests, ratePerSecond: rate, cv: 1 });
    // Answers of whole tokens are nearly exponential: Pollaczek and Khinchine know by how much.
    const exact = service + (rate * square) / (2 * (1 - load));
    expect(Math.abs(exact / (service / (1 - load)) - 1)).toBeLessThan(0.02);
    expect(Math.abs(summary.e2eSeconds.mean / exact - 1)).toBeLessThan(tolerance);
    // Little's law: requests in the system are their rate times their time there.
    const inside = summary.requestsPerSecond * summary.e2eSeconds.mean;
    expect(Math.abs(inside / (rate * exact) - 1)).toBeLessThan(2 * tolerance);
  });
});

describe("fluid limits: 16 sequences at a time, answers of 100 tokens", () => {
  const setup: Setup = { settings: { maxNumSeqs: 16, maxNumBatchedTokens: 2048 } };
  const lengths = { promptTokens: 10, outputTokens: 100 };
  /** Each place serves a request in 100 steps. */
  const most = 16 / (100 * step);

  it("all at once are served at the rate of full batches", () => {
    const { summary } = run(setup, { kind: "offline", requests: 16_000, ...lengths });
    // 1,000 rounds of 16, nothing left over.
    expect(summary.durationSeconds).toBeCloseTo(1000 * 100 * step, 9);
    expect(summary.requestsPerSecond).toBeCloseTo(most, 9);
  });

  it.each([1.25, 2, 5])("at %d times that rate the run ends, and tells the rate and how fast the wait grows", (over) => {
    const { summary, saturated } = run(setup, { kind: "open-loop", ratePerSecond: over * most, requests: 20_000, ...lengths });
    expect(summary.requests).toBe(20_000);
    expect(Math.abs((saturated?.mostRequestsPerSecond ?? 0) / most - 1)).toBeLessThan(0.01);
    // In a second `over` seconds' worth of work arrive, so each waits that much longer: over − 1.
    expect(Math.abs((saturated?.ttftGrowthPerSecond ?? 0) / (over - 1) - 1)).toBeLessThan(0.1);
    const waiting = (20_000 / (over * most)) * (over * most - most);
    expect(Math.abs((saturated?.waitingAtEnd ?? 0) / waiting - 1)).toBeLessThan(0.1);
  });

  it("at half of it nobody waits longer than for the step under way", () => {
    const { summary, saturated } = run(setup, {
      kind: "open-loop",
      arrivals: "constant",
      ratePerSecond: most / 2,
      requests: 5000,
      ...lengths,
    });
    expect(saturated).toBeNull();
    expect(summary.queueSeconds.p99).toBeLessThanOrEqual(step);
    expect(summary.e2eSeconds.mean).toBeGreaterThanOrEqual(100 * step);
    expect(summary.e2eSeconds.p99).toBeLessThanOrEqual(101 * step);
  });
});
