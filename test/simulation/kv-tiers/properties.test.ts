import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Report } from "../../../src/simulation/report/report.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import type { RequestRow } from "../../../src/simulation/workload/workload.ts";
import { planOf, reportFrom, type Setup, settledOf, timing } from "../fixtures.ts";
import { randomRuns } from "../random-runs.ts";
import { blockBytes, tier, tiersOf } from "./tiers.ts";

/** Prompts that go one way through a tree of blocks, one after the other and far enough apart that all is written before the next. */
const inOrder: fc.Arbitrary<readonly RequestRow[]> = fc
  .array(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 12 }), { minLength: 2, maxLength: 40 })
  .map((ways) =>
    ways.map((way, i) => ({
      arrivalSeconds: i * 100,
      promptTokens: way.length * 16,
      outputTokens: 1,
      // A block is named by the way to it.
      prefixBlocks: way.map((_, block) => way.slice(0, block + 1).reduce((name, turn) => 3 * name + turn + 1, 0)),
    })),
  );

function serve(requests: readonly RequestRow[], blocks: number): Report {
  const setup: Setup = {
    blocks: 13,
    settings: { prefixCaching: true },
    ...(blocks > 0 ? { kvTiers: tiersOf({ tiers: [tier({ blocks })] }) } : {}),
  };
  const workload = { kind: "requests" as const, requests, prefixBlockTokens: 16 };
  return reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [timing(() => 0.01)], workload, 1));
}

describe("more room in a store", () => {
  it("never lets a request of one instance, served in order, find less", () => {
    let gains = 0;
    fc.assert(
      fc.property(inOrder, fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 2, maxLength: 4 }), (rows, sizes) => {
        const found = sizes.sort((a, b) => a - b).map((blocks) => [...serve(rows, blocks).requests.cachedTokens]);
        for (const [i, smaller] of found.slice(0, -1).entries()) {
          const larger = found[i + 1] ?? [];
          expect(smaller.every((tokens, r) => tokens <= (larger[r] ?? 0))).toBe(true);
          if (smaller.some((tokens, r) => tokens < (larger[r] ?? 0))) gains++;
        }
      }),
      { numRuns: 150, seed: 7 },
    );
    expect(gains).toBeGreaterThan(50);
  });
});

/** Requests of a few families, each with a long prompt in common, over some seconds. */
const families: fc.Arbitrary<readonly RequestRow[]> = fc.array(
  fc
    .record({
      arrival: fc.integer({ min: 0, max: 8000 }),
      promptTokens: fc.integer({ min: 60, max: 200 }),
      outputTokens: fc.integer({ min: 1, max: 60 }),
      family: fc.integer({ min: 0, max: 3 }),
    })
    .map(({ arrival, family, ...lengths }) => {
      const prefixBlocks = Array.from({ length: Math.floor(lengths.promptTokens / 16) }, (_, block) => 1000 * family + block);
      return { arrivalSeconds: arrival / 1000, ...lengths, prefixBlocks };
    }),
  { minLength: 10, maxLength: 40 },
);

/** Engines as they are: systems of papers have tests of their own. */
const engines = randomRuns.filter(({ settled }) => settled.system === undefined);

describe("what stores conserve", () => {
  it("bytes are blocks times their size, hits are loads, no store is fuller than full, and reads fit the time", () => {
    let loaded = 0;
    fc.assert(
      fc.property(engines, families, ({ settled, plans, models, seed, routing }, requests) => {
        const workload = { kind: "requests" as const, requests };
        // Caches that hold one request of any length, so that stores are needed.
        const tight = plans.map((plan) => ({ ...plan, kvCacheBlocks: 3 + Math.ceil(400 / plan.blockTokens) }));
        const report = reportFrom(simulateWith(settled, tight, models, workload, seed, {}, routing));
        const { summary, series } = report;
        const { tiers = [], loads = [], prefixHitRate } = summary.kvCache;
        // Blocks of one pool are four of the other's, if they differ.
        const bytesOfBlock = (blockBytes * Math.min(...settled.pools.map(({ settings }) => settings.blockTokens))) / 16;
        for (const [i, one] of tiers.entries()) {
          expect(Number.isInteger(one.readBytes / bytesOfBlock)).toBe(true);
          expect(Number.isInteger(one.writtenBytes / bytesOfBlock)).toBe(true);
          expect(one.peakUsage).toBeLessThanOrEqual(1);
          expect((series.tierUsage?.[i] ?? new Float64Array()).every((share) => share >= 0 && share <= 1 + 1e-9)).toBe(true);
          // All that was read had come before its request ended.
          expect(one.readBytes).toBeLessThanOrEqual(one.readBytesPerSecond * summary.durationSeconds * coresOf(settled) * (1 + 1e-9));
        }
        const read = tiers.reduce((sum, { readBytes }) => sum + readBytes, 0);
        const moved = loads.reduce((sum, { bytes }) => sum + bytes, 0);
        // What is read ahead is read once more, from the host.
        if (settled.pools.every(({ kvTiers }) => kvTiers?.prefetch === undefined)) expect(read).toBe(moved);
        const hits = tiers.reduce((sum, { hitTokens }) => sum + hitTokens, 0);
        expect(hits).toBeLessThanOrEqual(loads.reduce((sum, { tokens }) => sum + tokens, 0));
        const known = report.requests.cachedTokens.reduce((sum, tokens) => sum + tokens, 0);
        // Who is turned away is not looked up.
        const { promptTokens, refused } = report.requests;
        const prompts = promptTokens.reduce((sum, tokens, r) => sum + (refused?.[r] ? 0 : tokens), 0);
        if (settled.pools.length === 1) expect(hits + Math.round(prefixHitRate * prompts)).toBe(known);
        loaded += moved > 0 ? 1 : 0;
      }),
      { numRuns: 150, seed: 3 },
    );
    expect(loaded).toBeGreaterThan(15);
  });
});

function coresOf({ pools }: { readonly pools: ReturnType<typeof settledOf>["pools"] }): number {
  return pools.reduce((sum, { instances, layout }) => sum + instances * layout.data * layout.attentionData, 0);
}
