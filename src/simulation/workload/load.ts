import { randomSource } from "../random.ts";
import { arrivalOrder, arrivalProcess } from "./arrival-order.ts";
import { arrivalTimes } from "./arrivals.ts";
import { conversationBlockTokens } from "./conversations.ts";
import { workloadProblem } from "./load-problem.ts";
import { RequestDraft } from "./request-draft.ts";
import { requestSource } from "./request-source.ts";
import type { ClassTerms, RequestRow, Workload } from "./workload.ts";

/** 104 days: the clock counts nanoseconds in whole numbers below 2^53. */
const mostSeconds = 9_000_000;
const mostPrefixBlocks = 64_000_000;
const tooManyBlocks = `The workload names more than ${mostPrefixBlocks} prefix blocks.`;
/** Why there is no load of one that was stopped. */
export const stoppedDrawing = "Stopped while the workload was drawn.";
const noBlocks: readonly number[] = [];
/** Between two looks at the signal to stop. */
const drawnBetweenLooks = 16_384;

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
  /** 1 = it comes when the request before it is answered, `thinkSeconds` later, and not at its arrival. */
  readonly follows: Uint8Array;
  readonly thinkSeconds: Float64Array;
  readonly promptTokens: Int32Array;
  readonly outputTokens: Int32Array;
  /** Request r owns `prefixIds[prefixStart[r] … prefixStart[r + 1])`, one id a block of `prefixBlockTokens`; ids are dense from 0. */
  readonly prefixStart: Int32Array;
  readonly prefixIds: Int32Array;
  readonly prefixBlockTokens: number;
  readonly distinctPrefixIds: number;
  /** Whose conversation a request belongs to; −1 = nobody knows. */
  readonly sessions: Int32Array;
  /** Empty where requests are all of one kind; else each has its place in the list. */
  readonly classes: readonly ClassTerms[];
  readonly classOf: Uint8Array;
  readonly source: string;
}

export type LoadResult = { readonly load: Load; readonly problem?: undefined } | { readonly load?: undefined; readonly problem: string };

/** Draws a workload for a seed. A workload that makes no sense comes back as a sentence, as does one that is stopped. */
export function drawLoad(workload: Workload, seed: number, signal?: { readonly aborted: boolean }): LoadResult {
  const problem = workloadProblem(workload);
  if (problem !== undefined) return { problem };
  const warmup = workload.warmup ?? 0;
  const measured = workload.kind === "requests" ? workload.requests.length : workload.requests;
  const isStopped = (): boolean => signal?.aborted === true;
  if (isStopped()) return { problem: stoppedDrawing };
  const draft = new RequestDraft(measured + warmup, mostPrefixBlocks);
  const times =
    workload.kind === "requests"
      ? drawRows(workload, measured, draft, seed, isStopped)
      : drawParts(workload, measured, draft, seed, isStopped);
  if (!times) return { problem: draft.isTooLong ? tooManyBlocks : stoppedDrawing };
  const last = Math.max(times[measured - 1] ?? 0, times[draft.size - 1] ?? 0);
  if (!(last <= mostSeconds)) return { problem: `The last request arrives after ${last} seconds; a run covers at most ${mostSeconds}.` };
  return { load: { measured, warmup, ...loadOf(workload, measured, draft), arrivalSeconds: times } };
}

function loadOf(workload: Workload, measured: number, draft: RequestDraft): Omit<Load, "measured" | "warmup" | "arrivalSeconds"> {
  const { promptTokens, outputTokens, prefixStart, prefixIds, sessions, follows, thinkSeconds, classOf } = draft;
  return {
    concurrency: concurrencyOf(workload, measured),
    maxInFlight: workload.maxInFlight ?? Number.POSITIVE_INFINITY,
    offline: workload.kind === "offline",
    promptTokens,
    outputTokens,
    prefixStart,
    prefixIds,
    prefixBlockTokens: workload.kind === "requests" ? (workload.prefixBlockTokens ?? 16) : conversationBlockTokens,
    distinctPrefixIds: draft.distinctIds,
    sessions,
    follows,
    thinkSeconds,
    classes: workload.classes ?? [],
    classOf,
    source: workload.source ?? workload.name ?? workload.kind,
  };
}

function concurrencyOf(workload: Workload, measured: number): number | null {
  if (workload.kind === "closed-loop") return workload.concurrency;
  return workload.kind === "offline" ? Math.max(1, measured) : null;
}

/** Fills the draft from distributions; returns the arrivals, or undefined where it was not filled. */
function drawParts(
  workload: Exclude<Workload, { kind: "requests" }>,
  measured: number,
  draft: RequestDraft,
  seed: number,
  isStopped: () => boolean,
): Float64Array | undefined {
  const parts = workload.classes ?? [workload];
  const sources = parts.map((part, index) => requestSource(part, seed, index));
  const order = arrivalOrder(workload, seed);
  const times = new Float64Array(draft.size);
  let look = drawnBetweenLooks;
  while (!draft.isFull && !draft.isTooLong) {
    const from = draft.count;
    sources[order.next()]?.(draft);
    times.fill(order.time, from, draft.count);
    if (draft.count < look) continue;
    look = draft.count + drawnBetweenLooks;
    if (isStopped()) return undefined;
  }
  if (draft.isTooLong) return undefined;
  // The warm-up continues the process in a phase of its own.
  const start = draft.size > measured ? (times[measured - 1] ?? 0) : 0;
  for (let r = measured; r < times.length; r++) times[r] = (times[r] as number) - start;
  if (measured < draft.size) draft.follows[measured] = 0;
  return times;
}

/** Fills the draft from rows, over again for the warm-up. */
function drawRows(
  workload: Extract<Workload, { kind: "requests" }>,
  measured: number,
  draft: RequestDraft,
  seed: number,
  isStopped: () => boolean,
): Float64Array | undefined {
  const rows = sortedRows(workload.requests);
  const dense = new Map<number, number>();
  let ids = new Int32Array(64);
  while (!draft.isFull && !draft.isTooLong) {
    if (draft.count % drawnBetweenLooks === 0 && isStopped()) return undefined;
    const row = rows[draft.count % measured] as RequestRow;
    const prefixBlocks = row.prefixBlocks ?? noBlocks;
    const r = draft.add(Math.max(1, Math.round(row.promptTokens)), Math.max(1, Math.round(row.outputTokens)), row.class ?? 0);
    draft.sessions[r] = row.session ?? -1;
    if (prefixBlocks.length > ids.length) ids = new Int32Array(2 * prefixBlocks.length);
    for (let i = 0; i < prefixBlocks.length; i++) {
      const id = prefixBlocks[i] as number;
      let known = dense.get(id);
      if (known === undefined) {
        known = draft.newId();
        dense.set(id, known);
      }
      ids[i] = known;
    }
    if (prefixBlocks.length > 0) draft.addIds(ids, prefixBlocks.length);
  }
  return draft.isTooLong || isStopped() ? undefined : rowTimes(workload, rows, measured, draft.size, seed);
}

function rowTimes(
  { ratePerSecond, ...arriving }: Extract<Workload, { kind: "requests" }>,
  rows: readonly RequestRow[],
  measured: number,
  count: number,
  seed: number,
): Float64Array {
  if (ratePerSecond !== undefined) {
    const times = arrivalTimes(arrivalProcess({ ratePerSecond, ...arriving }), count, randomSource(seed, "arrivals"));
    const start = count > measured ? (times[measured - 1] ?? 0) : 0;
    for (let r = measured; r < count; r++) times[r] = (times[r] as number) - start;
    return times;
  }
  const times = new Float64Array(count);
  const first = rows[0]?.arrivalSeconds ?? 0;
  const period = (rows[measured - 1]?.arrivalSeconds ?? 0) - first;
  for (let r = 0; r < measured; r++) times[r] = (rows[r]?.arrivalSeconds ?? 0) - first;
  for (let r = measured; r < count; r++)
    times[r] = (times[(r - measured) % measured] as number) + Math.floor((r - measured) / measured) * period;
  return times;
}

function sortedRows(rows: readonly RequestRow[]): readonly RequestRow[] {
  const rising = rows.every((row, i) => i === 0 || (rows[i - 1]?.arrivalSeconds ?? 0) <= row.arrivalSeconds);
  return rising ? rows : [...rows].sort((a, b) => a.arrivalSeconds - b.arrivalSeconds);
}
