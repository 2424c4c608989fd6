import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { histogramFrom, histogramJson } from "../../../src/live/recording/histogram-json.ts";
import { mergePatch, patched } from "../../../src/live/recording/merge-patch.ts";

const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.array(fc.integer(), { maxLength: 3 }));
const name = fc.constantFrom("a", "b", "0", "1", "__proto__", "constructor");
const object = fc.letrec((tie) => ({
  object: fc.dictionary(name, fc.oneof({ depthSize: "small" }, leaf, tie("object")), { maxKeys: 4 }),
})).object as fc.Arbitrary<Record<string, unknown>>;

/** As a file would give it back: own members alone, whatever they are called. */
function asRead(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe("mergePatch", () => {
  it("turns any look into any other, and is empty where they are alike", () => {
    fc.assert(
      fc.property(object, object, (from, to) => {
        const patch = mergePatch(from, to);
        if (patch === undefined) expect(asRead(from)).toEqual(asRead(to));
        else expect(asRead(patched(from, patch, 50))).toEqual(asRead(to));
      }),
    );
  });

  it("takes what lies deeper than any look as it stands", () => {
    let deep: Record<string, unknown> = { end: 1 };
    for (let i = 0; i < 10_000; i++) deep = { in: deep };
    expect(() => patched({}, deep)).not.toThrow();
  });
});

describe("histogramJson", () => {
  const counts = fc.array(fc.nat(1000), { minLength: 1, maxLength: 30 });

  it.each([
    ["whole numbers", 1],
    ["fractions", 0.1],
  ])("gives back every count of %s", (_, unit) => {
    fc.assert(
      fc.property(counts, fc.double({ noNaN: false }), (own, sum) => {
        let total = 0;
        const count = Float64Array.from(own, (one) => (total += one * unit));
        const upper = Float64Array.from(own, (__, i) => (i === own.length - 1 ? Number.POSITIVE_INFINITY : (i + 1) / 8));
        const histogram = { upper, count, sum: sum === 0 ? 0 : sum, total };
        expect(histogramFrom(asRead(histogramJson(histogram)))).toEqual(histogram);
      }),
    );
  });

  it.each([
    undefined,
    null,
    {},
    { le: "1 2" },
    { le: "1 x", own: {} },
    { le: "1 +Inf", own: { 7: 1 }, sum: 1 },
    { le: "1 +Inf", count: [1], sum: 1 },
  ])("takes %j for no histogram", (value) => {
    expect(histogramFrom(value)).toBeUndefined();
  });
});
