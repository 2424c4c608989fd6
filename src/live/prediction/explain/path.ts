import type { Settled } from "../../../deployment/settled.ts";
import type { PlannedRun } from "../../../planning/plan.ts";
import { withRequests } from "../../../simulation/workload/at-rate.ts";
import { drawLoad, type Load } from "../../../simulation/workload/load.ts";
import { loadNumbers } from "../../../simulation/workload/numbers.ts";
import type { Workload, WorkloadNumbers } from "../../../simulation/workload/workload.ts";
import { type MeasuredWorkload, type SimpleWorkload, workloadOf } from "../../workload/measured-workload.ts";
import type { GapTerm } from "./gap.ts";

/** The way from the file as written to the load and the settings that the server shows, one thing changed at a time. */
export interface PathRun {
  /** What this run takes in beside all before it; null = the file as written. */
  readonly term: Extract<GapTerm, "load" | "lengths" | "prefix" | "server-settings"> | null;
  readonly run: PlannedRun;
}

export interface PathContext {
  readonly written: Settled;
  readonly served: Settled;
  readonly assumed: Workload;
  readonly load: MeasuredWorkload;
  readonly seed: number;
}

export function pathRuns({ written, served, assumed, load, seed }: PathContext): readonly PathRun[] {
  const measured = workloadOf(load);
  const { load: drawn } = drawLoad(assumed, seed);
  const numbers = drawn && loadNumbers(drawn);
  const of = (term: PathRun["term"], settled: Settled, workload: Workload): PathRun => ({ term, run: { settled, workload, seed } });
  const first = of(null, written, asLong(assumed, measured.requests, load, numbers));
  if (numbers && isAsAssumed(load, numbers)) {
    // The assumed requests know which prompts have which answers; counters do not.
    const coming = comingAs(assumed, measured);
    return [
      first,
      of("load", written, coming),
      of("lengths", written, coming),
      of("prefix", written, coming),
      of("server-settings", served, coming),
    ];
  }
  const { promptTokens, outputTokens } = measured;
  const arriving = drawn && numbers ? independent(drawn, numbers, measured) : measured;
  return [
    first,
    of("load", written, arriving),
    of("lengths", written, { ...arriving, promptTokens, outputTokens }),
    of("prefix", written, measured),
    of("server-settings", served, measured),
  ];
}

/** Means that differ no more are those of the same requests, seen over a while. */
const sameLengths = 0.15;
const samePrefix = 0.05;

/** Whether what came is as long, and repeats as much, as what was assumed. */
export function isAsAssumed({ promptTokensMean, outputTokensMean, prefixHitRate }: MeasuredWorkload, assumed: WorkloadNumbers): boolean {
  return (
    Math.abs(promptTokensMean / assumed.promptMean - 1) <= sameLengths &&
    Math.abs(outputTokensMean / assumed.outputMean - 1) <= sameLengths &&
    (prefixHitRate === null || Math.abs(prefixHitRate - assumed.repeatedPrefix) <= samePrefix)
  );
}

/** The assumed requests over about the time that is laid beside the window. */
function asLong(assumed: Workload, requests: number, { ratePerSecond }: MeasuredWorkload, numbers: WorkloadNumbers | undefined): Workload {
  const asked = numbers?.ratePerSecond ?? null;
  const count = asked === null ? requests : Math.round(Math.min(5000, Math.max(100, (requests * asked) / ratePerSecond)));
  return withRequests(assumed, count);
}

/** The very requests that were assumed, coming as the measured ones do. */
function comingAs(assumed: Workload, measured: SimpleWorkload): Workload {
  if (assumed.kind === "requests") {
    const { ratePerSecond: _, arrivals: __, cv: ___, burst: ____, stages: _____, maxInFlight: ______, ...rows } = assumed;
    if (measured.kind === "open-loop") {
      const timed = { ...rows, requests: rows.requests.slice(0, measured.requests) };
      return { ...timed, ratePerSecond: measured.ratePerSecond, cv: measured.cv ?? 1 };
    }
    const atOnce = rows.requests.slice(0, measured.requests).map((row) => ({ ...row, arrivalSeconds: 0 }));
    return { ...rows, requests: atOnce, maxInFlight: measured.concurrency };
  }
  const { promptTokens, outputTokens, sharedPrefix, prefixShare, classes } = assumed;
  const { prefixShare: _, ...coming } = measured;
  return {
    ...coming,
    promptTokens,
    outputTokens,
    ...(sharedPrefix ? { sharedPrefix } : {}),
    ...(prefixShare === undefined ? {} : { prefixShare }),
    ...(classes ? { classes } : {}),
  };
}

/** Lengths that stand for those of a drawn load. */
const steps = 200;

/** The assumed lengths, drawn as the measured ones are and coming as those do: what is changed next is what differs, not how it is drawn. */
function independent(
  { promptTokens, outputTokens, measured: count }: Load,
  { repeatedPrefix }: WorkloadNumbers,
  measured: SimpleWorkload,
): SimpleWorkload {
  const { prefixShare: _, ...arrivals } = measured;
  return {
    ...arrivals,
    promptTokens: { values: quantilesOf(promptTokens.subarray(0, count)) },
    outputTokens: { values: quantilesOf(outputTokens.subarray(0, count)) },
    ...(repeatedPrefix > 0 ? { prefixShare: repeatedPrefix } : {}),
  };
}

function quantilesOf(lengths: Int32Array): readonly number[] {
  const rising = lengths.toSorted();
  return Array.from({ length: steps }, (_, i) => rising[Math.floor(((i + 0.5) / steps) * rising.length)] ?? 1);
}
