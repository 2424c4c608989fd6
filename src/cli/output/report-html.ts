import { duration, figure, percent, shortTokens, whole } from "../../catalog/quantity.ts";
import { plain } from "../../deployment/message.ts";
import type { AnsweredRun } from "../../simulation/measured-runs/answered-runs.ts";
import { runLoad, runTitle } from "../../simulation/measured-runs/run-words.ts";
import type { Bands } from "../../simulation/report/bands.ts";
import type { Report } from "../../simulation/report/report.ts";
import { plainPaint } from "../terminal.ts";
import { anatomyHead, anatomyRows, anatomyTitle, basisLine } from "./anatomy.ts";
import { bandHead } from "./band-words.ts";
import { classHead, classRows } from "./class-rows.ts";
import { operatorNames, share } from "./estimate-text.ts";
import { memoryRows } from "./memory-rows.ts";
import { figuresOf, noRunNear } from "./nearest-runs.ts";
import { warningsOf } from "./report-json.ts";
import { reportStyle } from "./report-style.ts";
import { type Evidence, figureRows, latencyRows, verdictWords, workloadWords } from "./report-text.ts";
import { servedWords } from "./served-words.ts";
import { escaped, svgChart } from "./svg.ts";
import { storeNames } from "./tier-rows.ts";
import { time } from "./time-words.ts";

const mostPoints = 120;

/** The report as one page without scripts and without a network: the same figures as the terminal's, with charts. */
export function reportHtml(report: Report, { bands, nearest }: Evidence): string {
  const { name, engine, layout, gpus, gpuName, bottleneck, scheduler, confidence, seed, assumed } = report;
  const sure = `Timing ${confidence.timing}, ± ${percent(confidence.timingBand)}; memory ${confidence.memory}; seed ${seed}. ${scheduler}.`;
  const served = report.served ? servedWords(report.served) : "";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(name)}: simulated</title><style>${reportStyle}</style></head><body><main>
<header><h1>${escaped(name)}</h1><p>${escaped(`${engine}, ${layout}, ${gpus} × ${gpuName}${report.routing ? `, ${report.routing}` : ""}`)}</p><p>${escaped(workloadWords(report.workload))}</p></header>
<p class="verdict">${escaped(verdictWords(report, bands, plainPaint))}</p><p>${escaped(bottleneck.sentence)}</p>${served && `<p>${escaped(served)}</p>`}
${list(warningsOf(report), "warnings")}
${report.saturated ? "" : section("Latency", latencyTable(report, bands) + classesTable(report) + distributions(report))}
${section("Figures", rowsTable(figureRows(report, bands)))}
${section("Over time", overTime(report))}
${section("Where step time goes", modesTable(report) + anatomies(report))}
${section("Memory of each GPU", memoryTable(report))}
${section(
  "How sure this is",
  `<p>${escaped(sure)}</p>${report.anatomy.length > 0 ? `<p>${escaped(basisLine(report.anatomy))}</p>` : ""}${list(
    assumed.map(({ what, value, why }) => `Assumed: ${what} = ${value}, ${plain(why)}`),
    "assumed",
  )}${nearestRuns(nearest)}`,
)}
</main></body></html>
`;
}

function section(title: string, body: string): string {
  return `<section><h2>${escaped(title)}</h2>${body}</section>`;
}

function list(lines: readonly string[], className: string): string {
  return lines.length === 0 ? "" : `<ul class="${className}">${lines.map((line) => `<li>${escaped(line)}</li>`).join("")}</ul>`;
}

function rowsTable(rows: readonly (readonly string[])[], head: readonly string[] = []): string {
  const cells = (row: readonly string[], tag: "td" | "th"): string =>
    row.map((cell, i) => (i === 0 ? `<th scope="row">${escaped(cell)}</th>` : `<${tag}>${escaped(cell)}</${tag}>`)).join("");
  const top = head.length === 0 ? "" : `<thead><tr>${head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join("")}</tr></thead>`;
  return `<div class="scroll"><table${head.length === 0 ? "" : ' class="figures"'}>${top}<tbody>${rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("")}</tbody></table></div>`;
}

/** Measured beside predicted, run by run. */
function nearestRuns(runs: readonly AnsweredRun[]): string {
  if (runs.length === 0) return `<p>${noRunNear}</p>`;
  const one = (answered: AnsweredRun): string => {
    const { run, words, predicted } = answered;
    const lines = [`${plain(runLoad(run))}: ${words.map(plain).join(", ")}.`, ...(predicted.problem ? [plain(predicted.problem)] : [])];
    return `<h4>${escaped(runTitle(run))}</h4>${lines.map((line) => `<p>${escaped(line)}</p>`).join("")}${rowsTable(figuresOf(answered), ["", "measured", "this build", "off by"])}<p class="none">${escaped(run.setup.source)}</p>`;
  };
  return `<h3>Nearest measured runs</h3>${runs.map(one).join("")}`;
}

function latencyTable({ summary }: Report, bands: Bands | null): string {
  return rowsTable(latencyRows(summary, bands), ["", "mean", "p50", "p90", "p95", "p99", ...(bands ? bandHead : [])]);
}

function classesTable({ summary }: Report): string {
  const rows = classRows(summary);
  return rows.length === 0 ? "" : rowsTable(rows, classHead);
}

/** Shares of requests at or below a time; limit and percentile are read off directly. */
function distributions({ requests, slo }: Report): string {
  const count = requests.arrival.length;
  const at = (values: Float64Array, i: number): number => values[i] ?? Number.NaN;
  const times = (of: (i: number) => number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => of(i))
      .filter(Number.isFinite)
      .sort();
  const cdf = (title: string, values: Float64Array, limitX: number | null): string =>
    svgChart({
      title,
      description: `${title}: half of the requests within ${time(values[values.length >> 1] ?? null)}`,
      lines: [{ x: values, y: values.map((_, i) => (i + 1) / values.length), className: "a" }],
      xLabel: duration,
      yLabel: percent,
      logX: true,
      yMax: 1,
      limitX,
    });
  const output = (i: number): number => requests.outputTokens[i] ?? 0;
  return `<div class="charts">${[
    cdf(
      "TTFT, share of requests",
      times((i) => at(requests.firstToken, i) - at(requests.arrival, i)),
      slo?.ttftSeconds ?? null,
    ),
    cdf(
      "TPOT, share of requests",
      times((i) => (output(i) > 1 ? (at(requests.finished, i) - at(requests.firstToken, i)) / (output(i) - 1) : Number.NaN)),
      slo?.tpotSeconds ?? null,
    ),
    cdf(
      "E2E, share of requests",
      times((i) => at(requests.finished, i) - at(requests.arrival, i)),
      slo?.e2eSeconds ?? null,
    ),
  ].join("")}</div>`;
}

function overTime({ series, summary }: Report): string {
  const chart = (title: string, y: Float64Array, yLabel: (value: number) => string, yMax?: number): string =>
    svgChart({
      title,
      description: `${title} over ${duration(series.t.at(-1) ?? 0)}, at most ${yLabel(Math.max(0, ...y.filter(Number.isFinite)))}`,
      lines: [{ x: coarse(series.t, true), y: coarse(y, false), className: "a" }],
      xLabel: duration,
      yLabel,
      ...(yMax === undefined ? {} : { yMax }),
    });
  const isShift = series.sequenceShare.some((value) => value > 0);
  return `<div class="charts">${[
    chart("Arrivals, req/s", series.arrivalsPerSecond, figure),
    chart("Running requests", series.running, figure),
    chart("Waiting requests", series.waiting, figure),
    chart("KV cache in use", series.kvUsage, percent, 1),
    ...(summary.kvCache.tiers ?? []).flatMap(({ kind }, i) => {
      const usage = series.tierUsage?.[i];
      return usage ? [chart(`KV cache in ${storeNames[kind]}`, usage, percent, 1)] : [];
    }),
    chart("Prompt tok/s", series.promptTokensPerSecond, shortTokens),
    chart("Output tok/s", series.outputTokensPerSecond, shortTokens),
    isShift ? chart("Busy time in sequence parallel steps", series.sequenceShare, percent, 1) : "",
  ].join("")}</div>`;
}

/** Means over a few intervals each: single intervals of a short run hold one request or none. Of times, the last of each. */
function coarse(values: Float64Array, isTime: boolean): Float64Array {
  const group = Math.max(1, Math.ceil(values.length / mostPoints));
  return Float64Array.from({ length: Math.ceil(values.length / group) }, (_, i) => {
    const part = values.subarray(i * group, (i + 1) * group);
    if (isTime) return part.at(-1) ?? Number.NaN;
    const known = part.filter(Number.isFinite);
    return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}

function modesTable({ modes }: Report): string {
  const words = Object.entries(operatorNames);
  const head = ["Steps as", "count", "time", ...words.map(([, name]) => name)];
  const rows = modes.map(({ label, steps, seconds, byOperator }) => {
    const parts = Object.entries(byOperator);
    return [
      label,
      whole(steps),
      duration(seconds),
      ...words.map(([key]) => share(parts.find(([name]) => name === key)?.[1] ?? 0, seconds)),
    ];
  });
  return rowsTable(rows, head);
}

/** What a typical decode step and the largest prompt step are made of. */
function anatomies({ anatomy }: Report): string {
  return anatomy
    .map((step) => `<h3>${escaped(anatomyTitle(step))}</h3>${rowsTable(anatomyRows(step.operators, step.peaks), anatomyHead)}`)
    .join("");
}

function memoryTable({ memory }: Report): string {
  const head = memory.ranks.map(({ label, ranks }) => (ranks > 1 ? `${label} (${ranks} GPUs)` : label));
  return rowsTable(memoryRows(memory.ranks), ["Per GPU", ...head]);
}
