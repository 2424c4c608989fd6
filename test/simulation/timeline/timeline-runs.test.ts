import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Report } from "../../../src/simulation/report/report.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import { disjointTracks } from "../../../src/simulation/timeline/disjoint-tracks.ts";
import { requestLife } from "../../../src/simulation/timeline/request-life.ts";
import { RowGroups } from "../../../src/simulation/timeline/row-groups.ts";
import type { Timeline } from "../../../src/simulation/timeline/timeline.ts";
import { TimelineLog } from "../../../src/simulation/timeline/timeline-log.ts";
import { reportFrom } from "../fixtures.ts";
import { type RandomRun, randomRuns } from "../random-runs.ts";

interface Logged {
  readonly timeline: Timeline;
  readonly report: Report;
}

function logged({ settled, plans, models, workload, seed, routing }: RandomRun, stepwise: boolean): Logged {
  const log = new TimelineLog();
  const report = reportFrom(simulateWith(settled, plans, models, workload, seed, { timeline: log, stepwise }, routing));
  return { timeline: log.taken(), report };
}

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

function expectWhole({ timeline, report }: Logged, run: RandomRun): void {
  const { steps, chunks, levels, moments, instances, transfers } = timeline;
  const { requests } = report;
  expect([timeline.from, timeline.to]).toEqual([0, timeline.end]);
  // Every prompt token that a step computed is a part of some request's prompt.
  expect(sum(chunks.tokens)).toBe(sum(steps.promptTokens));
  const ofInstance = new RowGroups(steps.instance);
  for (const [i, { role, pool, capacityTokens }] of instances.entries()) {
    expect(role).toBe(run.settled.pools[pool]?.role);
    expect(disjointTracks(steps, ofInstance.of(i)).length).toBeLessThanOrEqual(run.models[pool]?.stages ?? 1);
    const own = levels.tokens.filter((_, row) => levels.instance[row] === i);
    expect(Math.max(0, ...own)).toBeLessThanOrEqual(capacityTokens);
    expect(own.at(-1) ?? 0).toBe(0);
  }
  for (const times of [levels.time, moments.time]) expect(times.every((time, i) => i === 0 || time >= (times[i - 1] as number))).toBe(true);
  expect(transfers.end.every((end, i) => end >= (transfers.start[i] as number))).toBe(true);
  const rows = new RowGroups(moments.request);
  for (let r = 0; r < requests.arrival.length; r++) {
    const life = requestLife(timeline, rows.of(r));
    if (!life) throw new Error(`request ${r} has no whole life`);
    expect(life.arrived).toBeCloseTo(requests.arrival[r] as number, 9);
    if (life.isRefused) {
      expect(requests.finished[r]).toBeNaN();
      continue;
    }
    expect(life.finished).toBeCloseTo(requests.finished[r] as number, 9);
    expect(life.preemptions).toBe(requests.preemptions[r]);
    for (const [i, part] of life.parts.entries()) expect(part.from).toBe(i === 0 ? life.parts[0]?.from : life.parts[i - 1]?.to);
    expect(sum(life.parts.map(({ from, to }) => to - from))).toBeCloseTo(life.finished - life.arrived, 9);
    expect(life.parts.at(-1)?.kind).toBe("decode");
  }
}

/** Steps as they are one by one, whatever rows they came in. */
function counts({ timeline: { steps } }: Logged): readonly number[] {
  return [sum(steps.steps), sum(steps.promptTokens), sum(steps.decodeSequences.map((count, i) => count * (steps.steps[i] as number)))];
}

function busySeconds({ timeline: { steps } }: Logged): number {
  return sum(steps.end.map((end, i) => end - (steps.start[i] as number)));
}

describe("what any run writes down", () => {
  it("holds every request's whole life, every token of a prompt, and caches that end empty", () => {
    fc.assert(
      fc.property(randomRuns, (run) => expectWhole(logged(run, false), run)),
      { numRuns: 150, seed: 19 },
    );
  }, 120_000);

  it("is the same whether steps are taken in stretches or one by one", () => {
    fc.assert(
      fc.property(randomRuns, (run) => {
        const [fast, exact] = [logged(run, false), logged(run, true)];
        expect(counts(fast)).toEqual(counts(exact));
        expect(Math.abs(busySeconds(fast) / busySeconds(exact) - 1)).toBeLessThan(1e-9);
        expect(fast.timeline.moments).toEqual(exact.timeline.moments);
        expect(fast.timeline.chunks.tokens).toEqual(exact.timeline.chunks.tokens);
        expect(fast.timeline.transfers).toEqual(exact.timeline.transfers);
      }),
      { numRuns: 100, seed: 23 },
    );
  }, 120_000);
});
