import { describe, expect, it } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { compareLoad, mainRows } from "../../../src/live/bench/compare-load.ts";
import { differenceWords } from "../../../src/live/bench/difference-words.ts";
import { measuredLoad } from "../../../src/live/bench/measured-load.ts";
import { readBenchmark } from "../../../src/live/bench/read-benchmark.ts";
import type { Quantiles, Summary } from "../../../src/simulation/report/report.ts";

const flat = {
  date: "20260311-101500",
  model_id: "m",
  num_prompts: 64,
  max_concurrency: 8,
  request_rate: "inf",
  completed: 64,
  total_input_tokens: 64_000,
  total_output_tokens: 6400,
  output_throughput: 500,
  mean_ttft_ms: 200,
  p50_ttft_ms: 180,
  p95_ttft_ms: 400,
  p99_ttft_ms: 900,
  mean_tpot_ms: 10,
};
const loadOf = (more: Readonly<Record<string, unknown>> = {}) => {
  const [run] = readBenchmark(JSON.stringify({ ...flat, ...more })).runs;
  const read = run && measuredLoad(run, { from: "run.json", shared: null });
  if (!read?.load) throw new Error("not read");
  return read.load;
};
const even = (value: number): Quantiles => ({ mean: value, p50: value, p90: value, p95: value, p99: value });
/** Of what a simulation sums up, what is compared. */
const predicted = {
  ttftSeconds: { mean: 0.2, p50: 0.2, p90: 0.3, p95: 0.3, p99: 0.3 },
  tpotSeconds: even(0.01),
  e2eSeconds: even(1.2),
  outputTokensPerSecond: 500,
} as Summary;
const widths = { band: 0.1, firstTokenBand: 0.2 };

describe("a load beside its prediction", () => {
  it("has every statistic that the file tells, and the band of each prediction", () => {
    const rows = compareLoad(loadOf(), predicted, widths);
    expect(rows.map(({ metric, statistic, measured }) => [metric, statistic, measured])).toEqual([
      ["ttft", "mean", 0.2],
      ["ttft", "p50", 0.18],
      ["ttft", "p95", 0.4],
      ["ttft", "p99", 0.9],
      ["tpot", "mean", 0.01],
      ["throughput", "rate", 500],
    ]);
    // 0.3 s ± 20 %: 0.4 s lies above it.
    expect(rows[2]).toMatchObject({ predicted: 0.3, verdict: "too-low" });
    expect(rows[2]?.low).toBeCloseTo(0.24, 9);
    expect(rows[2]?.high).toBeCloseTo(0.36, 9);
    expect(mainRows(rows).map(({ metric, statistic }) => `${metric} ${statistic}`)).toEqual(["ttft mean", "tpot mean", "throughput rate"]);
  });

  it("says the worst gap with its percentile", () => {
    const load = loadOf();
    // p99: 0.3 of 0.9 s are 66.7 % too low.
    expect(plain(differenceWords([{ words: load.words, rows: compareLoad(load, predicted, widths) }]) ?? { text: "", args: [] })).toBe(
      "TTFT p99 differs most: at 8 in flight it is predicted 66.7 % too low",
    );
  });

  it("compares whole requests where the file tells them, and keeps what it does not tell out", () => {
    const rows = compareLoad(
      loadOf({
        mean_e2el_ms: 1190,
        p99_e2el_ms: 1300,
        mean_ttft_ms: undefined,
        median_ttft_ms: 180,
        mean_tpot_ms: undefined,
        p95_tpot_ms: 11,
        p50_tpot_ms: 9,
      }),
      predicted,
      widths,
    );
    expect(rows.filter(({ metric }) => metric === "e2e").map(({ statistic }) => statistic)).toEqual(["mean", "p99"]);
    expect(mainRows(rows)[0]).toMatchObject({ metric: "ttft", statistic: "p50" });
  });

  it("takes what follows from the latencies where the time per token does not fit them, without percentiles", () => {
    // (1.19 − 0.2) s over 99 gaps are 10 ms, not 30.
    const { spreads, tpot } = loadOf({ mean_e2el_ms: 1190, mean_tpot_ms: 30, p99_tpot_ms: 90 });
    expect(tpot?.seconds).toBeCloseTo(0.01, 9);
    expect(spreads.tpot?.p99).toBeNull();
  });
});
