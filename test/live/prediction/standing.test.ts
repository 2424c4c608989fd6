import { describe, expect, it } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { standing } from "../../../src/live/prediction/standing-plan.ts";
import { queueGrowth } from "../../../src/live/series/queue-growth.ts";
import { measureWindow } from "../../../src/live/series/window.ts";
import type { LivePoint } from "../../../src/live/snapshot.ts";
import type { RunFigures } from "../../../src/planning/figures.ts";
import { randomSource } from "../../../src/simulation/random.ts";
import { handReport, steadyRequests } from "../../demo/hand-report.ts";

/** A scrape a second with so many waiting. */
function points(waiting: (second: number) => number, cache = 0.5, seconds = 120): readonly LivePoint[] {
  return Array.from({ length: seconds + 1 }, (_, time): LivePoint => {
    const gauges = { requests_running: 20, requests_waiting: Math.max(0, Math.round(waiting(time))), kv_cache_usage: cache };
    const server = { kind: "vllm" as const, model: null, engines: 1 };
    const snapshot = { time, server, startedAt: 0, cacheConfig: undefined, gauges, counters: {}, histograms: {} };
    return { time, state: "live", snapshot, rates: {}, windows: {}, prefixHitRate: null };
  });
}

describe("a queue", () => {
  it("grows where it grows beyond chance, by so many a second", () => {
    const draw = randomSource(3, "arrivals");
    expect(
      queueGrowth(
        points((t) => 5 + 0.5 * t + 6 * draw()),
        0,
        120,
      ),
    ).toBeCloseTo(0.5, 1);
  });

  it("does not grow where it comes and goes, empties, or is short", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const draw = randomSource(seed, "arrivals");
      let level = 20;
      const walk = Array.from({ length: 121 }, () => {
        level += Math.round(8 * (draw() - 0.5) - 0.2 * (level - 20));
        return level;
      });
      expect(
        queueGrowth(
          points((t) => walk[t] ?? 0),
          0,
          120,
        ),
      ).toBeNull();
    }
    expect(
      queueGrowth(
        points((t) => (t % 40 < 30 ? t : 0)),
        0,
        120,
      ),
    ).toBeNull();
    expect(
      queueGrowth(
        points((t) => t / 20),
        0,
        120,
      ),
    ).toBeNull();
  });

  it("is measured since the last restart", () => {
    const all = points((t) => (t < 100 ? t : 0)).map((point): LivePoint => (point.time === 100 ? { ...point, state: "restarted" } : point));
    expect(queueGrowth(all, 0, 120)).toBeNull();
  });
});

describe("where a server stands", () => {
  const report = handReport(steadyRequests(10));
  const figures = (ttft: number, saturated: RunFigures["saturated"] = null): RunFigures => ({
    summary: { ...report.summary, ttftSeconds: { mean: ttft, p50: ttft, p90: ttft, p95: ttft, p99: ttft } },
    saturated,
    slo: null,
    gpus: 1,
    layout: "TP 1",
  });
  const full = { mostRequestsPerSecond: 10, waitingAtEnd: 90, ttftGrowthPerSecond: 0.2 };
  const curve = {
    points: [
      { ratePerSecond: 5, figures: figures(0.1) },
      { ratePerSecond: 10, figures: figures(0.4) },
      { ratePerSecond: 11, figures: figures(9, full) },
    ],
    saturation: { held: 10, lost: 11 },
  };
  const slo = { ttftSeconds: 0.5, tpotSeconds: null, e2eSeconds: null, percentile: 95 };
  const at = { ratePerSecond: 6, outputTokensPerSecond: 900, ttftP95: 0.2, tpotP95: null };
  const words = (cache: number, growth: number | null, ttftP95 = 0.2) => {
    const window = measureWindow(
      points(() => 0, cache),
      0,
      120,
    );
    if (!window) throw new Error("no window");
    return standing(curve, { at: { ...at, ttftP95 }, growth, window, slo });
  };

  it("is a share of what it is predicted to hold, whatever the cache says", () => {
    expect(words(0.5, null)).toMatchObject({ saturationRate: 10, queueGrowthPerSecond: null });
    expect(words(0.5, null).points.map(({ isSaturated }) => isSaturated)).toEqual([false, false, true]);
    expect(plain(words(0.5, null).sentence)).toBe(
      "It takes 6.00 req/s, 60.0 % of the 10.0 req/s that it is predicted to hold: 4.00 req/s are left",
    );
    expect(plain(words(0.97, null).sentence)).toBe(
      "The cache is 97.0 % full and nothing waits: it takes 6.00 req/s, and holds 4.00 req/s more",
    );
  });

  it("is beyond it where the queue grows, also while limits are still met", () => {
    expect(plain(words(0.5, 0.4).sentence)).toBe(
      "Its limits are still met, but the queue grows by 0.400 requests a second: more arrives than it completes",
    );
    expect(plain(words(0.5, 0.4, 3).sentence)).toBe("The queue grows by 0.400 requests a second: more arrives than it completes");
  });
});
