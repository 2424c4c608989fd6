import { describe, expect, test } from "vitest";
import { comparedValue, difference } from "../../src/planning/comparison.ts";
import { figuresOf } from "../../src/planning/figures.ts";
import { type Figures, reportWith } from "./reports.ts";

const run = (figures: Figures) => figuresOf(reportWith(figures));
const saturated = { mostRequestsPerSecond: 10, waitingAtEnd: 50, ttftGrowthPerSecond: 1 };

describe("two runs of the same load", () => {
  test("differ where every seed agrees on which is better", () => {
    const these = [run({ ttft: 1.19 }), run({ ttft: 1.1 }), run({ ttft: 1.3 })];
    const others = [run({ ttft: 0.194 }), run({ ttft: 0.2 }), run({ ttft: 0.21 })];
    expect(difference("ttft-p95", these, others)).toEqual({ kind: "change", from: 1.19, to: 0.194, isBetter: true });
    expect(difference("ttft-p95", others, these)).toMatchObject({ kind: "change", isBetter: false });
  });

  test("are within noise where one seed turns it round", () => {
    const these = [run({ outputPerGpu: 100, ttft: 0.5 }), run({ ttft: 0.52 }), run({ ttft: 0.48 })];
    const others = [run({ ttft: 0.49 }), run({ ttft: 0.53 }), run({ ttft: 0.47 })];
    expect(difference("ttft-p95", these, others)).toEqual({ kind: "noise" });
  });

  test("are the same where nothing differs, and unknown where one has no such figure", () => {
    expect(difference("ttft-p95", [run({})], [run({})])).toEqual({ kind: "same" });
    expect(difference("ttft-p95", [run({})], [run({ saturated })])).toEqual({ kind: "unknown" });
    expect(comparedValue("ttft-p95", run({ saturated }))).toBeNull();
    expect(comparedValue("within", run({ slo: null }))).toBeNull();
    expect(difference("ttft-p95", [run({})], [])).toEqual({ kind: "unknown" });
  });

  test("a fuller cache is neither better nor worse", () => {
    const other = { ...run({}), summary: { ...run({}).summary, kvCache: { capacityTokens: 1, peakUsage: 1, prefixHitRate: 0 } } };
    expect(difference("kv-peak", [run({})], [other])).toMatchObject({ kind: "change", isBetter: null });
  });
});
