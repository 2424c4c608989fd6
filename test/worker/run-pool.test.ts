import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { carriedOut } from "../../src/planning/plan.ts";
import { rateCurve } from "../../src/planning/rate-curve.ts";
import { carriedOutBy, RunPool, usefulWorkers } from "../../src/platform/run-pool.ts";
import type { Workload } from "../../src/simulation/workload/workload.ts";
import { settledOf } from "../simulation/fixtures.ts";

const folder = mkdtempSync(join(tmpdir(), "inference-lens-pool-"));
const entry = join(folder, "worker.js");
const settled = settledOf({ slo: { ttftSeconds: 0.5, tpotSeconds: 0.05, e2eSeconds: null, percentile: 95 } });
const small: Workload = { kind: "open-loop", ratePerSecond: 4, requests: 60, promptTokens: 300, outputTokens: 20 };
/** Minutes of steps: never ends by itself within a test. */
const endless: Workload = { kind: "closed-loop", concurrency: 2, requests: 200_000, promptTokens: 100, outputTokens: 4000 };

beforeAll(async () => {
  await build({ entryPoints: ["src/worker/main.ts"], outfile: entry, bundle: true, platform: "node", format: "cjs", logLevel: "error" });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("a pool of workers", () => {
  it("leaves one core to the program, and takes no more than four", () => {
    expect([1, 2, 3, 8, 64].map(usefulWorkers)).toEqual([1, 1, 2, 4, 4]);
  });

  it("carries a plan out as one thread does, whatever ends first", async () => {
    const plan = () => rateCurve({ settled, workload: small, seed: 3 }, { most: 60, now: 4, points: 9 });
    const pool = new RunPool(entry, 2);
    const done: number[] = [];
    const curve = await carriedOutBy(plan(), pool, new AbortController().signal, (count) => done.push(count));
    expect(curve).toEqual(carriedOut(plan()));
    expect(done).toEqual(done.map((_, i) => i + 1));
    expect(done.length).toBe(curve?.points.length);
    await pool.dispose();
  });

  it("stops a job wherever its runs are, and the next one runs", async () => {
    const pool = new RunPool(entry, 1);
    const stop = new AbortController();
    await pool.run({ settled, workload: small, seed: 1 }, stop.signal);
    const ends = [1, 2, 3].map((seed) => pool.run({ settled, workload: endless, seed }, stop.signal));
    await new Promise((go) => setTimeout(go, 200));
    stop.abort();
    expect(await Promise.all(ends)).toEqual([{ kind: "replaced" }, { kind: "replaced" }, { kind: "replaced" }]);
    const end = await pool.run({ settled, workload: small, seed: 1 }, new AbortController().signal);
    expect(end.kind).toBe("done");
    await pool.dispose();
  });

  it("ends what waits when it is disposed, and takes no more", async () => {
    const pool = new RunPool(entry, 1);
    const { signal } = new AbortController();
    const ends = [1, 2].map((seed) => pool.run({ settled, workload: endless, seed }, signal));
    await pool.dispose();
    expect(await Promise.all(ends)).toEqual([{ kind: "replaced" }, { kind: "replaced" }]);
    expect(await pool.run({ settled, workload: small, seed: 1 }, signal)).toEqual({ kind: "replaced" });
  });
});
