import { describe, expect, it } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { LiveSeries } from "../../../src/live/series/series.ts";
import type { LivePoint, Snapshot } from "../../../src/live/snapshot.ts";

interface Shot {
  readonly time: number;
  readonly tokens: number;
  readonly steady?: number;
  readonly startedAt?: number;
}

function shot({ time, tokens, steady, startedAt }: Shot): Snapshot {
  return {
    time,
    ...(steady === undefined ? {} : { steady }),
    server: { kind: "vllm", model: "m", engines: 1 },
    gauges: { requests_running: 1, requests_waiting: 0 },
    counters: { generation_tokens_total: tokens },
    histograms: {},
    startedAt,
    cacheConfig: undefined,
  };
}

const hour = 3600;
const ageBetween = (points: readonly LivePoint[], from: number, to: number) => {
  const now = points.at(-1)?.time ?? 0;
  return points.filter(({ time }) => now - time > from && now - time <= to);
};

describe("a day at one a second", () => {
  const series = new LiveSeries();
  const counts: number[] = [];
  let tokens = 0;
  for (let second = 0; second < 48 * hour; second++) {
    // A restart in the first hour and one in the seventh, a loss of 30 s in the second.
    const restarts = second === 1800 || second === 6 * hour + 17;
    tokens = restarts ? 0 : tokens + 7;
    if (second >= 2 * hour && second < 2 * hour + 30) series.fail("gone", second);
    else series.push(shot({ time: second, tokens, startedAt: second >= 6 * hour + 17 ? 50_000 : second >= 1800 ? 40_000 : 30_000 }));
    if ((second + 1) % (12 * hour) === 0) counts.push(series.points.length);
  }

  it("keeps the last hour in full, then a point in 10 s, in 60 s, in 10 minutes", () => {
    const { points } = series;
    expect(ageBetween(points, -1, hour - 1)).toHaveLength(hour);
    // Thinning comes every few minutes: until then there are some more.
    for (const [from, to, spacing] of [
      [1.2, 6, 10],
      [6.2, 24, 60],
      [25, 47, 600],
    ] as const) {
      const count = ageBetween(points, from * hour, to * hour).length;
      const even = ((to - from) * hour) / spacing;
      expect(count).toBeGreaterThan(0.97 * even);
      expect(count).toBeLessThan(1.05 * even + 3);
    }
  });

  it("does not grow after a day, beyond a point in 10 minutes", () => {
    // 24 h against 48 h: 144 more points.
    expect(Math.abs((counts[3] ?? 0) - (counts[1] ?? 0))).toBeLessThan(144 + 600);
    expect(Math.max(...counts)).toBeLessThan(8000);
  });

  it("keeps restarts and the loss, and time in order", () => {
    const restarts = series.points.filter(({ state }) => state === "restarted").map(({ time }) => time);
    expect(restarts).toEqual([1800, 6 * hour + 17]);
    expect(series.points.some(({ state, time }) => state === "lost" && time >= 2 * hour && time < 2 * hour + 30)).toBe(true);
    const times = series.points.map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(series.events.map(({ kind, words }) => [kind, plain(words)])).toEqual([
      ["restart", "The server was restarted"],
      ["gap", "No answer for 30 s"],
      ["restart", "The server was restarted"],
    ]);
  });

  it("tells true rates whatever was left out", () => {
    for (const { rates, state } of series.points) {
      if (state === "restarted" || rates.generation_tokens_total === undefined) continue;
      expect(rates.generation_tokens_total).toBeCloseTo(7, 9);
    }
    expect(series.window(40 * hour)?.rates.generation_tokens_total).toBeCloseTo(7, 9);
  });
});

describe("bounds at any interval", () => {
  it.each([0.1, 0.5, 2, 15, 60])("hold for a look every %d s", (interval) => {
    const series = new LiveSeries();
    for (let i = 0; i < 50_000; i++) series.push(shot({ time: i * interval, tokens: i }));
    expect(series.points.length).toBeLessThan(11_000);
    const minute = ageBetween(series.points, -1, 60 - interval / 2);
    expect(minute.length).toBeGreaterThanOrEqual(Math.floor(60 / interval));
  });

  it("hold for a server that is never there, and for one that never stays", () => {
    const gone = new LiveSeries();
    const flapping = new LiveSeries();
    for (let second = 0; second < 100_000; second++) {
      gone.fail("gone", second);
      if (second % 2 === 0) flapping.fail("gone", second);
      else flapping.push(shot({ time: second, tokens: 5, startedAt: second * 10 }));
    }
    expect(gone.points.length).toBeLessThan(8000);
    expect(flapping.points.length).toBeLessThanOrEqual(12_000);
    expect(flapping.events.length).toBeLessThanOrEqual(500);
  });
});

describe("clocks", () => {
  const rates = (series: LiveSeries) => series.points.map((point) => point.rates.generation_tokens_total);
  const times = (series: LiveSeries) => series.points.map(({ time }) => time);

  it("set back by an hour: time goes on, rates stay right", () => {
    const series = new LiveSeries();
    for (const [i, back] of [0, 0, 3600, 3600, 3600].entries())
      series.push(shot({ time: 10_000 + i - back, steady: 50 + i, tokens: 100 * i }));
    expect(times(series)).toEqual([10_000, 10_001, 10_002, 10_003, 10_004]);
    expect(rates(series)).toEqual([undefined, 100, 100, 100, 100]);
    expect(series.window(60)?.rates.generation_tokens_total).toBe(100);
  });

  it("set by a little, as time servers do: rates are those of the steady clock", () => {
    const series = new LiveSeries();
    for (const [i, off] of [0, 0.4, -0.3, 0.2, 0].entries()) series.push(shot({ time: 10_000 + i + off, steady: 50 + i, tokens: 100 * i }));
    expect(rates(series)).toEqual([undefined, 100, 100, 100, 100]);
    const shown = times(series);
    expect(shown).toEqual([...shown].sort((a, b) => a - b));
  });

  it("set forwards, or a computer that slept: how long it was is not known, so nothing is said across it", () => {
    const series = new LiveSeries();
    series.push(shot({ time: 10_000, steady: 50, tokens: 0 }));
    series.push(shot({ time: 10_001, steady: 51, tokens: 100 }));
    // An hour of a sleeping computer: its steady clock stood still while the server went on.
    const woken = series.push(shot({ time: 13_601, steady: 52, tokens: 360_100 }));
    expect([woken.state, woken.anew, woken.rates]).toEqual(["live", true, {}]);
    series.push(shot({ time: 13_602, steady: 53, tokens: 360_200 }));
    expect(rates(series)).toEqual([undefined, 100, undefined, 100]);
    const window = series.window(10_000);
    expect([window?.growth.seconds, window?.growth.counters.generation_tokens_total, window?.cutByRestart]).toEqual([1, 100, true]);
    expect(series.events.map(({ words }) => plain(words))).toEqual(["This computer slept, or its clock was set forwards"]);
  });

  it("of somebody else, as a recording's, are taken at their word", () => {
    const series = new LiveSeries();
    for (const [i, time] of [5, 6, 7, 7, 9].entries()) series.push(shot({ time, tokens: 10 * i }));
    expect(times(series)).toEqual([5, 6, 7, 7, 9]);
    expect(rates(series)).toEqual([undefined, 10, 10, undefined, 5]);
  });

  it("keep a failure between two answers in its place", () => {
    const series = new LiveSeries();
    series.push(shot({ time: 100, steady: 1, tokens: 0 }));
    series.fail("gone", 40, 2);
    series.push(shot({ time: 41, steady: 3, tokens: 50 }));
    expect(times(series)).toEqual([100, 101, 102]);
    expect(rates(series)).toEqual([undefined, undefined, 25]);
  });
});
