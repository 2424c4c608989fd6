import { describe, expect, test } from "vitest";
import { carriedOut, type PlannedRun } from "../../src/planning/plan.ts";
import { type RateCurve, rateCurve } from "../../src/planning/rate-curve.ts";
import type { Outcome } from "../../src/simulation/report/report.ts";
import { askedRate } from "../../src/simulation/workload/at-rate.ts";
import { settledOf } from "../simulation/fixtures.ts";
import { reportWith, slo } from "./reports.ts";

const run: PlannedRun = {
  settled: settledOf({ slo }),
  workload: { kind: "open-loop", ratePerSecond: 1, requests: 100, promptTokens: 100, outputTokens: 10 },
  seed: 7,
};

/** A server that takes a tenth of a second a request, one after the other: M/D/1 waits ρ / (2 (1 − ρ)) · 0.1 s on average. */
function served(rate: number): Outcome {
  const load = rate * 0.1;
  if (load >= 1) return { report: reportWith({ saturated: { mostRequestsPerSecond: 10, waitingAtEnd: 50, ttftGrowthPerSecond: 1 } }) };
  const ttft = 0.1 + (load / (2 * (1 - load))) * 0.1;
  return { report: reportWith({ ttft, attainment: ttft <= 0.15 ? 1 : 0.5 }) };
}

function curveOf(search: Parameters<typeof rateCurve>[1]): { readonly curve: RateCurve; readonly rates: readonly number[] } {
  const rates: number[] = [];
  const curve = carriedOut(rateCurve(run, search), ({ workload, seed, settled }) => {
    expect(seed).toBe(7);
    expect(settled).toBe(run.settled);
    const rate = askedRate(workload) ?? 0;
    rates.push(rate);
    return served(rate);
  });
  return { curve, rates };
}

describe("the curve over the rate", () => {
  test("finds where the limit is missed and where the queue grows for ever, each within 3 %", () => {
    const { curve } = curveOf({ most: 9, now: null, points: 40 });
    // 0.15 s are reached at ρ / (2 (1 − ρ)) = 0.5: ρ = 0.5, 5 req/s.
    expect(curve.limits?.held).toBeLessThanOrEqual(5);
    expect(curve.limits?.lost).toBeGreaterThan(5);
    expect((curve.limits?.lost ?? 0) / (curve.limits?.held ?? 1)).toBeLessThanOrEqual(1.035);
    expect(curve.saturation.held).toBeLessThan(10);
    expect(curve.saturation.lost).toBeGreaterThanOrEqual(10);
    expect((curve.saturation.lost ?? 0) / (curve.saturation.held ?? 1)).toBeLessThanOrEqual(1.035);
  });

  test("takes no more simulations than it may, none twice, and gives them in rising order", () => {
    for (const points of [2, 5, 12, 40]) {
      const { curve, rates } = curveOf({ most: 9, now: 3, points });
      expect(rates.length).toBeLessThanOrEqual(points);
      expect(new Set(rates).size).toBe(rates.length);
      expect(curve.points.map(({ ratePerSecond }) => ratePerSecond)).toEqual([...rates].sort((a, b) => a - b));
    }
  });

  test("goes through the rate there is", () => {
    expect(curveOf({ most: 9, now: 3.21, points: 12 }).rates).toContain(3.21);
  });

  test("finds both turns where the closed form is far off", () => {
    for (const most of [1, 100]) {
      const { curve } = curveOf({ most, now: null, points: 40 });
      expect(curve.saturation.held).toBeGreaterThan(9.5);
      expect(curve.saturation.lost).toBeLessThan(10.5);
      expect(curve.limits?.held).toBeGreaterThan(4.8);
    }
  });

  test("without limits looks for saturation alone", () => {
    const curve = carriedOut(rateCurve(run, { most: 9, now: null, points: 20 }), ({ workload }) => {
      const { report } = served(askedRate(workload) ?? 0);
      return report ? { report: { ...report, slo: null } } : { error: { code: "missing", message: "" } };
    });
    expect(curve.limits).toBeNull();
    expect(curve.saturation.lost).toBeGreaterThanOrEqual(10);
  });

  test("says why a rate could not be simulated, and asks for no more", () => {
    let runs = 0;
    const curve = carriedOut(rateCurve(run, { most: 9, now: null, points: 20 }), () => {
      runs++;
      return { error: { code: "bad-workload", message: "No request fits." } };
    });
    expect(curve.problem).toBe("No request fits.");
    expect(runs).toBe(4);
  });
});
