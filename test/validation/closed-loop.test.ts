import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { halfWidths } from "../../scripts/accuracy/serving/band-widths.ts";
import { caseOf } from "../../scripts/accuracy/serving/closed-loop-case.ts";
import { readClosedLoopRows } from "../../scripts/accuracy/serving/closed-loop-rows.ts";
import type { ClosedLoopRun } from "../../scripts/accuracy/serving/closed-loop-runs.ts";
import { percentErrors, percentOff } from "../../scripts/accuracy/serving/errors.ts";
import { predictedRun } from "../../scripts/accuracy/serving/predicted-run.ts";
import { refitted, withConstants } from "../../scripts/accuracy/serving/refit.ts";
import { mean, rankCorrelation } from "../../scripts/accuracy/statistics.ts";
import { testCatalog } from "../support/catalog.ts";

const rows = readClosedLoopRows(fileURLToPath(new URL("../data/closed-loop-sample.csv", import.meta.url)));

describe("closed-loop rows", () => {
  test("a group that is multiplied with itself is one group", () => {
    const twins = rows.filter(({ measured }) => measured.tpotMs === 29.673);
    expect(twins).toHaveLength(2);
    for (const row of twins) expect(row).toMatchObject({ tensor: 1, attentionData: 8, expert: 8 });
  });

  test("runs that are likely not what the table says are told", () => {
    expect(rows.map(({ doubt }) => doubt !== undefined)).toEqual([false, false, false, true, true, true, true, true, false]);
  });

  test("start as their scripts do", () => {
    const tensorrt = rows.find(({ engine, model }) => engine === "trtllm" && model.includes("70B"));
    expect(tensorrt && caseOf(tensorrt).deployment).toMatchObject({ settings: { batch_wait_timeout_iters: 20 } });
    const dynamo = rows.find(({ source }) => !source.startsWith("InferenceX"));
    expect(dynamo && caseOf(dynamo).deployment.settings).toEqual({});
  });

  test("without doubt are predicted within a quarter of TPOT on average, far nearer than by the peaks", () => {
    const plain = rows.filter(({ doubt }) => doubt === undefined);
    const judged = plain.map((row) => ({
      measured: row.measured.tpotMs,
      predicted: 1000 * (predictedRun(caseOf(row), testCatalog()).summary?.tpotSeconds.mean ?? Number.NaN),
    }));
    expect(mean(percentErrors(judged))).toBeLessThan(25);
    const peaks = plain.map((row) => ({ measured: row.measured.tpotMs, predicted: row.speedOfLight?.tpotMs }));
    expect(mean(percentErrors(peaks))).toBeGreaterThan(50);
  });
});

describe("figures of the suites", () => {
  test("errors are of what was measured and answered", () => {
    const judged = [
      { measured: 10, predicted: 8 },
      { measured: 10, predicted: undefined },
      { measured: 0, predicted: 3 },
      { measured: 4, predicted: 5 },
    ];
    expect(percentOff(judged).map(Math.round)).toEqual([-20, 25]);
    expect(percentErrors(judged).map(Math.round)).toEqual([20, 25]);
  });

  test("ranks: one for the same order, minus one for the opposite, ties at their mean", () => {
    const of = (values: readonly number[]): number => rankCorrelation(values.map((value, i) => [i, value] as const));
    expect(of([1, 5, 9])).toBeCloseTo(1, 12);
    expect(of([9, 5, 1])).toBeCloseTo(-1, 12);
    // Ranks 1, 2, 3 against 1.5, 1.5, 3: 1.5 / √(2 · 1.5).
    expect(of([4, 4, 8])).toBeCloseTo(1.5 / Math.sqrt(3), 12);
  });

  test("a model that was measured often does not decide an engine's band alone", () => {
    const often = Array.from({ length: 98 }, () => ({ engine: "vllm", model: "a", size: 0.1 }));
    const seldom = [0.2, 0.9].map((size) => ({ engine: "vllm", model: "b", size }));
    // Half of the weight at 0.1, a quarter each at 0.2 and 0.9: 83 % are passed at 0.9.
    expect(halfWidths([...often, ...seldom]).get("vllm")).toBe(0.9);
    expect(halfWidths(often).get("vllm")).toBe(0.1);
  });
});

describe("engine constants fitted again", () => {
  const [row] = rows;
  if (!row) throw new Error("no row");
  /** Predicted 2 µs a layer and 50 ms a request short. */
  const short = (layers: number, model: string): ClosedLoopRun => {
    const measured = { tpotMs: 10 + layers * 0.002, ttftMs: 150 };
    const steps = { perToken: 1, sequences: 8, collectivesMs: 0, layers };
    return { row: { ...row, model, measured }, times: { tpotMs: 10, ttftMs: 100 }, steps, reason: "" };
  };

  test("find what all runs lack", () => {
    const runs = [20, 40, 80, 160, 320, 640, 1280].map((layers) => short(layers, `org/model-${layers}`));
    const constants = refitted(runs).get("vllm");
    expect(constants?.layerMs).toBeCloseTo(0.002, 3);
    expect(constants?.requestMs).toBeCloseTo(50, 0);
    for (const run of runs) expect(withConstants(run, constants).times?.tpotMs).toBeCloseTo(run.row.measured.tpotMs, 0);
  });

  test("stay where nothing is lacking, and never take all of a time away", () => {
    const right = [20, 40].map((layers) => ({
      ...short(layers, `org/model-${layers}`),
      times: { tpotMs: 10 + layers * 0.002, ttftMs: 150 },
    }));
    expect(refitted(right).get("vllm")).toEqual({ layerMs: 0, stepMs: 0, sequenceMs: 0, exchange: 0, requestMs: 0 });
    const run = short(80, "org/model");
    const less = withConstants(run, { layerMs: -1, stepMs: 0, sequenceMs: 0, exchange: 0, requestMs: -500 });
    expect(less.times).toEqual({ tpotMs: 10 / 3, ttftMs: 100 / 3 });
  });
});
