import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CollectiveCurve } from "../../../src/timing/measured/collective-curve.ts";
import { collectiveLaws, MeasuredCollective } from "../../../src/timing/measured/measured-collective.ts";

describe("an exchange by its bytes", () => {
  const curve = new CollectiveCurve([
    { bytes: 1e6, seconds: 20e-6 },
    { bytes: 1e3, seconds: 5e-6 },
    { bytes: 1e4, seconds: 90e-6 },
    { bytes: 1e7, seconds: 80e-6 },
  ]);

  test("is as measured, the smallest below and at the largest's rate beyond", () => {
    expect(curve.at(1)).toBeCloseTo(5e-6, 12);
    expect(curve.at(1e3)).toBeCloseTo(5e-6, 12);
    expect(curve.at(1e6)).toBeCloseTo(20e-6, 12);
    expect(curve.at(1e8)).toBeCloseTo(800e-6, 12);
  });

  test("lies on a straight line between logarithms: at the geometric mean of the bytes that of the seconds", () => {
    expect(curve.at(Math.sqrt(1e6 * 1e7))).toBeCloseTo(40e-6, 12);
  });

  test("takes a hiccup no longer than a larger message took", () => {
    expect(curve.at(1e4)).toBeCloseTo(20e-6, 12);
  });

  test("never falls", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 0, max: 1e9 }), (bytes, more) => {
        expect(curve.at(bytes + more)).toBeGreaterThanOrEqual(curve.at(bytes) * (1 - 1e-12));
      }),
    );
  });
});

describe("an exchange inside a node", () => {
  const law = collectiveLaws.all_reduce;
  // 100 GB/s: among two ranks 1 MB is sent once, 10 µs and 4 µs of launch; among eight 1.75 times.
  const rows = [
    [2, 1e6, 14],
    [2, 1e8, 1004],
    [8, 1e6, 2 * 21.5],
    [8, 1e8, 2 * 1754],
  ];
  const same = new MeasuredCollective(law, rows, 100e9, 100e9);

  test("is as measured among as many ranks", () => {
    expect(same.seconds(2, 1e6)).toBeCloseTo(14e-6, 12);
    expect(same.seconds(8, 1e8)).toBeCloseTo(2 * 1754e-6, 9);
    expect(same.seconds(1, 1e8)).toBe(0);
  });

  test("stands between ranks by their logarithm, from as quick as the link to half of that", () => {
    // Four of two to eight: half way, √2 of the least time of 4 + 15 µs.
    expect(same.seconds(4, 1e6)).toBeCloseTo(Math.SQRT2 * 19e-6, 12);
  });

  test("stays as far from the link beyond the most ranks that were measured", () => {
    // Sixteen ranks send 1.875 times the message.
    expect(same.seconds(16, 1e6)).toBeCloseTo(2 * (4e-6 + 18.75e-6), 12);
  });

  test("takes the ratio over to a link of another rate", () => {
    const quicker = new MeasuredCollective(law, rows, 100e9, 200e9);
    expect(quicker.seconds(2, 1e6)).toBeCloseTo(9e-6, 12);
    expect(quicker.seconds(8, 1e6)).toBeCloseTo(2 * (4e-6 + 8.75e-6), 12);
  });
});
