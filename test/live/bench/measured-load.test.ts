import { describe, expect, test } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { benchmarkLoads } from "../../../src/live/bench/benchmark-files.ts";
import { type BenchmarkRun, noLoad, type OfferedLoad } from "../../../src/live/bench/benchmark-run.ts";
import { measuredLoad } from "../../../src/live/bench/measured-load.ts";

const spread = (mean: number | null, p50: number | null = null) => ({ mean, p50, p90: null, p95: null, p99: null });

function run(load: Partial<OfferedLoad>, changes: Partial<BenchmarkRun> = {}): BenchmarkRun {
  return {
    tool: "vllm-bench",
    toolVersion: null,
    label: "",
    date: "2026-03-11",
    models: [],
    load: { ...noLoad, requests: 100, ...load },
    completed: 100,
    failed: 0,
    durationSeconds: 50,
    promptTokens: { mean: 1000, length: 1000 },
    outputTokens: { mean: 101, length: 101 },
    ttftSeconds: spread(0.1),
    tpotSeconds: spread(0.01),
    itlSeconds: null,
    e2eSeconds: spread(1.1),
    requestsPerSecond: 2,
    outputTokensPerSecond: 200,
    ...changes,
  };
}

function load(offered: Partial<OfferedLoad>, changes: Partial<BenchmarkRun> = {}) {
  const made = measuredLoad(run(offered, changes), { from: "a.json", shared: null });
  if (!made.load) throw new Error(plain(made.problem));
  return made.load;
}

describe("the load of a benchmark, as it is simulated", () => {
  const lengths = { promptTokens: 1000, outputTokens: 101 };

  test("arrives at its rate, with a cap where there is one", () => {
    const open = load({ ratePerSecond: 8, arrivals: "gamma", cv: 2, concurrency: 64 });
    expect(open.workload).toMatchObject({
      kind: "open-loop",
      ratePerSecond: 8,
      arrivals: "gamma",
      cv: 2,
      maxInFlight: 64,
      requests: 100,
      ...lengths,
    });
    expect([open.words, open.isLimited]).toEqual(["8.00 req/s, at most 64 in flight", true]);
    expect(load({ ratePerSecond: 8, arrivals: "constant" })).toMatchObject({ words: "8.00 req/s", isLimited: false });
  });

  test("keeps so many in flight; all of them where nothing holds them back", () => {
    expect(load({ concurrency: 16 }).workload).toMatchObject({ kind: "closed-loop", concurrency: 16, requests: 100 });
    expect(load({ ratePerSecond: Number.POSITIVE_INFINITY, concurrency: 16 }).workload).toMatchObject({
      kind: "closed-loop",
      concurrency: 16,
    });
    expect(load({ ratePerSecond: Number.POSITIVE_INFINITY }).workload).toMatchObject({ kind: "closed-loop", concurrency: 100 });
  });

  test("that is not told follows from rate and latency: 2 a second for 1.1 s are 2 in flight", () => {
    const { words, notes } = load({});
    expect([words, notes.map(plain)]).toEqual(["2 in flight", ["Its load is not told: 2 requests in flight follow from rate and latency"]]);
  });

  test.each([
    ["lengths", { promptTokens: null }, "It does not tell how long prompts and answers were"],
    ["load", { requestsPerSecond: null }, "It tells neither rate nor concurrency"],
    ["requests", { load: noLoad, completed: null }, "It does not tell how many requests were sent"],
  ])("without %s is none", (_, changes, words) => {
    const { problem } = measuredLoad(run({}, changes), { from: "a.json", shared: null });
    expect(problem && plain(problem)).toBe(words);
  });
});

describe("time per output token", () => {
  test("is what the tool tells where it fits the latencies, else what follows from them", () => {
    expect(load({ concurrency: 1 }).tpot).toEqual({ seconds: 0.01, statistic: "mean" });
    // (1.1 − 0.1) / 100 tokens: gaps of half that are between chunks.
    const chunks = load({ concurrency: 1 }, { tpotSeconds: spread(0.0048) });
    expect(chunks.tpot).toEqual({ seconds: 0.01, statistic: "mean" });
    expect(chunks.notes.map(plain)).toEqual([
      "Its time per output token does not fit its latencies: what follows from them is taken instead",
    ]);
    expect(load({ concurrency: 1 }, { tpotSeconds: null })).toMatchObject({ tpot: { seconds: 0.01 }, notes: [] });
  });

  test("is the median where no mean is told, and unknown where nothing is", () => {
    const medians = { ttftSeconds: spread(null, 0.09), tpotSeconds: spread(null, 0.011), e2eSeconds: null };
    expect(load({ concurrency: 1 }, medians)).toMatchObject({
      ttft: { seconds: 0.09, statistic: "p50" },
      tpot: { seconds: 0.011, statistic: "p50" },
    });
    expect(load({ concurrency: 1 }, { ...medians, tpotSeconds: null }).tpot).toBeNull();
  });
});

describe("several files", () => {
  const stage = (requested_rate: number) =>
    JSON.stringify({
      load_summary: { count: 600, send_duration: 60, requested_rate, achieved_rate: requested_rate },
      successes: {
        count: 600,
        latency: { request_latency: { mean: 1 }, time_to_first_token: { mean: 0.05 } },
        throughput: { requests_per_sec: requested_rate },
        prompt_len: { mean: 204 },
        output_len: { mean: 62 },
      },
      failures: { count: 0 },
    });
  const config = `data:
  type: shared_prefix
  shared_prefix: { num_unique_system_prompts: 10, num_users_per_system_prompt: 5, system_prompt_len: 128, question_len: 64, output_len: 64 }`;

  test("are several loads; a generator's own configuration tells what prompts share", () => {
    const { loads, problems } = benchmarkLoads([
      { name: "stage_0.json", text: stage(1) },
      { name: "notes.txt", text: "Ergebnisse folgen" },
      { name: "config.yaml", text: config },
      { name: "stage_1.json", text: stage(30) },
    ]);
    expect(loads.map(({ from, words }) => [from, words])).toEqual([
      ["stage_0.json", "1.00 req/s"],
      ["stage_1.json", "30.0 req/s"],
    ]);
    // The question takes what is left of the measured prompt.
    const shared = { groups: 10, usersPerGroup: 5, systemPromptTokens: 128, questionTokens: 76, outputTokens: 64, multiTurn: false };
    expect(loads[0]?.workload).toMatchObject({ sharedPrefix: shared });
    expect(problems.map(({ file, line }) => [file, line])).toEqual([["notes.txt", null]]);
  });
});
