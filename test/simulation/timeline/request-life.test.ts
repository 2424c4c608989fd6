import { describe, expect, it } from "vitest";
import type { Report } from "../../../src/simulation/report/report.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import { disjointTracks } from "../../../src/simulation/timeline/disjoint-tracks.ts";
import { type RequestLife, requestLife } from "../../../src/simulation/timeline/request-life.ts";
import { RowGroups } from "../../../src/simulation/timeline/row-groups.ts";
import type { Timeline } from "../../../src/simulation/timeline/timeline.ts";
import { TimelineLog } from "../../../src/simulation/timeline/timeline-log.ts";
import { traceEvents } from "../../../src/simulation/timeline/trace-events.ts";
import type { Workload } from "../../../src/simulation/workload/workload.ts";
import type { StepModel } from "../../../src/timing/step-model.ts";
import { planOf, plausible, reportFrom, type Setup, settledOf, settledPair } from "../fixtures.ts";

interface Run {
  readonly timeline: Timeline;
  readonly report: Report;
}

function mixed(setup: Setup, workload: Workload, model: StepModel = plausible): Run {
  const timeline = new TimelineLog();
  const report = reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [model], workload, 1, { timeline }));
  return { timeline: timeline.taken(), report };
}

function pools(workload: Workload): Run {
  const timeline = new TimelineLog();
  const setup = { prefill: { instances: 2 }, decode: {} };
  const plans = [planOf(setup.prefill), planOf(setup.decode)];
  const report = reportFrom(simulateWith(settledPair(setup), plans, [plausible, plausible], workload, 1, { timeline }));
  return { timeline: timeline.taken(), report };
}

const busy: Workload = {
  kind: "open-loop",
  ratePerSecond: 12,
  requests: 150,
  promptTokens: { lognormal: [900, 900, 16, 4000] },
  outputTokens: { lognormal: [60, 40, 4, 300] },
};

function lives({ timeline, report }: Run): RequestLife[] {
  const rows = new RowGroups(timeline.moments.request);
  return [...report.requests.arrival.keys()].map((r) => {
    const life = requestLife(timeline, rows.of(r));
    if (!life) throw new Error(`request ${r} has no whole life`);
    return life;
  });
}

const runs: readonly (readonly [string, () => Run])[] = [
  ["one engine", () => mixed({}, busy)],
  ["an engine short of blocks", () => mixed({ blocks: 180 }, busy)],
  ["pools of prefill and decode", () => pools(busy)],
];

describe("the parts of a request", () => {
  for (const [name, make] of runs) {
    it(`of ${name} stand one behind the other, from its arrival to its last token`, () => {
      const run = make();
      for (const { request, parts, arrived, finished, preemptions } of lives(run)) {
        expect(parts[0]?.from).toBe(arrived);
        expect(parts.at(-1)?.to).toBe(finished);
        for (const [i, part] of parts.entries()) {
          expect(part.to).toBeGreaterThanOrEqual(part.from);
          if (i > 0) expect(part.from).toBe(parts[i - 1]?.to);
        }
        const { requests } = run.report;
        expect(arrived).toBeCloseTo(requests.arrival[request] as number, 9);
        expect(finished).toBeCloseTo(requests.finished[request] as number, 9);
        expect(preemptions).toBe(requests.preemptions[request]);
      }
    });
  }

  it("name what each was: prefill and decode alone, transfers between pools, again after a preemption", () => {
    const kinds = (run: Run) => new Set(lives(run).flatMap(({ parts }) => parts.map(({ kind }) => kind)));
    expect(kinds(mixed({}, busy))).toEqual(new Set(["queue", "prefill", "decode"]));
    expect(kinds(mixed({ blocks: 180 }, busy))).toEqual(new Set(["queue", "prefill", "decode", "again", "prefill-again"]));
    expect(kinds(pools(busy))).toEqual(new Set(["queue", "prefill", "hand-over", "room", "link", "transfer", "step", "decode"]));
  });

  it("of a request that arrived before the log began are not made up", () => {
    const timeline = new TimelineLog(2);
    reportFrom(simulateWith(settledOf(), [planOf()], [plausible], busy, 1, { timeline }));
    const log = timeline.taken();
    const rows = new RowGroups(log.moments.request);
    expect(requestLife(log, rows.of(0))).toBeUndefined();
  });
});

describe("lists of rows that do not overlap", () => {
  it("are one for steps one behind the other, and as many as are in flight", () => {
    const spans = { start: Float64Array.of(0, 1, 2, 1.5), end: Float64Array.of(1, 2, 3, 2.5) };
    expect(disjointTracks(spans, Int32Array.of(0, 1, 2)).map((rows) => [...rows])).toEqual([[0, 1, 2]]);
    expect(disjointTracks(spans, Int32Array.of(3, 2, 1, 0)).map((rows) => [...rows])).toEqual([[0, 1, 2], [3]]);
    expect(disjointTracks(spans, Int32Array.of(0, 1, 2, 3), 1).map((rows) => [...rows])).toEqual([[0, 1, 3, 2]]);
  });
});

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid?: number;
  readonly cat?: string;
  readonly id?: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

describe("the trace for Perfetto", () => {
  const { timeline, report } = pools(busy);
  const trace: { readonly traceEvents: readonly TraceEvent[] } = JSON.parse([...traceEvents(timeline, report.requests)].join(""));
  const events = trace.traceEvents;

  it("names a process for each instance, and holds each step once, in microseconds", () => {
    const names = events.filter(({ name }) => name === "process_name").map(({ args }) => args?.name);
    expect(names).toEqual(["requests", "links", "prefill-0, 1 GPU", "prefill-1, 1 GPU", "decode-0, 1 GPU"]);
    const steps = events.filter(({ ph }) => ph === "X");
    expect(steps.length).toBe(timeline.steps.start.length);
    const seconds = steps.reduce((sum, { dur = 0 }) => sum + dur, 0) / 1e6;
    expect(seconds).toBeCloseTo(
      timeline.steps.end.reduce((sum, end, i) => sum + end - (timeline.steps.start[i] as number), 0),
      4,
    );
  });

  it("never overlaps two steps of one thread", () => {
    const free = new Map<string, number>();
    for (const { ph, pid, tid, ts = 0, dur = 0 } of events) {
      if (ph !== "X") continue;
      const thread = `${pid} ${tid}`;
      expect(ts).toBeGreaterThanOrEqual((free.get(thread) ?? 0) - 0.01);
      free.set(thread, ts + dur);
    }
  });

  it("opens and closes every part of a request and every transfer", () => {
    const open = new Map<string, number>();
    for (const { ph, cat, id, name } of events) {
      if (ph !== "b" && ph !== "e") continue;
      const key = `${cat} ${id} ${name}`;
      open.set(key, (open.get(key) ?? 0) + (ph === "b" ? 1 : -1));
      expect(open.get(key)).toBeGreaterThanOrEqual(0);
    }
    expect([...open.values()].every((count) => count === 0)).toBe(true);
    expect(events.filter(({ ph, cat }) => ph === "b" && cat === "transfer").length).toBe(report.requests.arrival.length);
  });
});
