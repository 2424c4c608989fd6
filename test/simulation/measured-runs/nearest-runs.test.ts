import { describe, expect, test } from "vitest";
import type { MeasuredRun, RunSetup } from "../../../src/catalog/measured-runs.ts";
import { plain } from "../../../src/deployment/message.ts";
import { nearDistance, nearestRuns } from "../../../src/simulation/measured-runs/nearest-runs.ts";
import { predictRun, replayOf } from "../../../src/simulation/measured-runs/replay.ts";
import { runCase } from "../../../src/simulation/measured-runs/run-case.ts";
import { runLoad, runTitle } from "../../../src/simulation/measured-runs/run-words.ts";
import { reportPoint, runPoint, type ServingPoint } from "../../../src/simulation/measured-runs/serving-point.ts";
import { testCatalog } from "../../support/catalog.ts";
import { settledCase } from "../../timing/pools.ts";

const catalog = testCatalog();

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("not known");
  return value;
}

/** Qwen3-32B in 16 bit under vLLM 0.12.0, TP 2 on H100: 1,024 in, 1,024 out, 16 users. */
function run(setup: Partial<RunSetup> = {}, load: Partial<MeasuredRun> = {}): MeasuredRun {
  return {
    setup: {
      source: "here",
      engine: "vllm",
      version: "0.12.0",
      model: known(catalog.model("Qwen/Qwen3-32B")).model,
      gpu: known(catalog.gpu("H100-SXM5-80GB")),
      quantization: null,
      pools: [{ role: "mixed", instances: 1, tensor: 2, pipeline: 1, attentionData: 1, expert: 1 }],
      load: "closed-loop",
      settings: {},
      conversations: null,
      stages: [],
      ...setup,
    },
    promptTokens: 1024,
    outputTokens: 1024,
    concurrency: 16,
    ratePerSecond: null,
    ttftSeconds: 0.1874,
    tpotSeconds: 0.01738,
    outputTokensPerSecond: null,
    ...load,
  };
}

/** A deployment like that run, with members of its case replaced. */
function point(deployment: Readonly<Record<string, unknown>> = {}, change: Partial<ServingPoint> = {}): ServingPoint {
  const settled = settledCase({
    model: "Qwen/Qwen3-32B",
    engineVersion: "0.12.0",
    pools: [{ role: "mixed", parallel: { tensor: 2 } }],
    ...deployment,
  });
  const [pool] = settled.pools;
  if (!pool) throw new Error("no pool");
  return { ...runPoint(run()), model: settled.model, gpu: pool.gpu, version: pool.version, weights: pool.weights, ...change };
}

const found = (from: ServingPoint, ...runs: readonly MeasuredRun[]) =>
  nearestRuns(from, runs).map(({ distance, words }) => ({ distance, words: words.map(plain).join(", ") }));

describe("nearest measured runs", () => {
  test("the run itself is at no distance", () => {
    expect(found(point(), run())).toEqual([{ distance: 0, words: "same model" }]);
  });

  test("another size of the tensor group: half the GPUs is ln 2 × (0.5 + 0.15) = 0.451", () => {
    const [near] = found(point({}, { pools: [{ ...known(point().pools[0]), tensor: 4 }] }), run());
    expect(near?.words).toBe("same model, TP 2 instead of 4");
    expect(near?.distance).toBeCloseTo(0.4505, 4);
  });

  test("another GPU counts by bandwidth, and half by compute", () => {
    // H200 4.8 TB/s against 3.35 TB/s, both 989 TFLOP/s: 0.1 + ln(4.8 / 3.35) = 0.460.
    const [near] = found(point({ gpu: "H200-SXM" }), run());
    expect(near?.words).toBe("same model, H100-SXM5-80GB instead of H200-SXM");
    expect(near?.distance).toBeCloseTo(0.4596, 2);
  });

  test("a version is told, and one that is not published too", () => {
    // Seven releases apart: 0.02 + 7 × 0.03 = 0.23.
    expect(found(point({ engineVersion: "0.19.0" }), run())).toEqual([
      { distance: expect.closeTo(0.23, 6), words: "same model, vLLM 0.12.0 instead of 0.19.0" },
    ]);
    expect(found(point(), run({ version: null }))[0]?.words).toBe("same model, vLLM of a version that is not published");
    expect(found(point(), run({ engine: "sglang" }))[0]).toEqual({ distance: 0.5, words: "same model, SGLang instead of vLLM" });
  });

  test("a narrower format: half the bytes is 0.05 + 0.7 ln 2 = 0.535", () => {
    const [near] = found(point(), run({ quantization: "fp8" }));
    expect(near).toEqual({ distance: expect.closeTo(0.5352, 4), words: "same model, fp8 instead of bf16" });
  });

  test("another model of the same kind says its size; a dense and a sparse one of these sizes are not near each other", () => {
    const [near] = found(point({ model: "Qwen/Qwen2.5-32B-Instruct" }), run());
    expect(near?.words).toBe("Qwen3-32B (32.8 B) instead of Qwen2.5-32B-Instruct (32.8 B)");
    const sparse = known(catalog.model("openai/gpt-oss-120b")).model;
    expect(found(point(), run({ model: sparse }))).toEqual([]);
  });

  test("checkpoints of one size are one model", () => {
    const [base, tuned] = ["meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.1-8B-Instruct"].map((name) => known(catalog.model(name)).model);
    const [near] = found(point({}, { model: known(tuned) }), run({ model: known(base) }));
    expect(near).toEqual({ distance: 0, words: "same model" });
  });

  test("lengths and load speak from a quarter on", () => {
    // Drawn from 0.8 to 1 of 1,024: 921.6 on average. 0.3 × ln(1,843.2 / 921.6) = 0.208.
    const [near] = found(point({}, { promptTokens: 1843.2, concurrency: 18 }), run());
    expect(near?.words).toBe("same model, 922 prompt tokens on average instead of 1,843");
    expect(near?.distance).toBeCloseTo(0.3 * Math.log(2) + 0.3 * Math.log(18 / 16), 6);
  });

  test("of one configuration the nearest load is taken, of several configurations three", () => {
    const same = run();
    const busy: MeasuredRun = { ...same, concurrency: 64 };
    const others = [0, 1, 2, 3].map((i) => run({ version: `0.1${i}.0` }));
    const near = nearestRuns(point({}, { concurrency: 60 }), [same, busy, ...others]);
    expect(near).toHaveLength(3);
    expect(near[0]?.run).toBe(busy);
    const distances = near.map(({ distance }) => distance);
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
  });

  test("prefill and decode pools are no mixed pool", () => {
    const role = (name: "prefill" | "decode", instances: number) => ({
      role: name,
      instances,
      tensor: 1,
      pipeline: 1,
      attentionData: 1,
      expert: 1,
    });
    const [near] = found(point(), run({ pools: [role("prefill", 8), { ...role("decode", 2), tensor: 4 }] }, { concurrency: 32 }));
    expect(near?.words).toBe("same model, 8 prefill of TP 1 + 2 decode of TP 4 instead of TP 2");
  });

  test("nothing near is said as nothing", () => {
    const a100 = known(catalog.gpu("A100-SXM4-80GB"));
    const small = known(catalog.model("Qwen/Qwen2.5-7B-Instruct")).model;
    expect(found(point(), run({ model: small, gpu: a100 }))).toEqual([]);
    for (const { distance } of nearestRuns(point(), catalog.runs())) expect(distance).toBeLessThanOrEqual(nearDistance);
  });

  test("requests at once follow from rate and time", () => {
    const settled = settledCase();
    const made = reportPoint(settled, {
      workload: { ...numbers, promptMean: 900, outputMean: 200 },
      summary: { ...summary, requestsPerSecond: 5, e2eSeconds: { mean: 4, p50: 4, p90: 4, p95: 4, p99: 4 } },
    });
    expect(made).toMatchObject({ promptTokens: 900, outputTokens: 200, concurrency: 20 });
  });
});

const numbers = {
  name: "chat",
  requests: 10,
  promptMean: 1,
  promptP95: 1,
  outputMean: 1,
  outputP95: 1,
  ratePerSecond: 5,
  burstiness: 1,
  repeatedPrefix: 0,
  source: "",
};
const same = { mean: 1, p50: 1, p90: 1, p95: 1, p99: 1 };
const summary = {
  requests: 10,
  durationSeconds: 1,
  ttftSeconds: same,
  tpotSeconds: same,
  itlSeconds: same,
  e2eSeconds: same,
  queueSeconds: same,
  requestsPerSecond: 1,
  outputTokensPerSecond: 1,
  totalTokensPerSecond: 1,
  outputTokensPerSecondPerGpu: 1,
  sloAttainment: null,
  goodputRequestsPerSecond: null,
  kvCache: { capacityTokens: 1, peakUsage: 0, prefixHitRate: 0 },
  preemptions: 0,
  mfu: 0,
  mbu: 0,
  shift: { tensorSteps: 0, sequenceSteps: 0 },
};

describe("playing a measured run again", () => {
  test("a closed loop has ten rounds after two of warm-up, lengths from four fifths of nominal", () => {
    expect(runCase(run())).toMatchObject({
      case: {
        deployment: { engine: "vllm", engineVersion: "0.12.0", model: "Qwen/Qwen3-32B", gpu: "H100-SXM5-80GB" },
        workload: { kind: "closed-loop", concurrency: 16, requests: 160, warmup: 32, promptTokens: { uniform: [819, 1024] } },
      },
    });
  });

  test("what this build says takes the path of a case", () => {
    const said = predictRun(run(), catalog);
    expect(said).toMatchObject({ ttftSeconds: expect.any(Number), tpotSeconds: expect.any(Number) });
    expect(said).toEqual(predictRun(run(), catalog));
  });

  test("without lengths, or where it cannot be settled, it says why", () => {
    expect(replayOf(run({}, { promptTokens: null }), catalog).problem).toEqual({ text: "The run's lengths are not published.", args: [] });
    // 61 GiB of weights on two cards of 22 GiB.
    const small = run({ gpu: known(catalog.gpu("L4")) });
    expect(predictRun(small, catalog).problem?.text).toMatch(/fit|memory/);
  });

  test("a run in words", () => {
    expect(runTitle(run())).toBe("vLLM 0.12.0 · Qwen3-32B · TP 2 · H100-SXM5-80GB");
    expect(plain(runLoad(run()))).toBe("1,024 prompt and 1,024 output tokens, 16 requests at once");
    expect(plain(runLoad(run({}, { concurrency: null, ratePerSecond: 6 })))).toBe(
      "1,024 prompt and 1,024 output tokens, 6.00 requests a second",
    );
    expect(plain(runLoad(run({}, { concurrency: null })))).toBe("1,024 prompt and 1,024 output tokens, all queued at once");
  });
});
