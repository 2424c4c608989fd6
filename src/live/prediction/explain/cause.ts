import { type Message, message } from "../../../deployment/message.ts";
import type { Report } from "../../../simulation/report/report.ts";
import { bucketAround } from "../../series/quantile.ts";
import type { LiveWindow } from "../../series/window.ts";
import type { MeasuredWorkload } from "../../workload/measured-workload.ts";
import { type ComparedRow, predictedValue } from "../compare.ts";
import { type ComparedMetric, comparedWords, metricOf, quantileSource } from "../compared-metrics.ts";
import { figuresBeside, type LivePrediction } from "../prediction.ts";
import type { Served } from "./as-served.ts";
import type { Gap, GapStep, GapTerm } from "./gap.ts";
import { hypothesisWords, lengthsWords, loadWords, outsideWords, preemptionWords, prefixWords, stepWords } from "./gap-words.ts";
import type { Judged, Verdicts } from "./judge.ts";
import { phasesOf } from "./phases.ts";

/** All that was simulated on the way. */
export interface Explained {
  readonly window: LiveWindow;
  readonly load: MeasuredWorkload;
  readonly served: Served;
  /** The path's runs in their order, the file as written first. */
  readonly path: readonly { readonly term: GapTerm | null; readonly report: Report }[];
  /** Rows outside what was predicted for the measured load and the server's settings, the furthest first. */
  readonly outside: readonly ComparedRow[];
  /** The same of what was predicted for the file as written. */
  readonly outsideWritten: readonly ComparedRow[];
  readonly written: LivePrediction;
  readonly verdicts: Verdicts | null;
}

/** Metric that is shown where nothing lies outside. */
const usual: ComparedMetric = "ttft_p95";

export function explained(all: Explained): Gap {
  const { window, written, outside, outsideWritten } = all;
  const fit = acceptedFit(all);
  // What is shown is what the cause explains, where there is one.
  const row = outside.find((one) => fit && explains(fit, one, window)) ?? outside[0] ?? outsideWritten[0];
  const metric = row?.metric ?? usual;
  const live = metricOf(window, metric) ?? 0;
  const known: Known = { metric, live, start: outside[0] ? row?.predicted : undefined, fit };
  const steps = stepsOf(all, known);
  const source = quantileSource[metric];
  const histogram = source && window.growth.histograms[source[0]];
  return {
    metric,
    unit: comparedWords[metric].unit,
    predicted: predictedValue(written, metric),
    live,
    bucket: histogram ? bucketAround(live, histogram) : null,
    steps,
    ...(isThin(all.load) ? thin : row ? verdictOf(all, known, steps) : none),
  };
}

/** The metric that is shown, and what explains it beside the load. */
interface Known {
  readonly metric: ComparedMetric;
  readonly live: number;
  /** Where it was predicted for the measured load, where that lies outside. */
  readonly start: number | undefined;
  readonly fit: Judged | null;
}

/** Fewer requests, or less time, are mostly chance. */
const fewestRequests = 100;
const leastSeconds = 10;

/** Whether a window is too short to speak of causes. */
export function isThin({ requests, seconds }: MeasuredWorkload): boolean {
  return requests < fewestRequests || seconds < leastSeconds;
}

type Verdict = Pick<Gap, "cause" | "sentence">;

const none: Verdict = { cause: "none", sentence: message("The server is where it was predicted to be") };
const thin: Verdict = { cause: "cannot-tell", sentence: message("Too little was seen yet to tell why the server is where it is") };
const cannotTell: Verdict = {
  cause: "cannot-tell",
  sentence: message("The server is not where it was predicted to be, and nothing that it tells explains it"),
};

/** Which of two the server does not tell: both explain it. */
function undecided(one: Judged, other: Judged): Verdict {
  const sentence = message("Cannot tell {0} from {1}: either explains what the server shows", hypothesisWords(one), hypothesisWords(other));
  return { cause: "cannot-tell", sentence };
}

/** Squares by which another hypothesis must fit worse before one is named. */
const decisive = 5;
/** Of the misfit and of the gap, at most so much may be left by a hypothesis that explains it. */
const mostLeft = 0.5;

/** What fits the phases best, where that explains most of what lies outside. */
function acceptedFit({ verdicts }: Explained): Judged | null {
  const [best] = verdicts?.judged ?? [];
  return verdicts && best && best.misfit <= mostLeft * verdicts.misfit ? best : null;
}

function explains({ report }: Judged, { metric, measured, predicted }: ComparedRow, window: LiveWindow): boolean {
  const value = metricOf(figuresBeside(report, window), metric);
  return value !== null && measured !== null && Math.abs(measured - value) <= mostLeft * Math.abs(measured - predicted);
}

function isOfCache({ hypothesis: { cause } }: Judged): boolean {
  return cause === "kv-cache" || cause === "preemptions";
}

function stepsOf(all: Explained, { metric, live, fit }: Known): readonly GapStep[] {
  const { path, load, window, served } = all;
  let before = predictedValue(all.written, metric);
  const standing = (report: Report): number => {
    before = metricOf(figuresBeside(report, window), metric) ?? before;
    return before;
  };
  const [written, ...further] = path;
  const last = path.at(-1)?.report;
  const steps: GapStep[] = [];
  const words = fit && last ? stepWords(fit, phasesOf(window), phasesOf(figuresBeside(last, window))) : null;
  const isCache = fit !== null && isOfCache(fit);
  for (const { term, report } of further) {
    if (term === null) continue;
    const told = written ? evidenceOf(term, load, written.report, served) : null;
    const fitted = isCache && term === "server-settings" ? fit : null;
    steps.push({ term, value: standing(fitted?.report ?? report), evidence: fitted ? words : told });
  }
  const timed = isCache ? null : fit;
  steps.push({ term: "step-time", value: timed ? standing(timed.report) : before, evidence: timed ? words : null });
  steps.push({ term: "not-explained", value: live, evidence: unexplainedWords(all) });
  return steps;
}

function evidenceOf(term: GapTerm, load: MeasuredWorkload, written: Report, { differences }: Served): Message | null {
  switch (term) {
    case "load":
      return loadWords(load, written);
    case "lengths":
      return lengthsWords(load, written).evidence;
    case "prefix":
      return prefixWords(load, written);
    case "server-settings":
      return differences[0]?.evidence ?? null;
    default:
      return null;
  }
}

function unexplainedWords(all: Explained): Message | null {
  return outsideOf(all) ?? preemptedOf(all);
}

function outsideOf({ window, path }: Explained): Message | null {
  const last = path.at(-1);
  return last ? outsideWords(window, phasesOf(window), phasesOf(figuresBeside(last.report, window))) : null;
}

function preemptedOf({ window, path }: Explained): Message | null {
  const last = path.at(-1);
  return last ? preemptionWords(window, last.report) : null;
}

/** The term that moved the metric furthest towards live, and the one cause behind it. */
function verdictOf(all: Explained, { metric, live, start, fit }: Known, steps: readonly GapStep[]): Verdict {
  let before = predictedValue(all.written, metric);
  // Where load and settings make most of the way, what is left of it may well point back.
  const left = start === undefined || Math.abs(live - start) <= mostLeft * Math.abs(live - before) ? before : start;
  const direction = Math.sign(live - left);
  let heaviest: { readonly moved: number; readonly step: GapStep } | null = null;
  for (const step of steps) {
    const moved = direction * (step.value - before);
    before = step.value;
    if (moved > (heaviest?.moved ?? 0)) heaviest = { moved, step };
  }
  if (!heaviest) return cannotTell;
  const { step } = heaviest;
  if (step.term === "not-explained") return beyondModel(all);
  const isFitted = step.term === "step-time" || (step.term === "server-settings" && fit !== null && isOfCache(fit));
  return isFitted ? (fit ? stepVerdict(all, fit, step) : cannotTell) : loadVerdict(all, step);
}

function loadVerdict({ load, path, served }: Explained, { term, evidence }: GapStep): Verdict {
  if (!evidence) return cannotTell;
  const [written] = path;
  switch (term) {
    case "load":
      return { cause: "rate", sentence: evidence };
    case "lengths":
      return written ? { cause: lengthsWords(load, written.report).cause, sentence: evidence } : cannotTell;
    case "prefix":
      return { cause: "prefix-hits", sentence: evidence };
    default:
      return { cause: served.differences[0]?.cause ?? "cannot-tell", sentence: evidence };
  }
}

function stepVerdict({ verdicts }: Explained, fit: Judged, { evidence }: GapStep): Verdict {
  const [, second] = verdicts?.judged ?? [];
  if (!evidence) return cannotTell;
  if (second && second.misfit - fit.misfit < decisive) return undecided(fit, second);
  return { cause: fit.hypothesis.cause, sentence: evidence };
}

function beyondModel(all: Explained): Verdict {
  const outside = outsideOf(all);
  if (outside) return { cause: "outside-queue", sentence: outside };
  const preempted = preemptedOf(all);
  return preempted ? { cause: "preemptions", sentence: preempted } : cannotTell;
}
