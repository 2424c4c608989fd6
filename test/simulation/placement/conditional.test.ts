import { describe, expect, it } from "vitest";
import type { LocalPrompts } from "../../../src/deployment/local-prompts.ts";
import { tensorrtLocalPrompts } from "../../../src/deployment/local-prompts.ts";
import type { Report } from "../../../src/simulation/report/report.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import type { RequestRow } from "../../../src/simulation/workload/workload.ts";
import { type PairSetup, planOf, reportFrom, settledPair, timing } from "../fixtures.ts";

/** 0.1 ms a prompt token, 10 ms a decode step. */
const steps = timing((batch) => 1e-4 * batch.prefillTokens + (batch.decodeSequences > 0 ? 0.01 : 0));
const below = (belowTokens: number, parts: Partial<LocalPrompts> = {}): LocalPrompts => ({
  belowTokens,
  belowShare: Number.POSITIVE_INFINITY,
  onlyHits: false,
  mostCacheUse: 1,
  keepsInstance: false,
  ...parts,
});

function run(requests: readonly RequestRow[], localPrompts: LocalPrompts, setup: PairSetup = {}): Report {
  const settled = { ...settledPair(setup), localPrompts };
  return reportFrom(
    simulateWith(settled, [planOf(setup.prefill), planOf(setup.decode)], [steps, steps], { kind: "requests", requests }, 1),
  );
}

/** Whether a request was handed over. */
const moved = ({ requests }: Report): boolean[] => [...requests.decodeQueue].map((waited) => !Number.isNaN(waited));
const row = (arrivalSeconds: number, promptTokens: number, prefix?: number): RequestRow => ({
  arrivalSeconds,
  promptTokens,
  outputTokens: 10,
  ...(prefix === undefined ? {} : { prefixBlocks: Array.from({ length: Math.floor(promptTokens / 16) }, (_, i) => prefix + i) }),
});

describe("conditional disaggregation", () => {
  it("computes short prompts where they are decoded, without hand-over or transfer", () => {
    const report = run([row(0, 999), row(1, 1000)], below(1000));
    expect(moved(report)).toEqual([false, true]);
    // All in prompt order: 99.9 ms and done, against a hand-over of 55 ms and more.
    expect(report.requests.firstToken[0]).toBeCloseTo(0.0999, 9);
    expect(report.requests.firstToken[1]).toBeGreaterThan(1.155);
    expect(report.served?.system).toBe("Conditional disaggregation");
  });

  it("counts what the decode instance has in its cache, against the length and as a share", () => {
    const caching: PairSetup = { prefill: { settings: { prefixCaching: true } }, decode: { settings: { prefixCaching: true } } };
    // The second finds 62 blocks of 16 of the first one's prompt: 8 of 1,000 tokens are left.
    const rows = [row(0, 1000, 0), row(5, 1000, 0), row(10, 1000, 100)];
    expect(moved(run(rows, below(500), caching))).toEqual([true, false, true]);
    expect(moved(run(rows, below(2000, { belowShare: 0.7 }), caching))).toEqual([true, false, true]);
    expect(moved(run(rows, below(2000), caching))).toEqual([false, false, false]);
  });

  it("needs a hit where TensorRT-LLM's server asks for one, and keeps the instance that it looked at", () => {
    const caching = { settings: { prefixCaching: true } };
    const setup: PairSetup = { engine: "tensorrt-llm", prefill: caching, decode: { ...caching, instances: 2 } };
    const rows = [row(0, 300, 0), row(5, 300, 50), row(10, 300, 0)];
    const report = run(rows, tensorrtLocalPrompts(100), setup);
    // Decode instances take turns: the third request comes to the first one's again and finds its prompt there.
    expect([...report.requests.instance]).toEqual([1, 2, 1]);
    expect(moved(report)).toEqual([true, true, false]);
  });

  it("leaves a decode instance alone whose cache is full", () => {
    const setup: PairSetup = { decode: { blocks: 100 } };
    // 640 tokens fill 40 of 100 blocks and more.
    const rows = [row(0, 640), row(0.07, 100), row(5, 100)];
    expect(moved(run(rows, below(1000, { mostCacheUse: 0.3 }), setup))).toEqual([false, true, false]);
  });

  it("finishes everything with prompts of both kinds on one instance", () => {
    const requests = Array.from({ length: 200 }, (_, i) => row(i / 100, 50 + ((i * 37) % 400)));
    const setup: PairSetup = { prefill: { instances: 2 }, decode: { blocks: 120, settings: { maxNumSeqs: 8 } } };
    const { summary, requests: records } = run(requests, below(200), setup);
    expect(summary.requests).toBe(200);
    expect(summary.outputTokensPerSecond * summary.durationSeconds).toBeCloseTo(2000, 6);
    for (const [r, end] of records.finished.entries()) expect(end).toBeGreaterThan(Number(records.firstToken[r]));
  });
});
