import { describe, expect, it } from "vitest";
import { balanced, inOrder } from "../../src/timing/operators/expert-placement.ts";

/** The example of EPLB's README: two layers of 12 experts in 4 groups, 16 copies on 8 GPUs of 2 nodes. */
const layers = [
  [90, 132, 40, 61, 104, 165, 39, 4, 73, 56, 183, 86],
  [20, 107, 104, 64, 19, 197, 187, 157, 172, 86, 16, 27],
];
/** Experts on each GPU as it prints them. */
const published = [
  [5, 6, 5, 7, 8, 4, 3, 4, 10, 9, 10, 2, 0, 1, 11, 1],
  [7, 10, 6, 8, 6, 11, 8, 9, 2, 4, 5, 1, 5, 0, 3, 1],
];

describe("the balancer of experts", () => {
  it.each([0, 1])("places layer %i of the published example as published", (layer) => {
    const shares = layers[layer] ?? [];
    const ranks = balanced(shares, { ranks: 8, copies: 16, groups: 4, nodes: 2 });
    const pairs = ranks.map(({ experts }) => [...experts].sort((a, b) => a - b).join(" "));
    const expected = Array.from({ length: 8 }, (_, rank) =>
      (published[layer] ?? [])
        .slice(2 * rank, 2 * rank + 2)
        .sort((a, b) => a - b)
        .join(" "),
    );
    expect([...pairs].sort()).toEqual([...expected].sort());
  });

  it("leaves no copy out and no choice uncounted", () => {
    const shares = Array.from({ length: 60 }, (_, i) => 1 / (i + 1));
    const total = shares.reduce((sum, share) => sum + share, 0);
    for (const ranks of [balanced(shares, { ranks: 8, copies: 72, groups: 1, nodes: 1 }), inOrder(shares, 8)]) {
      expect(ranks.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(total, 9);
      expect(new Set(ranks.flatMap(({ experts }) => experts)).size).toBe(60);
    }
  });

  it("makes the busiest rank less busy than the model's own order", () => {
    const shares = Array.from({ length: 64 }, (_, i) => 1 / (i + 1));
    const busiest = (ranks: ReturnType<typeof inOrder>) => Math.max(...ranks.map(({ share }) => share));
    const even = shares.reduce((sum, share) => sum + share, 0) / 8;
    expect(busiest(balanced(shares, { ranks: 8, copies: 72, groups: 1, nodes: 1 }))).toBeLessThan(1.05 * even);
    expect(busiest(inOrder(shares, 8))).toBeGreaterThan(2 * even);
  });
});
