import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { engineTable } from "../../../src/live/series/engines.ts";
import { LiveSeries } from "../../../src/live/series/series.ts";
import type { Snapshot } from "../../../src/live/snapshot.ts";
import { scrapes } from "../page/captures.ts";

function shot(time: number, tokens: number, running = 1, startedAt?: number): Snapshot {
  return {
    time,
    server: { kind: "vllm", model: "m", engines: 1 },
    gauges: { requests_running: running, requests_waiting: 0 },
    counters: { generation_tokens_total: tokens },
    histograms: {},
    startedAt,
    cacheConfig: undefined,
  };
}

describe("LiveSeries", () => {
  it("tells idle, live, restarted as the capture of a restarted server has them", () => {
    const series = new LiveSeries();
    const points = scrapes("llm-d-inference-sim-restart").map((scrape) => series.push(scrape));
    expect(points.map(({ state }) => state)).toEqual(["idle", "idle", "restarted", "live"]);
    expect(points[0]?.rates).toEqual({});
    expect(points[1]?.rates.generation_tokens_total).toBe(0);
    // Counters start anew: nothing is said across the restart.
    expect(points[2]?.rates).toEqual({});
    expect(points[2]?.windows).toEqual({});
    expect(points[3]?.rates.generation_tokens_total).toBe(60); // (380 − 20) / 6 s
    expect(points[3]?.windows.ttft_seconds?.count).toBe(20);
    expect(points[3]?.prefixHitRate).toBe(0);
  });

  it("sees a restart in the start time alone", () => {
    const series = new LiveSeries();
    series.push(shot(10, 5, 1, 1));
    expect(series.push(shot(11, 9, 1, 10.5)).state).toBe("restarted");
    expect(series.push(shot(12, 12, 1, 10.6)).state).toBe("live");
  });

  it("does not go on from a page that lost figures: the next whole one would look like a burst", () => {
    const series = new LiveSeries();
    series.push(shot(10, 1000, 1, 5));
    const { counters: _, ...rest } = shot(11, 1001, 1, 5);
    expect(series.push({ ...rest, counters: {} })).toMatchObject({
      state: "lost",
      error: "The page is not whole: figures it had before are missing",
    });
    const back = series.push(shot(12, 1020, 1, 5));
    expect([back.state, back.rates.generation_tokens_total]).toEqual(["live", 10]);
  });

  it("takes a server that says no start time and lost its counters for restarted: they come with its first request", () => {
    const series = new LiveSeries();
    series.push(shot(10, 1000));
    const { counters: _, ...rest } = shot(11, 0, 0);
    expect(series.push({ ...rest, counters: {} }).state).toBe("restarted");
    const first = series.push(shot(12, 30));
    expect([first.state, first.rates.generation_tokens_total]).toEqual(["live", 30]);
  });

  it("bridges a failure: lost, then live with the rate since the last answer", () => {
    const series = new LiveSeries();
    series.push(shot(10, 100));
    expect(series.fail("Nothing listens there", 11)).toMatchObject({ state: "lost", error: "Nothing listens there", snapshot: undefined });
    const back = series.push(shot(14, 180));
    expect(back.state).toBe("live");
    expect(back.rates.generation_tokens_total).toBe(20);
    expect(series.points.map(({ state }) => state)).toEqual(["live", "lost", "live"]);
  });

  it("gives no rate where the clock stood still or went back", () => {
    const series = new LiveSeries();
    series.push(shot(10, 100));
    expect(series.push(shot(10, 120)).rates).toEqual({});
    expect(series.push(shot(9, 140)).rates).toEqual({});
  });

  it("measures a window, never across a restart", () => {
    const series = new LiveSeries();
    series.push(shot(0, 0));
    series.push(shot(10, 1000, 3));
    expect(series.window(60)?.rates.generation_tokens_total).toBe(100);
    expect(series.window(60)?.gauges.requests_running).toBe(2);
    series.push(shot(20, 50));
    expect(series.window(60)).toBeUndefined();
    series.push(shot(30, 250));
    const after = series.window(60);
    expect([after?.from, after?.to, after?.rates.generation_tokens_total, after?.cutByRestart]).toEqual([20, 30, 20, true]);
    expect(series.window(15, 10)?.from).toBe(0);
  });

  it("adds up to the same whatever is thinned: rates times time are the tokens", () => {
    const series = new LiveSeries(100);
    for (let second = 0; second <= 1000; second++) {
      if (second % 97 === 13) series.fail("gone", second);
      else series.push(shot(second, second * 7));
    }
    expect(series.points.length).toBeLessThanOrEqual(100);
    let tokens = 0;
    let before: number | undefined;
    for (const point of series.points) {
      if (!point.snapshot) {
        before = undefined;
        continue;
      }
      if (before !== undefined) tokens += (point.rates.generation_tokens_total ?? 0) * (point.time - before);
      before = point.time;
      if (point.rates.generation_tokens_total !== undefined) expect(point.rates.generation_tokens_total).toBeCloseTo(7, 9);
    }
    expect(tokens).toBeGreaterThan(0);
    // The last hour of a series at one a second is whole.
    const hour = new LiveSeries();
    for (let second = 0; second < 3600; second++) hour.push(shot(second, second));
    expect(hour.points).toHaveLength(3600);
  });

  it("stays within its bounds in any order of answers and failures", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(100)), { maxLength: 400 }), fc.integer({ min: 8, max: 40 }), (events, capacity) => {
        const series = new LiveSeries(capacity);
        for (const [time, tokens] of events.entries()) {
          if (tokens === null) series.fail("gone", time);
          else series.push(shot(time, tokens));
        }
        expect(series.points.length).toBeLessThanOrEqual(capacity);
        const times = series.points.map(({ time }) => time);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        for (const point of series.points) for (const rate of Object.values(point.rates)) expect(rate).toBeGreaterThanOrEqual(0);
        if (events.length > 0) expect(series.last?.time).toBe(events.length - 1);
      }),
    );
  });

  it("keeps engines apart for the last five minutes at one a second, and lists of bounds once", () => {
    const series = new LiveSeries();
    const [, busy] = scrapes("vllm-0.32.0-dp2");
    if (!busy) throw new Error("no capture");
    for (let second = 0; second < 400; second++) series.push({ ...busy, time: busy.time + second });
    expect(series.points[0]?.snapshot?.perEngine).toBeUndefined();
    expect(series.last?.snapshot?.perEngine).toHaveLength(2);
    expect(series.points[0]?.snapshot?.histograms.ttft_seconds?.upper).toBe(series.last?.snapshot?.histograms.ttft_seconds?.upper);
  });

  it("tells rates of many engines over the time for which it keeps them apart", () => {
    const series = new LiveSeries();
    const engines = Array.from({ length: 60 }, (_, i) => String(i));
    for (let second = 0; second < 120; second++) {
      const perEngine = engines.map((engine) => ({
        engine,
        gauges: {},
        counters: { generation_tokens_total: second * 5 },
        histograms: {},
      }));
      series.push({ ...shot(second, second * 300), perEngine });
    }
    // 2,400 / 60 = 40 points hold their engines.
    const window = series.window(60);
    expect(window && window.last.time - window.firstApart.time).toBe(39);
    const { rows } = engineTable(window ?? { firstApart: shot(0, 0), last: shot(0, 0) });
    expect(rows.map(({ outputTokensPerSecond }) => outputTokensPerSecond)).toEqual(engines.map(() => 5));
  });
});
