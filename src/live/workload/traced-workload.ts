import { randomSource, type Source } from "../../simulation/random.ts";
import { drawLoad } from "../../simulation/workload/load.ts";
import type { RequestRow, Workload } from "../../simulation/workload/workload.ts";
import type { LivePoint } from "../snapshot.ts";
import { taken } from "./arrivals.ts";
import type { MeasuredWorkload } from "./measured-workload.ts";

/** So many requests came in a span of time. */
interface Came {
  readonly seconds: number;
  readonly requests: number;
}

/** How many requests came from scrape to scrape, behind as many as fill the server. */
export interface ArrivalTrace {
  readonly spans: readonly Came[];
  /** Seconds of the filling before the window. */
  readonly before: number;
  /** Of the window. */
  readonly seconds: number;
}

/** Fewer scrapes tell no more than a rate. */
const fewestSpans = 5;

/** The arrivals of the scrapes in [from, to]; null where they do not tell them, or clients wait for answers. */
export function arrivalTrace(load: MeasuredWorkload, points: readonly LivePoint[], from: number, to: number): ArrivalTrace | null {
  if (load.arrivals.concurrency !== null) return null;
  const filling = 2 * load.insideAtStart;
  const before = filling / load.ratePerSecond;
  const spans: Came[] = [{ seconds: before, requests: filling }];
  const snapshots = points.flatMap(({ time, snapshot }) => (snapshot && time >= from && time <= to ? [snapshot] : []));
  for (const [index, snapshot] of snapshots.entries()) {
    const earlier = snapshots[index - 1];
    if (!earlier) continue;
    const [now, then] = [taken(snapshot), taken(earlier)];
    if (now === undefined || then === undefined) return null;
    spans.push({ seconds: Math.max(0, snapshot.time - earlier.time), requests: Math.max(0, now - then) });
  }
  return spans.length > fewestSpans ? { spans, before, seconds: to - from } : null;
}

/** A workload whose requests come as they were counted; which of them, and when between two scrapes, is a matter of the seed. */
export function traced(workload: Workload, trace: ArrivalTrace, seed: number): Workload {
  const rows = workload.kind === "requests" ? begunAnywhere(workload.requests, seed) : drawnRows(workload, seed);
  if (rows.length === 0) return workload;
  const requests = arrivalsOf(trace, randomSource(seed, "arrivals")).flatMap((arrivalSeconds, index) => {
    const row = rows[index % rows.length];
    return row ? [{ ...row, arrivalSeconds }] : [];
  });
  if (workload.kind !== "requests") return { kind: "requests", requests, prefixBlockTokens };
  const { ratePerSecond: _, cv: __, ...rest } = workload;
  return { ...rest, requests };
}

/** Rising seconds. */
function arrivalsOf({ spans }: ArrivalTrace, source: Source): readonly number[] {
  let start = 0;
  let owed = 0;
  return spans.flatMap(({ seconds, requests }) => {
    const from = start;
    start += seconds;
    // Sums of several servers need not be whole.
    owed += requests;
    const count = Math.floor(owed + 1e-9);
    owed -= count;
    return Array.from({ length: count }, () => from + seconds * source()).sort((a, b) => a - b);
  });
}

/** From anywhere on: long requests come near each other, as they were recorded. */
function begunAnywhere(rows: readonly RequestRow[], seed: number): readonly RequestRow[] {
  const from = Math.floor(randomSource(seed, "order")() * rows.length);
  return [...rows.slice(from), ...rows.slice(0, from)];
}

const prefixBlockTokens = 16;

/** Lengths as the workload draws them, and the text that all prompts begin with. */
function drawnRows(workload: Exclude<Workload, { kind: "requests" }>, seed: number): readonly RequestRow[] {
  const { load } = drawLoad(workload, seed);
  if (!load) return [];
  const { prefixShare = 0 } = workload;
  return Array.from({ length: load.measured }, (_, r): RequestRow => {
    const [promptTokens, outputTokens] = [load.promptTokens[r] ?? 1, load.outputTokens[r] ?? 1];
    const shared = Math.floor((prefixShare * promptTokens) / prefixBlockTokens);
    const row = { arrivalSeconds: 0, promptTokens, outputTokens };
    return shared > 0 ? { ...row, prefixBlocks: Array.from({ length: shared }, (_, block) => block) } : row;
  });
}
