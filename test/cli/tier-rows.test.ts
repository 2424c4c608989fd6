import { describe, expect, it } from "vitest";
import { tierRows } from "../../src/cli/output/tier-rows.ts";
import { load, tier } from "../support/store-use.ts";

const cache = { capacityTokens: 1, peakUsage: 1, prefixHitRate: 0 };

describe("stores behind the caches, in the terminal's words", () => {
  it("are a row each, with what loading was worth", () => {
    expect(tierRows({ ...cache, tiers: [tier], loads: [load] })).toEqual([
      [
        "host memory",
        "LMCache, 10.0 GiB (81,920 tokens), at most 50.0 % in use, 25.0 % of prompt tokens hit, 1.0 GiB read, 2.0 GiB written",
      ],
      ["loads", "3 of 4,000 tokens in 20.0 ms, computing them takes 100 ms: 80.0 ms saved"],
      ["a load pays", "from 5.00 GB/s on, at the pool's own step times; these came at 25.0 GB/s"],
    ]);
  });

  it("say what was lost, left and not kept", () => {
    const late = { ...load, savedSeconds: -0.08, slower: 2, leftTokens: 64 };
    const rows = tierRows({ ...cache, tiers: [{ ...tier, kind: "remote", stores: 4, droppedTokens: 32 }], loads: [late] });
    expect(rows[0]?.[1]).toMatch(/10\.0 GiB in 4 stores .* 2\.0 GiB written, 32 tokens not kept$/);
    expect(rows[1]?.[1]).toMatch(/80\.0 ms lost, 2 slower than computing; 64 tokens computed as that was sooner$/);
  });

  it("are nothing where there are none, and say so where nothing was loaded", () => {
    expect(tierRows(cache)).toEqual([]);
    const idle = { ...load, loads: 0, paysFromBytesPerSecond: null, bytesPerSecond: null };
    expect(tierRows({ ...cache, tiers: [tier], loads: [idle] }).slice(1)).toEqual([["loads", "none"]]);
  });
});
