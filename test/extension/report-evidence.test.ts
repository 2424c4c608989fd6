import { describe, expect, test } from "vitest";
import { gatherEvidence } from "../../src/extension/report-evidence.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import type { Runs } from "../../src/platform/run-pool.ts";
import type { RunEnd, RunRequest } from "../../src/platform/run-worker.ts";
import type { ReportEvidence } from "../../src/protocol/report-view.ts";
import { simulateBand } from "../../src/simulation/report/bands.ts";
import type { Workload } from "../../src/simulation/workload/workload.ts";
import { testCatalog } from "../support/catalog.ts";
import { settledCase } from "../timing/pools.ts";

const settled = settledCase({ model: "Qwen/Qwen3-32B", engineVersion: "0.12.0", pools: [{ parallel: { tensor: 2 } }] });
const workload: Workload = { kind: "closed-loop", concurrency: 4, requests: 16, promptTokens: 900, outputTokens: 60 };

function ran({ settled: what, workload: load, seed, steps = "as-predicted" }: RunRequest): RunEnd {
  const plans = what.pools.map((pool) => memoryPlan(what.model, pool));
  return { kind: "done", outcome: simulateBand(what, plans, load, { steps, seed }), timeline: null, cpuSeconds: 0 };
}

/** A pool that simulates at once, and is stopped after `most` runs. */
function runs(most = Number.POSITIVE_INFINITY) {
  const asked: RunRequest[] = [];
  const stop = new AbortController();
  const run: Runs["run"] = (request) => {
    asked.push(request);
    if (asked.length > most) stop.abort();
    return Promise.resolve(stop.signal.aborted ? { kind: "replaced" } : ran(request));
  };
  return { asked, evidencing: { pool: { run }, signal: stop.signal } };
}

function firstReport() {
  const end = ran({ settled, workload, seed: 1 });
  const report = end.kind === "done" ? end.outcome.report : undefined;
  if (!report) throw new Error("no report");
  return report;
}

describe("what follows a report", () => {
  const report = firstReport();

  test("near runs at once, then the bands as their runs end, then what this build says of each near run", async () => {
    const { asked, evidencing } = runs();
    const shown: ReportEvidence[] = [];
    const isWhole = await gatherEvidence({ settled, workload, report }, evidencing, testCatalog(), (evidence) => shown.push(evidence));
    expect(isWhole).toBe(true);
    expect(shown[0]).toMatchObject({ bands: null, spread: null, bandRuns: { done: 0, total: 6 } });
    expect(shown[0]?.nearest?.length).toBeGreaterThan(0);
    expect(shown[0]?.nearest?.every(({ pending }) => pending)).toBe(true);
    expect(asked.slice(0, 6).map(({ steps, seed }) => [steps, seed])).toEqual([
      ["quick", 1],
      ["slow", 1],
      ["as-predicted", 2],
      ["as-predicted", 3],
      ["as-predicted", 4],
      ["as-predicted", 5],
    ]);
    const last = shown.at(-1);
    expect(last?.bands?.seeds).toBe(5);
    expect(last?.spread?.seeds).toBe(5);
    expect(last?.nearest?.some(({ pending }) => pending)).toBe(false);
    const [nearest] = last?.nearest ?? [];
    expect(nearest?.figures.map(({ name }) => name)).toEqual(["ttft", "tpot"]);
    expect(nearest?.figures.every(({ predicted }) => predicted !== null)).toBe(true);
  });

  test("ends where it is stopped", async () => {
    const { evidencing } = runs(2);
    const shown: ReportEvidence[] = [];
    expect(await gatherEvidence({ settled, workload, report }, evidencing, testCatalog(), (evidence) => shown.push(evidence))).toBe(false);
    expect(shown.at(-1)).toMatchObject({ bands: null, bandRuns: { done: 2, total: 6 } });
  });

  test("a run that was stopped, or whose queue never empties, has no bands", async () => {
    const { asked, evidencing } = runs();
    const shown: ReportEvidence[] = [];
    const stopped = { ...report, stoppedAtSeconds: 3 };
    await gatherEvidence({ settled, workload, report: stopped }, evidencing, testCatalog(), (evidence) => shown.push(evidence));
    expect(shown.at(-1)?.bands).toBeNull();
    expect(asked.some(({ steps }) => steps === "slow")).toBe(false);
  });
});
