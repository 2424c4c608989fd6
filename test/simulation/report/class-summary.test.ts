import { describe, expect, it } from "vitest";
import { classRows } from "../../../src/cli/output/class-rows.ts";
import { requestsCsv } from "../../../src/simulation/report/requests-csv.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import type { Workload } from "../../../src/simulation/workload/workload.ts";
import { planOf, reportFrom, settledOf, timing } from "../fixtures.ts";

const limits = (ttftSeconds: number | null) => ({ ttftSeconds, tpotSeconds: null, e2eSeconds: null, percentile: 90 });

/** Steps of 10 ms, one request at a time: the second of two that come together waits for all tokens of the first. */
const workload: Workload = {
  kind: "requests",
  classes: [{ name: "chat, quick", slo: limits(0.02) }, { name: "batch", slo: limits(1) }, { name: "free" }],
  requests: [
    { arrivalSeconds: 0, promptTokens: 10, outputTokens: 4, class: 0 },
    { arrivalSeconds: 0, promptTokens: 10, outputTokens: 2, class: 0 },
    { arrivalSeconds: 1, promptTokens: 20, outputTokens: 3, class: 1 },
    { arrivalSeconds: 2, promptTokens: 20, outputTokens: 1, class: 2 },
  ],
};
const run = (slo: ReturnType<typeof limits> | null = null) => {
  const setup = { settings: { maxNumSeqs: 1 }, slo };
  return reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [timing(() => 0.01)], workload, 1));
};

describe("a run of several kinds of requests", () => {
  it("tells each by itself, under its own limits", () => {
    const { summary } = run();
    const [chat, batch, free] = summary.classes ?? [];
    // TTFT 10 ms and 40 + 10 ms, of which one is within 20 ms; the run ends at 2.01 s.
    expect(chat).toMatchObject({ name: "chat, quick", requests: 2, sloAttainment: 0.5, slo: limits(0.02) });
    expect(chat?.ttftSeconds.p50).toBeCloseTo(0.03, 9);
    expect(chat?.goodputRequestsPerSecond).toBeCloseTo(1 / 2.01, 9);
    expect(chat?.outputTokensPerSecond).toBeCloseTo(6 / 2.01, 9);
    expect(batch).toMatchObject({ requests: 1, sloAttainment: 1 });
    expect(batch?.tpotSeconds.mean).toBeCloseTo(0.01, 9);
    expect(free).toMatchObject({ requests: 1, sloAttainment: null, goodputRequestsPerSecond: null, slo: null });
    // Together two of the three that have limits.
    expect(summary.sloAttainment).toBeCloseTo(2 / 3, 9);
    expect(summary.goodputRequestsPerSecond).toBeCloseTo(2 / 2.01, 9);
  });

  it("holds those without limits of their own against the deployment's", () => {
    const { summary } = run(limits(0.001));
    expect(summary.classes?.map((one) => one.sloAttainment)).toEqual([0.5, 1, 0]);
    expect(summary.sloAttainment).toBeCloseTo(0.5, 9);
  });

  it("names the class of each request in the CSV, and shows a row of each", () => {
    const report = run();
    const lines = requestsCsv(report).trimEnd().split("\n");
    expect(lines[0]?.endsWith(",class")).toBe(true);
    expect(lines[1]?.endsWith(',"chat, quick"')).toBe(true);
    expect(lines[3]?.endsWith(",batch")).toBe(true);
    expect(classRows(report.summary).map(([name, count, , , , , , within]) => [name, count, within])).toEqual([
      ["chat, quick", "2", "50.0 %"],
      ["batch", "1", "100 %"],
      ["free", "1", "no limits"],
    ]);
  });

  it("says nothing of classes where there is one kind", () => {
    const one: Workload = { kind: "offline", requests: 3, promptTokens: 5, outputTokens: 2 };
    const report = reportFrom(simulateWith(settledOf(), [planOf()], [timing(() => 0.01)], one, 1));
    expect(report.summary.classes).toBeUndefined();
    expect(requestsCsv(report).split("\n")[0]?.endsWith(",instance")).toBe(true);
  });
});
