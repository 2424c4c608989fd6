import type { Slo } from "../../deployment/deployment.ts";
import type { Settled } from "../../deployment/settled.ts";
import { draftedOf } from "../engine/drafted.ts";
import type { Totals } from "../engine/scheduling.ts";
import { tiersUse } from "../kv-tiers/tiers-use.ts";
import type { ClusterPool } from "../placement/cluster.ts";
import { attained, attainedTogether, attainmentShare } from "./attainment.ts";
import type { JudgedClass } from "./class-summary.ts";
import { costOf, mostJoulesPerOutputToken } from "./cost.ts";
import { quantilesOf } from "./quantiles.ts";
import type { RequestRecords, Summary } from "./report.ts";
import type { RunResult } from "./run-result.ts";
import { Sample } from "./sample.ts";

/** Latencies of the requests that finished, as drawn. TPOT = (E2E − TTFT) / (output tokens − 1), NaN for a single token. */
export interface Latencies {
  readonly ttft: Sample;
  readonly tpot: Sample;
  readonly e2e: Sample;
  readonly queue: Sample;
  /** Of all these requests. */
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** `outside` tells the seconds before a request of so many prompt tokens reaches its engine. */
export function latencies(
  records: RequestRecords,
  outside: (promptTokens: number) => number,
  isWanted: (r: number) => boolean = () => true,
): Latencies {
  const { finished } = records;
  let room = 0;
  for (let r = 0; r < finished.length; r++) if (!Number.isNaN(finished[r] as number) && isWanted(r)) room++;
  const [ttft, tpot, e2e, queue] = [new Sample(room), new Sample(room), new Sample(room), new Sample(room)];
  let promptTokens = 0;
  let outputTokens = 0;
  for (let r = 0; r < finished.length; r++) {
    const end = finished[r] as number;
    if (Number.isNaN(end) || !isWanted(r)) continue;
    const arrival = records.arrival[r] as number;
    const first = records.firstToken[r] as number;
    const prompt = records.promptTokens[r] as number;
    const tokens = records.outputTokens[r] as number;
    promptTokens += prompt;
    outputTokens += tokens;
    ttft.add(first - arrival);
    e2e.add(end - arrival);
    tpot.add(tokens > 1 ? (end - first) / (tokens - 1) : Number.NaN);
    // The engine's queue begins when the request has reached it; a decode instance has one of its own.
    const entered = Math.max(0, (records.firstScheduled[r] as number) - arrival - outside(prompt));
    const waited = records.decodeQueue[r] as number;
    queue.add(Number.isNaN(waited) ? entered : entered + waited);
  }
  return { ttft, tpot, e2e, queue, promptTokens, outputTokens };
}

export interface SummaryInput {
  readonly run: RunResult;
  readonly pools: readonly ClusterPool[];
  readonly latencies: Latencies;
  readonly settled: Settled;
  /** Between pools. */
  readonly movesCaches: boolean;
  readonly slo: Slo | null;
  /** Empty where requests are all of one kind. */
  readonly classes: readonly JudgedClass[];
  readonly gpus: number;
  readonly capacityTokens: number;
}

/** The summary of a run: rates over the time from the start of the measured part, when arrivals begin to be drawn, to its last token. */
export function summarise(input: SummaryInput): Summary {
  const { run, gpus, slo } = input;
  const { meter, logs } = run.cluster;
  const total = (of: keyof Totals): number => run.cluster.totals.reduce((sum, totals) => sum + totals[of], 0);
  const seconds = Math.max((run.end - run.origin) / 1e9, 1e-9);
  const finished = input.latencies.ttft.count;
  const { promptTokens } = input.latencies;
  const judged =
    input.classes.length > 0
      ? attainedTogether(input.classes.map(({ attainment }) => attainment))
      : attained(input.latencies, run.refused, slo);
  const speculation = draftedOf(
    input.pools.map(({ limits }) => limits.speculation),
    logs.map(({ drafts }) => drafts),
  );
  return {
    requests: finished,
    ...(run.refused > 0 ? { refused: run.refused } : {}),
    durationSeconds: seconds,
    ttftSeconds: quantilesOf(input.latencies.ttft),
    tpotSeconds: quantilesOf(input.latencies.tpot),
    itlSeconds: run.gaps.quantiles(),
    e2eSeconds: quantilesOf(input.latencies.e2e),
    queueSeconds: quantilesOf(input.latencies.queue),
    requestsPerSecond: finished / seconds,
    outputTokensPerSecond: meter.outputTokens / seconds,
    totalTokensPerSecond: (promptTokens + meter.outputTokens) / seconds,
    outputTokensPerSecondPerGpu: meter.outputTokens / seconds / gpus,
    sloAttainment: judged && attainmentShare(judged),
    goodputRequestsPerSecond: judged && judged.met / seconds,
    ...(input.classes.length > 0 ? { classes: input.classes.map(({ summary }) => summary) } : {}),
    kvCache: {
      capacityTokens: input.capacityTokens,
      peakUsage: run.cluster.peakUsage,
      prefixHitRate: total("queriedTokens") > 0 ? total("hitTokens") / total("queriedTokens") : 0,
      ...tiersUse(run.cluster.tiers, total("queriedTokens")),
    },
    preemptions: total("preemptions"),
    mfu: shareOfPeak(input, seconds, "flops"),
    mbu: shareOfPeak(input, seconds, "bytes"),
    ...(input.movesCaches ? { linkShare: run.linkShare } : {}),
    ...moneyAndEnergy(input.settled, meter.outputTokens / seconds, (promptTokens + meter.outputTokens) / seconds),
    shift: {
      tensorSteps: logs.reduce((sum, log) => sum + log.tensor.steps, 0),
      sequenceSteps: logs.reduce((sum, log) => sum + log.sequence.steps, 0),
    },
    ...(speculation ? { speculation } : {}),
  };
}

function moneyAndEnergy(
  settled: Settled,
  outputTokensPerSecond: number,
  tokensPerSecond: number,
): Pick<Summary, "cost" | "mostJoulesPerOutputToken"> {
  const cost = costOf(settled, outputTokensPerSecond, tokensPerSecond);
  const joules = mostJoulesPerOutputToken(settled, outputTokensPerSecond);
  return { ...(cost ? { cost } : {}), ...(joules === undefined ? {} : { mostJoulesPerOutputToken: joules }) };
}

/** Work done against what all engines could have done in the run's time. */
function shareOfPeak({ run, pools }: SummaryInput, seconds: number, what: "flops" | "bytes"): number {
  let peak = 0;
  let work = 0;
  pools.forEach((pool, i) => {
    peak += pool.replicas * pool.engines * (what === "flops" ? pool.model.peakFlops : pool.model.peakBytesPerSecond) * seconds;
    work += run.cluster.logs[i]?.[what] ?? 0;
  });
  return peak > 0 ? work / peak : 0;
}
