import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ResidualField } from "../../../src/timing/measured/residual-field.ts";

const field = (points: readonly (readonly [readonly number[], number])[]): ResidualField =>
  new ResidualField(
    points[0]?.[0].length ?? 1,
    Float64Array.from(points.flatMap(([at]) => at)),
    Float64Array.from(points.map(([, ratio]) => Math.log(ratio))),
  );

describe("a field of ratios", () => {
  const line = field([
    [[0, 0], 2],
    [[1, 0], 4],
    [[2, 0], 8],
  ]);

  test("is near what was measured where it was measured", () => {
    const at = line.along([0, 0], 1);
    expect(at(0, 0)).toBeCloseTo(2, 1);
    expect(at(2, 0)).toBeGreaterThan(6);
  });

  test("lies between its neighbours, and stays there beyond them", () => {
    const at = line.along([0, 0], 1);
    expect(at(1.5, 0)).toBeGreaterThan(4);
    expect(at(1.5, 0)).toBeLessThan(8);
    // Far away all points weigh alike: their geometric mean is 4.
    expect(at(1000, 0)).toBeCloseTo(4, 1);
  });

  test("without points says that the roofline holds", () => {
    expect(new ResidualField(2, new Float64Array(0), new Float64Array(0)).along([0, 0], 1)(1, 0)).toBe(1);
  });

  test("six neighbours speak: a cloud far off does not move a point among them", () => {
    const near = Array.from({ length: 6 }, (_, i) => [[i / 100, 0], 3] as const);
    const far = Array.from({ length: 200 }, (_, i) => [[50 + i, 0], 0.01] as const);
    expect(field([...far, ...near]).along([0, 0], 1)(0.02, 0)).toBeCloseTo(3, 10);
  });

  test("never leaves the range of what was measured", () => {
    const points = fc.array(
      fc.tuple(
        fc.tuple(fc.double({ min: -9, max: 9, noNaN: true }), fc.double({ min: -9, max: 9, noNaN: true })),
        fc.double({ min: 0.1, max: 10, noNaN: true }),
      ),
      {
        minLength: 1,
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(points, fc.double({ min: -20, max: 20, noNaN: true }), (measured, at) => {
        const said = field(measured).along([0, 1], 1)(at, 0);
        const ratios = measured.map(([, ratio]) => ratio);
        expect(said).toBeGreaterThanOrEqual(Math.min(...ratios) * (1 - 1e-9));
        expect(said).toBeLessThanOrEqual(Math.max(...ratios) * (1 + 1e-9));
      }),
    );
  });

  test("is the same along a line as along a plane that the line lies in", () => {
    // Few different first coordinates, so that points behind others in a column are left out; no two lie equally far.
    const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.double({ min: 0.1, max: 10, noNaN: true })), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(points, fc.integer({ min: -14, max: 28 }), (measured, sevenths) => {
        const made = field(measured.map(([first, ratio], index) => [[first, Math.sqrt(index + 2)], ratio] as const));
        const at = sevenths / 7 + 0.0123;
        expect(made.along([0, 1], 1)(at, 0)).toBeCloseTo(made.along([0, 1], 2)(at, 1), 9);
      }),
    );
  });
});
