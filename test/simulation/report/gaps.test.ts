import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Gaps } from "../../../src/simulation/report/gaps.ts";
import { quantilesOf } from "../../../src/simulation/report/quantiles.ts";
import { Sample } from "../../../src/simulation/report/sample.ts";

const stretches = fc.array(
  fc.record({
    first: fc.oneof(fc.double({ min: 1, max: 100, noNaN: true }), fc.double({ min: 1, max: 1e10, noNaN: true })),
    growth: fc.constantFrom(0, 0, 0.001, 0.3, 17.25, 1e6),
    steps: fc.integer({ min: 1, max: 40 }),
    tokens: fc.integer({ min: 0, max: 5 }),
  }),
  { minLength: 1, maxLength: 30 },
);

describe("gaps between tokens", () => {
  it("of stretches have the quantiles of the gaps written out", () => {
    fc.assert(
      fc.property(stretches, (entries) => {
        const gaps = new Gaps();
        const written: number[] = [];
        for (const { first, growth, steps, tokens } of entries) {
          const each = Array.from({ length: steps }, (_, i) => Math.round(first + growth * i));
          const sum = each.reduce((total, gap) => total + gap, 0);
          gaps.addStretch(first, growth, steps, tokens, sum);
          for (let i = 0; i < tokens; i++) written.push(...each);
        }
        const expected = quantilesOf(Sample.of(Float64Array.from(written, (gap) => gap / 1e9)));
        const { mean, ...quantiles } = gaps.quantiles();
        expect(quantiles).toEqual({ p50: expected.p50, p90: expected.p90, p95: expected.p95, p99: expected.p99 });
        if (written.length > 0) expect(Math.abs(mean / expected.mean - 1)).toBeLessThan(1e-12);
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  it("that become fewer from step to step are the same gaps", () => {
    const gaps = new Gaps();
    gaps.addStretch(50, -10, 5, 1, 150);
    expect(gaps.quantiles()).toMatchObject({ mean: 30e-9, p50: 30e-9 });
  });

  it("without any are unknown", () => {
    expect(new Gaps().quantiles()).toEqual({ mean: Number.NaN, p50: Number.NaN, p90: Number.NaN, p95: Number.NaN, p99: Number.NaN });
  });

  it("beyond four million are kept within one part in 10,000", () => {
    const gaps = new Gaps();
    for (let i = 0; i < 5_000_000; i++) gaps.add(1e6 + i, 1);
    expect(Math.abs(gaps.quantiles().p50 / 3.5e-3 - 1)).toBeLessThan(1e-4);
    expect(gaps.quantiles().mean).toBeCloseTo(3.4999995e-3, 12);
  });
});
