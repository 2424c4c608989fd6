import type { RequestRecords } from "../report/report.ts";
import { disjointTracks } from "./disjoint-tracks.ts";
import { type PartKind, requestLife } from "./request-life.ts";
import { RowGroups } from "./row-groups.ts";
import type { Timeline } from "./timeline.ts";

/** Processes of a trace: whatever comes before the instances. */
const routerProcess = 1;
const linkProcess = 2;
const firstInstance = 3;

const partNames: Readonly<Record<PartKind, string>> = {
  reach: "on the way",
  queue: "waits for prefill",
  load: "loads from a store",
  prefill: "prefill",
  "hand-over": "handed over",
  room: "waits for room",
  link: "waits for the link",
  transfer: "KV transfer",
  step: "waits for a step",
  decode: "decode",
  again: "preempted",
  "prefill-again": "prefill again",
};

type Event = Readonly<Record<string, unknown>>;

/**
 * A timeline in the Trace Event Format that Perfetto and chrome://tracing open (docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU):
 * a process for each instance with its steps and used cache, one for transfers, one for requests with the parts of their lives. In pieces,
 * because the whole may be too long for one string.
 */
export function* traceEvents(timeline: Timeline, requests: RequestRecords): Generator<string> {
  yield '{"displayTimeUnit":"ms","traceEvents":[\n';
  let isFirst = true;
  for (const event of allEvents(timeline, requests)) {
    yield isFirst ? JSON.stringify(event) : `,\n${JSON.stringify(event)}`;
    isFirst = false;
  }
  yield "\n]}\n";
}

function* allEvents(timeline: Timeline, requests: RequestRecords): Generator<Event> {
  yield* named(routerProcess, "requests", 0);
  yield* named(linkProcess, "links", 1 + timeline.instances.length);
  for (const [i, { name, layout }] of timeline.instances.entries()) yield* named(firstInstance + i, `${name}, ${layout}`, 1 + i);
  yield* stepEvents(timeline);
  yield* levelEvents(timeline);
  yield* transferEvents(timeline);
  yield* requestEvents(timeline, requests);
}

function* named(pid: number, name: string, order: number): Generator<Event> {
  yield { ph: "M", name: "process_name", pid, args: { name } };
  yield { ph: "M", name: "process_sort_index", pid, args: { sort_index: order } };
}

function* stepEvents({ instances, steps }: Timeline): Generator<Event> {
  const ofInstance = new RowGroups(steps.instance);
  for (const instance of instances.keys()) {
    for (const [track, rows] of disjointTracks(steps, ofInstance.of(instance)).entries()) {
      yield {
        ph: "M",
        name: "thread_name",
        pid: firstInstance + instance,
        tid: track,
        args: { name: track === 0 ? "steps" : `steps, ${track + 1}` },
      };
      for (const i of rows) {
        const prompt = steps.promptTokens[i] as number;
        const decodes = steps.decodeSequences[i] as number;
        yield {
          ph: "X",
          name: prompt === 0 ? "decode" : decodes === 0 ? "prefill" : "prefill and decode",
          cat: "step",
          pid: firstInstance + instance,
          tid: track,
          ts: microseconds(steps.start[i] as number),
          dur: microseconds((steps.end[i] as number) - (steps.start[i] as number)),
          args: {
            prompt_tokens: prompt,
            decoding: decodes,
            steps: steps.steps[i],
            mode: steps.sequenceMode[i] === 1 ? "sequence" : "tensor",
          },
        };
      }
    }
  }
}

function* levelEvents({ levels }: Timeline): Generator<Event> {
  for (const [i, time] of levels.time.entries())
    yield {
      ph: "C",
      name: "KV cache",
      pid: firstInstance + (levels.instance[i] as number),
      ts: microseconds(time),
      args: { tokens: levels.tokens[i] },
    };
}

/** Those of a link may overlap, so each is an event of its own. */
function* transferEvents({ transfers, instances }: Timeline): Generator<Event> {
  const name = (i: number): string => instances[i]?.name ?? "";
  for (const [i, start] of transfers.start.entries()) {
    const one = {
      cat: "transfer",
      id: i,
      pid: linkProcess,
      tid: 0,
      name: `${name(transfers.from[i] as number)} → ${name(transfers.to[i] as number)}`,
    };
    yield { ...one, ph: "b", ts: microseconds(start), args: { request: transfers.request[i], bytes: transfers.bytes[i] } };
    yield { ...one, ph: "e", ts: microseconds(transfers.end[i] as number) };
  }
}

function* requestEvents(timeline: Timeline, { promptTokens, outputTokens, cachedTokens }: RequestRecords): Generator<Event> {
  const rows = new RowGroups(timeline.moments.request);
  for (let r = 0; r < promptTokens.length; r++) {
    const life = requestLife(timeline, rows.of(r));
    if (!life) continue;
    const one = { cat: "request", id: r, pid: routerProcess, tid: 0 };
    const args = { prompt_tokens: promptTokens[r], output_tokens: outputTokens[r], cached_tokens: cachedTokens[r] };
    yield { ...one, ph: "b", name: `request ${r}`, ts: microseconds(life.arrived), args };
    if (life.isRefused) yield { ...one, ph: "n", name: "turned away", ts: microseconds(life.arrived) };
    for (const { kind, from, to, instance } of life.parts) {
      const where = timeline.instances[instance]?.name;
      yield { ...one, ph: "b", name: partNames[kind], ts: microseconds(from), args: where === undefined ? {} : { instance: where } };
      yield { ...one, ph: "e", name: partNames[kind], ts: microseconds(to) };
    }
    yield { ...one, ph: "e", name: `request ${r}`, ts: microseconds(life.finished) };
  }
}

/** The format's unit; nanoseconds stay whole. */
function microseconds(seconds: number): number {
  return Math.round(seconds * 1e9) / 1e3;
}
