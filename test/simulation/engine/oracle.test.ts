import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KvTiers } from "../../../src/deployment/kv-tiers/kv-tiers.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import type { Batch, StepModel } from "../../../src/timing/step-model.ts";
import { drafting, planOf, reportFrom, type Setup, settledOf, timing } from "../fixtures.ts";
import type { OracleTier } from "../kv-tiers/oracle-store.ts";
import { tier, tiersOf } from "../kv-tiers/tiers.ts";
import { oracle } from "./oracle.ts";

/** Copies every batch that is priced, in order of steps. */
function watched(stages: number): { readonly model: StepModel; readonly batches: Batch[] } {
  const batches: Batch[] = [];
  let priced = 0;
  const seconds = (batch: Batch) => {
    if (++priced > 20_000) throw new Error("the run does not end");
    return 0.004 + 1e-4 * batch.tokens + 3e-6 * batch.decodeContext + 1e-7 * batch.prefillPairs + 2e-6 * batch.prefillContext;
  };
  const model = timing(seconds, {
    stages,
    transferSeconds: () => (stages > 1 ? 0.0007 : 0),
    flops: (batch) => {
      batches.push({ ...batch });
      return batch.tokens;
    },
  });
  return { model, batches };
}

const shapes = fc.record({
  blockTokens: fc.constantFrom(1, 4, 7, 16),
  prefixBlockTokens: fc.constantFrom(4, 8, 16),
  blocks: fc.integer({ min: 12, max: 60 }),
  maxNumSeqs: fc.integer({ min: 1, max: 9 }),
  maxNumBatchedTokens: fc.integer({ min: 3, max: 70 }),
  longPrefillTokenThreshold: fc.constantFrom(0, 0, 5, 16),
  chunkedPrefill: fc.constantFrom(true, true, true, false),
  prefixCaching: fc.boolean(),
  reserve: fc.boolean(),
  stages: fc.constantFrom(1, 1, 2, 3),
  speculation: fc.constantFrom(
    null,
    null,
    { drafts: 3, acceptance: 0.7, drafting: 100, lookahead: 3 },
    { drafts: 2, acceptance: 0.4, drafting: 2, lookahead: 4 },
    { drafts: 9, acceptance: 0.9, drafting: 100, lookahead: 18 },
  ),
  tier: fc.option(
    fc.record({
      chunks: fc.constantFrom(3, 20, 1000),
      chunkBlocks: fc.constantFrom(1, 2, 3),
      readNanoseconds: fc.constantFrom(1e5, 2e6, 1e7),
      writeNanoseconds: fc.constantFrom(1e5, 3e6),
      isSelective: fc.constantFrom(false, false, true),
      loading: fc.constantFrom("before-step" as const, "layer-by-layer" as const, "aside" as const),
    }),
  ),
  requests: fc.array(
    fc.record({
      arrivalSeconds: fc.integer({ min: 0, max: 300 }).map((ms) => ms / 1000),
      promptTokens: fc.integer({ min: 1, max: 90 }),
      outputTokens: fc.integer({ min: 1, max: 40 }),
      family: fc.integer({ min: 0, max: 3 }),
      shared: fc.integer({ min: 0, max: 12 }),
    }),
    { minLength: 1, maxLength: 22 },
  ),
});

/** The oracle's store in a deployment's words. */
function tiersFor({ loading, isSelective, ...parts }: Omit<OracleTier, "layers">, blockTokens: number): KvTiers {
  const bytes = 131_072 * blockTokens;
  const store = tier({
    size: { kind: "bytes", bytes: parts.chunks * parts.chunkBlocks * bytes },
    blockTokens: parts.chunkBlocks * blockTokens,
    readBytesPerSecond: (bytes / parts.readNanoseconds) * 1e9,
    writeBytesPerSecond: (bytes / parts.writeNanoseconds) * 1e9,
    writePolicy: isSelective ? "write-through-selective" : "write-through",
  });
  return tiersOf({ loading, tiers: [store] });
}

describe("the simulator against the slow oracle", () => {
  it("gives the same records, gaps and batches in both of its modes, prefix caching, preemption and pipelines included", () => {
    let preemptions = 0;
    let hits = 0;
    let loads = 0;
    fc.assert(
      fc.property(shapes, (drawn) => {
        // Each stage's batch owes its own share of a token; a step takes a sequence with its drafts.
        const drafts = drawn.stages === 1 && drawn.blocks * drawn.blockTokens > 40 ? drawn.speculation : null;
        const shape = { ...drawn, speculation: drafts && { ...drafts, drafts: Math.min(drafts.drafts, drawn.maxNumBatchedTokens - 1) } };
        const { speculation } = shape;
        const spare = Math.ceil((speculation?.lookahead ?? 0) / shape.blockTokens);
        const capacity = (shape.blocks - spare) * shape.blockTokens;
        const rows = shape.requests
          .map(({ family, shared, ...row }, i) => {
            const promptTokens = Math.max(
              1,
              Math.min(row.promptTokens, capacity - 1, shape.chunkedPrefill ? 90 : shape.maxNumBatchedTokens),
            );
            const outputTokens = Math.max(1, Math.min(row.outputTokens, capacity - promptTokens));
            const full = Math.floor(promptTokens / shape.prefixBlockTokens);
            const prefixBlocks = Array.from({ length: full }, (_, b) =>
              family > 0 && b < shared ? family * 1000 + b : 10_000 + i * 100 + b,
            );
            return { arrivalSeconds: row.arrivalSeconds, promptTokens, outputTokens, prefixBlocks };
          })
          .sort((a, b) => a.arrivalSeconds - b.arrivalSeconds);
        const first = rows[0]?.arrivalSeconds ?? 0;
        for (const row of rows) row.arrivalSeconds = Math.round((row.arrivalSeconds - first) * 1000) / 1000;
        const { blockTokens, maxNumSeqs, maxNumBatchedTokens, longPrefillTokenThreshold, chunkedPrefill, prefixCaching } = shape;
        const setup: Setup = {
          settings: {
            blockTokens,
            maxNumSeqs,
            maxNumBatchedTokens,
            longPrefillTokenThreshold,
            chunkedPrefill,
            prefixCaching,
            maxModelLen: 100_000,
            scheduling: { engine: "vllm", reserveFullPrompt: shape.reserve },
          },
          blocks: shape.blocks,
          ...(shape.tier ? { kvTiers: tiersFor(shape.tier, blockTokens) } : {}),
          ...(speculation
            ? {
                speculation: drafting(speculation.drafts, speculation.acceptance, {
                  lookahead: speculation.lookahead,
                  passes: 0,
                  limit: { drafting: speculation.drafting, running: null },
                }),
              }
            : {}),
        };
        const workload = { kind: "requests" as const, requests: rows, prefixBlockTokens: shape.prefixBlockTokens };
        const run = (stepwise: boolean) => {
          const { model, batches } = watched(shape.stages);
          return { report: reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [model], workload, 1, { stepwise })), batches };
        };
        const expected = oracle({
          ...shape,
          requests: rows,
          reserveFullPrompt: shape.reserve,
          model: watched(shape.stages).model,
          tier: shape.tier && { ...shape.tier, layers: 32 },
        });
        const seconds = (pick: (r: (typeof expected.requests)[number]) => number) => expected.requests.map((r) => pick(r) / 1e9);
        const gaps = [...expected.gaps].sort((a, b) => a - b);
        const middle = (gaps.length - 1) / 2;
        const median = ((gaps[Math.floor(middle)] ?? Number.NaN) + (gaps[Math.ceil(middle)] ?? Number.NaN)) / 2e9;
        const { report, batches } = run(true);
        expect(batches).toEqual(expected.batches);
        for (const { requests, summary } of [report, run(false).report]) {
          expect([...requests.finished]).toEqual(seconds((r) => r.finished));
          expect([...requests.firstToken]).toEqual(seconds((r) => r.firstToken));
          expect([...requests.firstScheduled]).toEqual(seconds((r) => r.firstScheduled));
          expect([...requests.preemptions]).toEqual(expected.requests.map((r) => r.preemptions));
          expect([...requests.cachedTokens]).toEqual(expected.requests.map((r) => r.cached));
          expect(summary.kvCache.peakUsage).toBeCloseTo(1 - expected.leastFree / shape.blocks, 12);
          const [store] = summary.kvCache.tiers ?? [];
          const bytes = 131_072 * blockTokens;
          expect(store?.readBytes ?? 0).toBeCloseTo(expected.loadedBlocks * bytes, 0);
          expect(store?.writtenBytes ?? 0).toBeCloseTo(expected.writtenBlocks * bytes, 0);
          if (gaps.length > 0) expect(summary.itlSeconds.p50).toBeCloseTo(median, 9);
        }
        expect(expected.freeAtEnd).toBe(shape.blocks);
        preemptions += report.summary.preemptions;
        loads += expected.loadedBlocks > 0 ? 1 : 0;
        hits += report.summary.kvCache.prefixHitRate > 0 ? 1 : 0;
      }),
      { numRuns: 400, seed: 20_261_124 },
    );
    // The workloads must reach what they are to compare.
    expect(preemptions).toBeGreaterThan(100);
    expect(hits).toBeGreaterThan(20);
    expect(loads).toBeGreaterThan(20);
  }, 120_000);
});
