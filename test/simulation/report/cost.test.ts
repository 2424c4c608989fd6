import { describe, expect, it } from "vitest";
import { costRows } from "../../../src/cli/output/cost-rows.ts";
import type { SettledPool } from "../../../src/deployment/settled.ts";
import { costOf, mostJoulesPerOutputToken } from "../../../src/simulation/report/cost.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import { planOf, reportFrom, settledOf, settledPair, timing } from "../fixtures.ts";

const price = { gpu: "Test-80GB", low: 2, high: 3, typical: 2.5, source: "somebody 2 to 3 (2026-05)", months: ["2026-05"] };
const priced = (pool: SettledPool): SettledPool => ({ ...pool, price });

describe("what a run costs", () => {
  const plain = settledOf({ instances: 2, layout: { tensor: 4 } });

  it("is the table's price of every GPU, with whose and of when", () => {
    // 8 GPUs at 2 to 3 dollars; 1,000 output tokens a second are 3.6 million an hour, 10,000 in all 36 million.
    const cost = costOf({ ...plain, pools: plain.pools.map(priced) }, 1000, 10_000);
    expect(cost).toMatchObject({ perHour: { low: 16, high: 24 }, source: "somebody 2 to 3 (2026-05)", months: ["2026-05"] });
    expect(cost?.perMillionOutputTokens?.low).toBeCloseTo(16 / 3.6, 9);
    expect(cost?.perMillionTokens?.high).toBeCloseTo(24 / 36, 9);
  });

  it("is the price that somebody writes, whatever the table says", () => {
    const cost = costOf({ ...plain, pools: plain.pools.map(priced), gpuHourPrice: 1.25 }, 0, 0);
    expect(cost).toEqual({ perHour: { low: 10, high: 10 }, source: "the price of a GPU hour that is written", months: [] });
  });

  it("is unknown where one pool's GPUs have no price", () => {
    const pair = settledPair();
    const [first, second] = pair.pools;
    if (!first || !second) throw new Error("no pair");
    expect(costOf({ ...pair, pools: [priced(first), second] }, 1000, 1000)).toBeUndefined();
    expect(costOf(plain, 1000, 1000)).toBeUndefined();
  });

  it("is told with the link's use and the most energy, as far as they are known", () => {
    const watts = (pool: SettledPool): SettledPool => ({ ...priced(pool), gpu: { ...pool.gpu, watts: 700 } });
    const pair = settledPair();
    const settled = { ...pair, pools: pair.pools.map(watts) };
    const requests = [{ arrivalSeconds: 0, promptTokens: 100, outputTokens: 11 }];
    const { summary } = reportFrom(
      simulateWith(settled, [planOf(), planOf()], [timing(() => 0.01), timing(() => 0.01)], { kind: "requests", requests }, 1),
    );
    expect(summary.linkShare).toBeGreaterThan(0);
    expect(summary.cost?.perHour).toEqual({ low: 4, high: 6 });
    expect(summary.mostJoulesPerOutputToken).toBeCloseTo(1400 / summary.outputTokensPerSecond, 9);
    expect(costRows(summary).map(([name]) => name)).toEqual(["busiest link", "cost", "energy"]);
    expect(mostJoulesPerOutputToken(pair, 100)).toBeUndefined();
    const { cost: _, ...unpriced } = summary;
    expect(costRows(unpriced)[1]?.[1]).toContain("unknown");
  });
});
