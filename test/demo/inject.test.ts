import { describe, expect, it } from "vitest";
import { defaultDemoRun } from "../../src/demo/demo-run.ts";
import { type Injection, injections, parseInjections } from "../../src/demo/inject.ts";
import type { Report } from "../../src/simulation/report/report.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();
const played = (inject: readonly Injection[] = [], load = 0.4): Report => defaultDemoRun(catalog, { inject, load }).report;
const written = played();
const mean = (values: Int32Array) => values.reduce((a, b) => a + b, 0) / values.length;

describe("what differs from the file", () => {
  it("is named, one or several", () => {
    expect(parseInjections("half-kv, double-rate")).toEqual(["half-kv", "double-rate"]);
    expect(() => parseInjections("half-kv,gremlins")).toThrow("No such difference: gremlins. There are half-kv, smaller-batch");
  });

  it("halves the cache, and the server says so", () => {
    const run = defaultDemoRun(catalog, { inject: ["half-kv"], load: 0.4 });
    expect(run.report.memory.kvCacheBlocks).toBe(Math.floor(written.memory.kvCacheBlocks / 2));
  });

  it("runs fewer at once", () => {
    expect(Math.max(...played(["smaller-batch"], 0.6).series.running)).toBeLessThan(Math.max(...played([], 0.6).series.running));
  });

  it("doubles or halves what comes in", () => {
    const rate = written.workload.ratePerSecond ?? 0;
    expect(played(["double-rate"]).workload.ratePerSecond).toBeCloseTo(2 * rate, 1);
    expect(played(["half-rate"]).workload.ratePerSecond).toBeCloseTo(rate / 2, 1);
  });

  it("makes prompts or answers longer, up to the longest request", () => {
    const prompts = mean(played(["longer-prompts"]).requests.promptTokens) / mean(written.requests.promptTokens);
    const answers = mean(played(["longer-answers"]).requests.outputTokens) / mean(written.requests.outputTokens);
    expect(prompts).toBeGreaterThan(1.8);
    expect(prompts).toBeLessThanOrEqual(2);
    expect(answers).toBeGreaterThan(1.8);
  });

  it.each(["slow-link", "slow-steps", "slow-host"] as const)("slows what each token takes: %s", (inject) => {
    expect(played([inject]).summary.itlSeconds.p50).toBeGreaterThan(1.15 * written.summary.itlSeconds.p50);
  });

  it("cuts prompts into smaller parts", () => {
    expect(played(["smaller-chunks"]).summary.ttftSeconds.p95).toBeGreaterThan(written.summary.ttftSeconds.p95);
  });

  it("is the same for the same seed, and can be played whatever it is", () => {
    for (const inject of injections) expect(played([inject]).summary.requests).toBeGreaterThan(0);
    expect(played(["slow-link"]).summary).toEqual(played(["slow-link"]).summary);
  });
});
