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

type RequestList = Extract<Workload, { readonly kind: "requests" }>;

/** Llama-3.1-8B in bfloat16 on one H100, vLLM 0.19.0, everything at its default. */
function target(catalog: Catalog): { readonly settled: Settled; readonly plans: readonly MemoryPlan[] } {
  const deployment = { model: "meta-llama/Llama-3.1-8B-Instruct", gpu: "H100-SXM5-80GB", engineVersion: "0.19.0" };
  const read = readCase({ id: "bench", deployment }, { catalog });
  const settled = read.deployment && settle(read.deployment, catalog).settled;
  if (!settled) throw new Error("the deployment of the benchmark does not settle");
  return { settled, plans: settled.pools.map((pool) => memoryPlan(settled.model, pool)) };
}

/** First rows of the Azure 2023 conversation trace (a folder in INFERENCE_LENS_TRACES, else beside the project), else the built-in chat rows. */
function requestsOf(count: number, catalog: Catalog): { readonly workload: RequestList; readonly from: string } {
  const folder = process.env.INFERENCE_LENS_TRACES ?? join(process.cwd(), "../shared/data/traces");
  const path = join(folder, "azure_llm_2023_conv.csv");
  const rows = catalog.workload("chat");
  const whole = existsSync(path)
    ? { workload: traceWorkload(parseTrace(readFileSync(path, "utf8"), "azure"), "azure"), from: "Azure 2023 conversations" }
    : { workload: rows && builtInWorkload(rows, null, count), from: "built-in chat" };
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
    { name: name("requests per CPU second, open loop"), value: 10_000 / openCpu, unit: "1/s", limit: null },
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
