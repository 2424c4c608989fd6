import type { TimelineRun } from "../../src/protocol/timeline-view.ts";
import { disjointTracks, type Spans } from "../../src/simulation/timeline/disjoint-tracks.ts";
import { RowGroups } from "../../src/simulation/timeline/row-groups.ts";
import { moments, type TimelineInstance } from "../../src/simulation/timeline/timeline.ts";
import { Level } from "./level.ts";
import { layers, Track } from "./track.ts";
import { type Interval, within } from "./window.ts";

/** Spans at once that get a line each; what is beyond shares the last. */
const mostLines = 4;

/** Steps and used cache of one instance. */
export interface InstanceLane {
  readonly instance: number;
  readonly facts: TimelineInstance;
  readonly tracks: readonly Track[];
  readonly level: Level;
  /** A step's height is its batch as a share of `mostDecoding`; else every step is as high as the lane. */
  readonly isByBatch: boolean;
  readonly mostDecoding: number;
}

/** Caches that one instance sends. */
export interface LinkLane {
  readonly from: number;
  readonly name: string;
  readonly tracks: readonly Track[];
}

/** A run as it is looked up while drawing: everything by lane and in order of time. */
export interface RunIndex {
  readonly run: TimelineRun;
  readonly whole: Interval;
  readonly instances: readonly InstanceLane[];
  readonly links: readonly LinkLane[];
  readonly arrivals: Float64Array;
  /** Requests that wait for their prompt to begin, each as a span. */
  readonly waits: readonly Track[];
  /** Of each row of `waits`. */
  readonly waitsFor: Int32Array;
  readonly waiting: Level;
  readonly momentsOf: RowGroups;
  readonly chunksOf: RowGroups;
  readonly chunksIn: RowGroups;
  readonly transfersOf: RowGroups;
}

export function indexRun(run: TimelineRun): RunIndex {
  const { timeline, requests } = run;
  const { steps, chunks, levels, transfers, moments: told } = timeline;
  const stepsOf = new RowGroups(steps.instance);
  const levelsOf = new RowGroups(levels.instance);
  const sentBy = new RowGroups(transfers.from);
  const most = new Map<string, number>();
  for (let i = 0; i < steps.start.length; i++) {
    const role = timeline.instances[steps.instance[i] as number]?.role ?? "mixed";
    most.set(role, Math.max(most.get(role) ?? 1, steps.decodeSequences[i] as number));
  }
  return {
    run,
    whole: { from: timeline.from, to: Math.max(timeline.to, timeline.from + 1e-3) },
    instances: timeline.instances.map((facts, instance) => {
      const isByBatch = facts.role === "decode";
      const mostDecoding = most.get(facts.role) ?? 1;
      const tracks = disjointTracks(steps, stepsOf.of(instance)).map((rows) => stepTrack(run, rows, isByBatch ? mostDecoding : null));
      return { instance, facts, tracks, level: levelOf(run, levelsOf.of(instance)), isByBatch, mostDecoding };
    }),
    links: timeline.instances.flatMap(({ name }, from) => {
      const rows = sentBy.of(from);
      return rows.length === 0 ? [] : [{ from, name, tracks: spanTracks(transfers, rows) }];
    }),
    arrivals: requests.arrival.filter((time) => time >= timeline.from && time <= timeline.to).sort(),
    ...waitsOf(run),
    momentsOf: new RowGroups(told.request),
    chunksOf: new RowGroups(chunks.request),
    chunksIn: new RowGroups(chunks.step),
    transfersOf: new RowGroups(transfers.request),
  };
}

/** What a run opens with, where it has more: enough steps to see, few enough to tell them apart. */
const firstSteps = 400;

/** The whole run, or a part from its middle on where the whole is too much to tell steps apart. */
export function opening({ whole, instances }: RunIndex): Interval {
  const most = Math.max(0, ...instances.map(({ tracks }) => tracks.reduce((sum, track) => sum + track.length, 0)));
  if (most <= firstSteps) return whole;
  const middle = (whole.from + whole.to) / 2;
  return within({ from: middle, to: middle + ((whole.to - whole.from) * firstSteps) / most }, whole);
}

/** `mostDecoding` null = every step has the lane's whole height. */
function stepTrack({ timeline: { steps } }: TimelineRun, rows: Int32Array, mostDecoding: number | null): Track {
  const shares: (Float32Array | null)[] = layers.map(() => null);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const prompt = steps.promptTokens[row] as number;
    const decoding = steps.decodeSequences[row] as number;
    const height = mostDecoding === null ? 1 : Math.max(prompt > 0 ? 1 : 0, decoding) / mostDecoding;
    const share = prompt / Math.max(1, prompt + decoding);
    const isSequence = steps.sequenceMode[row] === 1;
    const add = (layer: number, part: number): void => {
      if (part === 0) return;
      const column = shares[layer] ?? new Float32Array(rows.length);
      column[i] = part;
      shares[layer] = column;
    };
    add(isSequence ? 0 : 1, share * height);
    add(isSequence ? 3 : 2, (1 - share) * height);
  }
  return new Track({ rows, start: picked(steps.start, rows), end: picked(steps.end, rows), steps: picked(steps.steps, rows), shares });
}

/** Spans of one kind: each has its line's whole height, and those that share the last line are one where they overlap. */
function spanTracks(spans: Spans, rows: Int32Array): readonly Track[] {
  return disjointTracks(spans, rows, mostLines).map((track, line) => {
    if (line === mostLines - 1) return unionTrack(spans, track);
    const ones = new Float32Array(track.length).fill(1);
    const steps = new Int32Array(track.length).fill(1);
    const shares = layers.map((_, layer) => (layer === 0 ? ones : null));
    return new Track({ rows: track, start: picked(spans.start, track), end: picked(spans.end, track), steps, shares });
  });
}

function unionTrack({ start, end }: Spans, track: Int32Array): Track {
  const kept: { row: number; start: number; end: number }[] = [];
  for (const row of track) {
    const last = kept.at(-1);
    const [from, to] = [start[row] as number, end[row] as number];
    if (last && from <= last.end) last.end = Math.max(last.end, to);
    else kept.push({ row, start: from, end: to });
  }
  const ones = new Float32Array(kept.length).fill(1);
  return new Track({
    rows: Int32Array.from(kept, ({ row }) => row),
    start: Float64Array.from(kept, (one) => one.start),
    end: Float64Array.from(kept, (one) => one.end),
    steps: new Int32Array(kept.length).fill(1),
    shares: layers.map((_, layer) => (layer === 0 ? ones : null)),
  });
}

function levelOf({ timeline: { from, levels } }: TimelineRun, rows: Int32Array): Level {
  const time = new Float64Array(rows.length + 1);
  const value = new Float64Array(rows.length + 1);
  time[0] = from;
  for (let i = 0; i < rows.length; i++) {
    time[i + 1] = levels.time[rows[i] as number] as number;
    value[i + 1] = levels.tokens[rows[i] as number] as number;
  }
  return new Level(time, value);
}

/** Times in queues, by request, and how many wait at once. */
function waitsOf({ timeline: { moments: told, from, to }, requests }: TimelineRun): Pick<RunIndex, "waits" | "waitsFor" | "waiting"> {
  const queued = new Float64Array(requests.arrival.length).fill(Number.NaN);
  const spans: { request: number[]; start: number[]; end: number[] } = { request: [], start: [], end: [] };
  const time: number[] = [from];
  const waiting: number[] = [0];
  const count = (at: number, change: number): void => {
    time.push(at);
    waiting.push(Math.max(0, (waiting.at(-1) ?? 0) + change));
  };
  for (let i = 0; i < told.time.length; i++) {
    const r = told.request[i] as number;
    if (r >= queued.length) continue;
    const at = told.time[i] as number;
    const moment = moments[told.kind[i] as number];
    if (moment === "queued" || moment === "preempted") {
      queued[r] = at;
      count(at, 1);
    } else if (moment === "scheduled" || moment === "resumed") {
      const since = queued[r] as number;
      // In a queue since before the log began.
      spans.request.push(r);
      spans.start.push(Number.isNaN(since) ? from : since);
      spans.end.push(at);
      queued[r] = Number.NaN;
      count(at, -1);
    }
  }
  for (const [r, since] of queued.entries()) {
    if (Number.isNaN(since)) continue;
    spans.request.push(r);
    spans.start.push(since);
    spans.end.push(to);
  }
  const made = { start: Float64Array.from(spans.start), end: Float64Array.from(spans.end) };
  const long = Int32Array.from([...made.start.keys()].filter((i) => (made.end[i] as number) > (made.start[i] as number)));
  return {
    waits: spanTracks(made, long),
    waitsFor: Int32Array.from(spans.request),
    waiting: new Level(Float64Array.from(time), Float64Array.from(waiting)),
  };
}

function picked<A extends Float64Array | Int32Array>(column: A, rows: Int32Array): A {
  const made = column.slice(0, rows.length);
  for (let i = 0; i < rows.length; i++) made[i] = column[rows[i] as number] as number;
  return made as A;
}
