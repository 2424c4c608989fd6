import { arrivalProblem, arrivalTimes } from "./arrivals.ts";
import { conversations } from "./conversations.ts";
import { emptyProblem, lengthProblem, lengthSampler, longestLength } from "./lengths.ts";
import { randomSource } from "./random.ts";
import type { RequestRow, Workload } from "./workload.ts";

/** Most requests of one run; beyond it records and charts would not fit a page. */
export const mostRequests = 1_000_000;
/** 104 days: the clock counts nanoseconds in whole numbers below 2^53. */
const mostSeconds = 9_000_000;
const mostPrefixBlocks = 64_000_000;
const tooManyBlocks = `The workload names more than ${mostPrefixBlocks} prefix blocks.`;

/** A workload drawn out: flat arrays by request, measured requests first, then those that only warm up. */
export interface Load {
  readonly measured: number;
  readonly warmup: number;
  /** Requests kept in flight; null = arrivals decide. */
  readonly concurrency: number | null;
  /** Most requests in flight at the client; Infinity = no cap. */
  readonly maxInFlight: number;
  /** All requests are handed over at once by the program itself: no server is in between. */
  readonly offline: boolean;
  /** Seconds after the start of its phase; rising within a phase. All 0 without an arrival process. */
  readonly arrivalSeconds: Float64Array;
  readonly promptTokens: Int32Array;
  readonly outputTokens: Int32Array;
  /** Request r owns `prefixIds[prefixStart[r] … prefixStart[r + 1])`, one id a block of `prefixBlockTokens`; ids are dense from 0. */
  readonly prefixStart: Int32Array;
  readonly prefixIds: Int32Array;
  readonly prefixBlockTokens: number;
  readonly distinctPrefixIds: number;
  /** Whose conversation a request belongs to; −1 = nobody knows. */
  readonly sessions: Int32Array;
  readonly source: string;
}

export type LoadResult = { readonly load: Load; readonly problem?: undefined } | { readonly load?: undefined; readonly problem: string };

/** Draws a workload for a seed. A workload that makes no sense comes back as a sentence. */
export function drawLoad(workload: Workload, seed: number): LoadResult {
  const problem = workloadProblem(workload);
  if (problem !== undefined) return { problem };
  const warmup = workload.warmup ?? 0;
  const shared = workload.kind === "open-loop" ? workload.sharedPrefix : undefined;
  const measured = workload.kind === "requests" ? workload.requests.length : workload.requests;
  const rows = workload.kind === "requests" ? sortedRows(workload.requests) : undefined;
  const count = measured + warmup;
  const promptTokens = new Int32Array(count);
  const outputTokens = new Int32Array(count);
  let prefixes: readonly (readonly number[])[] | undefined;
  let prefixBlockTokens = 16;
  const sessions = new Int32Array(count).fill(-1);
  if (workload.kind === "requests" && rows) {
    for (let i = 0; i < count; i++) {
      promptTokens[i] = Math.max(1, Math.round(rows[i % measured]?.promptTokens ?? 1));
      outputTokens[i] = Math.max(1, Math.round(rows[i % measured]?.outputTokens ?? 1));
      sessions[i] = rows[i % measured]?.session ?? -1;
    }
    if (rows.some((row) => row.prefixBlocks !== undefined)) prefixes = rows.map((row) => row.prefixBlocks ?? []);
    prefixBlockTokens = workload.prefixBlockTokens ?? 16;
  } else if (shared) {
    const talks = conversations(shared, count, seed, mostPrefixBlocks);
    if (!talks) return { problem: tooManyBlocks };
    promptTokens.set(talks.promptTokens);
    outputTokens.set(talks.outputTokens);
    sessions.set(talks.users);
    prefixes = talks.prefixes;
    prefixBlockTokens = talks.blockTokens;
  } else if (workload.kind !== "requests") {
    const prompt = lengthSampler(workload.promptTokens, randomSource(seed, "promptTokens"));
    const output = lengthSampler(workload.outputTokens, randomSource(seed, "outputTokens"));
    for (let i = 0; i < count; i++) promptTokens[i] = prompt();
    for (let i = 0; i < count; i++) outputTokens[i] = output();
  }
  const ids = densePrefixes(prefixes, count, measured);
  if (!ids) return { problem: tooManyBlocks };
  const arrivalSeconds = arrivals(workload, rows, measured, warmup, seed);
  const last = Math.max(arrivalSeconds[measured - 1] ?? 0, arrivalSeconds[count - 1] ?? 0);
  if (!(last <= mostSeconds)) return { problem: `The last request arrives after ${last} seconds; a run covers at most ${mostSeconds}.` };
  return {
    load: {
      measured,
      warmup,
      concurrency: concurrencyOf(workload, measured),
      maxInFlight: workload.maxInFlight ?? Number.POSITIVE_INFINITY,
      offline: workload.kind === "offline",
      arrivalSeconds,
      promptTokens,
      outputTokens,
      ...ids,
      prefixBlockTokens,
      sessions,
      source: workload.source ?? workload.name ?? workload.kind,
    },
  };
}

function concurrencyOf(workload: Workload, measured: number): number | null {
  if (workload.kind === "closed-loop") return workload.concurrency;
  return workload.kind === "offline" ? Math.max(1, measured) : null;
}

function arrivals(
  workload: Workload,
  rows: readonly RequestRow[] | undefined,
  measured: number,
  warmup: number,
  seed: number,
): Float64Array {
  const times = new Float64Array(measured + warmup);
  if (workload.kind === "closed-loop" || workload.kind === "offline") return times;
  const process = arrivalProcess(workload);
  if (process) {
    const drawn = arrivalTimes(process, measured + warmup, randomSource(seed, "arrivals"));
    times.set(drawn);
    // The warm-up continues the process in a phase of its own.
    const start = warmup > 0 ? (drawn[measured - 1] ?? 0) : 0;
    for (let i = measured; i < times.length; i++) times[i] = (drawn[i] as number) - start;
    return times;
  }
  const first = rows?.[0]?.arrivalSeconds ?? 0;
  const period = (rows?.[measured - 1]?.arrivalSeconds ?? 0) - first;
  for (let i = 0; i < measured; i++) times[i] = (rows?.[i]?.arrivalSeconds ?? 0) - first;
  for (let i = 0; i < warmup; i++) times[measured + i] = (times[i % measured] as number) + Math.floor(i / measured) * period;
  return times;
}

function arrivalProcess(workload: Extract<Workload, { kind: "open-loop" | "requests" }>) {
  if (workload.kind === "requests") {
    if (workload.ratePerSecond === undefined) return undefined;
    const cv = workload.cv ?? 1;
    return { kind: "gamma" as const, cv, stages: [{ ratePerSecond: workload.ratePerSecond, durationSeconds: 0 }] };
  }
  const kind = workload.arrivals ?? (workload.cv !== undefined && workload.cv !== 1 ? "gamma" : "poisson");
  const stages = workload.stages?.length ? workload.stages : [{ ratePerSecond: workload.ratePerSecond, durationSeconds: 0 }];
  return { kind, cv: workload.cv ?? 1, stages };
}

function sortedRows(rows: readonly RequestRow[]): readonly RequestRow[] {
  const rising = rows.every((row, i) => i === 0 || (rows[i - 1]?.arrivalSeconds ?? 0) <= row.arrivalSeconds);
  return rising ? rows : [...rows].sort((a, b) => a.arrivalSeconds - b.arrivalSeconds);
}

/** Ids renumbered from 0 in order of first sight, so that tables can be flat. */
function densePrefixes(prefixes: readonly (readonly number[])[] | undefined, count: number, measured: number) {
  const prefixStart = new Int32Array(count + 1);
  if (!prefixes) return { prefixStart, prefixIds: new Int32Array(0), distinctPrefixIds: 0 };
  let total = 0;
  for (let r = 0; r < count; r++) {
    prefixStart[r] = total;
    total += prefixes[prefixes.length === count ? r : r % measured]?.length ?? 0;
    if (total > mostPrefixBlocks) return undefined;
  }
  prefixStart[count] = total;
  const prefixIds = new Int32Array(total);
  const seen = new Map<number, number>();
  for (let r = 0, to = 0; r < count; r++)
    for (const id of prefixes[prefixes.length === count ? r : r % measured] ?? []) {
      let dense = seen.get(id);
      if (dense === undefined) {
        dense = seen.size;
        seen.set(id, dense);
      }
      prefixIds[to++] = dense;
    }
  return { prefixStart, prefixIds, distinctPrefixIds: seen.size };
}

export function tooManyRequests(count: number): string {
  return `The workload has ${count} requests; a run takes at most ${mostRequests}.`;
}

function workloadProblem(workload: Workload): string | undefined {
  const requests = workload.kind === "requests" ? workload.requests.length : workload.requests;
  const warmup = workload.warmup ?? 0;
  if (!Number.isInteger(requests) || requests < 1) return "The workload has no requests.";
  if (!Number.isInteger(warmup) || warmup < 0) return `${warmup} is not a number of warm-up requests.`;
  if (requests + warmup > mostRequests) return tooManyRequests(requests + warmup);
  const cap = workload.maxInFlight;
  if (cap !== undefined && !(cap >= 1)) return `${cap} is not a number of requests in flight.`;
  if (workload.kind === "requests") {
    for (const row of workload.requests) {
      if (!inRange(row.promptTokens) || !inRange(row.outputTokens))
        return `A request of ${row.promptTokens} prompt and ${row.outputTokens} output tokens makes no sense.`;
      if (!Number.isFinite(row.arrivalSeconds) || row.arrivalSeconds < 0) return `${row.arrivalSeconds} is not an arrival time in seconds.`;
    }
    const block = workload.prefixBlockTokens ?? 16;
    if (!Number.isInteger(block) || block < 1) return `${block} is not a number of tokens of a prefix block.`;
  } else {
    const shared = workload.kind === "open-loop" ? workload.sharedPrefix : undefined;
    const lengths = shared
      ? (lengthProblem(shared.questionTokens, "Question tokens") ??
        lengthProblem(shared.outputTokens, "Output tokens") ??
        lengthProblem(shared.systemPromptTokens, "System prompt"))
      : (lengthProblem(workload.promptTokens, "Prompt tokens") ??
        lengthProblem(workload.outputTokens, "Output tokens") ??
        emptyProblem(workload.promptTokens, "Prompt tokens") ??
        emptyProblem(workload.outputTokens, "Output tokens"));
    if (lengths !== undefined) return lengths;
    if (shared && !(shared.groups >= 1 && shared.usersPerGroup >= 1)) return "A shared prefix needs at least one group and one user.";
    if (workload.kind === "closed-loop" && !(Number.isInteger(workload.concurrency) && workload.concurrency >= 1))
      return `${workload.concurrency} is not a concurrency.`;
  }
  const process = workload.kind === "open-loop" || workload.kind === "requests" ? arrivalProcess(workload) : undefined;
  return process && arrivalProblem(process);
}

function inRange(tokens: number): boolean {
  return Number.isFinite(tokens) && tokens >= 0 && tokens <= longestLength;
}
