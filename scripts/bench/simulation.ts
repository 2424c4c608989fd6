import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { readCase } from "../../src/deployment/case.ts";
import { settle } from "../../src/deployment/settle.ts";
import type { Settled } from "../../src/deployment/settled.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import type { MemoryPlan } from "../../src/memory/plan.ts";
import { loadCatalog } from "../../src/platform/catalog-files.ts";
import { loadTrace } from "../../src/platform/workload-files.ts";
import { builtInWorkload } from "../../src/simulation/built-in.ts";
import type { Report } from "../../src/simulation/report.ts";
import { simulate } from "../../src/simulation/simulate.ts";
import type { RequestRow, Workload } from "../../src/simulation/workload.ts";
import { cpuMs, type Measured, median, wallMs } from "./measure.ts";

const traceFile = "azure_llm_2023_conv.csv";
const requests = 10_000;
const runs = 3;
/** Requests per CPU second that other simulators reach on such a run. */
const peers = "207 to 576";

/** 10,000 requests of a real trace at 80 % of saturation and all at once, and 1,000 from click to report. `folders` may hold the trace. */
export function simulating(data: string, folders: readonly (string | undefined)[]): readonly Measured[] {
  const catalog = loadCatalog(data);
  const { settled, plans } = subject(catalog);
  const { rows, source } = requestRows(catalog, folders);
  const offline: Workload = { kind: "requests", name: source, requests: rows.map((row) => ({ ...row, arrivalSeconds: 0 })) };
  const run = (workload: Workload): Report => reported(settled, plans, workload);
  const saturated = run(offline).summary.requestsPerSecond;
  const poisson: Workload = { kind: "requests", name: source, requests: rows, ratePerSecond: 0.8 * saturated };
  const timed = (name: string, workload: Workload): Measured => {
    const seconds = median(runs, () => cpuMs(() => run(workload))) / 1000;
    const perSecond = Math.round(rows.length / seconds).toLocaleString("en");
    return { name, value: seconds, unit: "CPU s", bar: 1, note: `${perSecond} requests per CPU second; peers ${peers}` };
  };
  const few: Workload = { kind: "requests", name: source, requests: rows.slice(0, 1000), ratePerSecond: 0.8 * saturated };
  return [
    { ...timed(`10,000 requests, Poisson at 80 % of ${saturated.toFixed(1)} req/s`, poisson) },
    timed(`10,000 requests, all at once (${source})`, offline),
    { name: "1,000 requests, wall time", value: median(runs, () => wallMs(() => run(few))) / 1000, unit: "s", bar: 1 },
  ];
}

function subject(catalog: Catalog): { readonly settled: Settled; readonly plans: readonly MemoryPlan[] } {
  const deployment = { engine: "vllm", engineVersion: "0.19.0", model: "meta-llama/Llama-3.1-8B-Instruct", gpu: "H100-SXM5-80GB" };
  const read = readCase({ id: "bench", deployment }, { catalog });
  if (read.error) throw new Error(read.error.message);
  const { settled } = settle(read.deployment, catalog);
  if (!settled) throw new Error("the deployment of the bench cannot be settled");
  return { settled, plans: settled.pools.map((pool) => memoryPlan(settled.model, pool)) };
}

/** The trace's first rows; without the trace, the rows of the built-in chat workload, and says so. */
function requestRows(
  catalog: Catalog,
  folders: readonly (string | undefined)[],
): { readonly rows: readonly RequestRow[]; readonly source: string } {
  const places = folders.flatMap((folder) => (folder ? [join(folder, traceFile), join(folder, "traces", traceFile)] : []));
  const path = places.find((place) => existsSync(place));
  if (path !== undefined) {
    const { workload, problem } = loadTrace(
      { path, format: "azure", speedup: 1, limitSeconds: Number.POSITIVE_INFINITY, requests, ratePerSecond: undefined },
      "/",
    );
    if (workload?.kind !== "requests") throw new Error(problem ?? "the trace holds no requests");
    return { rows: workload.requests, source: traceFile };
  }
  console.log(`No ${traceFile} at ${places.join(" or ") || "any place named"}: the built-in chat rows stand in for it.`);
  const chat = catalog.workload("chat");
  const workload = chat && builtInWorkload(chat, null, requests);
  if (workload?.kind !== "requests") throw new Error("the catalogue has no chat workload");
  return { rows: workload.requests, source: "built-in chat rows" };
}

function reported(settled: Settled, plans: readonly MemoryPlan[], workload: Workload): Report {
  const outcome = simulate(settled, plans, workload, 1);
  if (outcome.error) throw new Error(outcome.error.message);
  return outcome.report;
}
