import { existsSync } from "node:fs";
import { join } from "node:path";
import { readCase } from "../../src/deployment/case.ts";
import { settle } from "../../src/deployment/settle.ts";
import { rateSweep } from "../../src/planning/rate-sweep.ts";
import { carriedOutBy, RunPool } from "../../src/platform/run-pool.ts";
import { Runner } from "../../src/platform/run-worker.ts";
import { builtInWorkload } from "../../src/simulation/workload/built-in.ts";
import type { Workload } from "../../src/simulation/workload/workload.ts";
import { benchCatalog, type Measurement } from "./measure.ts";

const worker = join(process.cwd(), "dist/worker.js");

/** Llama-3.1-8B in bfloat16 on one H100, everything at its default, and the built-in chat at a rate that it holds. */
function target(requests: number) {
  const catalog = benchCatalog();
  const deployment = { model: "meta-llama/Llama-3.1-8B-Instruct", gpu: "H100-SXM5-80GB", engineVersion: "0.19.0" };
  const read = readCase({ id: "bench", deployment }, { catalog });
  const settled = read.deployment && settle(read.deployment, catalog).settled;
  const rows = catalog.workload("chat");
  if (!read.deployment || !settled || !rows) throw new Error("the deployment of the benchmark does not settle");
  return { deployment: read.deployment, settled, catalog, workload: builtInWorkload(rows, 15, requests) };
}

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
};

/** Nothing where nothing is built. */
export async function sweepPart(): Promise<readonly Measurement[]> {
  if (!existsSync(worker)) return [];
  const site = { ...target(2000), seed: 1, points: 40 };
  const pool = new RunPool(worker, 2);
  let runs = 0;
  const value = await seconds(() =>
    carriedOutBy(rateSweep(site), pool, new AbortController().signal, (done) => {
      runs = done;
    }),
  );
  await pool.dispose();
  return [{ name: `sweep of ${runs} rates, 2,000 requests each, on two cores`, value, unit: "s", limit: 3 }];
}

/** What a person waits for: the first figures after a click, with nothing started before, and the end after a stop. */
export async function clickPart(): Promise<readonly Measurement[]> {
  if (!existsSync(worker)) return [];
  const { settled, workload } = target(1000);
  const runner = new Runner(worker);
  const first = await seconds(() => runner.run({ settled, workload, seed: 1 }));
  await runner.dispose();
  const pool = new RunPool(worker, 1);
  const stop = new AbortController();
  const endless: Workload = { kind: "closed-loop", concurrency: 64, requests: 1_000_000, promptTokens: 1000, outputTokens: 500 };
  const endlessRun = pool.run({ settled, workload: endless, seed: 1 }, stop.signal);
  await new Promise((go) => setTimeout(go, 500));
  const stopped = await seconds(() => {
    stop.abort();
    return endlessRun;
  });
  await pool.dispose();
  return [
    { name: "from a click to the figures of 1,000 requests, worker started on the way", value: first, unit: "s", limit: 0.3 },
    { name: "from a stop to its end, in the middle of a long run", value: stopped, unit: "s", limit: 0.1 },
  ];
}
