import { describe, expect, it } from "vitest";
import { classesTable, classVerdict } from "../../webview/report/classes.ts";
import { latencies } from "../../webview/report/latency.ts";
import { verdict } from "../../webview/report/verdict-words.ts";
import { met } from "./fixtures/report.ts";

/** A run whose requests are by turns of two kinds, with limits on E2E as multiples of the longest. */
function withClasses(first: number | null, second: number | null) {
  const report = met();
  const values = latencies(report.requests);
  const longest = Math.max(...values.e2e.filter(Number.isFinite));
  const classOf = Uint8Array.from(report.requests.arrival, (_, i) => i % 2);
  const slo = (factor: number | null) =>
    factor === null ? null : { ttftSeconds: null, tpotSeconds: null, e2eSeconds: factor * longest, percentile: 95 };
  const { ttftSeconds, tpotSeconds, e2eSeconds, queueSeconds, requestsPerSecond, outputTokensPerSecond } = report.summary;
  const one = (name: string, factor: number | null) => ({
    name,
    slo: slo(factor),
    requests: 10,
    ttftSeconds,
    tpotSeconds,
    e2eSeconds,
    queueSeconds,
    requestsPerSecond,
    outputTokensPerSecond,
    sloAttainment: factor === null ? null : factor >= 1 ? 1 : 0,
    goodputRequestsPerSecond: factor === null ? null : 0.5,
  });
  const made = {
    ...report,
    requests: { ...report.requests, classOf },
    summary: { ...report.summary, classes: [one("chat", first), one("batch", second)] },
  };
  return { made, values };
}

describe("a run of several kinds of requests on the page", () => {
  it("is judged by each kind's own limits", () => {
    const title = (first: number | null, second: number | null) => {
      const { made, values } = withClasses(first, second);
      return verdict(made, values, null).title;
    };
    expect(title(10, 10)).toBe("Meets the limits of every class of requests");
    expect(title(10, 1e-6)).toBe("Misses limits: batch has 0\u00a0% within its limits, not 95\u00a0%");
    expect(title(10, null)).toBe("Meets the limits of every class of requests");
    // The longest is just within, and beyond with steps as slow as the band allows.
    expect(title(1, 10)).toMatch(/^(Too close to call: chat has |Meets)/);
  });

  it("goes by the deployment's limits where no kind has its own", () => {
    const { made, values } = withClasses(null, null);
    expect(classVerdict(made, values)).toBeUndefined();
  });

  it("has a row of each", () => {
    const { made } = withClasses(10, null);
    const { rows, columns } = classesTable(made);
    expect(rows.map(([name, , , , , within]) => [name, within])).toEqual([
      ["chat", "100\u00a0%"],
      ["batch", "no limits set"],
    ]);
    expect(rows.every((row) => row.length === columns.length)).toBe(true);
  });
});
