import { describe, expect, it } from "vitest";
import { together } from "../../../src/live/page/together.ts";
import { LiveSeries } from "../../../src/live/series/series.ts";
import type { Snapshot } from "../../../src/live/snapshot.ts";

/** A router's page: what it counted of each backend. */
function page(time: number, tokens: Readonly<Record<string, number>>, startedAt?: number): Snapshot {
  const perEngine = Object.entries(tokens).map(([engine, count]) => {
    const histogram = {
      upper: Float64Array.of(1, Number.POSITIVE_INFINITY),
      count: Float64Array.of(count, count),
      sum: count,
      total: count,
    };
    return {
      engine,
      gauges: { requests_running: 1 },
      counters: { generation_tokens_total: count },
      histograms: { e2e_seconds: histogram },
    };
  });
  const server = { kind: "production-stack-router" as const, model: null, engines: perEngine.length };
  return { time, server, ...together(perEngine), perEngine, startedAt, cacheConfig: undefined };
}

/** State, tokens a second and requests of each page after the first, ten seconds apart. */
function told(
  ...pages: readonly Readonly<Record<string, number>>[]
): readonly (readonly [string, number | undefined, number | undefined])[] {
  const series = new LiveSeries();
  const points = pages.map((tokens, index) => series.push(page(10 * index, tokens)));
  return points.slice(1).map(({ state, rates, windows }) => [state, rates.generation_tokens_total, windows.e2e_seconds?.count] as const);
}

describe("a router's backends", () => {
  it("leave without a restart, and what is left counts on", () => {
    expect(told({ a: 100, b: 1000, c: 50 }, { a: 200, c: 50 }, { a: 250, c: 70 })).toEqual([
      ["live", 10, 100],
      ["live", 7, 70],
    ]);
  });

  it("come back as they were, or as another of their name", () => {
    expect(told({ a: 100, b: 1000 }, { a: 200 }, { a: 300, b: 1040 }, { a: 300, b: 1060 })).toEqual([
      ["live", 10, 100],
      ["live", 14, 140],
      ["live", 2, 20],
    ]);
    expect(told({ a: 100, b: 1000 }, { a: 200 }, { a: 300, b: 40 }, { a: 300, b: 60 })).toEqual([
      ["live", 10, 100],
      ["live", 14, 140],
      ["live", 2, 20],
    ]);
  });

  it("are replaced at once, and stay so when they count beyond what there was", () => {
    expect(told({ a: 100, b: 1000 }, { a: 200, b: 30 }, { a: 200, b: 2000 }, { a: 210 })).toEqual([
      ["live", 13, 130],
      ["live", 197, 1970],
      ["live", 1, 10],
    ]);
  });

  it("began all anew where the page did: by its counters, or by its start", () => {
    expect(told({ a: 100, b: 1000, idle: 0 }, { a: 5, b: 7, idle: 0 }, { a: 15, b: 7, idle: 0 })).toEqual([
      ["restarted", undefined, undefined],
      ["live", 1, 10],
    ]);
    expect(told({ a: 100, b: 1000 }, { c: 7 })).toEqual([["restarted", undefined, undefined]]);
    const series = new LiveSeries();
    series.push(page(0, { a: 100, b: 1000 }, 1));
    expect(series.push(page(10, { a: 200, b: 1100 }, 5)).state).toBe("restarted");
  });

  it("add up over a window in which one left", () => {
    const series = new LiveSeries();
    const pages = [{ a: 100, b: 1000 }, { a: 200, b: 1100 }, { a: 300 }, { a: 400 }];
    for (const [index, tokens] of pages.entries()) series.push(page(10 * index, tokens));
    const window = series.window(30);
    expect([window?.rates.generation_tokens_total, window?.windows.e2e_seconds?.count, window?.cutByRestart]).toEqual([
      400 / 30,
      400,
      false,
    ]);
  });
});
