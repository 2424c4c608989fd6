import { duration, figure, gib, percent, percentRange, rate, whole } from "../../catalog/quantity.ts";
import { plain } from "../../deployment/message.ts";
import type { Drafted } from "../../simulation/engine/drafted.ts";
import type { AnsweredRun } from "../../simulation/measured-runs/answered-runs.ts";
import type { Bands } from "../../simulation/report/bands.ts";
import type { ClassSummary, Quantiles, Report, StepAnatomy } from "../../simulation/report/report.ts";
import type { WorkloadNumbers } from "../../simulation/workload/workload.ts";
import type { VerifiedAdvice } from "../advising.ts";
import type { Terminal } from "../terminal.ts";
import { adviceText } from "./advice-words.ts";
import { anatomyHead, anatomyRows, anatomyTitle, basisLine } from "./anatomy.ts";
import { bandCells, bandHead, rateBands } from "./band-words.ts";
import { classHead, classRows, missedClasses } from "./class-rows.ts";
import { costRows } from "./cost-rows.ts";
import { operatorNames, share } from "./estimate-text.ts";
import { nearestRunsText } from "./nearest-runs.ts";
import { servedWords } from "./served-words.ts";
import { table } from "./table.ts";
import { tierRows } from "./tier-rows.ts";
import { time } from "./time-words.ts";

/** What is known of a run beside its report. */
export interface Evidence {
  /** null where there are none: cut short, or saturated. */
  readonly bands: Bands | null;
  readonly nearest: readonly AnsweredRun[];
  /** null where nobody asked for it. */
  readonly advice: VerifiedAdvice | null;
}

/** A simulation's report for people: the answer first, then figures, then what they rest on. */
export function reportText(report: Report, { bands, nearest, advice }: Evidence, paint: Terminal["paint"]): string {
  const { name, gpus, gpuName, layout, engine, workload, assumed } = report;
  const notes = [
    ...report.warnings.map((warning) => `${paint("yellow", "warning:")} ${warning}`),
    ...assumed.map(({ what, value, why }) => `${paint("dim", "assumed:")} ${what} = ${value}, ${plain(why)}`),
  ];
  return [
    `${paint("bold", name)}: ${engine}, ${layout}, ${gpus} × ${gpuName}${report.routing ? `, ${report.routing}` : ""}\n`,
    `  ${workloadWords(workload)}\n\n`,
    `  ${verdictWords(report, bands, paint)}\n  ${report.bottleneck.sentence}\n\n`,
    advice ? adviceText(advice, paint) : "",
    report.saturated ? "" : `${latencies(report, bands)}\n${classesText(report)}`,
    `${figures(report, bands)}\n`,
    modesText(report),
    ...(report.served ? [`  ${servedWords(report.served)}\n\n`] : []),
    ...report.anatomy.map(anatomyText),
    nearestRunsText(nearest, paint),
    ...notes.map((note) => `  ${note}\n`),
    ...calibrationText(report, paint),
    ...(report.anatomy.length > 0 ? [`  ${paint("dim", basisLine(report.anatomy))}\n`] : []),
    `  ${paint("dim", `timing ${report.confidence.timing}, ± ${percent(report.confidence.timingBand)}; memory ${report.confidence.memory}; seed ${report.seed}`)}\n`,
  ].join("");
}

/** Whether steps are as a run of this deployment measured them. */
function calibrationText({ confidence: { calibration } }: Report, paint: Terminal["paint"]): readonly string[] {
  if (!calibration) return [];
  const why = calibration.refused ? `: ${plain(calibration.refused)}` : "";
  return [`  ${paint(calibration.refused ? "yellow" : "dim", `${plain(calibration.words)}${why}`)}\n`];
}

/** A workload in numbers, as it is always shown. */
export function workloadWords(workload: WorkloadNumbers & { readonly name: string }): string {
  const { name, requests, promptMean, promptP95, outputMean, outputP95, ratePerSecond, burstiness, repeatedPrefix } = workload;
  const lengths = `prompts ${whole(promptMean)} mean, ${whole(promptP95)} p95; answers ${whole(outputMean)} mean, ${whole(outputP95)} p95`;
  const offered = ratePerSecond === null ? "" : `, ${rate(ratePerSecond, "req/s")}`;
  const bursts = burstiness === null ? "" : `; gaps vary ${figure(burstiness)} ×`;
  const prefix = repeatedPrefix > 0 ? `; ${percent(repeatedPrefix)} repeated prefix` : "";
  return `${name}: ${whole(requests)} requests${offered}; ${lengths}${bursts}${prefix}`;
}

/** One sentence with the number and its limit. */
export function verdictWords({ saturated, slo, summary, stoppedAtSeconds }: Report, bands: Bands | null, paint: Terminal["paint"]): string {
  if (stoppedAtSeconds !== null) return `Stopped at ${duration(stoppedAtSeconds)}: figures cover the time until then.`;
  if (saturated) {
    return paint(
      "red",
      `Saturated: the queue never empties. It completes ${rate(saturated.mostRequestsPerSecond, "req/s")}; ${whole(saturated.waitingAtEnd)} requests wait at the end.`,
    );
  }
  const missed = missedClasses(summary);
  if (missed) return classVerdict(missed, paint);
  if (!slo || summary.sloAttainment === null) return `No limits are set; completes ${rate(summary.requestsPerSecond, "req/s")}.`;
  const [low, high] = bands?.sloAttainment ?? [summary.sloAttainment, summary.sloAttainment];
  const target = slo.percentile / 100;
  if (low < target && (high ?? 1) >= target) {
    return paint(
      "yellow",
      `Too close to call: ${percent(summary.sloAttainment)} of requests within ${limitWords(slo)}, ${percentRange(low, high ?? 1)} in 8 of 10 cases, ${slo.percentile} % asked for.`,
    );
  }
  const met = summary.sloAttainment >= target;
  const words = `${met ? "Meets" : "Misses"} its limits: ${percent(summary.sloAttainment)} of requests within ${limitWords(slo)}, ${slo.percentile} % asked for.`;
  return paint(met ? "green" : "red", words);
}

/** Where kinds of requests have limits of their own, each is held against them. */
function classVerdict(missed: readonly ClassSummary[], paint: Terminal["paint"]): string {
  if (missed.length === 0) return paint("green", "Meets the limits of every class.");
  const each = missed.map(({ name, sloAttainment, slo }) => {
    const asked = slo ? ` within ${limitWords(slo)}, ${slo.percentile} % asked for` : "";
    return `${percent(sloAttainment ?? 0)} of ${name}${asked}`;
  });
  return paint("red", `Misses limits: ${each.join("; ")}.`);
}

function limitWords({ ttftSeconds, tpotSeconds, e2eSeconds }: NonNullable<Report["slo"]>): string {
  const limits: readonly (readonly [string, number | null])[] = [
    ["TTFT", ttftSeconds],
    ["TPOT", tpotSeconds],
    ["E2E", e2eSeconds],
  ];
  return limits.flatMap(([name, limit]) => (limit === null ? [] : [`${name} ${duration(limit)}`])).join(", ");
}

function latencies({ summary }: Report, bands: Bands | null): string {
  const head = ["", "mean", "p50", "p90", "p95", "p99", ...(bands ? bandHead : [])];
  return table(latencyRows(summary, bands), { head, right: head.map((_, i) => i).slice(1), indent: 2 });
}

function classesText({ summary }: Report): string {
  const rows = classRows(summary);
  return rows.length === 0 ? "" : `${table(rows, { head: classHead, right: classHead.map((_, i) => i).slice(1), indent: 2 })}\n`;
}

/** Each latency with its quantiles, and where there are bands those of the median and the 95th percentile. */
export function latencyRows(summary: Report["summary"], bands: Bands | null): readonly (readonly string[])[] {
  const row = (name: string, { mean, p50, p90, p95, p99 }: Quantiles, band: Parameters<typeof bandCells>[1]): string[] => [
    name,
    ...[mean, p50, p90, p95, p99].map(time),
    ...bandCells(bands, band),
  ];
  return [
    row("TTFT", summary.ttftSeconds, "ttftSeconds"),
    row("TPOT", summary.tpotSeconds, "tpotSeconds"),
    row("ITL", summary.itlSeconds, null),
    row("E2E", summary.e2eSeconds, "e2eSeconds"),
    row("in the queue", summary.queueSeconds, null),
  ];
}

/** Names and values of the run's plain figures. */
export function figureRows({ summary, memory }: Report, bands: Bands | null): readonly (readonly [string, string])[] {
  const { kvCache, shift, sloAttainment, goodputRequestsPerSecond } = summary;
  const rank = memory.ranks[memory.tightest];
  return [
    ["simulated", duration(summary.durationSeconds)],
    [
      "throughput",
      `${rate(summary.requestsPerSecond, "req/s")}, ${rate(summary.outputTokensPerSecond, "tok/s")} of output (${figure(summary.outputTokensPerSecondPerGpu)} a GPU), ${rate(summary.totalTokensPerSecond, "tok/s")} in all`,
    ],
    ...(bands ? [["in 8 of 10 cases", rateBands(bands)] as const] : []),
    ...(sloAttainment === null ? [] : [["within the limits", percent(sloAttainment)] as const]),
    ...(goodputRequestsPerSecond === null ? [] : [["goodput", rate(goodputRequestsPerSecond, "req/s")] as const]),
    [
      "KV cache",
      `${whole(kvCache.capacityTokens)} tokens, at most ${percent(kvCache.peakUsage)} in use, ${percent(kvCache.prefixHitRate)} of prompt tokens hit`,
    ],
    ...tierRows(kvCache),
    ["preemptions", whole(summary.preemptions)],
    ["MFU, MBU", `${percent(summary.mfu)}, ${percent(summary.mbu)}`],
    ...costRows(summary),
    ...(shift.sequenceSteps > 0
      ? [["steps", `${whole(shift.tensorSteps)} tensor parallel, ${whole(shift.sequenceSteps)} sequence parallel`] as const]
      : []),
    ...(summary.speculation ? [["speculation", draftedWords(summary.speculation)] as const] : []),
    ...(rank
      ? [["weights, KV cache", `${gib(rank.weightsBytes + rank.shiftWeightsBytes)}, ${gib(rank.kvCacheBytes)} a GPU`] as const]
      : []),
  ];
}

function draftedWords({ tokensPerStep, draftingShare, acceptance }: Drafted): string {
  return `${figure(tokensPerStep)} tokens a step of each sequence, drafts in ${percent(draftingShare)} of decode steps, ${percent(acceptance)} of them accepted one by one`;
}

function figures(report: Report, bands: Bands | null): string {
  return table(figureRows(report, bands), { indent: 2 });
}

function modesText({ modes }: Report): string {
  const rows = modes.map(({ label, steps, seconds, byOperator }) => [
    label,
    whole(steps),
    duration(seconds),
    ...Object.values(byOperator).map((part) => share(part, seconds)),
  ]);
  const names = modes[0] ? Object.keys(modes[0].byOperator) : [];
  const words = Object.entries(operatorNames);
  const head = ["Steps as", "count", "time", ...names.map((name) => words.find(([key]) => key === name)?.[1] ?? name)];
  return rows.length === 0 ? "" : `${table(rows, { head, right: head.map((_, i) => i).slice(1), indent: 2 })}\n`;
}

function anatomyText(step: StepAnatomy): string {
  const right = anatomyHead.map((_, i) => i).slice(1, -1);
  return `  ${anatomyTitle(step)}\n${table(anatomyRows(step.operators, step.peaks), { head: anatomyHead, right, indent: 2 })}\n`;
}
