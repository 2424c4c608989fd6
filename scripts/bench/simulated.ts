import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { readCase } from "../../src/deployment/case.ts";
import { settle } from "../../src/deployment/settle.ts";
import type { Settled } from "../../src/deployment/settled.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import type { MemoryPlan } from "../../src/memory/plan.ts";
import type { Report, RunControl } from "../../src/simulation/report/report.ts";
import { simulate } from "../../src/simulation/simulate.ts";
import { builtInWorkload } from "../../src/simulation/workload/built-in.ts";
import { parseTrace, traceWorkload } from "../../src/simulation/workload/traces.ts";
import type { Workload } from "../../src/simulation/workload/workload.ts";

export type RequestList = Extract<Workload, { readonly kind: "requests" }>;

export interface Target {
  readonly settled: Settled;
  readonly plans: readonly MemoryPlan[];
}

/** Share of the most that a deployment serves at which it is measured. */
export const share = 0.8;

/** Llama-3.1-8B in bfloat16 on H100s, everything at its default but what is said; vLLM 0.19.0 where nothing else is. */
export function target(catalog: Catalog, said: Readonly<Record<string, unknown>> = {}): Target {
  const vllm = said.engine === undefined ? { engineVersion: "0.19.0" } : {};
  const deployment = { model: "meta-llama/Llama-3.1-8B-Instruct", gpu: "H100-SXM5-80GB", ...vllm, ...said };
  const read = readCase({ id: "bench", deployment }, { catalog });
  const settled = read.deployment && settle(read.deployment, catalog).settled;
  if (!settled) throw new Error(`the deployment of the benchmark does not settle: ${JSON.stringify(said)}`);
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
export function requestsOf(count: number, catalog: Catalog): { readonly workload: RequestList; readonly from: string } {
  const path = tracePath();
  const rows = catalog.workload("chat");
  const whole = path
    ? { workload: traceWorkload(parseTrace(readFileSync(path, "utf8"), { format: "azure" }), "azure"), from: "Azure 2023 conversations" }
    : { workload: rows && builtInWorkload(rows, null, count), from: `built-in chat rows; ${traceFile} was not found` };
  if (whole.workload?.kind !== "requests") throw new Error("no requests to simulate");
  return { workload: { ...whole.workload, requests: whole.workload.requests.slice(0, count) }, from: whole.from };
}

/** So many requests of the same lengths, over and over, without arrivals of their own. */
export function repeated({ requests, ...workload }: RequestList, count: number): RequestList {
  const atOnce = requests.map((row) => ({ ...row, arrivalSeconds: 0 }));
  return { ...workload, requests: Array.from({ length: count }, (_, i) => atOnce[i % atOnce.length]).filter((row) => row !== undefined) };
}

export function reportOf({ settled, plans }: Target, workload: Workload, control: RunControl = {}): Report {
  const { report, error } = simulate(settled, plans, workload, 1, control);
  if (!report) throw new Error(error.message);
  return report;
}
