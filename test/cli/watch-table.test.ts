import { describe, expect, it } from "vitest";
import { WatchTable } from "../../src/cli/output/watch-table.ts";
import { plainPaint } from "../../src/cli/terminal.ts";
import { pointBetween } from "../../src/live/series/point.ts";
import type { EngineMeasures, Histogram, LivePoint, Measures, Snapshot } from "../../src/live/snapshot.ts";
import { watchLine } from "../../src/live/watch-line.ts";

function measures(requests: number, slow: number): Measures {
  const upper = Float64Array.of(0.1, 0.25, 10, Number.POSITIVE_INFINITY);
  const count = Float64Array.of(requests - slow, requests - slow, requests, requests);
  return {
    gauges: { requests_running: requests, kv_cache_usage: 0.0512 },
    counters: { generation_tokens_total: requests * 1000 },
    histograms: { ttft_seconds: { upper, count, sum: 1, total: requests } },
  };
}

function shot(time: number, quick: number, slow: number): Snapshot {
  const engines: EngineMeasures[] = [
    { engine: "a-rather-long-name-of-a-pod/0", ...measures(quick, 0) },
    { engine: "1", ...measures(slow, slow) },
  ];
  const server = { kind: "vllm", model: "m", engines: 2 } as const;
  return { time, server, ...measures(quick + slow, slow), startedAt: undefined, cacheConfig: undefined, perEngine: engines };
}

function point(quick: number, slow: number): { readonly before: LivePoint; readonly point: LivePoint } {
  const first = shot(1, 0, 0);
  const alone: LivePoint = { time: 1, state: "live", snapshot: first, rates: {}, windows: {}, prefixHitRate: null };
  return { before: alone, point: pointBetween(first, shot(2, quick, slow)) };
}

describe("WatchTable", () => {
  it("states quantiles as the buckets allow, each engine by its own, and names what is not offered", () => {
    const { before, point: now } = point(20, 0);
    const table = new WatchTable([""], plainPaint);
    const lines = table
      .line("", watchLine(now, { perEngine: true, before }), now)
      .trimEnd()
      .split("\n");
    expect(lines[0]).toMatch(/^time +state +run +wait +KV/);
    expect(lines[1]).toBe("not offered: waiting, prompt tokens, requests, ITL, E2E");
    expect(lines[2]).toMatch(/^\d\d:\d\d:\d\d {2}live +20 +5\.12 % +20,000 +< 100 ms$/);
    expect(lines[3]).toMatch(/^…ng-name-of-a-pod\/0 +20 .*< 100 ms$/);
    expect(lines[4]).toMatch(/^engine 1 +0 .*none$/);
    // The heads stand: nothing changed.
    expect(table.line("", watchLine(now), now)).not.toMatch(/^time/);
  });

  it("gives a slow engine its own figures", () => {
    const { before, point: now } = point(100, 100);
    const lines = new WatchTable([""], plainPaint).line("", watchLine(now, { perEngine: true, before }), now).split("\n");
    // 95 of the slow engine's 100 lie at 0.25 + 0.95·9.75 s; of all 200 the 190th at 0.25 + 0.9·9.75 s.
    expect(lines[2]).toMatch(/ 9\.03 s$/);
    expect(lines[3]).toMatch(/ < 100 ms$/);
    expect(lines[4]).toMatch(/ 9\.51 s$/);
  });

  it("tells of a mean where a server has no percentiles", () => {
    const only = (total: number, sum: number): Histogram => ({
      upper: Float64Array.of(Number.POSITIVE_INFINITY),
      count: Float64Array.of(total),
      sum,
      total,
    });
    const server = { kind: "llama.cpp", model: null, engines: 1 } as const;
    const at = (time: number, gap: Histogram): Snapshot => ({
      time,
      server,
      gauges: {},
      counters: {},
      histograms: { itl_seconds: gap },
      startedAt: undefined,
      cacheConfig: undefined,
    });
    const now = pointBetween(at(1, only(0, 0)), at(2, only(100, 2.5)));
    const lines = new WatchTable([""], plainPaint).line("", watchLine(now), now).trimEnd().split("\n");
    expect(lines[1]).toMatch(/^not offered: running, .*TTFT, E2E$/);
    expect(lines[2]).toBe("means, no percentiles: ITL");
    expect(lines[3]).toMatch(/ 25\.0 ms$/);
  });

  it("gives the terminal nothing that would steer it", () => {
    const lost: LivePoint = {
      time: 1,
      state: "lost",
      error: "no\u001b[2J\nanswer",
      snapshot: undefined,
      rates: {},
      windows: {},
      prefixHitRate: null,
    };
    expect(new WatchTable([""], plainPaint).line("", watchLine(lost), lost)).toMatch(/ {2}lost +no�\[2J�answer\n$/);
  });

  it("numbers several sources, and explains the numbers", () => {
    const { point: now } = point(20, 0);
    const text = new WatchTable(["http://a/metrics", "http://b/metrics"], plainPaint).line("http://b/metrics", watchLine(now), now);
    expect(text).toMatch(/^\[1\] http:\/\/a\/metrics\n\[2\] http:\/\/b\/metrics\ntime/);
    expect(text).toMatch(/\n\d\d:\d\d:\d\d {2}\[2\] {2}live/);
  });
});
