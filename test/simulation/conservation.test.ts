import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/simulation/report/report.ts";
import { simulateWith } from "../../src/simulation/simulate-with.ts";
import type { Workload } from "../../src/simulation/workload/workload.ts";
import type { Batch } from "../../src/timing/step-model.ts";
import { drafting, planOf, reportFrom, type Setup, settledOf, timing } from "./fixtures.ts";

const seconds = (batch: Batch) => 0.005 + 5e-5 * batch.tokens + 1e-6 * batch.decodeContext;

const lengths = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 51, max: 400 })).map(([a, b]) => ({ uniform: [a, b] as [number, number] })),
  fc.constant({ lognormal: [120, 90, 1, 500] as [number, number, number, number] }),
  fc.constant({ normal: [100, 50, 1, 300] as [number, number, number, number] }),
  fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }).map((values) => ({ values })),
);
const workloads: fc.Arbitrary<Workload> = fc
  .record({
    promptTokens: lengths,
    outputTokens: lengths,
    requests: fc.integer({ min: 1, max: 60 }),
    warmup: fc.integer({ min: 0, max: 10 }),
  })
  .chain((common) =>
    fc.oneof(
      fc.integer({ min: 1, max: 20 }).map((concurrency) => ({ kind: "closed-loop" as const, concurrency, ...common })),
      fc
        .record({
          ratePerSecond: fc.double({ min: 0.5, max: 200, noNaN: true }),
          arrivals: fc.constantFrom("poisson" as const, "constant" as const, "gamma" as const),
          cv: fc.constantFrom(0.3, 1, 4),
          maxInFlight: fc.constantFrom(1, 5, 1000),
        })
        .map((open) => ({ kind: "open-loop" as const, ...open, ...common })),
      fc.constant({ kind: "offline" as const, ...common }),
    ),
  );
const setups = fc
  .record({
    layout: fc.record({ pipeline: fc.constantFrom(1, 2, 4), data: fc.constantFrom(1, 2), attentionData: fc.constantFrom(1, 3) }),
    instances: fc.integer({ min: 1, max: 3 }),
    blocks: fc.integer({ min: 60, max: 400 }),
    speculation: fc.constantFrom(
      null,
      null,
      drafting(3, 0.7),
      drafting(5, 0.5, { found: 0.4, passes: 0, limit: { drafting: 8, running: 20 } }),
      drafting(7, 0.6, { depth: 5, verifiesAll: true, width: 4 }),
    ),
    settings: fc.record({
      maxNumSeqs: fc.integer({ min: 1, max: 40 }),
      maxNumBatchedTokens: fc.integer({ min: 8, max: 600 }),
      prefixCaching: fc.boolean(),
    }),
  })
  .map(({ speculation, ...setup }) => (speculation ? { ...setup, speculation } : setup));

describe("what every run conserves", () => {
  it("finishes every request, makes exactly its tokens, keeps its limits and ends with an empty cache", () => {
    fc.assert(
      fc.property(workloads, setups, fc.integer({ min: 0, max: 1000 }), (workload, setup, seed) => {
        const batches: Batch[] = [];
        const model = timing(seconds, {
          stages: setup.layout.pipeline,
          flops: (batch) => {
            batches.push({ ...batch });
            return 1;
          },
        });
        const report = reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [model], workload, seed));
        const { requests, summary, series } = report;
        const warmup = workload.warmup ?? 0;
        expect(summary.requests).toBe(requests.finished.length);
        expect(summary.requests).toBe(workload.kind === "requests" ? 0 : workload.requests);
        const output = requests.outputTokens.reduce((sum, tokens) => sum + tokens, 0);
        expect(summary.outputTokensPerSecond * summary.durationSeconds).toBeCloseTo(output, 3);
        const ordered = requests.arrival.every((arrival, r) => {
          const [scheduled, first, end] = [requests.firstScheduled[r], requests.firstToken[r], requests.finished[r]].map(Number);
          return arrival <= Number(scheduled) && Number(scheduled) < Number(first) && Number(first) <= Number(end);
        });
        expect(ordered).toBe(true);
        expect(Math.max(...batches.map((batch) => batch.tokens))).toBeLessThanOrEqual(setup.settings.maxNumBatchedTokens);
        const sequences = Math.max(...batches.map((batch) => batch.decodeSequences + batch.prefillChunks));
        expect(sequences).toBeLessThanOrEqual(setup.settings.maxNumSeqs);
        // Integrals over time agree with the records: Little's law per bin row.
        const bins = [...series.t].map((end, i) => end - (series.t[i - 1] ?? 0));
        const integral = (row: Float64Array) => row.reduce((sum, value, i) => sum + value * (bins[i] ?? 0), 0);
        expect(integral(series.outputTokensPerSecond)).toBeCloseTo(output, 3);
        if (warmup === 0) expect(integral(series.arrivalsPerSecond)).toBeCloseTo(summary.requests, 6);
        if (summary.preemptions === 0) {
          const inEngine = requests.finished.reduce((sum, end, r) => sum + end - (requests.firstScheduled[r] ?? 0), 0);
          expect(integral(series.running)).toBeCloseTo(inEngine, 4);
        }
        const busy = report.modes.reduce((sum, mode) => sum + mode.seconds, 0);
        expect(busy).toBeLessThanOrEqual(summary.durationSeconds * setup.instances * setup.layout.data * setup.layout.pipeline * 1.000001);
        expect(series.t.length).toBeLessThanOrEqual(600);
        expect(series.kvUsage.every((usage) => usage >= -1e-12 && usage <= 1 + 1e-12)).toBe(true);
        expect(summary.kvCache.peakUsage).toBeLessThanOrEqual(1);
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it("leaves no block behind: the last bin's use falls to nothing once nobody runs", () => {
    const setup: Setup = { blocks: 100, settings: { prefixCaching: true } };
    const requests = [
      ...Array.from({ length: 30 }, (_, i) => ({ arrivalSeconds: i / 100, promptTokens: 60 + i, outputTokens: 50 })),
      { arrivalSeconds: 600, promptTokens: 1, outputTokens: 1 },
    ];
    const report = reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [timing(seconds)], { kind: "requests", requests }, 1));
    expect(report.summary.preemptions).toBeGreaterThan(0);
    expect(report.series.kvUsage.at(-2)).toBe(0);
    expect(report.series.running.at(-2)).toBe(0);
  });

  it("gives the same bytes for the same seed, and others for another", () => {
    const workload: Workload = {
      kind: "open-loop",
      ratePerSecond: 30,
      requests: 300,
      promptTokens: { lognormal: [200, 150, 1, 900] },
      outputTokens: { uniform: [1, 80] },
    };
    const setup: Setup = { instances: 3, blocks: 300, settings: { prefixCaching: true } };
    const once = (seed: number): Report => reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [timing(seconds)], workload, seed));
    expect(once(5)).toEqual(once(5));
    expect(once(5).requests.finished).not.toEqual(once(6).requests.finished);
  });

  it("preempts less with four times the KV cache on a fixed trace", () => {
    // Between close sizes it need not: a little more room also lets one more request in, which then has to leave again.
    const requests = Array.from({ length: 200 }, (_, i) => ({
      arrivalSeconds: i / 40,
      promptTokens: 50 + ((i * 37) % 150),
      outputTokens: 20 + ((i * 53) % 120),
    }));
    const preemptions = [40, 160, 640, 2560].map((blocks) => {
      const setup: Setup = { blocks };
      return reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [timing(seconds)], { kind: "requests", requests }, 1)).summary
        .preemptions;
    });
    expect(preemptions[0]).toBeGreaterThan(100);
    expect(preemptions).toEqual([...preemptions].sort((a, b) => b - a));
    expect(preemptions.at(-1)).toBe(0);
  });
});
