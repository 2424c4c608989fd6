import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { plain } from "../../../src/deployment/message.ts";
import { readBenchmark } from "../../../src/live/bench/read-benchmark.ts";

const read = (value: unknown) => readBenchmark(typeof value === "string" ? value : JSON.stringify(value));
const only = (value: unknown) => {
  const { runs, problems } = read(value);
  expect(problems).toEqual([]);
  const [run, ...more] = runs;
  if (!run || more.length > 0) throw new Error(`${runs.length} runs`);
  return run;
};
const said = (text: string) => read(text).problems.map(({ message, line }) => `${line ?? "file"}: ${plain(message)}`);

const vllm = {
  date: "20260311-101500",
  backend: "vllm",
  model_id: "meta-llama/Llama-3.1-8B-Instruct",
  tokenizer_id: "meta-llama/Llama-3.1-8B-Instruct",
  num_prompts: 200,
  request_rate: 8.0,
  burstiness: 0.25,
  max_concurrency: 64,
  duration: 26.0,
  completed: 198,
  failed: 2,
  total_input_tokens: 198_000,
  total_output_tokens: 39_600,
  request_throughput: 7.615,
  output_throughput: 1523.1,
  total_token_throughput: 9138.5,
  mean_ttft_ms: 80.5,
  median_ttft_ms: 71.0,
  p99_ttft_ms: 240.0,
  mean_tpot_ms: 12.5,
  median_tpot_ms: 12.0,
  p99_tpot_ms: 20.0,
  mean_itl_ms: 12.6,
  median_itl_ms: 11.0,
  p99_itl_ms: 60.0,
};

describe("vllm bench serve", () => {
  test("is read in seconds and tokens", () => {
    const run = only(vllm);
    expect(run).toMatchObject({ tool: "vllm-bench", date: "2026-03-11", models: [vllm.model_id], completed: 198, failed: 2 });
    // Burstiness is the shape of the gaps: variation 1 / √0.25.
    expect(run.load).toEqual({ ratePerSecond: 8, arrivals: "gamma", cv: 2, concurrency: 64, requests: 200 });
    expect(run.promptTokens).toEqual({ mean: 1000, length: 1000 });
    expect(run.outputTokens).toEqual({ mean: 200, length: 200 });
    expect(run.ttftSeconds).toEqual({ mean: 0.0805, p50: 0.071, p90: null, p95: null, p99: 0.24 });
    expect(run.tpotSeconds?.mean).toBeCloseTo(0.0125, 12);
    expect(run.e2eSeconds).toBeNull();
    expect([run.requestsPerSecond, run.outputTokensPerSecond]).toEqual([7.615, 1523.1]);
  });

  test("detailed, has the lengths of its requests; failed ones have none", () => {
    const run = only({ ...vllm, input_lens: [10, 30, 50], output_lens: [5, 0, 7], ttfts: [0.1, 0, 0.2] });
    expect(run.promptTokens).toEqual({ mean: 30, length: { values: [10, 30, 50] } });
    expect(run.outputTokens).toEqual({ mean: 6, length: { values: [5, 7] } });
  });

  test("of benchmark_serving.py before it: no burstiness, all at once as `inf` or as Python writes it", () => {
    const { burstiness: _, max_concurrency: __, failed: ___, ...old } = vllm;
    expect(only({ ...old, request_rate: "inf" }).load).toEqual({
      ratePerSecond: Number.POSITIVE_INFINITY,
      arrivals: null,
      cv: null,
      concurrency: null,
      requests: 200,
    });
    const python = JSON.stringify(old).replace('"request_rate":8', '"request_rate":Infinity,"note":"Infinity","rtfx":NaN');
    expect(only(python).load.ratePerSecond).toBe(Number.POSITIVE_INFINITY);
    expect(only(old).failed).toBeNull();
  });

  test("appended, is a load a line; a line that was cut is told and left out", () => {
    const lines = [8, 16].map((request_rate) => JSON.stringify({ ...vllm, request_rate }));
    const { runs, problems } = read(`${lines.join("\n")}\n${lines[0]?.slice(0, 80)}`);
    expect(runs.map(({ load }) => load.ratePerSecond)).toEqual([8, 16]);
    expect(problems.map(({ message, line }) => [plain(message), line])).toEqual([["This line is no JSON and is left out.", 2]]);
  });
});

test("SGLang's bench_serving tells the server's model", () => {
  const { mean_itl_ms: _, date: __, ...flat } = vllm;
  const line = {
    ...flat,
    model_id: undefined,
    sharegpt_output_len: null,
    mean_e2e_latency_ms: 2600,
    median_e2e_latency_ms: 2500,
    server_info: { version: "0.5.3", model_path: "Qwen/Qwen3-8B", tp_size: 2 },
  };
  const run = only(line);
  expect(run).toMatchObject({ tool: "sglang-bench", toolVersion: "0.5.3", models: ["Qwen/Qwen3-8B"], date: null });
  expect(run.e2eSeconds).toMatchObject({ mean: 2.6, p50: 2.5 });
});

describe("guidellm", () => {
  const distribution = (mean: number) => ({
    successful: { mean, median: mean - 1, percentiles: { p50: mean - 1, p90: mean + 1, p99: mean + 2 } },
  });
  const metrics = {
    request_totals: { successful: 40, errored: 1, incomplete: 0, total: 41 },
    requests_per_second: distribution(4),
    request_latency: distribution(3),
    prompt_token_count: distribution(512),
    output_token_count: distribution(129),
    time_to_first_token_ms: distribution(90),
    // With the first token in it, as guidellm counts.
    time_per_output_token_ms: distribution(23),
    inter_token_latency_ms: distribution(20),
  };

  test("of today tells its strategy in `config`", () => {
    const run = only({
      metadata: { version: 2, guidellm_version: "0.8.1" },
      benchmarks: [
        {
          config: { strategy: { type_: "concurrent", streams: 16 }, backend: { model: "Qwen/Qwen3-8B" } },
          metrics,
          start_time: 1_795_221_813.7,
          duration: 10,
        },
      ],
    });
    expect(run).toMatchObject({
      tool: "guidellm",
      toolVersion: "0.8.1",
      label: "concurrent@16",
      date: "2026-11-21",
      completed: 40,
      failed: 1,
    });
    expect(run.load).toMatchObject({ ratePerSecond: null, concurrency: 16, requests: 41 });
    expect(run.tpotSeconds?.mean).toBeCloseTo(0.02, 12);
    expect(run.outputTokensPerSecond).toBe(4 * 129);
  });

  test("of 0.2 tells it in `args`, and each strategy is a load", () => {
    const strategies = [
      { type_: "synchronous" },
      { type_: "throughput", max_concurrency: 512 },
      { type_: "constant", rate: 2.5 },
      { type_: "poisson", rate: 3 },
    ];
    const { runs } = read({ benchmarks: strategies.map((strategy) => ({ args: { strategy }, worker: { backend_model: "m" }, metrics })) });
    expect(runs.map(({ load }) => [load.ratePerSecond, load.concurrency, load.arrivals])).toEqual([
      [null, 1, null],
      [Number.POSITIVE_INFINITY, 512, null],
      [2.5, null, "constant"],
      [3, null, "poisson"],
    ]);
    expect(runs[0]?.models).toEqual(["m"]);
    expect(runs[0]?.date).toBeNull();
  });

  test("as YAML is the same", () => {
    const report = {
      metadata: { guidellm_version: "0.5.0" },
      benchmarks: [{ config: { strategy: { type_: "concurrent", streams: 2 } }, metrics }],
    };
    expect(read(stringify(report))).toEqual(read(report));
    expect(only(stringify(report)).load.concurrency).toBe(2);
    expect(said("benchmarks:\n  - time_to_first_token_ms: [")).toHaveLength(1);
  });

  test("as CSV, with one row of headings or with three", () => {
    const list = "[min, 0.1, 1, 5, 10, 25, 75, 90, 95, 99, max]";
    const quantiles = '"[1, 1, 1, 1, 1, 1, 1, 95.0, 97.0, 99.0, 100]"';
    const old = [
      `Type,Name,Start Time,Duration,Successful Requests,Successful Requests per second mean,Successful Time to first token ms mean,Successful Time to first token ms median,"Successful Time to first token ms ${list}",Successful Output token count mean`,
      `generative_benchmark,concurrent@4,2025-06-01 10:00:00,30,100,3.5,80,75,${quantiles},64`,
    ].join("\n");
    const fresh = [
      "Benchmark,Timings,Timings,Request Counts,Server Throughput,Time to First Token,Time to First Token,Time to First Token,Token Metrics",
      "Strategy,Start Time,Duration,Successful,Successful Requests/Sec,Successful ms,Successful ms,Successful ms,Successful Output Tokens",
      ",,Sec,,Mean,Mean,Median,Percentiles,Mean",
      `concurrent@4,2025-06-01 10:00:00,30,100,3.5,80,75,${quantiles},64`,
    ].join("\n");
    const expected = {
      tool: "guidellm",
      label: "concurrent@4",
      date: "2025-06-01",
      completed: 100,
      durationSeconds: 30,
      ttftSeconds: { mean: 0.08, p50: 0.075, p90: 0.095, p95: 0.097, p99: 0.099 },
      outputTokens: { mean: 64, length: 64 },
      outputTokensPerSecond: 3.5 * 64,
    };
    expect(only(old)).toMatchObject(expected);
    expect(only(fresh)).toMatchObject(expected);
    expect(only(fresh).load.concurrency).toBe(4);
  });
});

describe("AIPerf and GenAI-Perf", () => {
  const latency = (avg: number) => ({ unit: "ms", avg, p50: avg, p90: 2 * avg, p99: 3 * avg });
  const metrics = {
    request_throughput: { unit: "requests/sec", avg: 5 },
    request_latency: { ...latency(2000), count: 100 },
    time_to_first_token: latency(50),
    inter_token_latency: latency(10),
    output_token_throughput: { unit: "tokens/sec", avg: 980 },
    output_sequence_length: { unit: "tokens", avg: 196 },
    input_sequence_length: { unit: "tokens", avg: 512 },
  };

  test("tell their load in phases, in a load generator, or beside everything else", () => {
    const loads = [
      { aiperf_version: "0.13.0", input_config: { models: { items: [{ name: "m" }] }, phases: [{ concurrency: 1 }, { concurrency: 10 }] } },
      { schema_version: "1.0", input_config: { endpoint: { model_names: ["m"] }, loadgen: { concurrency: 10, request_rate: null } } },
      { input_config: { model: ["m"], concurrency: 10, request_rate: null } },
      { input_config: { model: "m", perf_analyzer: { stimulus: { concurrency: 10 } } } },
    ];
    const runs = loads.map((one) => only({ ...metrics, ...one }));
    expect(runs.map(({ tool }) => tool)).toEqual(["aiperf", "aiperf", "genai-perf", "genai-perf"]);
    expect(runs.map(({ load, models }) => [load.concurrency, models[0]])).toEqual(loads.map(() => [10, "m"]));
    expect(runs[0]).toMatchObject({ completed: 100, requestsPerSecond: 5, outputTokensPerSecond: 980, promptTokens: { mean: 512 } });
    expect(runs[0]?.ttftSeconds).toEqual({ mean: 0.05, p50: 0.05, p90: 0.1, p95: null, p99: expect.closeTo(0.15, 9) });
  });

  test("count in the unit that each metric names", () => {
    const run = only({ ...metrics, time_to_first_token: { unit: "ns", avg: "20757771.2", p50: "20901523.0" }, input_config: {} });
    expect(run.ttftSeconds?.mean).toBeCloseTo(0.0207577712, 10);
    expect(only({ ...metrics, time_to_first_token: { unit: "tokens", avg: 3 }, input_config: {} }).ttftSeconds).toBeNull();
  });

  test("as CSV, with thousands set apart and single values below", () => {
    const run = only(
      [
        "Metric,avg,min,max,p99,p95,p90,p75,p50,p25",
        'Time To First Token (ms),"1,234.50",10,2000,1990,1900,1800,1300,1200,1000',
        "Inter Token Latency (ms),12.5,10,20,19,18,17,15,12,11",
        'Request Latency (ms),"3,000.00",1,2,3,4,5,6,7,8',
        "Output Sequence Length (tokens),150.91,150,151,151,151,151,151,151,151",
        "",
        "Metric,Value",
        "Output Token Throughput (per sec),557.49",
        "Request Throughput (per sec),3.69",
        "Request Count (count),32.00",
      ].join("\n"),
    );
    expect(run).toMatchObject({ tool: "genai-perf", completed: 32, requestsPerSecond: 3.69, outputTokensPerSecond: 557.49 });
    expect(run.ttftSeconds).toEqual({ mean: 1.2345, p50: 1.2, p90: 1.8, p95: 1.9, p99: 1.99 });
    expect(run.tpotSeconds?.mean).toBeCloseTo(0.0125, 12);
  });

  test("request by request, are summed up over the profiling phase", () => {
    const record = (ms: number, phase: string, from: number) => ({
      metadata: { benchmark_phase: phase, request_start_ns: from * 1e9, request_end_ns: (from + ms / 1000) * 1e9 },
      metrics: {
        request_latency: { value: ms, unit: "ms" },
        time_to_first_token: { value: ms / 10, unit: "ms" },
        inter_token_latency: { value: 10, unit: "ms" },
        input_sequence_length: { value: 64, unit: "tokens" },
        output_sequence_length: { value: 20, unit: "tokens" },
      },
    });
    const start = 1_795_221_905;
    const lines = [record(9000, "warmup", start - 20), record(1000, "profiling", start), record(3000, "profiling", start + 1)];
    const run = only(lines.map((line) => JSON.stringify(line)).join("\n"));
    // From the first start to the last end: 4 s.
    expect(run).toMatchObject({ tool: "aiperf", date: "2026-11-21", completed: 2, durationSeconds: 4, requestsPerSecond: 0.5 });
    expect(run.e2eSeconds).toMatchObject({ mean: 2, p50: 2 });
    expect(run.load).toMatchObject({ ratePerSecond: null, concurrency: null, requests: 2 });
  });
});

describe("inference-perf", () => {
  const stage = (requested: number, achieved: number, e2e: number) => ({
    load_summary: { count: 600, send_duration: 60, requested_rate: requested, achieved_rate: achieved },
    successes: {
      count: 600,
      latency: {
        request_latency: { mean: e2e, median: e2e, p90: e2e, p95: e2e, p99: e2e },
        time_to_first_token: { mean: 0.05, median: 0.04, p90: 0.06, p95: 0.08, p99: 0.18 },
        time_per_output_token: { mean: 0.0075, median: 0.0074 },
      },
      throughput: { output_tokens_per_sec: 5693, requests_per_sec: achieved },
      prompt_len: { mean: 204.1 },
      output_len: { mean: 62.3 },
    },
    failures: { count: 0 },
  });

  test("sends at a constant rate", () => {
    const run = only(stage(92, 92.2, 1.02));
    expect(run.load).toEqual({ ratePerSecond: 92, arrivals: "constant", cv: null, concurrency: null, requests: 600 });
    expect(run.ttftSeconds).toEqual({ mean: 0.05, p50: 0.04, p90: 0.06, p95: 0.08, p99: 0.18 });
    expect(run.promptTokens).toEqual({ mean: 204.1, length: 204 });
  });

  test("that fell behind had all its workers waiting: 106 a second for 4.15 s are 440 in flight", () => {
    expect(only(stage(183, 106, 4.15)).load.concurrency).toBe(440);
  });

  test("sums several stages up in a file that says no load", () => {
    const { requested_rate: _, achieved_rate: __, ...load_summary } = stage(1, 1, 1).load_summary;
    expect(said(JSON.stringify({ ...stage(1, 1, 1), load_summary }))).toEqual([
      "file: This sums up several loads: give the files of its stages.",
    ]);
  });
});

test("llmperf's summary is flat and in seconds", () => {
  const run = only({
    version: "2023-08-31",
    name: "m_550_150_summary",
    model: "meta/m",
    num_concurrent_requests: 5,
    mean_input_tokens: 550,
    mean_output_tokens: 150,
    results_ttft_s_mean: 0.4,
    results_ttft_s_quantiles_p50: 0.3,
    results_end_to_end_latency_s_mean: 4.2,
    results_inter_token_latency_s_mean: 0.03,
    results_number_output_tokens_mean: 140,
    results_num_completed_requests: 20,
    results_num_completed_requests_per_min: 60,
    timestamp: 1_700_000_000,
  });
  expect(run).toMatchObject({ tool: "llmperf", date: "2023-11-14", load: { concurrency: 5 }, requestsPerSecond: 1, tpotSeconds: null });
});

describe("what is no result", () => {
  const unknown =
    "file: This is no result of a load generator that is known here: vllm bench serve, SGLang bench_serving, guidellm, AIPerf, GenAI-Perf, inference-perf, llmperf.";

  test("is told, never thrown", () => {
    expect(said("")).toEqual(["file: The file is empty."]);
    expect(said("\uFEFF \n")).toEqual(["file: The file is empty."]);
    for (const text of [
      "# Ergebnisse\n\nDurchsatz: 12",
      "{}",
      "[]",
      "[1,2]",
      '"text"',
      "时间,延迟\n1,2",
      "a,b\n1,2",
      "kind: Deployment",
      "\u0000\u0001",
    ]) {
      expect(said(text)).toEqual([unknown]);
    }
  });

  test("is told at the line where JSON breaks off", () => {
    const text = JSON.stringify(vllm, null, 1);
    const cut = text.slice(0, text.indexOf('"duration"') + 5);
    expect(said(cut)).toEqual([`${cut.split("\n").length - 1}: The JSON breaks off or is broken here.`]);
    expect(said("{ not json\n}")).toEqual(["0: The JSON breaks off or is broken here."]);
  });

  test("with no answered request is none", () => {
    expect(said(JSON.stringify({ ...vllm, completed: 0 }))).toEqual(["file: No request was answered in this benchmark."]);
  });

  test("with members of any kind in the place of figures has nulls", () => {
    const strange = {
      ...vllm,
      duration: "fast",
      total_input_tokens: [],
      request_rate: {},
      mean_tpot_ms: -3,
      median_tpot_ms: null,
      p99_tpot_ms: "x",
    };
    const run = only(strange);
    expect([run.durationSeconds, run.promptTokens, run.load.ratePerSecond, run.tpotSeconds]).toEqual([null, null, null, null]);
  });

  test("is read without an exception, whatever stands in the place of its members", () => {
    const keys = Object.keys(vllm);
    const strange = fc.dictionary(
      fc.constantFrom(...keys, "benchmarks", "successes", "load_summary", "input_config", "metrics"),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.array(strange, { maxLength: 3 }), fc.boolean(), (objects, asLines) => {
        const text = asLines ? objects.map((one) => JSON.stringify(one)).join("\n") : JSON.stringify(objects);
        for (const run of readBenchmark(text).runs) {
          const figures = [
            run.completed,
            run.durationSeconds,
            run.requestsPerSecond,
            run.ttftSeconds?.mean ?? null,
            run.promptTokens?.mean ?? null,
          ];
          expect(figures.every((value) => value === null || (Number.isFinite(value) && value >= 0))).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => readBenchmark(text).runs.length === 0));
  });

  test("however large, is read in time that grows with it", () => {
    const lines = `${JSON.stringify({ a: 1 })}\n`.repeat(50_000);
    const began = performance.now();
    expect(said(lines)).toEqual([unknown]);
    expect(said("x".repeat(5_000_000))).toEqual([unknown]);
    expect(said(`{${'"'.repeat(200_001)}`)).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
