import { describe, expect, it } from "vitest";
import { quantilesOf } from "../../../src/simulation/report/quantiles.ts";
import { Sample } from "../../../src/simulation/report/sample.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import type { Workload } from "../../../src/simulation/workload/workload.ts";
import { planOf, plausible, reportFrom, type Setup, settledOf, timing } from "../fixtures.ts";

function run(workload: Workload, setup: Setup = {}, model = timing(() => 0.01), seed = 1) {
  return reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [model], workload, seed));
}
const one = { kind: "requests" as const, requests: [{ arrivalSeconds: 0, promptTokens: 100, outputTokens: 11 }] };

describe("figures of a run worked out by hand", () => {
  it("one request: a prefill step and ten decode steps of 10 ms", () => {
    const { summary } = run(one);
    // TTFT 10 ms, E2E 110 ms, TPOT (110 − 10) / 10 = 10 ms.
    expect(summary.ttftSeconds.mean).toBeCloseTo(0.01, 12);
    expect(summary.e2eSeconds.p99).toBeCloseTo(0.11, 12);
    expect(summary.tpotSeconds.p50).toBeCloseTo(0.01, 12);
    expect(summary.itlSeconds.p99).toBeCloseTo(0.01, 12);
    expect(summary.durationSeconds).toBeCloseTo(0.11, 12);
    expect(summary.outputTokensPerSecond).toBeCloseTo(100, 6);
    expect(summary.totalTokensPerSecond).toBeCloseTo(111 / 0.11, 6);
    // 100 + 10 tokens at 16 GFLOP of 1 PFLOP/s in 0.11 s.
    expect(summary.mfu).toBeCloseTo((110 * 16e9) / (1e15 * 0.11), 9);
  });

  it("time outside the engine counts once, in TTFT and not in the queue", () => {
    const { summary } = run(
      one,
      {},
      timing(() => 0.01, { requestSeconds: 0.005 }),
    );
    expect(summary.ttftSeconds.mean).toBeCloseTo(0.015, 12);
    expect(summary.queueSeconds.mean).toBe(0);
    expect(summary.tpotSeconds.mean).toBeCloseTo(0.01, 12);
  });

  it("a closed loop: warm-up is not reported, concurrency is kept", () => {
    const workload = { kind: "closed-loop" as const, concurrency: 4, requests: 20, warmup: 8, promptTokens: 50, outputTokens: 11 };
    const { summary, requests, series } = run(workload);
    expect(summary.requests).toBe(20);
    expect(requests.arrival[0]).toBe(0);
    // Five rounds of four, each 110 ms.
    expect(summary.durationSeconds).toBeCloseTo(0.55, 9);
    expect(Math.max(...series.running)).toBeCloseTo(4, 6);
  });

  it("limits: share and rate of requests within all of them", () => {
    const slo = { ttftSeconds: 0.025, tpotSeconds: 0.02, e2eSeconds: null, percentile: 95 };
    const requests = Array.from({ length: 4 }, () => ({ arrivalSeconds: 0, promptTokens: 100, outputTokens: 1 }));
    // One prompt a step: TTFT 10, 20, 30, 40 ms; two of four are in time.
    const { summary } = run({ kind: "requests", requests }, { slo, settings: { maxNumBatchedTokens: 100 } });
    expect(summary.sloAttainment).toBe(0.5);
    expect(summary.goodputRequestsPerSecond).toBeCloseTo(2 / 0.04, 9);
    expect(run(one).summary.sloAttainment).toBeNull();
  });

  it("two ranks in lock-step wait for the longer step", () => {
    const requests = [
      { arrivalSeconds: 0, promptTokens: 1000, outputTokens: 1 },
      { arrivalSeconds: 0, promptTokens: 10, outputTokens: 1 },
    ];
    const model = timing((batch) => batch.tokens * 1e-4);
    const finished = (layout: Setup["layout"]) => [
      ...run({ kind: "requests", requests }, layout ? { layout } : {}, model).requests.finished,
    ];
    expect(finished({ attentionData: 2 })).toEqual([0.1, 0.1]);
    expect(finished({ data: 2 })).toEqual([0.1, 0.001]);
    expect(finished(undefined)).toEqual([0.101, 0.101]);
  });

  it("the shared part of a prompt is computed once, the last token always again", () => {
    const prefixBlocks = [1, 2, 3, 4];
    const requests = [
      { arrivalSeconds: 0, promptTokens: 64, outputTokens: 1, prefixBlocks },
      { arrivalSeconds: 1, promptTokens: 64, outputTokens: 1, prefixBlocks },
      { arrivalSeconds: 2, promptTokens: 70, outputTokens: 1, prefixBlocks },
    ];
    const setup = { settings: { prefixCaching: true } };
    const report = run({ kind: "requests", requests, prefixBlockTokens: 16 }, setup);
    expect([...report.requests.cachedTokens]).toEqual([0, 48, 64]);
    expect(report.summary.kvCache.prefixHitRate).toBeCloseTo(112 / 198, 12);
    expect(run({ kind: "requests", requests, prefixBlockTokens: 16 }).summary.kvCache.prefixHitRate).toBe(0);
  });
});

describe("quantiles", () => {
  it("interpolate between neighbours", () => {
    expect(quantilesOf(Sample.of(Float64Array.of(4, 1, 3, 2)))).toEqual({
      mean: 2.5,
      p50: 2.5,
      p90: 3.7,
      p95: 3.8499999999999996,
      p99: 3.9699999999999998,
    });
    expect(quantilesOf(new Sample(0)).p50).toBeNaN();
  });
});

describe("the sentence on what limits the run", () => {
  const offline = (requests: number, promptTokens: number, outputTokens: number): Workload => ({
    kind: "offline",
    requests,
    promptTokens,
    outputTokens,
  });

  it("KV cache space, with the span it points at", () => {
    const report = run(offline(200, 200, 200), { blocks: 300 }, plausible);
    expect(report.bottleneck.resource).toBe("kv-cache");
    expect(report.bottleneck.sentence).toMatch(/^Limited by KV cache space\. Full for /);
    const span = report.causes.find(({ from, to }) => from === report.bottleneck.from && to === report.bottleneck.to);
    expect(span?.resource).toBe("kv-cache");
    expect(report.summary.kvCache.peakUsage).toBeGreaterThan(0.95);
  });
  it("max-num-seqs", () => {
    expect(run(offline(200, 200, 200), { settings: { maxNumSeqs: 8 } }, plausible).bottleneck.resource).toBe("max-num-seqs");
  });
  it("prefill compute or the token budget, by what a larger step would cost", () => {
    const linear = timing((batch) => 1e-4 * batch.tokens);
    const flat = timing((batch) => 0.02 + 1e-6 * batch.tokens);
    expect(run(offline(200, 2000, 2), {}, linear).bottleneck.resource).toBe("prefill-compute");
    expect(run(offline(200, 2000, 2), {}, flat).bottleneck.resource).toBe("token-budget");
  });
  it("arrivals, when the engine is idle", () => {
    const report = run({ kind: "open-loop", ratePerSecond: 1, requests: 50, promptTokens: 10, outputTokens: 5 });
    expect(report.bottleneck).toMatchObject({ resource: "arrivals" });
    expect(report.bottleneck.sentence).toMatch(/^Not limited: 9\d\.\d\s% of the time idle\.$/);
  });
  it("the client, when it holds requests back", () => {
    const report = run({ kind: "open-loop", ratePerSecond: 100, maxInFlight: 2, requests: 200, promptTokens: 10, outputTokens: 20 });
    expect(report.bottleneck.resource).toBe("client");
  });
  it("decode bandwidth, collectives or the host, by what steps are made of", () => {
    const decode: Workload = { kind: "closed-loop", concurrency: 8, requests: 40, promptTokens: 10, outputTokens: 200 };
    const made = (operator: "host" | "collectives" | "matrix") =>
      timing(() => 0.01, {
        breakdown: () => ({
          seconds: { matrix: 0, "prefill-attention": 0, "decode-attention": 0, collectives: 0, host: 0, [operator]: 0.01 },
          total: 0.01,
        }),
      });
    expect(run(decode, {}, made("matrix")).bottleneck.resource).toBe("decode-bandwidth");
    expect(run(decode, {}, made("collectives")).bottleneck.resource).toBe("collectives");
    expect(run(decode, {}, made("host")).bottleneck.resource).toBe("host");
  });
});

describe("saturation", () => {
  // Budget 1,000 tokens a step of 0.1 s: prompts of 1,000 tokens are served at 10 a second.
  const setup = { settings: { maxNumBatchedTokens: 1000 } };
  const model = timing((batch) => 1e-4 * batch.tokens);
  const open = (ratePerSecond: number): Workload => ({
    kind: "open-loop",
    ratePerSecond,
    requests: 600,
    promptTokens: 1000,
    outputTokens: 1,
  });

  it("is told where the queue never empties, with the rate that is served", () => {
    const { saturated } = run(open(15), setup, model);
    expect(saturated?.mostRequestsPerSecond).toBeCloseTo(10, 0);
    // 600 arrive in 40 s, 400 are served.
    expect(saturated?.waitingAtEnd).toBeGreaterThan(150);
    // A request that comes a second later waits half a second longer: 15 / 10 − 1.
    expect(saturated?.ttftGrowthPerSecond).toBeGreaterThan(0.4);
    expect(saturated?.ttftGrowthPerSecond).toBeLessThan(0.6);
  });
  // One server of 0.1 s, Poisson arrivals: at 95 % of what it serves its queue comes and goes in long waves.
  const alarms = (utilisation: number, requests: number) => {
    const one: Setup = { settings: { maxNumSeqs: 1 } };
    const seeds = Array.from({ length: 40 }, (_, i) => i + 1);
    return seeds.filter((seed) => {
      const workload: Workload = { kind: "open-loop", ratePerSecond: 10 * utilisation, requests, promptTokens: 10, outputTokens: 1 };
      return reportFrom(simulateWith(settledOf(one), [planOf(one)], [timing(() => 0.1)], workload, seed)).saturated !== null;
    }).length;
  };
  it.each([
    [0.8, 300, 0, 0],
    [0.95, 300, 0, 2],
    [0.95, 1000, 0, 1],
    [1.2, 1000, 40, 40],
    [1.5, 300, 40, 40],
  ])("of an M/D/1 queue at %f of its rate over %i requests is told by %i to %i of 40 seeds", (utilisation, requests, least, most) => {
    const count = alarms(utilisation, requests);
    expect(count).toBeGreaterThanOrEqual(least);
    expect(count).toBeLessThanOrEqual(most);
  });
  it("is not a cache that is full while the queue empties again", () => {
    const small: Setup = { blocks: 80, settings: { maxModelLen: 1024 } };
    const { saturated, bottleneck } = run(
      { kind: "open-loop", ratePerSecond: 8, requests: 400, promptTokens: 1000, outputTokens: 10 },
      small,
      timing(() => 0.01),
    );
    expect(bottleneck.resource).toBe("kv-cache");
    expect(saturated).toBeNull();
  });
  it("is not where it does, nor in a closed loop", () => {
    expect(run(open(7), setup, model).saturated).toBeNull();
    expect(run({ kind: "offline", requests: 500, promptTokens: 1000, outputTokens: 1 }, setup, model).saturated).toBeNull();
  });
});

describe("what cannot be run, or not to its end", () => {
  const outcome = (workload: Workload, setup: Setup = {}, model = timing(() => 0.01)) =>
    simulateWith(settledOf(setup), [planOf(setup)], [model], workload, 1);

  it("does not fit", () => {
    const plan = { ...planOf(), fits: false, refusal: { kind: "no-kv-memory" as const, overBytes: 9.4 * 2 ** 30, sure: true } };
    expect(simulateWith(settledOf(), [plan], [plausible], one, 1).error).toEqual({
      code: "does-not-fit",
      message: "Does not fit: 9.4 GiB too much on each GPU before any KV cache.",
    });
  });
  it("has half of a pair of pools, a senseless workload or a broken timing", () => {
    expect(outcome(one, { role: "prefill" }).error?.code).toBe("missing");
    expect(simulateWith(settledOf(), [], [], one, 1).error?.code).toBe("missing");
    expect(outcome({ kind: "requests", requests: [] }).error?.code).toBe("bad-workload");
    expect(
      outcome(
        one,
        {},
        timing(() => Number.NaN),
      ).error?.message,
    ).toMatch(/NaN/);
    expect(
      outcome(
        one,
        {},
        timing(() => 1e300),
      ).error?.code,
    ).toBe("unsupported");
  });
  it("leaves out prompts that are too long and clips answers, and says so", () => {
    const requests = [
      { arrivalSeconds: 0, promptTokens: 900, outputTokens: 500 },
      { arrivalSeconds: 0, promptTokens: 1000, outputTokens: 5 },
      { arrivalSeconds: 0, promptTokens: 10, outputTokens: 5 },
    ];
    const report = run({ kind: "requests", requests }, { settings: { maxModelLen: 1000 } });
    expect([...report.requests.outputTokens]).toEqual([100, 5]);
    expect(report.warnings).toEqual([
      "1 of 3 requests have a prompt of more than 999 tokens; the engine refuses them, and they are left out.",
      "1 of 3 answers end early, at 1,000 tokens with their prompt.",
    ]);
    const none = outcome(
      { kind: "requests", requests: [requests[1] ?? { arrivalSeconds: 0, promptTokens: 1000, outputTokens: 1 }] },
      { settings: { maxModelLen: 1000 } },
    );
    expect(none.error).toMatchObject({ code: "bad-workload" });
  });
  it("does not run for ever on a request that the cache can never hold", () => {
    // 20 blocks hold 320 tokens.
    const requests = [
      { arrivalSeconds: 0, promptTokens: 5000, outputTokens: 1 },
      { arrivalSeconds: 0, promptTokens: 300, outputTokens: 500 },
      { arrivalSeconds: 0, promptTokens: 320, outputTokens: 1 },
    ];
    const report = run({ kind: "requests", requests }, { blocks: 20 });
    expect([...report.requests.promptTokens]).toEqual([300]);
    expect([...report.requests.outputTokens]).toEqual([20]);
    expect(report.warnings).toHaveLength(2);
  });
  it("stops at the signal with figures of the time so far, and reports progress on the way", () => {
    const states: number[] = [];
    const signal = { aborted: false };
    const workload: Workload = { kind: "open-loop", ratePerSecond: 5, requests: 50_000, promptTokens: 10, outputTokens: 40 };
    const { report } = simulateWith(settledOf(), [planOf()], [timing(() => 0.01)], workload, 1, {
      signal,
      progress: ({ simulatedSeconds, finished, total }) => {
        expect(total).toBe(50_000);
        expect(finished).toBeLessThanOrEqual(total);
        states.push(simulatedSeconds);
        if (states.length === 3) signal.aborted = true;
      },
    });
    expect(report?.stoppedAtSeconds).toBeCloseTo(states[2] ?? 0, 9);
    expect(report?.summary.requests).toBeLessThan(50_000);
    expect(report?.summary.requests).toBeGreaterThan(50);
    expect(report?.summary.durationSeconds).toBe(report?.stoppedAtSeconds);
    expect(report?.requests.finished.some(Number.isNaN)).toBe(true);
    expect(states).toEqual([...states].sort((a, b) => a - b));
  });
});

describe("the words of a report", () => {
  it("say that the split by operator is sampled where it is, and only there", () => {
    const decode = (outputTokens: number) => run({ kind: "requests", requests: [{ arrivalSeconds: 0, promptTokens: 10, outputTokens }] });
    // 512 steps are priced one by one; of 2,000, every fourth.
    expect(decode(512).warnings).toEqual([]);
    expect(decode(2000).warnings).toEqual(["The split of step time by operator rests on 500 of 2,000 steps, evenly spaced."]);
  });

  it("name scheduler, layout and replicas", () => {
    const report = run(one, { layout: { tensor: 4, sequence: 2 }, instances: 2, settings: { prefixCaching: true } });
    expect(report.layout).toBe("2 replicas of TP 4 × SP 2");
    expect(report.gpus).toBe(16);
    expect(report.scheduler).toMatch(/^vLLM V1 scheduler as of 0\.19\.0: first come first served, chunked prefill, prefix caching/);
    expect(report.modes[0]?.label).toBe("TP 8");
    expect(run(one).layout).toBe("1 GPU");
  });
});
