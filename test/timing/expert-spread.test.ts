import { describe, expect, it } from "vitest";
import type { MoeFacts } from "../../src/catalog/facts.ts";
import type { ExpertLoad } from "../../src/deployment/expert-load.ts";
import { expertSpread } from "../../src/timing/operators/expert-spread.ts";
import { settledOf } from "../simulation/fixtures.ts";

const moe: MoeFacts = {
  experts: 4,
  expertsPerToken: 1,
  intermediate: 100,
  sharedExperts: 0,
  sharedIntermediate: 0,
  firstDense: 0,
  step: 1,
};
const shares = (...layers: readonly (readonly number[])[]): ExpertLoad => ({ kind: "shares", layers });

function spread(
  facts: MoeFacts,
  ranks: number,
  expertLoad: ExpertLoad,
  balancer?: { readonly copies: number; readonly gpusPerNode?: number },
) {
  const [pool] = settledOf({ layout: { expert: ranks, redundantExperts: balancer?.copies ?? 0 } }).pools;
  if (!pool) throw new Error("no pool");
  const settings = { ...pool.settings, ...(balancer ? { expertsBalanced: "by-group" as const } : {}) };
  return expertSpread(facts, ranks, { ...pool, gpusPerNode: balancer?.gpusPerNode ?? 8, settings, expertLoad });
}

describe("experts of several layers", () => {
  // In order, rank 0 has all choices of the first layer, twice the mean, and half of those of the second.
  const two = shares([3, 1, 0, 0], [5, 5, 5, 5]);

  it("wait for the busiest rank of each layer: the mean of twice and once the mean is 1.5", () => {
    expect(spread(moe, 2, two).imbalance).toBeCloseTo(1.5, 12);
    expect(spread(moe, 2, shares([3, 1, 0, 0])).imbalance).toBeCloseTo(2, 12);
  });

  it("are read where most of a rank's are chosen: one token meets one expert of rank 0, and half a one", () => {
    // Layer 1: 3/4 + 1/4 of rank 0; layer 2: 1/4 + 1/4 of either.
    expect(spread(moe, 2, two).hit(1)).toBeCloseTo((1 + 0.5) / 2, 12);
    // Two tokens: (1 − 1/16) + (1 − 9/16); 2 · (1 − 9/16).
    expect(spread(moe, 2, two).hit(2)).toBeCloseTo((15 / 16 + 7 / 16 + 14 / 16) / 2, 12);
  });

  it("are even with two copies more, as the balancer places them", () => {
    // Layer 1: three copies of the first expert and the second have a quarter each. Layer 2: copies of an eighth beside whole quarters.
    expect(spread(moe, 2, two, { copies: 2 }).imbalance).toBeCloseTo(1, 12);
  });

  it("are as uneven as a law says on average, the same each time", () => {
    const zipf = (exponent: number) => spread({ ...moe, experts: 256 }, 32, { kind: "zipf", exponent }).imbalance;
    expect(zipf(0)).toBeCloseTo(1, 12);
    expect(zipf(0.5)).toBeGreaterThan(1.2);
    expect(zipf(1)).toBeGreaterThan(zipf(0.5));
    expect(zipf(0.8)).toBe(zipf(0.8));
  });
});

describe("experts that are routed to in groups", () => {
  const facts = { ...moe, experts: 8 };
  const load = shares([4, 4, 1, 1, 1, 1, 1, 1]);

  it("stay with their group on one node where nodes divide the groups", () => {
    // Both busy experts are one group: two copies each on their node's two ranks, each beside one of the other group there, 2 + 2 + 1 of 14.
    expect(spread({ ...facts, groups: 4 }, 4, load, { copies: 4, gpusPerNode: 2 }).imbalance).toBeCloseTo((4 * 5) / 14, 12);
  });

  it("lie anywhere where the model has no groups", () => {
    // Three copies each: the busiest ranks have 4/3 + 4/3 + 1.
    expect(spread(facts, 4, load, { copies: 4, gpusPerNode: 2 }).imbalance).toBeCloseTo((4 * (11 / 3)) / 14, 12);
  });
});
