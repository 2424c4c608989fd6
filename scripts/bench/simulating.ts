import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { readCase } from "../../src/deployment/case.ts";
import { settle } from "../../src/deployment/settle.ts";
import type { Settled } from "../../src/deployment/settled.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import type { MemoryPlan } from "../../src/memory/plan.ts";
import { builtInWorkload } from "../../src/simulation/built-in.ts";
import type { Report } from "../../src/simulation/report.ts";
import { allAtOnce } from "../../src/simulation/saturation.ts";
import { simulate } from "../../src/simulation/simulate.ts";
import { parseTrace, traceWorkload } from "../../src/simulation/traces.ts";
import type { Workload } from "../../src/simulation/workload.ts";
import { benchCatalog, cpuSeconds, type Measurement, wallMilliseconds } from "./measure.ts";

/** What other simulators of the kind reach. */
const peers = "peers reach 207 to 576";

type RequestList = Extract<Workload, { readonly kind: "requests" }>;

/** Llama-3.1-8B in bfloat16 on one H100, vLLM 0.19.0, everything at its default. */
function target(catalog: Catalog): { readonly settled: Settled; readonly plans: readonly MemoryPlan[] } {
  const deployment = { model: "meta-llama/Llama-3.1-8B-Instruct", gpu: "H100-SXM5-80GB", engineVersion: "0.19.0" };
  const read = readCase({ id: "bench", deployment }, { catalog });
  const settled = read.deployment && settle(read.deployment, catalog).settled;
  if (!settled) throw new Error("the deployment of the benchmark does not settle");
  return { settled, plans: settled.pools.map((pool) => memoryPlan(settled.model, pool)) };
}

const traceFile = "azure_llm_2023_conv.csv";

/** Where the trace may lie: a folder of traces or of data with `traces/` in it, else beside the project. */
function tracePath(): string | undefined {
  const named = [process.env.INFERENCE_LENS_TRACES, process.env.DATA].flatMap((folder) => (folder ? [folder] : []));
  const folders = [...named, join(process.cwd(), "../shared/data")].flatMap((folder) => [folder, join(folder, "traces")]);
  return folders.map((folder) => join(folder, traceFile)).find((path) => existsSync(path));
}

/** First rows of the Azure 2023 conversation trace, else the built-in chat rows, and says which. */
function requestsOf(count: number, catalog: Catalog): { readonly workload: RequestList; readonly from: string } {
  const path = tracePath();
  const rows = catalog.workload("chat");
  const whole = path
    ? { workload: traceWorkload(parseTrace(readFileSync(path, "utf8"), { format: "azure" }), "azure"), from: "Azure 2023 conversations" }
    : { workload: rows && builtInWorkload(rows, null, count), from: `built-in chat rows; ${traceFile} was not found` };
  if (whole.workload?.kind !== "requests") throw new Error("no requests to simulate");
  return { workload: { ...whole.workload, requests: whole.workload.requests.slice(0, count) }, from: whole.from };
}

function reportOf(settled: Settled, plans: readonly MemoryPlan[], workload: Workload): Report {
  const { report, error } = simulate(settled, plans, workload, 1);
  if (!report) throw new Error(error.message);
  return report;
}

/** 10,000 requests: all at once, and Poisson at 80 % of the rate that this shows to be the most. */
export function simulatePart(): readonly Measurement[] {
  const catalog = benchCatalog();
  const { settled, plans } = target(catalog);
  const { workload, from } = requestsOf(10_000, catalog);
  const offline = allAtOnce(workload);
  const most = reportOf(settled, plans, offline).summary.requestsPerSecond;
  const open: Workload = { ...workload, ratePerSecond: 0.8 * most, cv: 1 };
  const name = (how: string): string => `10,000 requests (${from}), ${how}`;
  const openCpu = cpuSeconds(() => reportOf(settled, plans, open));
  const offlineCpu = cpuSeconds(() => reportOf(settled, plans, offline));
  return [
    { name: name(`${(0.8 * most).toFixed(1)} req/s`), value: openCpu, unit: "CPU s", limit: 1 },
    { name: name("offline"), value: offlineCpu, unit: "CPU s", limit: 1 },
    { name: "requests per CPU second, open loop", value: 10_000 / openCpu, unit: "1/s", limit: null, note: peers },
    { name: "requests per CPU second, offline", value: 10_000 / offlineCpu, unit: "1/s", limit: null, note: peers },
    { name: "saturation rate", value: most, unit: "req/s", limit: null },
  ];
}

/** 1,000 requests from nothing loaded to a report, as after a click. */
export function wallPart(): readonly Measurement[] {
  const wall = wallMilliseconds(() => {
    const catalog = benchCatalog();
    const { settled, plans } = target(catalog);
    const { workload } = requestsOf(1000, catalog);
    reportOf(settled, plans, { ...workload, ratePerSecond: 20, cv: 1 });
  });
  return [{ name: "1,000 requests, catalogue and trace loaded on the way", value: wall / 1000, unit: "s", limit: 1 }];
}
