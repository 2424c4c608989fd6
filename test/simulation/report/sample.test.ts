import fc from "fast-check";
import { expect, it } from "vitest";
import { randomSource } from "../../../src/simulation/random.ts";
import { Sample } from "../../../src/simulation/report/sample.ts";

it("finds at each rank what sorting would put there, whatever the order, ties and infinities", () => {
  const values = fc.oneof(fc.integer({ min: 0, max: 5 }).map(Number), fc.double({ noNaN: true }));
  const cases = fc
    .array(values, { minLength: 1, maxLength: 200 })
    .chain((list) => fc.tuple(fc.constant(list), fc.uniqueArray(fc.nat(list.length - 1), { maxLength: 8 })));
  fc.assert(
    fc.property(cases, ([list, wanted]) => expectSorted(Float64Array.from(list), wanted)),
    { seed: 4, numRuns: 500 },
  );
});

const draw = randomSource(7, "order");
const drawn = (of: (share: number) => number): Float64Array => Float64Array.from({ length: 50_000 }, () => of(draw()));

it.each([
  ["over many orders of magnitude", drawn((share) => 1e-6 / (share + 1e-9) ** 2)],
  ["close together", drawn((share) => 10 + 1e-4 * share)],
  ["all the same", drawn(() => 0.25)],
  ["most of them nothing, one without end", Float64Array.of(...drawn((share) => Math.max(0, share - 0.9)), Number.POSITIVE_INFINITY)],
  ["on both sides of nothing", drawn((share) => share - 0.5)],
])("finds ranks among many values %s", (_, sample) => {
  expectSorted(sample, [0, 24_999, 25_000, 44_999, 47_499, 49_499, 49_500, sample.length - 1]);
});

it("keeps what is not known in its place, and counts it for nothing", () => {
  const values = Float64Array.of(3, Number.NaN, 1, Number.NaN, Number.POSITIVE_INFINITY, 2);
  const sample = Sample.of(values);
  expect(sample.count).toBe(4);
  expect(sample.total).toBe(Number.POSITIVE_INFINITY);
  expect(sample.at([0, 1, 2, 3])).toEqual([1, 2, 3, Number.POSITIVE_INFINITY]);
  expect(sample.values).toEqual(values);
});

function expectSorted(values: Float64Array, wanted: readonly number[]): void {
  const ranks = wanted.toSorted((a, b) => a - b);
  const sorted = values.slice().sort();
  // Zeros of both signs are one value.
  expect(
    Sample.of(values)
      .at(ranks)
      .map((value) => value + 0),
  ).toEqual(ranks.map((rank) => (sorted[rank] ?? 0) + 0));
}
