import type { SettledPool } from "../../deployment/settled.ts";

/** What happens to a request, in the order in which a request can see it first. */
export const moments = [
  "arrived",
  /** Turned away. */
  "refused",
  /** What a store has of its prompt is brought to it. */
  "loading",
  "loaded",
  /** In the queue of an engine. */
  "queued",
  /** Its prompt begins, or begins again. */
  "scheduled",
  /** Its prompt is computed. */
  "prefilled",
  /** In the queue of a decode instance. */
  "handed-over",
  /** Room is kept for its cache, which is asked for. */
  "asked",
  /** Its cache sets out. */
  "sent",
  /** Its cache is there. */
  "came",
  /** In the steps of a decode instance. */
  "joined",
  /** Its blocks are taken away. */
  "preempted",
  /** They are back from outside. */
  "resumed",
  "finished",
] as const;
export type Moment = (typeof moments)[number];

export interface TimelineInstance {
  /** `prefill-0`. */
  readonly name: string;
  readonly role: SettledPool["role"];
  /** Of the deployment's pools. */
  readonly pool: number;
  /** `TP 2`. */
  readonly layout: string;
  readonly capacityTokens: number;
  readonly blockTokens: number;
  /** Most requests that it runs at once. */
  readonly maxNumSeqs: number;
}

/** Steps of all instances. A row may stand for several steps of one batch, one behind the other. */
export interface TimelineSteps {
  readonly instance: Int32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** 1 = sequence parallel. */
  readonly sequenceMode: Int32Array;
  readonly promptTokens: Int32Array;
  readonly decodeSequences: Int32Array;
  readonly steps: Int32Array;
}

/** The parts of prompts that steps computed. */
export interface TimelineChunks {
  /** Row of `steps`. */
  readonly step: Int32Array;
  readonly request: Int32Array;
  readonly tokens: Int32Array;
}

/** Tokens that an instance's used blocks have room for, from a time on. */
export interface TimelineLevels {
  readonly instance: Int32Array;
  readonly time: Float64Array;
  readonly tokens: Int32Array;
}

/** Caches on links; `end` is that of the log where the run was over before. */
export interface TimelineTransfers {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly request: Int32Array;
  readonly bytes: Float64Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
}

/** What happened to requests, in order of time. */
export interface TimelineMoments {
  readonly time: Float64Array;
  readonly request: Int32Array;
  /** Index into `moments`. */
  readonly kind: Int32Array;
  /** −1 = at none. */
  readonly instance: Int32Array;
}

/** What a run wrote down while it went: columns by table, times in seconds since its measured part began. */
export interface Timeline {
  /** All that began in this time is here. */
  readonly from: number;
  readonly to: number;
  /** Of the run. */
  readonly end: number;
  readonly instances: readonly TimelineInstance[];
  readonly steps: TimelineSteps;
  readonly chunks: TimelineChunks;
  readonly levels: TimelineLevels;
  readonly transfers: TimelineTransfers;
  readonly moments: TimelineMoments;
}

/** Its arrays, to be moved to another thread instead of copied. */
export function timelineBuffers({ steps, chunks, levels, transfers, moments: told }: Timeline): ArrayBuffer[] {
  return [steps, chunks, levels, transfers, told].flatMap((table) =>
    Object.values(table).flatMap(({ buffer }: Float64Array | Int32Array) => (buffer instanceof ArrayBuffer ? [buffer] : [])),
  );
}
