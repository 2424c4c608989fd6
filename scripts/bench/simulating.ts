import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { readCase } from "../../src/deployment/case.ts";
import { settle } from "../../src/deployment/settle.ts";
import type { Settled } from "../../src/deployment/settled.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import type { MemoryPlan } from "../../src/memory/plan.ts";
import type { Report, RunControl } from "../../src/simulation/report/report.ts";
import { allAtOnce } from "../../src/simulation/report/saturation.ts";
import { simulate } from "../../src/simulation/simulate.ts";
import { builtInWorkload } from "../../src/simulation/workload/built-in.ts";
import { parseTrace, traceWorkload } from "../../src/simulation/workload/traces.ts";
import type { Workload } from "../../src/simulation/workload/workload.ts";
import { benchCatalog, cpuSeconds, type Measurement, wallMilliseconds } from "./measure.ts";

/** What other simulators of the kind reach. */
const peers = "peers reach 207 to 576";

type RequestList = Extract<Workload, { readonly kind: "requests" }>;

interface Target {
  readonly settled: Settled;
  readonly plans: readonly MemoryPlan[];
}

/** Llama-3.1-8B in bfloat16 on H100s, vLLM 0.19.0, everything at its default but what is said. */
function target(catalog: Catalog, said: Readonly<Record<string, unknown>> = {}): Target {
  const deployment = { model: "meta-llama/Llama-3.1-8B-Instruct", gpu: "H100-SXM5-80GB", engineVersion: "0.19.0", ...said };
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

/** So many requests of the same lengths, over and over, without arrivals of their own. */
function repeated({ requests, ...workload }: RequestList, count: number): RequestList {
  const atOnce = requests.map((row) => ({ ...row, arrivalSeconds: 0 }));
  return { ...workload, requests: Array.from({ length: count }, (_, i) => atOnce[i % atOnce.length]).filter((row) => row !== undefined) };
}

function reportOf({ settled, plans }: Target, workload: Workload, control: RunControl = {}): Report {
  const { report, error } = simulate(settled, plans, workload, 1, control);
  if (!report) throw new Error(error.message);
  return report;
}

/** Share of the most that a deployment serves at which it is measured. */
const share = 0.8;

/** 10,000 requests: all at once, and Poisson at 80 % of the rate that this shows to be the most. */
export function simulatePart(): readonly Measurement[] {
  const catalog = benchCatalog();
  const plain = target(catalog);
  const { workload, from } = requestsOf(10_000, catalog);
  const offline = allAtOnce(workload);
  const most = reportOf(plain, offline).summary.requestsPerSecond;
  const open: Workload = { ...workload, ratePerSecond: share * most, cv: 1 };
  const name = (how: string): string => `10,000 requests (${from}), ${how}`;
  const openCpu = cpuSeconds(() => reportOf(plain, open));
  const offlineCpu = cpuSeconds(() => reportOf(plain, offline));
  const steps = cpuSeconds(() => reportOf(plain, { ...open, ratePerSecond: 1 }));
  const stepwise = cpuSeconds(() => reportOf(plain, { ...open, ratePerSecond: 1 }, { stepwise: true }));
  return [
    { name: name(`${(share * most).toFixed(1)} req/s`), value: openCpu, unit: "CPU s", limit: 0.4 },
    { name: name("offline"), value: offlineCpu, unit: "CPU s", limit: 0.4 },
    { name: name("1 req/s"), value: steps, unit: "CPU s", limit: 0.4, note: `${stepwise.toFixed(2)} with each step on its own` },
    { name: "requests per CPU second, open loop", value: 10_000 / openCpu, unit: "1/s", limit: null, note: peers },
    { name: "requests per CPU second, offline", value: 10_000 / offlineCpu, unit: "1/s", limit: null, note: peers },
    { name: "saturation rate", value: most, unit: "req/s", limit: null },
  ];
}

/** The same on other systems, each at 80 % of the most that it serves. */
export function systemsPart(): readonly Measurement[] {
  const catalog = benchCatalog();
  const { workload } = requestsOf(10_000, catalog);
  const offline = allAtOnce(workload);
  const systems: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    "two prefill and two decode instances": { pools: ["prefill", "decode"].map((role) => ({ role, instances: 2 })) },
    "Shift Parallelism, TP 4 × SP 2": {
      model: "meta-llama/Llama-3.3-70B-Instruct",
      engineVersion: "0.11.0",
      shiftThreshold: 256,
      pools: [{ parallel: { tensor: 4, sequence: 2 } }],
    },
  };
  return Object.entries(systems).map(([name, said]) => {
    const system = target(catalog, said);
    const most = reportOf(system, offline).summary.requestsPerSecond;
    const cpu = cpuSeconds(() => reportOf(system, { ...workload, ratePerSecond: share * most, cv: 1 }));
    return { name: `10,000 requests, ${name}, ${(share * most).toFixed(1)} req/s`, value: cpu, unit: "CPU s", limit: 1.2 };
  });
}

/** Whether time and memory grow with requests alone, up to the most that a run takes. */
export function scalePart(): readonly Measurement[] {
  const catalog = benchCatalog();
  const plain = target(catalog);
  const { workload } = requestsOf(10_000, catalog);
  const most = reportOf(plain, allAtOnce(workload)).summary.requestsPerSecond;
  const cpuOf = (count: number): number => {
    const open: Workload = { ...repeated(workload, count), ratePerSecond: share * most, cv: 1 };
    return cpuSeconds(() => reportOf(plain, open));
  };
  const [tenThousand = 0, hundredThousand = 0, million = 0] = [10_000, 100_000, 1_000_000].map(cpuOf);
  const peak = process.resourceUsage().maxRSS / 2 ** 20;
  const each = [tenThousand / 0.01, hundredThousand / 0.1, million].map((cpu) => cpu.toFixed(1)).join(" : ");
  return [
    { name: "1,000,000 requests", value: million, unit: "CPU s", limit: 40, note: `µs each at 10k, 100k, 1M: ${each}` },
    { name: "1,000,000 requests, most memory of the process", value: peak, unit: "GiB", limit: 1 },
  ];
}

/** How soon a run of a million requests ends when it is stopped: all along, half-way, and when only the report is still to be made. */
export function stopPart(): readonly Measurement[] {
  const catalog = benchCatalog();
  const plain = target(catalog);
  const { workload } = requestsOf(10_000, catalog);
  const many: Workload = { ...repeated(workload, 1_000_000), ratePerSecond: 16, cv: 1 };
  const stoppedAfter = (looks: number): { readonly count: number; readonly longest: number; readonly end: number } => {
    let last = cpuNow();
    let count = 0;
    let longest = 0;
    const signal = {
      get aborted(): boolean {
        const now = cpuNow();
        longest = Math.max(longest, now - last);
        last = now;
        return ++count > looks;
      },
    };
    simulate(plain.settled, plain.plans, many, 1, { signal });
    return { count, longest, end: cpuNow() - last };
  };
  const whole = stoppedAfter(Number.POSITIVE_INFINITY);
  const half = stoppedAfter(whole.count / 2);
  return [
    { name: "1,000,000 requests, longest between two looks at the signal to stop", value: whole.longest, unit: "CPU ms", limit: 100 },
    { name: "… stopped half-way, until the report of it is there", value: half.end, unit: "CPU ms", limit: 100 },
    { name: "… stopped at the last look, until the report is there", value: whole.end, unit: "CPU ms", limit: 100 },
  ];
}

function cpuNow(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** 1,000 requests from nothing loaded to a report, as after a click. */
export function wallPart(): readonly Measurement[] {
  const wall = wallMilliseconds(() => {
    const catalog = benchCatalog();
    const { workload } = requestsOf(1000, catalog);
    reportOf(target(catalog), { ...workload, ratePerSecond: 20, cv: 1 });
  });
  return [{ name: "1,000 requests, catalogue and trace loaded on the way", value: wall / 1000, unit: "s", limit: 1 }];
}
