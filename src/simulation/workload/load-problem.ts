import { arrivalProcess, classProcess } from "./arrival-order.ts";
import { arrivalProblem } from "./arrivals.ts";
import { emptyProblem, lengthProblem, longestLength } from "./lengths.ts";
import type { RequestShape } from "./request-source.ts";
import { secondsProblem } from "./seconds.ts";
import type { RequestRow, SharedPrefix, Workload, WorkloadClass } from "./workload.ts";

/** Most requests of one run; beyond it records and charts would not fit a page. */
export const mostRequests = 1_000_000;
/** More would not be told apart in a report. */
export const mostClasses = 32;

/** Why a workload cannot be drawn, in a sentence, or undefined. */
export function workloadProblem(workload: Workload): string | undefined {
  const requests = workload.kind === "requests" ? workload.requests.length : workload.requests;
  const warmup = workload.warmup ?? 0;
  if (!Number.isInteger(requests) || requests < 1) return "The workload has no requests.";
  if (!Number.isInteger(warmup) || warmup < 0) return `${warmup} is not a number of warm-up requests.`;
  if (requests + warmup > mostRequests) return tooManyRequests(requests + warmup);
  const cap = workload.maxInFlight;
  if (cap !== undefined && !(cap >= 1)) return `${cap} is not a number of requests in flight.`;
  const classes = workload.classes ?? [];
  if (classes.length > mostClasses) return `A workload has at most ${mostClasses} classes, not ${classes.length}.`;
  if (workload.kind === "requests") return rowsProblem(workload, classes.length);
  return shapesProblem(workload) ?? concurrencyProblem(workload) ?? arrivalsProblem(workload);
}

export function tooManyRequests(count: number): string {
  return `The workload has ${count} requests; a run takes at most ${mostRequests}.`;
}

type Drawn = Exclude<Workload, { kind: "requests" }>;

function rowsProblem(workload: Extract<Workload, { kind: "requests" }>, classes: number): string | undefined {
  for (const row of workload.requests) {
    const problem = rowProblem(row, classes);
    if (problem !== undefined) return problem;
  }
  const block = workload.prefixBlockTokens ?? 16;
  if (!Number.isInteger(block) || block < 1) return `${block} is not a number of tokens of a prefix block.`;
  const { ratePerSecond, ...arriving } = workload;
  return ratePerSecond === undefined ? undefined : processProblem({ ratePerSecond, ...arriving });
}

function rowProblem({ promptTokens, outputTokens, arrivalSeconds, class: place = 0 }: RequestRow, classes: number): string | undefined {
  if (!inRange(promptTokens) || !inRange(outputTokens))
    return `A request of ${promptTokens} prompt and ${outputTokens} output tokens makes no sense.`;
  if (!Number.isFinite(arrivalSeconds) || arrivalSeconds < 0) return `${arrivalSeconds} is not an arrival time in seconds.`;
  return place === 0 || (Number.isInteger(place) && place > 0 && place < classes) ? undefined : `There is no class ${place}.`;
}

function inRange(tokens: number): boolean {
  return Number.isFinite(tokens) && tokens >= 0 && tokens <= longestLength;
}

function shapesProblem(workload: Drawn): string | undefined {
  const { classes } = workload;
  if (!classes) return shapeProblem(workload);
  if (classes.length === 0) return "The list of classes is empty.";
  const rates = classes.filter(({ ratePerSecond }) => ratePerSecond !== undefined).length;
  if (rates > 0 && (rates < classes.length || workload.kind !== "open-loop"))
    return "Classes have all a rate of their own, in an open loop, or all a share.";
  for (const one of classes) {
    const problem = classProblem(one);
    if (problem !== undefined) return `Class “${one.name}”: ${problem}`;
  }
  return undefined;
}

function classProblem(one: WorkloadClass): string | undefined {
  if (one.share !== undefined && !(one.share > 0 && Number.isFinite(one.share))) return `${one.share} is not a share.`;
  return shapeProblem(one) ?? (one.ratePerSecond === undefined ? undefined : arrivalProblem(classProcess(one)));
}

function shapeProblem({ promptTokens, outputTokens, sharedPrefix, prefixShare = 0 }: RequestShape): string | undefined {
  if (sharedPrefix) return prefixProblem(sharedPrefix);
  if (!(prefixShare >= 0 && prefixShare <= 1)) return `${prefixShare} is not a share of a prompt.`;
  return (
    lengthProblem(promptTokens, "Prompt tokens") ??
    lengthProblem(outputTokens, "Output tokens") ??
    emptyProblem(promptTokens, "Prompt tokens") ??
    emptyProblem(outputTokens, "Output tokens")
  );
}

function prefixProblem(shared: SharedPrefix): string | undefined {
  if (!(shared.groups >= 1 && shared.usersPerGroup >= 1)) return "A shared prefix needs at least one group and one user.";
  return (
    lengthProblem(shared.questionTokens, "Question tokens") ??
    lengthProblem(shared.outputTokens, "Output tokens") ??
    lengthProblem(shared.systemPromptTokens, "System prompt") ??
    (shared.turns === undefined ? undefined : (lengthProblem(shared.turns, "Turns") ?? emptyProblem(shared.turns, "Turns"))) ??
    (shared.thinkSeconds === undefined ? undefined : secondsProblem(shared.thinkSeconds, "Time to think"))
  );
}

function concurrencyProblem(workload: Drawn): string | undefined {
  if (workload.kind !== "closed-loop" || (Number.isInteger(workload.concurrency) && workload.concurrency >= 1)) return undefined;
  return `${workload.concurrency} is not a concurrency.`;
}

function arrivalsProblem(workload: Drawn): string | undefined {
  if (workload.kind !== "open-loop" || workload.classes?.some(({ ratePerSecond }) => ratePerSecond !== undefined)) return undefined;
  return processProblem(workload);
}

function processProblem(workload: Parameters<typeof arrivalProcess>[0]): string | undefined {
  const { burst } = workload;
  if (burst && !(burst.everySeconds > burst.durationSeconds))
    return `Bursts of ${burst.durationSeconds} seconds cannot come every ${burst.everySeconds}.`;
  return arrivalProblem(arrivalProcess(workload));
}
