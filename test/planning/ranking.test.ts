import { describe, expect, test } from "vitest";
import { compareFigures, compareOutcomes, improves } from "../../src/planning/advice/ranking.ts";
import { figuresOf, holds, worstRatio } from "../../src/planning/figures.ts";
import { type Figures, reportWith } from "./reports.ts";

const run = (figures: Figures) => figuresOf(reportWith(figures));
const full = { mostRequestsPerSecond: 10, waitingAtEnd: 50, ttftGrowthPerSecond: 1 };

describe("which of two runs is better", () => {
  test("limits first: kept before missed, more requests within them before fewer", () => {
    const [kept, nearly, missed] = [run({ ttft: 0.14 }), run({ ttft: 0.01, attainment: 0.94 }), run({ attainment: 0.2 })];
    const sorted = [missed, nearly, kept].sort(compareFigures);
    expect(sorted).toEqual([kept, nearly, missed]);
  });

  test("a queue that empties before one that grows, and of two that grow the one that completes more", () => {
    const [empties, more, less] = [
      run({ attainment: 0 }),
      run({ saturated: { ...full, mostRequestsPerSecond: 12 } }),
      run({ saturated: full }),
    ];
    expect([less, more, empties].sort(compareFigures)).toEqual([empties, more, less]);
  });

  test("both within: the one farther from its worst limit", () => {
    // 0.12 of 0.15 s is 0.8, 0.045 of 0.05 s is 0.9.
    const [first, second] = [run({ ttft: 0.12, tpot: 0.01 }), run({ ttft: 0.05, tpot: 0.045 })];
    expect(worstRatio(first)).toBeCloseTo(0.8);
    expect(worstRatio(second)).toBeCloseTo(0.9);
    expect(compareFigures(first, second)).toBeLessThan(0);
  });

  test("without limits the lower latencies, by their product", () => {
    const [a, b] = [run({ slo: null, ttft: 0.1, tpot: 0.01 }), run({ slo: null, ttft: 0.05, tpot: 0.015 })];
    // 0.1 · 0.01 = 1.0e-3 against 0.05 · 0.015 = 0.75e-3.
    expect(holds(a)).toBeNull();
    expect(compareFigures(b, a)).toBeLessThan(0);
  });

  test("of changes that keep the limits, what costs nothing comes before rounding, and that before GPUs", () => {
    const [free, rounded, bought] = [
      { figures: run({ ttft: 0.14 }), burden: "none" as const },
      { figures: run({ ttft: 0.1 }), burden: "quality" as const },
      { figures: run({ ttft: 0.01, gpus: 2 }), burden: "gpus" as const },
    ];
    expect([bought, rounded, free].sort(compareOutcomes)).toEqual([free, rounded, bought]);
    const missed = { figures: run({ ttft: 0.16, attainment: 0.9 }), burden: "none" as const };
    expect(compareOutcomes(bought, missed)).toBeLessThan(0);
  });

  test("what another seed would make is no improvement", () => {
    const before = run({ ttft: 0.1 });
    expect(improves(before, run({ ttft: 0.099 }))).toBe(false);
    expect(improves(before, run({ ttft: 0.09 }))).toBe(true);
    expect(improves(run({ attainment: 0.5, ttft: 1 }), run({ attainment: 0.51, ttft: 1 }))).toBe(false);
    expect(improves(run({ attainment: 0.5, ttft: 1 }), run({ attainment: 0.6, ttft: 1 }))).toBe(true);
    expect(improves(run({ saturated: full }), run({ saturated: full }))).toBe(false);
    expect(improves(run({ saturated: full }), run({}))).toBe(true);
  });

  test("what is bought with another limited latency, or with requests within the limits, is no improvement", () => {
    // The worst is TPOT at 0.98 of its limit.
    const before = run({ ttft: 0.1, tpot: 0.049, attainment: 0.959 });
    expect(improves(before, run({ ttft: 0.1, tpot: 0.045, attainment: 0.959 }))).toBe(true);
    expect(improves(before, run({ ttft: 0.133, tpot: 0.045, attainment: 0.959 }))).toBe(false);
    expect(improves(before, run({ ttft: 0.1, tpot: 0.045, attainment: 0.956 }))).toBe(false);
    expect(improves(before, run({ ttft: 0.133, tpot: 0.045, attainment: 0.99 }))).toBe(true);
  });
});
