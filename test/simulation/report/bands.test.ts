import { describe, expect, test } from "vitest";
import { memoryPlan } from "../../../src/memory/memory-plan.ts";
import { type BandRun, bandRuns, bandsOf, simulateBand } from "../../../src/simulation/report/bands.ts";
import type { Report } from "../../../src/simulation/report/report.ts";
import { simulate } from "../../../src/simulation/simulate.ts";
import type { Workload } from "../../../src/simulation/workload/workload.ts";
import { scaledSteps } from "../../../src/timing/scaled-steps.ts";
import { stepModel } from "../../../src/timing/step.ts";
import { decoding, poolOf, prompt, settledCase } from "../../timing/pools.ts";

const settled = settledCase();
const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
const alone: Workload = { kind: "closed-loop", concurrency: 1, requests: 4, promptTokens: 512, outputTokens: 64 };

function reportOf(workload: Workload): Report {
  const { report, error } = simulate(settled, plans, workload, 1);
  if (!report) throw new Error(error.message);
  return report;
}

function bandsFor(workload: Workload) {
  const runs = bandRuns(1).map((run) => ({ run, report: simulateBand(settled, plans, workload, run).report }));
  return bandsOf(reportOf(workload), runs);
}

/** A report with these values, all else as in a real one; the first token is as sure as steps are. */
function withFigures(report: Report, ttft: number, attainment: number | null = null, saturated: Report["saturated"] = null): Report {
  const same = { mean: ttft, p50: ttft, p90: ttft, p95: ttft, p99: ttft };
  const confidence = { ...report.confidence, firstTokenBand: report.confidence.timingBand };
  return { ...report, confidence, saturated, summary: { ...report.summary, ttftSeconds: same, sloAttainment: attainment } };
}

const runs = (
  values: readonly [quick: number, slow: number, second: number, third: number],
  make: (value: number, run: BandRun) => Report,
) => bandRuns(1).map((run, i) => ({ run, report: make(values[i] ?? 0, run) }));

describe("bands", () => {
  const { band } = stepModel(settled.model, settled.pools[0] ?? poolOf().pool);

  test("of one user with fixed lengths they are the model's own", () => {
    const report = reportOf(alone);
    const bands = bandsFor(alone);
    const { p50 } = report.summary.tpotSeconds;
    expect(bands?.seeds).toBe(3);
    expect(bands?.tpotSeconds.p50[0]).toBeCloseTo(p50 * (1 - band), 6);
    expect(bands?.tpotSeconds.p50[1]).toBeCloseTo(p50 * (1 + band), 6);
    const [low, high] = bands?.outputTokensPerSecond ?? [0, 0];
    expect(low).toBeCloseTo(report.summary.outputTokensPerSecond / (1 + band), 1);
    expect(high).toBeCloseTo(report.summary.outputTokensPerSecond / (1 - band), 1);
    expect(bands?.sloAttainment).toBeNull();
  });

  test("near the limit TTFT is less sure than a step", () => {
    // About nine tenths of what one H100 holds of such requests.
    const busy: Workload = { kind: "open-loop", ratePerSecond: 19, requests: 400, promptTokens: 2048, outputTokens: 64 };
    const { summary } = reportOf(busy);
    const high = bandsFor(busy)?.ttftSeconds.p95[1] ?? Number.POSITIVE_INFINITY;
    expect(high / summary.ttftSeconds.p95).toBeGreaterThan(1 + band);
  });

  test("model error and draw add as squares, in ratios", () => {
    const report = reportOf(alone);
    // Ends a factor 2 away; seeds 1, e, 1 / e: a deviation of 1, times 1.2816.
    const bands = bandsOf(
      withFigures(report, 1),
      runs([0.5, 2, Math.E, 1 / Math.E], (value) => withFigures(report, value)),
    );
    const width = Math.hypot(Math.log(2), 1.2816);
    expect(bands?.ttftSeconds.p95[0]).toBeCloseTo(Math.exp(-width), 6);
    expect(bands?.ttftSeconds.p95[1]).toBeCloseTo(Math.exp(width), 6);
  });

  test("a first token that is less sure than its steps adds what is beyond them, and to nothing else", () => {
    const report = withFigures(reportOf(alone), 1);
    const unsure: Report = { ...report, confidence: { ...report.confidence, timingBand: 0.2, firstTokenBand: 1 } };
    const beside = runs([0.5, 2, 1, 1], (value) => withFigures(report, value));
    // Steps take a factor 2 of it; of the error of ln 2 the band of steps leaves √(ln² 2 − ln² 1.2) = 0.6687.
    expect(bandsOf(unsure, beside)?.ttftSeconds.p95[1]).toBeCloseTo(Math.exp(Math.hypot(Math.log(2), 0.6687)), 3);
    expect(bandsOf(unsure, beside)?.tpotSeconds).toEqual(bandsOf(report, beside)?.tpotSeconds);
  });

  test("shares stay shares", () => {
    const report = reportOf(alone);
    const bands = bandsOf(
      withFigures(report, 1, 0.96),
      runs([1, 0.4, 0.96, 0.96], (value) => withFigures(report, 1, value)),
    );
    expect(bands?.sloAttainment?.[0]).toBeCloseTo(0.4, 6);
    expect(bands?.sloAttainment?.[1]).toBeCloseTo(1, 6);
  });

  test("where the slow end saturates there is no upper end, and none at all of a run that does", () => {
    const report = reportOf(alone);
    const endless = { mostRequestsPerSecond: 1, waitingAtEnd: 10, ttftGrowthPerSecond: 1 };
    const slow = runs([0.5, 9, 1, 1], (value, run) => withFigures(report, value, null, run.steps === "slow" ? endless : null));
    const bands = bandsOf(withFigures(report, 1), slow);
    expect(bands?.ttftSeconds.p50).toEqual([expect.closeTo(0.5, 6), null]);
    expect(bands?.e2eSeconds.p50[1]).toBeNull();
    expect(bands?.tpotSeconds.p50[1]).not.toBeNull();
    expect(bandsOf(withFigures(report, 1, null, endless), slow)).toBeUndefined();
    expect(bandsOf(report, [{ run: { steps: "slow", seed: 1 }, report: undefined }])).toBeUndefined();
  });
});

describe("scaled steps", () => {
  test("take that much longer, in all their parts", () => {
    const { model, pool } = poolOf({ pools: [{ parallel: { tensor: 2, pipeline: 2 } }] });
    const plain = stepModel(model, pool);
    const slow = scaledSteps(plain, 1.5);
    for (const batch of [decoding(8, 1000), prompt(512)]) {
      expect(slow.stepSeconds(batch)).toBeCloseTo(1.5 * plain.stepSeconds(batch), 12);
      expect(slow.breakdown(batch).total).toBeCloseTo(1.5 * plain.breakdown(batch).total, 12);
      const total = slow.anatomy(batch).reduce((sum, { seconds }) => sum + seconds, 0);
      expect(total).toBeCloseTo(slow.stepSeconds(batch), 9);
      expect(slow.flops(batch)).toBe(plain.flops(batch));
    }
    expect(slow.requestSeconds).toBeCloseTo(1.5 * plain.requestSeconds, 12);
  });
});
