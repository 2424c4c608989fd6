import { describe, expect, it } from "vitest";
import { GapCounts } from "../../../src/simulation/report/gap-counts.ts";
import { Gaps } from "../../../src/simulation/report/gaps.ts";

const second = 1e9;
/** Tokens of each bucket over all slices. */
function byBucket(counts: GapCounts): readonly number[] {
  const { bounds, tokens } = counts.taken();
  return Array.from({ length: bounds.length + 1 }, (_, bucket) =>
    tokens.reduce((sum, count, at) => (at % (bounds.length + 1) === bucket ? sum + count : sum), 0),
  );
}

describe("gaps by bucket and time", () => {
  it("are counted as a server does: a bound belongs to the bucket below it", () => {
    const counts = new GapCounts([0.01, 0.02]);
    const gaps = new Gaps(counts);
    counts.reset(0);
    counts.at(second);
    gaps.add(0.01 * second, 3);
    gaps.add(0.015 * second, 2);
    gaps.add(0.02 * second, 1);
    gaps.add(0.5 * second, 4);
    expect(byBucket(counts)).toEqual([3, 3, 4]);
    // 0.03 + 0.03 + 0.02 + 2 s
    expect(counts.taken().seconds.reduce((a, b) => a + b, 0)).toBeCloseTo(2.08, 9);
  });

  it("of a stretch lie where its steps end, and count what they count one by one", () => {
    const [whole, single] = [new GapCounts([0.1]), new GapCounts([0.1])];
    for (const counts of [whole, single]) counts.reset(0);
    // 0.08, 0.10 and 0.12 s up to 0.3 s.
    whole.at(0.3 * second);
    new Gaps(whole).addStretch(0.08 * second, 0.02 * second, 3, 5, 0.3 * second);
    for (const [end, gap] of [
      [0.08, 0.08],
      [0.18, 0.1],
      [0.3, 0.12],
    ] as const) {
      single.at(end * second);
      new Gaps(single).add(gap * second, 5);
    }
    expect(whole.taken().tokens).toEqual(single.taken().tokens);
    expect(byBucket(whole)).toEqual([10, 5]);
  });

  it("keep their time however long the run is, and begin anew after a warm-up", () => {
    const counts = new GapCounts([1]);
    counts.reset(0);
    counts.at(second);
    counts.add(second, 0, 1, 9, second);
    counts.reset(10 * second);
    for (let at = 11; at <= 110; at++) {
      counts.at(at * second);
      counts.add(second, 0, 1, 2, second);
    }
    const { sliceSeconds, tokens } = counts.taken();
    expect(byBucket(counts)).toEqual([200, 0]);
    // 0.01 s doubled until 256 of them last longer than 100 s.
    expect(sliceSeconds).toBe(0.64);
    const half = tokens.subarray(0, 2 * Math.ceil(50 / sliceSeconds)).reduce((sum, count) => sum + count, 0);
    expect(half).toBeGreaterThanOrEqual(98);
    expect(half).toBeLessThanOrEqual(102);
  });
});
