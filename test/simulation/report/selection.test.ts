import fc from "fast-check";
import { expect, it } from "vitest";
import { selectRanks } from "../../../src/simulation/report/selection.ts";

it("puts at each rank what sorting would, whatever the order, ties and infinities", () => {
  const values = fc.oneof(fc.integer({ min: 0, max: 5 }).map(Number), fc.double({ noNaN: true }));
  const cases = fc
    .array(values, { minLength: 1, maxLength: 200 })
    .chain((list) => fc.tuple(fc.constant(list), fc.uniqueArray(fc.nat(list.length - 1), { maxLength: 8 })));
  fc.assert(
    fc.property(cases, ([list, wanted]) => {
      const ranks = wanted.toSorted((a, b) => a - b);
      const parted = Float64Array.from(list);
      const sorted = Float64Array.from(list).sort();
      selectRanks(parted, ranks);
      // Zeros of both signs are one value.
      for (const rank of ranks) expect((parted[rank] ?? 0) + 0).toBe((sorted[rank] ?? 0) + 0);
      expect(parted.sort()).toEqual(sorted);
    }),
    { seed: 4, numRuns: 500 },
  );
});
