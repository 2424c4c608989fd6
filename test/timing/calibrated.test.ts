import { describe, expect, test } from "vitest";
import type { TimingCorrection } from "../../src/deployment/calibration.ts";
import { conditionsOf } from "../../src/deployment/conditions.ts";
import { message, plain } from "../../src/deployment/message.ts";
import { correctsAnother, referenceSeconds } from "../../src/timing/calibrated.ts";
import { predictedSteps, stepModel } from "../../src/timing/step.ts";
import { decoding, mixed, poolOf, prompt } from "./pools.ts";

const { model, pool } = poolOf({ pools: [{ parallel: { tensor: 2, pipeline: 2 } }] });
const predicted = predictedSteps(model, pool);

function corrected(correction: TimingCorrection, changes: { readonly refused?: boolean; readonly predictedSeconds?: number } = {}) {
  const timing = {
    source: "bench" as const,
    date: "2026-11-28",
    conditions: conditionsOf(model, pool),
    correction,
    band: 0.08,
    predictedSeconds: changes.predictedSeconds ?? referenceSeconds(predicted),
    points: [],
  };
  const refused = changes.refused ? message("{0} was {1} when this was measured", "GPU", "H100") : null;
  return stepModel(model, { ...pool, observed: { ...pool.observed, timing: { timing, refused } } });
}

const batches = [decoding(64, 1000), prompt(512), mixed(decoding(16, 500), prompt(300))];

describe("a step of a deployment that was measured", () => {
  test("is the predicted one times its factors, the host apart from the GPU", () => {
    const step = corrected({ device: 1.5, host: 3, requestSeconds: 0.01 });
    for (const batch of batches) {
      const { seconds, total } = predicted.breakdown(batch);
      const expected = 1.5 * (total - seconds.host) + 3 * seconds.host;
      expect(step.stepSeconds(batch)).toBeCloseTo(expected, 12);
      const parts = Object.values(step.breakdown(batch).seconds).reduce((sum, part) => sum + part, 0);
      expect(parts).toBeCloseTo(expected, 12);
      expect(step.anatomy(batch).reduce((sum, share) => sum + share.seconds, 0)).toBeCloseTo(expected, 12);
      const stages = step.stageSeconds(batch, 0) + step.stageSeconds(batch, 1) + step.transferSeconds(batch);
      expect(stages).toBeCloseTo(expected, 12);
    }
    expect([step.requestSeconds, step.basis, step.band]).toEqual([0.01, "measured", 0.08]);
    expect(step.flops(prompt(512))).toBe(predicted.flops(prompt(512)));
  });

  test("is the predicted one where the factors are one", () => {
    const step = corrected({ device: 1, host: 1, requestSeconds: null });
    for (const batch of batches) expect(step.stepSeconds(batch)).toBe(predicted.stepSeconds(batch));
    expect(step.requestSeconds).toBe(predicted.requestSeconds);
  });

  test("is predicted where a condition changed, or the prediction that was corrected", () => {
    const correction = { device: 2, host: 2, requestSeconds: null };
    const [batch = decoding(1, 1)] = batches;
    expect(corrected(correction, { refused: true }).stepSeconds(batch)).toBe(predicted.stepSeconds(batch));
    const other = corrected(correction, { predictedSeconds: 0.8 * referenceSeconds(predicted) });
    expect([other.stepSeconds(batch), other.band]).toEqual([predicted.stepSeconds(batch), predicted.band]);
    const why = correctsAnother(predicted, 0.8 * referenceSeconds(predicted));
    expect(why && plain(why)).toBe("the prediction it corrects has changed by 25 %");
    expect(correctsAnother(predicted, Number(referenceSeconds(predicted).toPrecision(6)))).toBeUndefined();
  });
});
