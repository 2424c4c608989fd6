import { describe, expect, it } from "vitest";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import { moments, type Timeline, timelineBuffers } from "../../../src/simulation/timeline/timeline.ts";
import { TimelineLog } from "../../../src/simulation/timeline/timeline-log.ts";
import type { Workload } from "../../../src/simulation/workload/workload.ts";
import { kvTransfer } from "../../../src/timing/collectives/kv-transfer.ts";
import type { StepModel } from "../../../src/timing/step-model.ts";
import { planOf, reportFrom, type Setup, settledOf, settledPair, timing } from "../fixtures.ts";

/** 0.1 ms a prompt token, 10 ms more where anything decodes. */
const steps = (parts: Partial<StepModel> = {}): StepModel =>
  timing((batch) => 1e-4 * batch.prefillTokens + (batch.decodeSequences > 0 ? 0.01 : 0), parts);

function logged(setup: Setup, workload: Workload, log = new TimelineLog(), model = steps()): Timeline {
  reportFrom(simulateWith(settledOf(setup), [planOf(setup)], [model], workload, 1, { timeline: log }));
  return log.taken();
}

const requests = (...rows: readonly (readonly [arrivalSeconds: number, promptTokens: number, outputTokens: number])[]): Workload => ({
  kind: "requests",
  requests: rows.map(([arrivalSeconds, promptTokens, outputTokens]) => ({ arrivalSeconds, promptTokens, outputTokens })),
});

/** A request's moments, in milliseconds. */
function life({ moments: told }: Timeline, r: number): (readonly [number, string, number])[] {
  return [...told.time.keys()].flatMap((i) =>
    told.request[i] === r
      ? [[Math.round((told.time[i] as number) * 1e6) / 1e3, moments[told.kind[i] as number] as string, told.instance[i] as number] as const]
      : [],
  );
}

/** Steps that stand one behind the other with the same batch, put together as a stretch would: however they were run. */
function merged({ steps: all }: Timeline): (readonly [from: number, to: number, prompt: number, decodes: number, steps: number])[] {
  const made: [number, number, number, number, number][] = [];
  for (let i = 0; i < all.start.length; i++) {
    const row = [all.start[i], all.end[i], all.promptTokens[i], all.decodeSequences[i], all.steps[i]] as [
      number,
      number,
      number,
      number,
      number,
    ];
    row[0] = Math.round(row[0] * 1e6) / 1e3;
    row[1] = Math.round(row[1] * 1e6) / 1e3;
    const before = made.at(-1);
    if (before && before[1] === row[0] && before[2] === 0 && row[2] === 0 && before[3] === row[3]) {
      before[1] = row[1];
      before[4] += row[4];
    } else made.push(row);
  }
  return made;
}

describe("what a run writes down", () => {
  it("tells a request alone step by step: its prompt, its answer, and its blocks until it leaves", () => {
    // 1,000 tokens in 100 ms, then four steps of 10 ms for the other tokens.
    const timeline = logged({}, requests([0, 1000, 5]));
    expect(merged(timeline)).toEqual([
      [0, 100, 1000, 0, 1],
      [100, 140, 0, 1, 4],
    ]);
    expect(life(timeline, 0)).toEqual([
      [0, "arrived", -1],
      [0, "queued", 0],
      [0, "scheduled", -1],
      [100, "prefilled", -1],
      [140, "finished", -1],
    ]);
    // 63 blocks of 16 tokens hold 1,000 and the four that follow: 1,008.
    expect([...timeline.levels.tokens]).toEqual([1008, 0]);
    expect([...timeline.levels.time]).toEqual([0, 0.14]);
    expect(timeline).toMatchObject({ from: 0, to: 0.14, end: 0.14 });
    expect(timeline.instances).toEqual([
      { name: "engine-0", role: "mixed", pool: 0, layout: "1 GPU", capacityTokens: 320_000, blockTokens: 16, maxNumSeqs: 256 },
    ]);
  });

  it("tells which prompt a step computed, and how much of it", () => {
    // A budget of 2,048: the second prompt begins in what the first one leaves, and decoding goes on beside it.
    const { chunks, steps: all } = logged({}, requests([0, 1000, 3], [0, 3000, 1]));
    expect([...chunks.request]).toEqual([0, 1, 1]);
    expect([...chunks.tokens]).toEqual([1000, 1048, 1952]);
    expect([...chunks.step]).toEqual([0, 0, 1]);
    expect([...all.promptTokens].slice(0, 2)).toEqual([2048, 1952]);
    expect([...all.decodeSequences].slice(0, 2)).toEqual([0, 1]);
  });

  it("tells the mode of each step where they change", () => {
    const model = steps({ mode: (tokens) => (tokens > 256 ? "sequence" : "tensor") });
    const { steps: all } = logged({}, requests([0, 1000, 3]), new TimelineLog(), model);
    expect([...all.sequenceMode]).toEqual([...all.promptTokens].map((tokens) => (tokens > 256 ? 1 : 0)));
    expect(all.sequenceMode[0]).toBe(1);
  });

  it("tells who was taken out, and when the prompt begins again", () => {
    // 8 blocks of 16: two prompts of 48 take six, and their 17th tokens need four more than there are.
    const timeline = logged({ blocks: 8 }, requests([0, 48, 40], [0, 48, 40]));
    const second = life(timeline, 1).map(([, moment]) => moment);
    expect(second).toEqual(["arrived", "queued", "scheduled", "prefilled", "preempted", "scheduled", "prefilled", "finished"]);
    expect(Math.max(...timeline.levels.tokens)).toBeLessThanOrEqual(128);
    expect(timeline.levels.tokens.at(-1)).toBe(0);
  });

  it("forgets the warm-up, and counts from its end", () => {
    const timeline = logged({}, { ...requests([0, 1000, 1]), warmup: 1 });
    expect(merged(timeline)).toEqual([[0, 100, 1000, 0, 1]]);
    expect(life(timeline, 1)).toEqual([]);
  });

  it("changes nothing of the run", () => {
    const run = (timeline?: TimelineLog) =>
      reportFrom(
        simulateWith(settledOf(), [planOf()], [steps()], requests([0, 900, 40], [0.02, 3000, 7]), 1, timeline ? { timeline } : {}),
      );
    expect(run(new TimelineLog())).toEqual(run());
  });
});

describe("pools of prefill and decode", () => {
  const setup = { linkBytesPerSecond: 5e10 };
  const model = steps();
  function pair(): Timeline {
    const log = new TimelineLog();
    reportFrom(simulateWith(settledPair(setup), [planOf(), planOf()], [model, model], requests([0, 1000, 11]), 1, { timeline: log }));
    return log.taken();
  }

  it("tell the way of a cache: asked for, sent over the link, there, and in the next step", () => {
    const timeline = pair();
    const [prefill, decode] = settledPair(setup).pools;
    if (!prefill || !decode) throw new Error("no pools");
    const link = kvTransfer({ pool: prefill, plan: planOf() }, { pool: decode, plan: planOf() }, false);
    const { transfers, instances } = timeline;
    expect(instances.map(({ name }) => name)).toEqual(["prefill-0", "decode-0"]);
    const [handed, sent] = [0.1 + link.handOverSeconds, 0.1 + link.handOverSeconds + link.latencySeconds];
    const came = sent + 999 * link.secondsPerToken + link.secondsPerSequence;
    expect(life(timeline, 0).map(([, moment, instance]) => [moment, instance])).toEqual([
      ["arrived", -1],
      ["queued", 0],
      ["scheduled", -1],
      ["prefilled", -1],
      ["handed-over", 1],
      ["asked", -1],
      ["sent", 0],
      ["came", 1],
      ["joined", -1],
      ["finished", -1],
    ]);
    expect(life(timeline, 0)[4]?.[0]).toBeCloseTo(handed * 1e3, 2);
    // vLLM's decode instance computes the last prompt token again: 999 tokens move.
    expect([...transfers.bytes]).toEqual([999 * 131_072]);
    expect(transfers.start[0]).toBeCloseTo(sent, 8);
    expect(transfers.end[0]).toBeCloseTo(came, 8);
    expect([transfers.from[0], transfers.to[0], transfers.request[0]]).toEqual([0, 1, 0]);
  });

  it("give the prefill instance's blocks back when the cache is there", () => {
    const { levels, transfers } = pair();
    const last = [...levels.instance].lastIndexOf(0);
    expect(levels.tokens[last]).toBe(0);
    expect(levels.time[last]).toBeCloseTo(transfers.end[0] as number, 9);
  });
});

describe("a log that is full", () => {
  it("ends between two instants, holds all before, and can begin later", () => {
    const workload = requests(...Array.from({ length: 40 }, (_, i) => [i, 100, 3] as const));
    const first = logged({}, workload, new TimelineLog(0, 20));
    expect(first.to).toBeLessThan(first.end);
    expect(first.steps.start.every((start) => start < first.to)).toBe(true);
    const rest = logged({}, workload, new TimelineLog(first.to, 1000));
    expect(rest.from).toBe(first.to);
    const whole = logged({}, workload);
    expect([...first.steps.start, ...rest.steps.start]).toEqual([...whole.steps.start]);
    expect([...first.moments.time, ...rest.moments.time]).toEqual([...whole.moments.time]);
    expect(whole.to).toBe(whole.end);
  });

  it("hands over its arrays whole", () => {
    const timeline = logged({}, requests([0, 100, 3]));
    const buffers = timelineBuffers(timeline);
    expect(new Set(buffers).size).toBe(7 + 3 + 3 + 6 + 4);
    expect(structuredClone(timeline, { transfer: buffers }).steps.start.length).toBeGreaterThan(0);
    expect(timeline.steps.start.length).toBe(0);
  });
});
