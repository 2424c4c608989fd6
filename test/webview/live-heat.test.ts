import { describe, expect, it } from "vitest";
import type { Histogram, LivePoint } from "../../src/live/snapshot.ts";
import { heatOf } from "../../webview/live/heat-of.ts";
import { heatTable } from "../../webview/live/heat-table.ts";
import { livePanels } from "../../webview/live/panels.ts";
import { Ring } from "../../webview/live/ring.ts";
import { ringOptions } from "../../webview/live/ring-options.ts";
import { liveRows } from "../../webview/live/rows.ts";
import { altogether, cellAt, columnAt, fullestBucket, heightOf, joined } from "../../webview/parts/heat.ts";
import { bucketRange } from "../../webview/parts/heat-view.ts";
import { milliseconds } from "../../webview/parts/numbers.ts";
import { csv } from "../../webview/parts/table.ts";
import { header, history, start, withoutHistograms } from "./fixtures/live.ts";

const upper = Float64Array.of(0.1, 0.25, 0.5, 1, Number.POSITIVE_INFINITY);
const cumulative = (...counts: readonly number[]): Histogram => ({
  upper,
  count: Float64Array.from(counts),
  sum: 0,
  total: counts.at(-1) ?? 0,
});
const point = (time: number, ttft: Histogram, change: Partial<LivePoint> = {}): LivePoint => ({
  time,
  state: "live",
  snapshot: {
    time,
    server: { kind: "vllm", model: null, engines: 1 },
    gauges: {},
    counters: {},
    histograms: { ttft_seconds: ttft },
    startedAt: undefined,
    cacheConfig: undefined,
  },
  rates: {},
  windows: {},
  prefixHitRate: null,
  ...change,
});
const lost = (time: number): LivePoint => ({
  ...{ time, state: "lost", error: "refused", snapshot: undefined, rates: {}, windows: {}, prefixHitRate: null },
});
function ringOf(points: readonly LivePoint[]): Ring {
  const ring = new Ring({ ...ringOptions(livePanels()), capacity: 5000 });
  for (const one of points) ring.push(one);
  return ring;
}
const counts = (heat: ReturnType<typeof heatOf>): readonly number[] => Array.from(heat?.counts ?? []);

describe("cells of time and bucket", () => {
  // 60 s are shown in steps of 1 s. Buckets: up to 100, 250, 500 ms, 1 s, above.
  const steady = [
    point(0, cumulative(10, 10, 10, 10, 10)),
    point(0.5, cumulative(10, 13, 14, 14, 14)),
    point(1.2, cumulative(10, 14, 16, 16, 16)),
  ];

  it("hold what came in between two samples, in the step of the later one", () => {
    const heat = heatOf(ringOf(steady), "ttft_seconds", 0, 60, null);
    // First step: 3 up to 250 ms, 1 up to 500 ms; second: 1 and 1. Buckets that nothing fell into are not shown.
    expect(heat?.edges).toEqual([0.1, 0.25, 0.5]);
    expect(heat?.stepSeconds).toBe(1);
    expect(counts(heat).slice(0, 6)).toEqual([3, 1, 1, 1, 0, 0]);
    expect(counts(heat)).toHaveLength(120);
  });

  it("show the bucket of the limit even where nothing fell into it", () => {
    expect(heatOf(ringOf(steady), "ttft_seconds", 0, 60, 0.7)?.edges).toEqual([0.1, 0.25, 0.5, 1]);
  });

  it("begin the lowest bucket at 0, and have no end above the last bound", () => {
    const heat = heatOf(ringOf([point(0, cumulative(0, 0, 0, 0, 0)), point(1, cumulative(1, 1, 1, 1, 3))]), "ttft_seconds", 0, 60, null);
    expect(heat?.edges).toEqual([0, 0.1, 0.25, 0.5, 1, Number.POSITIVE_INFINITY]);
    expect(counts(heat).slice(5, 10)).toEqual([1, 0, 0, 0, 2]);
  });

  it("take nothing across a restart, a gap, or a time of unknown length", () => {
    const grown = cumulative(100, 100, 100, 100, 100);
    const fresh = cumulative(7, 7, 7, 7, 7);
    const since = cumulative(9, 9, 9, 9, 9);
    const of = (middle: readonly LivePoint[]) =>
      counts(heatOf(ringOf([point(0, cumulative(1, 1, 1, 1, 1)), ...middle]), "ttft_seconds", 0, 60, null)).reduce(
        (sum, one) => sum + one,
        0,
      );
    expect(of([point(1, grown)])).toBe(99);
    expect(of([point(1, fresh, { state: "restarted" }), point(2, since)])).toBe(2);
    expect(of([point(1, fresh, { anew: true }), point(2, since)])).toBe(2);
    expect(of([lost(1), point(2, grown)])).toBe(0);
  });

  it("count every request of a window once", () => {
    const points = history(300, { gaps: false });
    const [first, last] = [points[0]?.snapshot?.histograms.e2e_seconds, points.at(-1)?.snapshot?.histograms.e2e_seconds];
    const all = counts(heatOf(ringOf(points), "e2e_seconds", start, start + 300, null)).reduce((sum, one) => sum + one, 0);
    expect(all).toBe((last?.total ?? 0) - (first?.total ?? 0));
  });

  it("stay where they are while the window moves on, also joined", () => {
    const ring = ringOf(history(300, { gaps: false }));
    const [one, next] = [0, 3].map((seconds) => heatOf(ring, "e2e_seconds", start + 61 + seconds, start + 261 + seconds, null));
    if (!one || !next) throw new Error("no cells");
    for (const by of [1, 3]) {
      const [a, b] = [joined(one, by), joined(next, by)];
      expect(a.from % a.stepSeconds).toBe(0);
      const time = start + 163;
      expect(cellAt(a, columnAt(a, time), 3)).toEqual({ ...cellAt(b, columnAt(b, time), 3) });
    }
    expect(altogether(one).counts.reduce((sum, count) => sum + count, 0)).toBe(one.counts.reduce((sum, count) => sum + count, 0));
  });

  it("tell the fullest bucket of a step, and how high a value stands", () => {
    const heat = heatOf(ringOf(steady), "ttft_seconds", 0, 60, null);
    if (!heat) throw new Error("no cells");
    expect(fullestBucket(heat, 0)).toBe(0);
    expect(cellAt(heat, 0, 1)).toEqual({ low: 0.25, high: 0.5, count: 1, of: 4 });
    // Half way through the second of two buckets.
    expect(heightOf(heat, 0.375)).toBe(0.75);
    expect(heightOf(heat, 0.05)).toBeNull();
    expect(heightOf(heat, 2)).toBeNull();
  });
});

describe("cells in words", () => {
  const format = milliseconds;
  it("name buckets by their ends", () => {
    expect(bucketRange({ low: 0.1, high: 0.25 }, { format })).toBe("100–250");
    expect(bucketRange({ low: 0, high: 0.1 }, { format })).toBe("≤\u00a0100");
    expect(bucketRange({ low: 1, high: Number.POSITIVE_INFINITY }, { format })).toBe(">\u00a01,000");
  });

  it("stand in a table with the same numbers", () => {
    const heat = heatOf(ringOf([point(0, cumulative(0, 0, 0, 0, 0)), point(1, cumulative(1, 1, 1, 1, 4))]), "ttft_seconds", 0, 60, null);
    if (!heat) throw new Error("no cells");
    const table = heatTable(heat, { name: "TTFT spread", unit: "ms", format });
    expect(table.rows.map((row) => row.slice(1))).toEqual([
      [">\u00a01,000", "3", "75\u00a0%"],
      ["≤\u00a0100", "1", "25\u00a0%"],
    ]);
    expect(csv(table).split("\r\n").slice(0, 3)).toEqual([
      "unix_seconds,above,at_most,requests,share",
      "2,1,+Inf,3,0.75",
      "2,0,0.1,1,0.25",
    ]);
  });

  it("are a sentence, or the reason why there are none", () => {
    const rowOf = (points: readonly LivePoint[]) =>
      liveRows({
        ...{ ring: ringOf(points), panels: livePanels(), from: start, to: start + 120, isPast: false, prediction: null, slo: header.slo },
        ...{ version: "0.11.0", source: "metrics-url", events: [], engines: 1, gpuPeak: null, kvCapacityTokens: null },
      });
    const row = rowOf(history(120, { gaps: false })).model.rows.find(({ id }) => id === "ttft-heat");
    expect(row?.aria).toMatch(/^TTFT spread: most requests at 100–250\u00a0ms \(\d\d\u00a0%\), highest at 500–750\u00a0ms$/);
    expect(row?.limit?.text).toBe("limit 500\u00a0ms");
    const stripped = rowOf(history(120, { gaps: false }).map(withoutHistograms));
    expect(stripped.absent).toContainEqual({ name: "TTFT spread", reason: "told as percentiles alone, without buckets" });
  });
});
