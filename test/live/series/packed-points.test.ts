import { describe, expect, it } from "vitest";
import { packedPoints } from "../../../src/live/series/packed-points.ts";
import type { Histogram, LivePoint, Measures } from "../../../src/live/snapshot.ts";

const upper = Float64Array.of(0.1, Number.POSITIVE_INFINITY);
const histogram = (total: number): Histogram => ({ upper, count: Float64Array.of(total / 2, total), sum: total, total });
const measures = (total: number): Measures => ({ gauges: {}, counters: {}, histograms: { ttft_seconds: histogram(total) } });

function point(time: number): LivePoint {
  const server = { kind: "vllm", model: null, engines: 2 } as const;
  const perRole = [{ role: "prefill", members: 1, ...measures(2 * time) }] as const;
  const snapshot = { time, server, startedAt: undefined, cacheConfig: undefined, ...measures(time), perRole };
  return { time, state: "live", snapshot, rates: {}, windows: {}, prefixHitRate: null };
}

describe("points packed for a message", () => {
  const points = [point(1), { ...point(2), snapshot: undefined }, point(3)];
  const packed = packedPoints(points);

  it("say the same", () => {
    expect(packed).toEqual(points);
  });

  it("have one buffer, in which equal bounds stand once", () => {
    const all = packed
      .flatMap(({ snapshot }) => (snapshot ? [snapshot, ...(snapshot.perRole ?? [])] : []))
      .flatMap(({ histograms }) => Object.values(histograms));
    expect(all).toHaveLength(4);
    const buffers = new Set(all.flatMap((one) => [one.upper.buffer, one.count.buffer]));
    expect(buffers.size).toBe(1);
    // One list of bounds, and counts of two points and their roles.
    expect([...buffers][0]?.byteLength).toBe(8 * (2 + 4 * 2));
  });

  it("are none where there are none", () => {
    expect(packedPoints([])).toEqual([]);
  });
});
