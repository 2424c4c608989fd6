import { describe, expect, it } from "vitest";
import type { ComparedLoad } from "../../../src/live/bench/benchmarked-deployment.ts";
import type { LoadRow } from "../../../src/live/bench/compare-load.ts";
import { loadCurves } from "../../../src/live/bench/load-curves.ts";

function load(ratePerSecond: number, measured: number | null, predicted: number): ComparedLoad {
  const row: LoadRow = {
    metric: "ttft",
    statistic: "mean",
    unit: "s",
    measured,
    predicted,
    low: 0,
    high: 0,
    share: null,
    verdict: "unknown",
  };
  const lengths = { promptTokens: 100, outputTokens: 10 };
  const workload = { kind: "open-loop", ratePerSecond, requests: 10, ...lengths } as const;
  const spreads = { ttft: null, tpot: null, e2e: null };
  const told = { ttft: null, tpot: null, spreads, requestsPerSecond: null, outputTokensPerSecond: null };
  return {
    load: { from: "", tool: "", date: null, models: [], words: "", workload, isLimited: false, notes: [], ...told },
    rows: [row],
    corrected: [],
    notes: [],
  };
}

describe("loadCurves", () => {
  it("draws measured and predicted on one scale, by orders of magnitude, from the least load to the greatest", () => {
    // 10 ms to 10 s are three decades over seven steps: 100 ms is 2.3 steps up, 1 s is 4.7.
    const curves = loadCurves([load(9, 10, 1), load(1, 0.01, 0.01), load(3, 0.1, 0.1)]);
    expect(curves).toEqual([{ metric: "ttft", measured: "▁▃█", predicted: "▁▃▆" }]);
  });

  it("leaves blank what was not told, and draws no curve through two loads", () => {
    expect(loadCurves([load(1, 0.1, 0.1), load(2, null, 0.2), load(3, 0.4, 0.4)])[0]?.measured).toBe("▁ █");
    expect(loadCurves([load(1, 0.1, 0.1), load(2, 0.1, 0.1)])).toEqual([]);
    expect(loadCurves([load(1, null, 0.1), load(2, null, 0.1), load(3, null, 0.1)])).toEqual([]);
    expect(loadCurves([load(1, 2, 2), load(2, 2, 2), load(3, 2, 2)])[0]?.measured).toBe("▁▁▁");
  });
});
