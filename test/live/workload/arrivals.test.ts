import { describe, expect, it } from "vitest";
import type { LivePoint } from "../../../src/live/snapshot.ts";
import { measuredArrivals } from "../../../src/live/workload/arrivals.ts";
import { randomSource } from "../../../src/simulation/random.ts";
import { type ArrivalProcess, arrivalTimes } from "../../../src/simulation/workload/arrivals.ts";

/** A scrape a second of a server that keeps each request for `stays` seconds. */
function pointsOf(arrivals: readonly number[], seconds: number, stays = 0.5): readonly LivePoint[] {
  return Array.from({ length: seconds + 1 }, (_, time) => ({
    time,
    state: "live",
    snapshot: {
      time,
      server: { kind: "vllm", model: null, engines: 1 },
      startedAt: 0,
      cacheConfig: undefined,
      gauges: { requests_running: arrivals.filter((at) => at <= time && at + stays > time).length, requests_waiting: 0 },
      counters: { request_success_total: arrivals.filter((at) => at + stays <= time).length },
      histograms: {},
    },
    rates: {},
    windows: {},
    prefixHitRate: null,
  }));
}

function process(kind: ArrivalProcess["kind"], cv: number, seed: number): readonly number[] {
  const stages = [{ ratePerSecond: 12, durationSeconds: 1 }];
  return [...arrivalTimes({ kind, cv, stages }, 12 * 320, randomSource(seed, "arrivals"))];
}

const seeds = Array.from({ length: 20 }, (_, i) => i + 1);
const measured = (kind: ArrivalProcess["kind"], cv: number) =>
  seeds.map((seed) => measuredArrivals(pointsOf(process(kind, cv, seed), 300), 0, 300));

describe("arrivals as counters tell them", () => {
  it("are Poisson where they differ no more than chance lets them", () => {
    expect(measured("poisson", 1).filter(({ cv }) => cv !== 1).length).toBeLessThanOrEqual(1);
  });

  it("have bursts where they differ more, as the gaps they were drawn with", () => {
    const bursty = measured("gamma", 3).map(({ cv }) => cv);
    const mean = bursty.reduce((sum, cv) => sum + cv, 0) / bursty.length;
    // The index of dispersion over long stretches is the square of the gaps' variation.
    expect(Math.abs(mean / 3 - 1)).toBeLessThan(0.15);
    expect(Math.min(...bursty)).toBeGreaterThan(1.8);
  });

  it("are even where they differ less, but never more even than whole numbers tell", () => {
    const even = measured("constant", 1);
    expect(Math.max(...even.map(({ cv }) => cv))).toBeLessThan(0.5);
    expect(Math.min(...even.map(({ cv }) => cv))).toBeGreaterThan(0.05);
  });

  it("are not told by a handful of requests", () => {
    expect(measuredArrivals(pointsOf([1, 2, 3, 4, 5], 60), 0, 60)).toEqual({ dispersion: null, chance: null, cv: 1, concurrency: null });
  });

  it("are a closed loop where as many are inside at each scrape", () => {
    // Sixteen users, each with the next request the moment the last one is answered, a second or two later.
    const draw = randomSource(5, "arrivals");
    const users = Array.from({ length: 16 }, () => {
      const times: { from: number; to: number }[] = [];
      for (let at = -draw(); at < 120; ) {
        const to = at + 1 + draw();
        times.push({ from: at, to });
        at = to;
      }
      return times;
    }).flat();
    const points = pointsOf([], 100).map((point) => ({
      ...point,
      snapshot: point.snapshot && {
        ...point.snapshot,
        gauges: { requests_running: users.filter(({ from, to }) => from <= point.time && to > point.time).length, requests_waiting: 0 },
        counters: { request_success_total: users.filter(({ to }) => to <= point.time).length },
      },
    }));
    expect(measuredArrivals(points, 0, 100).concurrency).toBe(16);
    expect(measured("poisson", 1).every(({ concurrency }) => concurrency === null)).toBe(true);
  });

  it("never reach over a restart", () => {
    const points = pointsOf(process("poisson", 1, 1), 300);
    const restarted = points.map((point, index): LivePoint => (index === 295 ? { ...point, state: "restarted" } : point));
    expect(measuredArrivals(restarted, 0, 300).dispersion).toBeNull();
  });
});
