import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TimelineRun, ToTimelineView } from "../../src/protocol/timeline-view.ts";
import { moments } from "../../src/simulation/timeline/timeline.ts";
import { axisTicks } from "../../webview/timeline/axis.ts";
import { hitAt, neighbour } from "../../webview/timeline/hit.ts";
import { keyAction } from "../../webview/timeline/keys.ts";
import { lanesOf } from "../../webview/timeline/lanes.ts";
import { Level } from "../../webview/timeline/level.ts";
import { readableOn } from "../../webview/timeline/palette.ts";
import { linesOf } from "../../webview/timeline/part-words.ts";
import { foundRequest, Ranking } from "../../webview/timeline/ranking.ts";
import { indexRun, type RunIndex } from "../../webview/timeline/run-index.ts";
import { selectionOf } from "../../webview/timeline/selection.ts";
import { narrowest, StepShapes } from "../../webview/timeline/step-shapes.ts";
import { stepsIn, stepsTable } from "../../webview/timeline/steps-table.ts";
import { layers, Track } from "../../webview/timeline/track.ts";
import { whyFirstToken } from "../../webview/timeline/why.ts";
import { panned, within, zoomed } from "../../webview/timeline/window.ts";
import { timelineStates } from "./fixtures/timeline-states.ts";

function runOf(state: string): TimelineRun {
  const message = timelineStates[state]?.().find((one): one is Extract<ToTimelineView, { kind: "run" }> => one.kind === "run");
  if (!message) throw new Error(`${state} has no run`);
  return message.run;
}

const indices = new Map<string, RunIndex>();
function indexOf(state: string): RunIndex {
  const made = indices.get(state) ?? indexRun(runOf(state));
  indices.set(state, made);
  return made;
}

/** Rows as [start, end, share of prefill, equal steps]. */
function trackOf(...rows: readonly (readonly [number, number, number, number?])[]): Track {
  const column = (of: (row: (typeof rows)[number]) => number): Float32Array => Float32Array.from(rows, of);
  return new Track({
    rows: Int32Array.from(rows.keys()),
    start: Float64Array.from(rows, ([start]) => start),
    end: Float64Array.from(rows, ([, end]) => end),
    steps: Int32Array.from(rows, ([, , , steps = 1]) => steps),
    shares: [null, column(([, , prefill]) => prefill), column(([, , prefill]) => 1 - prefill), null],
  });
}

function boxes(shapes: StepShapes): (readonly [left: number, right: number, row: number])[] {
  return Array.from(
    { length: shapes.boxes },
    (_, i) => [shapes.left[i] as number, shapes.right[i] as number, shapes.row[i] as number] as const,
  );
}

const numbers = (values: Float32Array | undefined, count: number): number[] => [...(values ?? [])].slice(0, count);

describe("how steps are drawn", () => {
  it("draws a step of three pixels and more as a box, cut at no edge", () => {
    const shapes = new StepShapes();
    shapes.fill(trackOf([0, 1, 1], [1, 1.5, 0], [3, 4, 1]), { from: 0.5, to: 3.5 }, 300);
    expect(boxes(shapes)).toEqual([
      [-50, 50, 0],
      [50, 100, 1],
      [250, 350, 2],
    ]);
    expect(shapes.columns).toBe(0);
  });

  it("draws narrower ones as the share of each pixel's time, split by what they computed", () => {
    const shapes = new StepShapes();
    // Ten pixels a second; half a pixel of prefill, a whole of three quarters decode, nothing, a box.
    shapes.fill(trackOf([0, 0.05, 1], [0.1, 0.2, 0.25], [0.3, 0.7, 1]), { from: 0, to: 1 }, 10);
    expect([...shapes.x].slice(0, shapes.columns)).toEqual([0, 1]);
    expect(numbers(shapes.shares[1], 2).map((one) => Number(one.toFixed(3)))).toEqual([0.5, 0.25]);
    expect(numbers(shapes.shares[2], 2).map((one) => Number(one.toFixed(3)))).toEqual([0, 0.75]);
    expect(boxes(shapes)).toEqual([[3, 7, 2]]);
  });

  it("draws the steps of a stretch one by one where they are wide enough, else as a share", () => {
    const shapes = new StepShapes();
    const track = trackOf([0, 1, 0, 10]);
    shapes.fill(track, { from: 0, to: 1 }, 30);
    expect(boxes(shapes).map(([left, right]) => right - left)).toEqual(Array(10).fill(3));
    shapes.fill(track, { from: 0, to: 1 }, 29);
    expect(shapes.boxes).toBe(0);
    expect(shapes.columns).toBe(29);
  });

  it("never draws a box narrower than three pixels, and loses no time, whatever the steps and the view", () => {
    const spans = fc.array(fc.tuple(fc.double({ min: 0.001, max: 2, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(spans, fc.integer({ min: 20, max: 400 }), fc.double({ min: 0, max: 0.8, noNaN: true }), (lengths, width, share) => {
        let at = 0;
        const rows = lengths.map(([length, gap]) => {
          const start = at + gap;
          at = start + length;
          return [start, at, 1] as const;
        });
        const shapes = new StepShapes();
        const view = { from: share * at, to: at };
        shapes.fill(trackOf(...rows), view, width);
        const scale = width / (view.to - view.from);
        const pixels = new Float64Array(width);
        for (const [left, right, row] of boxes(shapes)) {
          const [start, end] = rows[row] ?? [0, 0];
          expect((end - start) * scale).toBeGreaterThanOrEqual(narrowest - 1e-9);
          expect(right - left).toBeGreaterThanOrEqual(narrowest - 1);
        }
        for (let i = 0; i < shapes.columns; i++) {
          const x = shapes.x[i] as number;
          expect(pixels[x]).toBe(0);
          pixels[x] = shapes.shares[1]?.[i] as number;
          expect(pixels[x]).toBeLessThanOrEqual(1 + 1e-6);
          const [from, to] = [view.from + x / scale, view.from + (x + 1) / scale];
          const busy = rows.reduce((sum, [start, end]) => sum + Math.max(0, Math.min(to, end) - Math.max(from, start)), 0);
          expect(pixels[x]).toBeCloseTo(busy * scale, 4);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("looks at no more rows than the view has pixels for", () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => [i * 1e-3, i * 1e-3 + 5e-4, 0] as const);
    const shapes = new StepShapes();
    shapes.fill(trackOf(...rows), { from: 0, to: 100 }, 1000);
    expect(shapes.boxes).toBe(0);
    expect(numbers(shapes.shares[2], shapes.columns).every((one) => Math.abs(one - 0.5) < 1e-3)).toBe(true);
  });
});

describe("levels", () => {
  it("show the highest of each pixel, however many changes there are in it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 900 }),
        fc.integer({ min: 1, max: 60 }),
        (values, width) => {
          const level = new Level(Float64Array.from(values.keys()), Float64Array.from(values));
          const heights = new Float32Array(width);
          level.fill(heights, { from: 0, to: values.length }, width);
          for (let x = 0; x < width; x++) {
            const [from, to] = [(x * values.length) / width, ((x + 1) * values.length) / width];
            const inside = values.filter((_, i) => i < to - 1e-9 && i + 1 > from + 1e-9);
            expect(heights[x]).toBeGreaterThanOrEqual(Math.max(...inside));
          }
          expect(level.peak).toBe(Math.max(...values));
          expect(level.at(values.length - 0.5)).toBe(values.at(-1));
          expect(level.highest(0, values.length)).toBe(level.peak);
        },
      ),
    );
  });
});

describe("the time in view", () => {
  const whole = { from: 0, to: 100 };
  it("stays inside the run, and zooming keeps the time under the pointer", () => {
    expect(within({ from: -5, to: 15 }, whole)).toEqual({ from: 0, to: 20 });
    expect(panned({ from: 90, to: 100 }, 0.5, whole)).toEqual({ from: 90, to: 100 });
    const near = zoomed({ from: 40, to: 60 }, 0.5, 45, whole);
    expect(near).toEqual({ from: 42.5, to: 52.5 });
    expect((45 - near.from) / (near.to - near.from)).toBeCloseTo(0.25, 9);
    expect(zoomed({ from: 40, to: 60 }, 100, 50, whole)).toEqual(whole);
    expect(zoomed({ from: 40, to: 60 }, 1e-12, 50, whole).to).toBeCloseTo(50 + 5e-5, 9);
  });

  it("has round times on its axis, down to fractions of a millisecond", () => {
    expect(axisTicks({ from: 60.8, to: 64.2 }, 8).map(({ text }) => text.replace("\u00a0", " "))).toEqual([
      "61.0 s",
      "61.5 s",
      "62.0 s",
      "62.5 s",
      "63.0 s",
      "63.5 s",
      "64.0 s",
    ]);
    expect(axisTicks({ from: 1, to: 1.0004 }, 4).map(({ text }) => text.replace("\u00a0", " "))).toEqual([
      "1.0000 s",
      "1.0001 s",
      "1.0002 s",
      "1.0003 s",
      "1.0004 s",
    ]);
    expect(axisTicks({ from: 0, to: 900 }, 6).map(({ text }) => text)).toEqual(["0:00", "5:00", "10:00", "15:00"]);
  });
});

describe("a run as it is looked up", () => {
  it("has every step once, in lanes that do not overlap", () => {
    for (const state of ["pools", "shift", "stages", "preempted"]) {
      const { run, instances } = indexOf(state);
      let count = 0;
      for (const { tracks } of instances)
        for (const track of tracks) {
          count += track.length;
          for (let i = 1; i < track.length; i++) expect(track.start[i]).toBeGreaterThanOrEqual((track.end[i - 1] as number) - 2e-9);
        }
      expect(count, state).toBe(run.timeline.steps.start.length);
    }
    expect(indexOf("stages").instances[0]?.tracks.length).toBe(2);
  });

  it("draws modes as layers of their own", () => {
    const layered = indexOf("shift").instances[0]?.tracks[0];
    expect(layers.map((_, layer) => layered?.shares[layer] !== null)).toEqual([true, true, true, true]);
    expect(indexOf("plain").instances[0]?.tracks[0]?.shares.map((one) => one !== null)).toEqual([false, true, false, false]);
  });

  it("tells how many wait, as the queues have it", () => {
    const { waiting, run } = indexOf("plain");
    const { requests } = run;
    for (const at of [5, 20, 47.3, 60]) {
      const expected = [...requests.arrival.keys()].filter(
        (r) => (requests.arrival[r] as number) <= at && (requests.firstScheduled[r] as number) > at,
      ).length;
      expect(waiting.at(at)).toBe(expected);
    }
    expect(waiting.value.at(-1)).toBe(0);
  });

  it("lays out router, prefill, links and decode from the top, with no overlap", () => {
    const index = indexOf("pools");
    const all = new Set(index.instances.keys());
    for (const isNarrow of [false, true]) {
      const { lanes, height } = lanesOf(index, all, isNarrow);
      expect(lanes.map(({ key }) => key)).toEqual(["router", "instance-0", "instance-1", "links", "instance-2"]);
      for (const [i, lane] of lanes.entries()) {
        expect(lane.body.top).toBeGreaterThanOrEqual(lane.top);
        expect(lane.body.top + lane.body.height).toBeLessThanOrEqual(lane.bottom);
        if (i > 0) expect(lane.top).toBe(lanes[i - 1]?.bottom);
      }
      expect(lanes.at(-1)?.bottom).toBe(height);
    }
  });

  it("finds the step under a point, and the one after it", () => {
    const index = indexOf("pools");
    const { lanes } = lanesOf(index, new Set(index.instances.keys()), false);
    const lane = lanes[1];
    const track = index.instances[0]?.tracks[0];
    if (!lane || !track) throw new Error("no lane");
    const [start, end] = [track.start[40] as number, track.end[40] as number];
    const hit = hitAt(lanes, (start + end) / 2, lane.body.top + 5, 0);
    expect(hit).toMatchObject({ kind: "step", step: { row: track.rows[40], instance: 0 } });
    if (hit?.kind !== "step") throw new Error("no step");
    expect(neighbour(index, 0, hit.step, 1, 0)?.row).toBe(track.rows[41]);
    expect(neighbour(index, 0, hit.step, -1, 0)?.row).toBe(track.rows[39]);
    expect(neighbour(index, 0, null, 1, start)?.row).toBe(track.rows[40]);
    expect(hitAt(lanes, (start + end) / 2, 4, 0)).toBeNull();
  });

  it("has the steps of a view in its table", () => {
    const index = indexOf("pools");
    const rows = stepsIn(index, { from: 10, to: 11 }, new Set([2]));
    const { steps } = index.run.timeline;
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) {
      expect(steps.instance[row]).toBe(2);
      expect(steps.end[row]).toBeGreaterThan(10);
      expect(steps.start[row]).toBeLessThanOrEqual(11);
    }
    const table = stepsTable(index, rows);
    expect(table.rows.length).toBe(Math.min(200, rows.length));
    expect(table.raw?.rows().length).toBe(rows.length);
  });
});

describe("one request", () => {
  it("has parts whose times add up to its whole, in every run", () => {
    for (const state of ["pools", "shift", "preempted", "stages"]) {
      const index = indexOf(state);
      const { requests } = index.run;
      for (let r = 0; r < requests.arrival.length; r++) {
        const { life, steps } = selectionOf(index, r);
        if (!life) throw new Error(`request ${r} of ${state} has no life`);
        const sum = linesOf(index, life).reduce((all, { seconds }) => all + seconds, 0);
        expect(sum).toBeCloseTo((requests.finished[r] as number) - (requests.arrival[r] as number), 8);
        expect(steps.length).toBeGreaterThan(0);
        expect(whyFirstToken(index, life).sentence).not.toMatch(/NaN|undefined|Infinity|\{\d/);
      }
    }
  });

  it("that waited says behind whom, with the numbers of the run", () => {
    const index = indexOf("pools");
    const ranking = new Ranking(index.run.requests);
    const order = [...index.run.requests.arrival.keys()].sort((a, b) => ranking.of(b) - ranking.of(a)).slice(0, 80);
    const queued = order.map((r) => selectionOf(index, r)).find(({ life }) => life && /behind/.test(whyFirstToken(index, life).sentence));
    if (!queued?.life) throw new Error("none waited");
    const why = whyFirstToken(index, queued.life);
    const wait = queued.life.parts.find(({ kind }) => kind === "queue");
    expect(why.sentence).toContain(index.instances[wait?.instance ?? -1]?.facts.name);
    const other = Number(/request (\d+)/.exec(why.sentence)?.[1]);
    // The one it names was computed on that instance while this one waited.
    const steps = selectionOf(index, other).steps.filter(({ instance }) => instance === wait?.instance);
    expect(steps.some(({ from, to }) => from < (wait?.to ?? 0) && to > (wait?.from ?? 0))).toBe(true);
  });

  it("that waits for blocks says how full the cache was", () => {
    const index = indexOf("preempted");
    const ranking = new Ranking(index.run.requests);
    const { life } = selectionOf(index, ranking.slowest ?? 0);
    if (!life) throw new Error("no life");
    const why = whyFirstToken(index, life);
    expect(why.sentence).toMatch(/blocks of engine-0: up to (9[5-9]|100).*% of its KV cache/);
    expect(why.change?.key).toBe("share");
  });

  it("that waits for a place among the sequences says how many there are", () => {
    const index = indexOf("crowded");
    const { life } = selectionOf(index, new Ranking(index.run.requests).slowest ?? 0);
    if (!life) throw new Error("no life");
    const why = whyFirstToken(index, life);
    expect(why.sentence).toMatch(/^It waited .* for a place among the 8 sequences that engine-0 runs at once\.$/);
    expect(why.change?.key).toBe("sequences");
  });

  it("is found by its number or by its place in the ranking", () => {
    const { requests } = indexOf("pools").run;
    const ranking = new Ranking(requests);
    const count = requests.arrival.length;
    expect(foundRequest("412", count, ranking)).toBe(412);
    expect(foundRequest(" Request 7 ", count, ranking)).toBe(7);
    expect(foundRequest("#0", count, ranking)).toBe(0);
    expect(foundRequest("worst ttft", count, ranking)).toBe(ranking.slowest);
    for (const text of ["", "request", "99999", "1.5 s", "one"]) expect(foundRequest(text, count, ranking), text).toBeUndefined();
    expect(ranking.slowerThan(ranking.slowest ?? -1)).toBe(0);
    const second = [...requests.arrival.keys()].sort((a, b) => ranking.of(b) - ranking.of(a))[1] ?? -1;
    expect(ranking.nextSlower(second)).toBe(ranking.slowest);
  });

  it("has its moments in their order", () => {
    const { run, momentsOf } = indexOf("pools");
    const told = [...momentsOf.of(5)].map((row) => moments[run.timeline.moments.kind[row] as number]);
    expect(told[0]).toBe("arrived");
    expect(told.at(-1)).toBe("finished");
  });
});

describe("keys", () => {
  it("zoom, pan and walk, whatever the case; others are left to the page", () => {
    expect(keyAction("w", false)).toEqual({ kind: "zoom", factor: 0.7 });
    expect(keyAction("D", true)).toEqual({ kind: "pan", share: 0.8 });
    expect(keyAction("ArrowUp", false)).toEqual({ kind: "lane", direction: -1 });
    expect(["Enter", "m", "F", "Escape", "/"].map((key) => keyAction(key, false)?.kind)).toEqual(["enter", "mark", "fit", "clear", "find"]);
    for (const key of ["Tab", "q", "PageDown", " "]) expect(keyAction(key, false)).toBeUndefined();
  });
});

describe("words on a colour", () => {
  it("are black or white, whichever stands out more", () => {
    expect(readableOn("rgb(143, 229, 207)", "rgb(31, 31, 31)", 1)).toBe("#000000");
    expect(readableOn("rgb(123, 116, 242)", "rgb(31, 31, 31)", 0.66)).toBe("#ffffff");
    expect(readableOn("rgb(31, 15, 122)", "rgb(255, 255, 255)", 1)).toBe("#ffffff");
  });
});
