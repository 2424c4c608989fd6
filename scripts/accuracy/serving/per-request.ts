import { join } from "node:path";
import type { Catalog } from "../../../src/catalog/catalog.ts";
import { answerLine } from "../../../src/cli/cases.ts";
import type { Report } from "../../../src/simulation/report/report.ts";
import { simulate } from "../../../src/simulation/simulate.ts";
import { mean, median, rankCorrelation } from "../statistics.ts";
import type { Metric, Suite, Table } from "../suite.ts";
import { type MeasuredRequest, type PerRequestRun, readPerRequestRun } from "./per-request-runs.ts";

const folder = "reference/vllm_per_request";

interface KnownRun {
  readonly folder: string;
  readonly name: string;
  readonly deployment: Readonly<Record<string, unknown>>;
}

/** As each run's meta.json says. */
const knownRuns: readonly KnownRun[] = [
  { folder: "RTXPRO6000_Llama-3.1-8B", name: "dense", deployment: { model: "meta-llama/Llama-3.1-8B" } },
  {
    folder: "RTXPRO6000_Qwen3-30B-A3B-Instruct-2507",
    name: "experts",
    deployment: { model: "Qwen/Qwen3-30B-A3B-Instruct-2507", pools: [{ parallel: { attentionData: 2, expert: 2 } }] },
  },
];

/** vLLM 0.19.0 on one and two RTX PRO 6000, 300 requests at 10 a second, compared request by request. */
export const perRequest: Suite = {
  name: "per-request",
  aliases: ["e"],
  title: "Request by request",
  files: knownRuns.map((run) => `${folder}/${run.folder}/requests.csv`),
  run(data, catalog) {
    const judged = knownRuns.map((run) => {
      const measured = readPerRequestRun(join(data, folder, run.folder));
      return { name: run.name, measured, report: simulated(measured.requests, run.deployment, catalog) };
    });
    return {
      metrics: judged.flatMap(({ name, measured, report }) => metrics(name, measured.requests, report)),
      tables: judged.flatMap(({ name, measured, report }) => [means(name, measured.requests, report), overTime(name, measured, report)]),
      plots: judged.map(({ name, measured, report }) => ({
        name: `per-request-${name}`,
        title: `TTFT of each request, ${name}`,
        unit: "s",
        near: 0.2,
        series: [{ name, points: pairs(measured.requests, report).map(([value, predicted]) => ({ measured: value, predicted })) }],
      })),
    };
  },
};

/** The way of a case, up to the report that the command line prints. */
function simulated(requests: readonly MeasuredRequest[], deployment: KnownRun["deployment"], catalog: Catalog): Report {
  const rows = requests.map(({ arrivalSeconds, promptTokens, outputTokens }) => ({ arrivalSeconds, promptTokens, outputTokens }));
  const whole = { engine: "vllm", engineVersion: "0.19.0", gpu: "RTX-PRO-6000-Blackwell-Server", ...deployment };
  const settings = { "max-num-seqs": 128, "max-num-batched-tokens": 2048 };
  const line = JSON.stringify({ id: "", deployment: { ...whole, settings }, workload: { kind: "requests", requests: rows }, seed: 1 });
  const said = answerLine(line, { folder: ".", catalog }, ({ settled, plans, workload, seed }) => {
    if (!settled || workload?.kind !== "workload") return { error: { code: "missing", message: "a run that cannot be read" } };
    const { report, error } = simulate(settled, plans, workload.workload, seed);
    return report ? { report } : { error };
  });
  if (said.error) throw new Error(said.error.message);
  return said.report;
}

/** TTFT measured and predicted, request by request. */
function pairs(requests: readonly MeasuredRequest[], { requests: records }: Report): readonly (readonly [number, number])[] {
  return requests.map(({ ttftSeconds }, r) => [ttftSeconds, (records.firstToken[r] ?? Number.NaN) - (records.arrival[r] ?? Number.NaN)]);
}

function metrics(name: string, requests: readonly MeasuredRequest[], report: Report): readonly Metric[] {
  const { tpotSeconds, e2eSeconds, ttftSeconds } = report.summary;
  const off = (figure: string, predicted: number, measured: number): Metric => ({
    name: `per request, ${name}: ${figure}`,
    rows: requests.length,
    value: 100 * Math.abs(predicted / measured - 1),
    unit: "%",
  });
  const ttft = requests.map((request) => request.ttftSeconds);
  return [
    off("TPOT mean", tpotSeconds.mean, mean(requests.map((request) => request.tpotSeconds))),
    off("E2E mean", e2eSeconds.mean, mean(requests.map((request) => request.e2eSeconds))),
    off("TTFT mean", ttftSeconds.mean, mean(ttft)),
    off("TTFT median", ttftSeconds.p50, median(ttft)),
    { name: `per request, ${name}: rank of TTFT`, rows: requests.length, value: rankCorrelation(pairs(requests, report)), unit: "" },
  ];
}

function means(name: string, requests: readonly MeasuredRequest[], { summary }: Report): Table {
  const row = (label: string, measured: readonly number[], { mean: average, p50 }: Report["summary"]["ttftSeconds"]) => [
    label,
    `${mean(measured).toPrecision(4)} / ${average.toPrecision(4)}`,
    `${median(measured).toPrecision(4)} / ${p50.toPrecision(4)}`,
  ];
  return {
    title: `${name}, seconds`,
    note: "Measured / predicted.",
    rows: [
      ["", "mean", "median"],
      row(
        "TTFT",
        requests.map(({ ttftSeconds }) => ttftSeconds),
        summary.ttftSeconds,
      ),
      row(
        "TPOT",
        requests.map(({ tpotSeconds }) => tpotSeconds),
        summary.tpotSeconds,
      ),
      row(
        "E2E",
        requests.map(({ e2eSeconds }) => e2eSeconds),
        summary.e2eSeconds,
      ),
    ],
  };
}

/** Seconds between two rows of the table. */
const stride = 8;

function overTime(name: string, { series }: PerRequestRun, report: Report): Table {
  const at = (values: Float64Array, seconds: number): number => {
    const index = report.series.t.findIndex((end) => end >= seconds);
    return values[index < 0 ? values.length - 1 : index] ?? 0;
  };
  const { running, waiting, kvUsage } = report.series;
  const rows = series
    .filter((_, i) => i % stride === stride - 1)
    .map((point) => [
      `${point.seconds} s`,
      `${point.running} / ${at(running, point.seconds).toFixed(0)}`,
      `${point.waiting} / ${at(waiting, point.seconds).toFixed(0)}`,
      `${point.kvPercent > 0 ? point.kvPercent.toFixed(0) : "not logged"} / ${(100 * at(kvUsage, point.seconds)).toFixed(0)}`,
    ]);
  return { title: `${name}, over time`, note: "Measured / predicted.", rows: [["", "running", "waiting", "KV %"], ...rows] };
}
