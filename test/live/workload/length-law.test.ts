import { describe, expect, it } from "vitest";
import type { Histogram } from "../../../src/live/snapshot.ts";
import { lengthLaw } from "../../../src/live/workload/length-law.ts";
import { randomSource } from "../../../src/simulation/random.ts";
import { lengthSampler } from "../../../src/simulation/workload/lengths.ts";
import type { Length } from "../../../src/simulation/workload/workload.ts";

const bounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, Number.POSITIVE_INFINITY];

function histogramOf(values: readonly number[], upper: readonly number[] = bounds): Histogram {
  return {
    upper: Float64Array.from(upper),
    count: Float64Array.from(upper, (bound) => values.filter((value) => value <= bound).length),
    sum: values.reduce((sum, value) => sum + value, 0),
    total: values.length,
  };
}

function drawn(length: Length, count = 4000): readonly number[] {
  const draw = lengthSampler(length, randomSource(3, "promptTokens"));
  return Array.from({ length: count }, draw);
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function law(values: readonly number[], upper?: readonly number[]): readonly number[] {
  const length = lengthLaw(histogramOf(values, upper), meanOf(values));
  if (typeof length !== "object" || !("values" in length)) throw new Error("one number");
  return length.values;
}

const laws: readonly Length[] = [
  { lognormal: [900, 700, 1, 9000] },
  { uniform: [100, 400] },
  { values: [512] },
  { values: [30, 30, 30, 4000] },
  { normal: [1500, 100, 1, 3000] },
];

describe("lengths behind a histogram", () => {
  it.each(laws)("%j keep their mean, and their share of each bucket", (length) => {
    const values = drawn(length);
    const found = law(values);
    expect(meanOf(found)).toBeCloseTo(meanOf(values), 1);
    for (const bound of bounds) {
      const [measured, fitted] = [values, found].map((all) => all.filter((value) => value <= bound).length / all.length);
      // A hundred lengths stand for all; one of them may lie on a bound.
      expect(Math.abs((fitted ?? 0) - (measured ?? 0))).toBeLessThan(0.025);
    }
  });

  it("follow one smooth curve inside a bucket, where a straight line would miss the spread", () => {
    const values = drawn({ lognormal: [900, 700, 1, 9000] });
    const spread = (all: readonly number[]) => Math.sqrt(meanOf(all.map((value) => (value - meanOf(all)) ** 2)));
    expect(Math.abs(spread(law(values)) / spread(values) - 1)).toBeLessThan(0.12);
  });

  it("beyond the last bound reach as far as their mean asks", () => {
    const values = drawn({ uniform: [8000, 30_000] });
    expect(meanOf(law(values))).toBeCloseTo(meanOf(values), 0);
  });

  it("are one number where few were counted, or none are offered", () => {
    expect(lengthLaw(undefined, 250.4)).toBe(250);
    expect(lengthLaw(histogramOf([10, 20, 30]), 20)).toBe(20);
  });
});
