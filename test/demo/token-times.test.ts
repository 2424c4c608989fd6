import { describe, expect, it } from "vitest";
import { asWritten, simulated } from "../../src/demo/inject.ts";
import { Replay } from "../../src/demo/replay.ts";
import { type RunLog, runLog } from "../../src/demo/run-log.ts";
import { TokenTimes } from "../../src/demo/token-times.ts";
import { vllmDialect } from "../../src/demo/vllm-wire.ts";
import { TimelineLog } from "../../src/simulation/timeline/timeline-log.ts";
import { handReport } from "./hand-report.ts";
import { planned } from "./played-server.ts";

/** One engine whose steps decode: rows of [start, end, steps]. */
function logOf(rows: readonly (readonly [number, number, number])[], joined = Number.NaN): RunLog {
  const column = (at: 0 | 1) => Float64Array.from(rows, (row) => row[at]);
  const ones = new Int32Array(rows.length).fill(1);
  return {
    instances: [{ name: "engine-0", role: "mixed", pool: 0, layout: "TP 1", capacityTokens: 1, blockTokens: 1, maxNumSeqs: 1 }],
    steps: {
      start: column(0),
      end: column(1),
      steps: Int32Array.from(rows, (row) => row[2]),
      tokens: ones,
      decodes: ones,
      instance: new Int32Array(rows.length),
    },
    places: {
      queued: Float64Array.of(0),
      prompt: Int32Array.of(0),
      answer: Int32Array.of(0),
      prefilled: Float64Array.of(1),
      handedOver: Float64Array.of(joined),
      joined: Float64Array.of(joined),
    },
    levels: { instance: new Int32Array(0), time: new Float64Array(0), tokens: new Int32Array(0) },
  };
}

/** Begins at 0, answers at 1 and ends at 3. */
const request = (output: number) => handReport([{ arrival: 0, started: 0, answered: 1, finished: 3, prompt: 10, output }]).requests;
const gaps = (times: TokenTimes, output: number) => Array.from({ length: output - 1 }, (_, i) => times.gap(0, i + 2));

describe("the times of an answer's tokens", () => {
  it("are the ends of its engine's steps", () => {
    // Steps end at 1.2, 1.4, 2 and 3; the one that ends at 1 brings the first token.
    const times = new TokenTimes(
      request(5),
      logOf([
        [0, 1, 1],
        [1, 1.4, 2],
        [1.4, 2, 1],
        [2, 3, 1],
        [3, 4, 1],
      ]),
    );
    expect(gaps(times, 5).map((gap) => Number(gap.toFixed(6)))).toEqual([0.2, 0.2, 0.6, 1]);
    expect([0.9, 1, 1.3, 1.4, 1.9, 2.5, 3].map((at) => times.by(0, at))).toEqual([1, 1, 2, 3, 3, 4, 5]);
  });

  it("lie on every second step where two batches take turns", () => {
    const turns = Array.from({ length: 8 }, (_, i) => [1 + i / 4, 1.25 + i / 4, 1] as const);
    expect(gaps(new TokenTimes(request(5), logOf(turns)), 5)).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  it("fall together where a step brings several", () => {
    const gained = logOf([
      [1, 2, 1],
      [2, 3, 1],
    ]);
    expect(gaps(new TokenTimes(request(5), gained), 5)).toEqual([1, 0, 1, 0]);
  });

  it("begin when it joined its engine, the first gap with the way there", () => {
    const steps = logOf(
      [
        [0, 1.5, 3],
        [1.5, 2, 1],
        [2, 3, 2],
      ],
      1.5,
    );
    expect(gaps(new TokenTimes(request(4), steps), 4)).toEqual([1, 0.5, 0.5]);
  });

  it("are even where no steps are known", () => {
    expect(gaps(new TokenTimes(request(5), undefined), 5)).toEqual([0.5, 0.5, 0.5, 0.5]);
  });
});

const h100 = { engine: "vllm", engineVersion: "0.11.0", gpu: "H100-SXM-80GB", gpusPerNode: 8, nodes: 1 };
const bounds = vllmDialect.bounds(8192);

describe("an imitated server's gaps between tokens", () => {
  it.each([
    ["one engine", { ...h100, model: "Qwen/Qwen3-32B", pools: [{ role: "mixed", parallel: { tensor: 4 } }] }],
    [
      "pipeline stages",
      { ...h100, model: "meta-llama/Llama-3.3-70B-Instruct", pools: [{ role: "mixed", parallel: { tensor: 2, pipeline: 2 } }] },
    ],
    [
      "a pair of pools",
      {
        ...h100,
        model: "Qwen/Qwen3-32B",
        pools: [
          { role: "prefill", parallel: { tensor: 2 } },
          { role: "decode", parallel: { tensor: 4 } },
        ],
      },
    ],
  ])("are those of the simulated steps: %s", (_, deployment) => {
    const { settled, workload } = planned(deployment, { load: 0.7, requests: 300 });
    const timeline = new TimelineLog();
    const { report } = simulated(asWritten(settled, workload), 1, { timeline, gapBounds: bounds.gap });
    if (!report?.gaps) throw new Error("no report");
    const buckets = bounds.gap.length + 1;
    const simulatedTokens = Array.from({ length: buckets }, (_, bucket) =>
      report.gaps?.tokens.reduce((sum, tokens, at) => (at % buckets === bucket ? sum + tokens : sum), 0),
    );
    const replay = new Replay(report, { engines: 1, bounds, log: runLog(timeline.taken()) });
    const { gap } = replay.at(replay.duration - 0.1)[0]?.tally.histograms ?? {};
    const all = gap?.counts.reduce((sum, count) => sum + count, 0) ?? 0;
    expect(all).toBe(simulatedTokens.reduce((sum: number, tokens) => sum + (tokens ?? 0), 0));
    for (const [bucket, tokens] of simulatedTokens.entries()) {
      expect(Math.abs((gap?.counts[bucket] ?? 0) - (tokens ?? 0)) / all, `bucket ${bucket}`).toBeLessThan(0.01);
    }
  });
});
