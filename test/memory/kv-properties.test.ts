import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kvShape } from "../../src/memory/kv-cache.ts";
import { blocksNeeded, bytesNeeded, longestSequence } from "../../src/memory/kv-shape.ts";
import { stagesOf } from "../../src/memory/stages.ts";
import { testCatalog } from "../support/catalog.ts";
import { cache } from "./plain-pool.ts";
import { model, pool, version } from "./pools.ts";
import { GiB, started } from "./starts.ts";

describe("whatever the model and the release", () => {
  const cases = fc.record({
    id: fc.constantFrom(...testCatalog().models()),
    release: fc.constantFrom(
      "0.6.6",
      "0.8.5",
      "0.9.2",
      "0.10.2",
      "0.11.0",
      "0.13.0",
      "0.16.0",
      "0.19.0",
      "0.20.1",
      "0.24.0",
      "0.28.0",
      "0.33.0",
    ),
    tensor: fc.constantFrom(1, 2, 4, 8),
    pipeline: fc.constantFrom(1, 2, 3),
    length: fc.integer({ min: 1, max: 300_000 }),
    gib: fc.double({ min: 0.01, max: 100, noNaN: true }),
    states: fc.constantFrom("none", "align", "all" as const),
    isGrouped: fc.boolean(),
  });

  test("more bytes never hold fewer tokens, and what is printed is held", () => {
    fc.assert(
      fc.property(cases, fc.double({ min: 1, max: 3, noNaN: true }), ({ id, gib, states, isGrouped, ...start }, more) => {
        const isV1 = start.release !== "0.6.6";
        const own = { ...start, cache: { states, isGrouped: isGrouped && isV1, isV1 } as const };
        const few = started(model(id), { ...own, gib });
        const many = started(model(id), { ...own, gib: gib * more });
        expect(many.kvCacheTokens).toBeGreaterThanOrEqual(few.kvCacheTokens);
        expect(many.maxConcurrency).toBeGreaterThanOrEqual(few.maxConcurrency);
        expect(many.longestModelLen).toBeGreaterThanOrEqual(few.longestModelLen);
        for (const figure of [few.kvCacheTokens, few.kvCacheBlocks, few.blockTokens]) {
          expect(Number.isSafeInteger(figure)).toBe(true);
          expect(figure).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("requests at once never need more blocks than there are, nor less for longer ones", () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 100_000 }), ({ id, release, tensor, pipeline, length, states }, longer) => {
        const settled = pool({ version: version(release), layout: { tensor, pipeline }, budget: { cache: { ...cache, states } } });
        for (const stage of stagesOf(model(id), settled.layout)) {
          const shape = kvShape(model(id), settled, stage);
          const need = blocksNeeded(shape, length);
          expect(blocksNeeded(shape, length + longer)).toBeGreaterThanOrEqual(need);
          expect(bytesNeeded(shape, length + longer)).toBeGreaterThanOrEqual(bytesNeeded(shape, length));
          const longest = longestSequence(shape, 10 * GiB);
          if (longest > 0) expect(bytesNeeded(shape, longest)).toBeLessThanOrEqual(10 * GiB - shape.start.spareBytes);
          // The pool gives at least what each group's block takes.
          for (const group of shape.groups) expect(group.bytes).toBeLessThanOrEqual(shape.blockBytes);
        }
      }),
      { numRuns: 200 },
    );
  });
});
