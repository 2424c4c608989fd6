import { describe, expect, it } from "vitest";
import { compareLive } from "../../../src/live/prediction/compare.ts";
import { predictionFrom } from "../../../src/live/prediction/prediction.ts";
import { LiveSeries } from "../../../src/live/series/series.ts";
import { measuredWorkload, workloadOf } from "../../../src/live/workload/measured-workload.ts";
import { handReport, steadyRequests } from "../../demo/hand-report.ts";
import { scrapes } from "../page/captures.ts";

function window(folder: string, seconds: number, until?: number) {
  const series = new LiveSeries();
  for (const scrape of scrapes(folder)) if (until === undefined || scrape.time <= until) series.push(scrape);
  const measured = series.window(seconds);
  if (!measured) throw new Error("no window");
  return measured;
}

describe("measuredWorkload", () => {
  it("finds rate and lengths of what arrived", () => {
    // From :289 to :325: 123 − 35 finished, and 48 inside instead of 14: 122 arrived in 36 s.
    const measured = measuredWorkload(window("llm-d-inference-sim", 40, 1795221325));
    if (typeof measured === "string") throw new Error(measured);
    expect(measured.requests).toBe(122);
    expect(measured.ratePerSecond).toBeCloseTo(122 / 36, 9);
    // Of the 88 that finished: 17360 − 4900 prompt tokens, 6290 − 1750 output tokens.
    expect(measured.promptTokensMean).toBeCloseTo((17360 - 4900) / 88, 9);
    expect(measured.outputTokensMean).toBeCloseTo((6290 - 1750) / 88, 9);
    expect(measured.prefixHitRate).toBeCloseTo((6240 - 2016) / (19040 - 6020), 9);
    const workload = workloadOf(measured);
    expect(workload).toMatchObject({
      kind: "open-loop",
      ratePerSecond: measured.ratePerSecond,
      // What came, and twice the 14 that were inside when the window began.
      requests: 122 + 2 * 14,
      prefixShare: measured.prefixHitRate,
    });
    const lengths = typeof measured.outputTokens === "object" && "values" in measured.outputTokens ? measured.outputTokens.values : [];
    expect(lengths).toHaveLength(100);
    expect(lengths.reduce((a, b) => a + b, 0) / 100).toBeCloseTo(measured.outputTokensMean, 0);
  });

  it("says why there is none", () => {
    expect(measuredWorkload(undefined)).toBe("no-window");
    expect(measuredWorkload(window("llm-d-inference-sim", 14))).toBe("idle");
    expect(measuredWorkload(window("llama.cpp", 60))).toBe("not-offered");
  });
});

describe("predictionFrom", () => {
  it("takes means while requests still arrive, not the drain", () => {
    // Ten requests a second apart: one runs 1.5 s of every second at least; the last arrives at 9 s, the run ends at 11.
    const prediction = predictionFrom(handReport(steadyRequests(10)), { basis: "measured workload" });
    expect(prediction).toMatchObject({ from: "hand-made", band: 0.3, basis: "measured workload", ratePerSecond: 1, prefixHitRate: 0.2 });
    // First second: nobody at 0.5; seconds 2 … 9: one runs at the middle of each (two overlap only in the half between).
    expect(prediction.running).toBeCloseTo(8 / 9, 9);
    expect(prediction.kvUsage).toBeCloseTo(0.5 * (8 / 9), 9);
  });
});

describe("predicted prompt tokens", () => {
  it("are whole prompts, as the engines count them, also where a part of them was in the cache", () => {
    // Nine prompts of 100 tokens are answered before the last one arrives at 9 s; its series counts what was computed: here nothing.
    expect(predictionFrom(handReport(steadyRequests(10)), { basis: "test" }).promptTokensPerSecond).toBeCloseTo(100, 9);
  });
});

describe("compareLive", () => {
  const measured = window("llm-d-inference-sim", 40, 1795221325);
  const predicted = predictionFrom(handReport(steadyRequests(10)), { basis: "test" });

  it("says within, above, below, and what it cannot tell inside one bucket", () => {
    const flat = { mean: 0.3, p50: 0.3, p90: 0.3, p95: 0.3, p99: 0.3 };
    const rows = compareLive(
      {
        ...predicted,
        band: 0.1,
        ranges: {},
        ttftSeconds: flat,

        outputTokensPerSecond: 126,
        running: 8,
        waiting: 300,
        kvUsage: 0.2,
      },
      measured,
    );
    const verdicts = Object.fromEntries(rows.map((row) => [row.metric, row.verdict]));
    expect(verdicts.generation_tokens_per_second).toBe("within"); // measured 126.1
    expect(verdicts.requests_running).toBe("within");
    expect(verdicts.requests_waiting).toBe("below");
    // p95 reads 0.484, but all that is known is that it lies between 0.25 and 0.5, where 0.27 … 0.33 lies too.
    const ttft = rows.find(({ metric }) => metric === "ttft_p95");
    expect(ttft).toMatchObject({ verdict: "cannot-tell", bucket: [0.25, 0.5], distance: 0 });
    expect(Math.max(...rows.map(({ distance }) => distance))).toBeGreaterThan(0.5);
  });

  it("says unknown where nothing was measured", () => {
    const rows = compareLive(predicted, window("llama.cpp", 60));
    expect(rows.find(({ metric }) => metric === "ttft_p95")).toMatchObject({ measured: null, verdict: "unknown" });
    expect(rows.find(({ metric }) => metric === "kv_cache_usage")).toMatchObject({ measured: null, verdict: "unknown" });
  });
});
