import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import { Runner } from "../../src/platform/run-worker.ts";
import { simulate } from "../../src/simulation/simulate.ts";
import type { Workload } from "../../src/simulation/workload/workload.ts";
import { settledOf } from "../simulation/fixtures.ts";

const folder = mkdtempSync(join(tmpdir(), "inference-lens-worker-"));
const entry = join(folder, "worker.js");
const settled = settledOf({ settings: { prefixCaching: true } });
const small: Workload = { kind: "open-loop", ratePerSecond: 4, requests: 40, promptTokens: 300, outputTokens: 20 };
/** Minutes of steps: never ends by itself within a test. */
const endless: Workload = { kind: "closed-loop", concurrency: 2, requests: 200_000, promptTokens: 100, outputTokens: 4000 };

beforeAll(async () => {
  await build({ entryPoints: ["src/worker/main.ts"], outfile: entry, bundle: true, platform: "node", format: "cjs", logLevel: "error" });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("the runner", () => {
  it("gives the very report that the simulator gives, arrays and all", async () => {
    const runner = new Runner(entry);
    const end = await runner.run({ settled, workload: small, seed: 3 });
    const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
    if (end.kind !== "done") throw new Error(`${end.kind}: ${end.kind === "failed" ? end.message : ""}`);
    expect(end.outcome).toEqual(simulate(settled, plans, small, 3));
    expect(end.outcome.report?.requests.finished).toBeInstanceOf(Float64Array);
    expect(end.cpuSeconds).toBeGreaterThan(0);
    expect(runner.isRunning).toBe(false);
    await runner.dispose();
  });

  it("reports progress and stops with what there is so far", async () => {
    const runner = new Runner(entry);
    const states: number[] = [];
    const end = await runner.run({
      settled,
      workload: endless,
      seed: 1,
      progress: ({ simulatedSeconds, total }) => {
        expect(total).toBe(200_000);
        states.push(simulatedSeconds);
        runner.stop();
      },
    });
    if (end.kind !== "done") throw new Error(end.kind);
    expect(states.length).toBeGreaterThan(0);
    // The stop may be seen at the very look that reported.
    expect(end.outcome.report?.stoppedAtSeconds).toBeGreaterThanOrEqual(states[0] ?? Number.POSITIVE_INFINITY);
    await runner.dispose();
  });

  it("replaces a run by a newer one, which ends as if it were alone", async () => {
    const runner = new Runner(entry);
    const first = runner.run({ settled, workload: endless, seed: 1 });
    const second = runner.run({ settled, workload: small, seed: 3 });
    expect(await first).toEqual({ kind: "replaced" });
    const end = await second;
    expect(end.kind === "done" && end.outcome.report?.summary.requests).toBe(40);
    await runner.dispose();
  });

  it("tells a run that fails, and the next one still works", async () => {
    const runner = new Runner(entry);
    const broken = { ...settled, pools: [{ ...settled.pools[0], layout: null }] };
    const failed = await runner.run({ settled: JSON.parse(JSON.stringify(broken)), workload: small, seed: 1 });
    expect(failed.kind).toBe("failed");
    const end = await runner.run({ settled, workload: small, seed: 3 });
    expect(end.kind).toBe("done");
    await runner.dispose();
  });

  it("starts another worker after one died", async () => {
    const dying = join(folder, "dying.js");
    writeFileSync(dying, 'require("node:worker_threads").parentPort.on("message", () => process.exit(7));');
    const runner = new Runner(dying);
    for (let i = 0; i < 2; i++) {
      const end = await runner.run({ settled, workload: small, seed: 1 });
      expect(end).toMatchObject({ kind: "failed", message: "The simulation's thread ended with code 7." });
    }
    const missing = new Runner(join(folder, "missing.js"));
    expect(await missing.run({ settled, workload: small, seed: 1 })).toMatchObject({ kind: "failed" });
    await runner.dispose();
  });

  it("ends a running run when it is disposed, and takes no more", async () => {
    const runner = new Runner(entry);
    const end = runner.run({ settled, workload: endless, seed: 1 });
    await runner.dispose();
    expect(await end).toEqual({ kind: "replaced" });
    expect(await runner.run({ settled, workload: small, seed: 1 })).toEqual({ kind: "replaced" });
  });
});
