import { describe, expect, test } from "vitest";
import type { TimingCorrection } from "../../../src/deployment/calibration.ts";
import { plain } from "../../../src/deployment/message.ts";
import { fitTiming } from "../../../src/live/bench/fit-timing.ts";
import { leastSquares } from "../../../src/live/bench/least-squares.ts";
import type { MeasuredLoad } from "../../../src/live/bench/measured-load.ts";
import type { Quantiles, Summary } from "../../../src/simulation/report/report.ts";
import type { Workload } from "../../../src/simulation/workload/workload.ts";

const all = (seconds: number): Quantiles => ({ mean: seconds, p50: seconds, p90: seconds, p95: seconds, p99: seconds });

/** A server whose step takes 5 ms on the GPU and 0.1 ms on the host for each request in flight; a request spends 25 ms outside. */
const gpuSeconds = 0.005;
const hostSeconds = (inFlight: number) => 1e-4 * inFlight;
const requestSeconds = 0.025;

function summary(inFlight: number, { device, host, requestSeconds: outside }: TimingCorrection): Summary {
  const tpot = device * gpuSeconds + host * hostSeconds(inFlight);
  const e2e = 100 * tpot;
  const base: Partial<Summary> = {
    queueSeconds: all(0),
    ttftSeconds: all(4 * tpot + (outside ?? requestSeconds)),
    tpotSeconds: all(tpot),
    requestsPerSecond: inFlight / e2e,
  };
  return base as Summary;
}

const inFlightOf = (workload: Workload) => (workload.kind === "closed-loop" ? workload.concurrency : 0);
const predict = async (workload: Workload, correction: TimingCorrection) => summary(inFlightOf(workload), correction);

function measured(inFlight: number, truth: TimingCorrection, changes: Partial<MeasuredLoad> = {}): MeasuredLoad {
  const { tpotSeconds, ttftSeconds, requestsPerSecond } = summary(inFlight, truth);
  return {
    from: "a.json",
    tool: "vllm bench serve",
    date: null,
    models: [],
    words: `${inFlight} in flight`,
    workload: { kind: "closed-loop", concurrency: inFlight, requests: 10 * inFlight, promptTokens: 100, outputTokens: 100 },
    isLimited: false,
    ttft: { seconds: ttftSeconds.mean, statistic: "mean" },
    tpot: { seconds: tpotSeconds.mean, statistic: "mean" },
    spreads: { ttft: ttftSeconds, tpot: tpotSeconds, e2e: null },
    requestsPerSecond,
    outputTokensPerSecond: null,
    notes: [],
    ...changes,
  };
}

const model = { band: 0.2, requestSeconds };
const fitted = (loads: readonly MeasuredLoad[]) => fitTiming(loads, predict, model);

describe("the smallest correction that explains what was measured", () => {
  test("of one load is one factor on all of a step", async () => {
    // 16 in flight: 5 + 1.6 ms predicted, 6 + 3.2 ms measured.
    const { correction, band } = await fitted([measured(16, { device: 1.2, host: 2, requestSeconds: 0.01 })]);
    expect(correction?.device).toBeCloseTo(9.2 / 6.6, 3);
    expect(correction?.host).toBe(correction?.device);
    // 4 steps of 9.2 ms and 10 ms outside are measured; the steps are met by the factor.
    expect(correction?.requestSeconds).toBeCloseTo(0.01, 3);
    // 0.4 · ln(9.2 / 6.6)
    expect(band).toBeCloseTo(0.133, 3);
  });

  test("of one load that was met is hardly one, and the band not wider than the prediction's", async () => {
    const { band } = await fitted([measured(16, { device: 1, host: 1, requestSeconds: null })]);
    expect(band).toBe(0.1);
    expect((await fitTiming([measured(16, { device: 1, host: 1, requestSeconds: null })], predict, { ...model, band: 0.07 })).band).toBe(
      0.07,
    );
  });

  test("of several that differ alike is one too", async () => {
    const truth = { device: 1.3, host: 1.3, requestSeconds: null };
    const { correction, band } = await fitted([measured(1, truth), measured(64, truth)]);
    expect(correction?.device).toBeCloseTo(1.3, 3);
    expect(correction?.host).toBe(correction?.device);
    expect(band).toBe(0.05);
  });

  test("of several is two where the host differs otherwise than the GPU, and what requests spend outside", async () => {
    const truth = { device: 0.9, host: 2, requestSeconds: 0.012 };
    const { correction } = await fitted([1, 16, 64].map((inFlight) => measured(inFlight, truth)));
    expect(correction?.device).toBeCloseTo(0.9, 2);
    expect(correction?.host).toBeCloseTo(2, 1);
    expect(correction?.requestSeconds).toBeCloseTo(0.012, 3);
  });

  test("comes from the rate where no time per token is told and the server's pace decides it", async () => {
    const truth = { device: 1.5, host: 1.5, requestSeconds: null };
    const { correction } = await fitted([measured(16, truth, { tpot: null, isLimited: true })]);
    expect(correction?.device).toBeCloseTo(1.5, 2);
  });

  test("is none where nothing tells of steps, or no correction explains it", async () => {
    const untold = await fitted([measured(16, { device: 1, host: 1, requestSeconds: null }, { tpot: null })]);
    expect(untold.problem && plain(untold.problem)).toBe("It tells no time per output token");
    const slow = { device: 3, host: 3, requestSeconds: null };
    const none = { device: 1, host: 1, requestSeconds: null };
    const torn = await fitted([measured(1, none), measured(1, slow), measured(64, none), measured(64, slow)]);
    expect(torn.problem && plain(torn.problem)).toMatch(
      /^No correction explains these loads: with the best one a prediction is still \d+ % off$/,
    );
    const unable = await fitTiming([measured(1, none)], async () => undefined, model);
    expect(unable.problem && plain(unable.problem)).toBe("Its load cannot be simulated");
  });
});

test("least squares finds the line through points", async () => {
  // y = 0.3 + 0.2 x at x = 0, 1, 2.
  const line = async ([a = 0, b = 0]: readonly number[]) => [0, 1, 2].map((x) => a + b * x - (0.3 + 0.2 * x));
  const { parameters, cost } = await leastSquares(line, [0, 0], 3);
  expect(parameters[0]).toBeCloseTo(0.3, 2);
  expect(parameters[1]).toBeCloseTo(0.2, 2);
  expect(cost).toBeLessThan(1e-4);
  expect((await leastSquares(async ([a = 0]) => [a - 9], [0], 3)).parameters).toEqual([3]);
});
