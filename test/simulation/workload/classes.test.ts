import { describe, expect, it, test } from "vitest";
import { randomSource } from "../../../src/simulation/random.ts";
import { allAtOnce } from "../../../src/simulation/report/saturation.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import { arrivalTimes } from "../../../src/simulation/workload/arrivals.ts";
import { atRate } from "../../../src/simulation/workload/at-rate.ts";
import { drawLoad, type Load } from "../../../src/simulation/workload/load.ts";
import { workloadNumbers } from "../../../src/simulation/workload/numbers.ts";
import { readWorkload } from "../../../src/simulation/workload/read-workload.ts";
import type { Workload } from "../../../src/simulation/workload/workload.ts";
import { planOf, reportFrom, settledOf, timing } from "../fixtures.ts";

const seeds = [1, 2, 3, 5, 8, 13, 21, 34];
const count = 20_000;
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const variation = (values: readonly number[]) => {
  const average = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - average) ** 2))) / average;
};
const gapsOf = (times: Float64Array) => Array.from(times, (time, i) => time - (times[i - 1] ?? 0));

function drawn(workload: Workload, seed = 1): Load {
  const { load, problem } = drawLoad(workload, seed);
  if (!load) throw new Error(problem);
  return load;
}

describe("gaps between arrivals keep mean and variation with every seed", () => {
  // Standard errors of the mean of 20,000 gaps are cv / √20,000: 0.7 % at cv 1, 2.1 % at cv 3.
  it.each(["gamma", "weibull"] as const)("%s", (kind) => {
    for (const [cv, tolerance] of [
      [0.5, 0.02],
      [1, 0.04],
      [2, 0.12],
    ] as const) {
      const runs = seeds.map((seed) =>
        gapsOf(arrivalTimes({ kind, cv, stages: [{ ratePerSecond: 4, durationSeconds: 0 }] }, count, randomSource(seed, "arrivals"))),
      );
      for (const gaps of runs) expect(Math.abs(4 * mean(gaps) - 1)).toBeLessThan(5 * (cv / Math.sqrt(count)));
      expect(Math.abs(mean(runs.map(variation)) / cv - 1)).toBeLessThan(tolerance);
    }
  });

  it("bursts: 2 a second, and 20 in the last of every 10 seconds", () => {
    const stages = [
      { ratePerSecond: 2, durationSeconds: 9 },
      { ratePerSecond: 20, durationSeconds: 1 },
    ];
    for (const seed of seeds) {
      const times = arrivalTimes({ kind: "poisson", cv: 1, stages, repeats: true }, count, randomSource(seed, "arrivals"));
      const inBursts = times.filter((time) => time % 10 >= 9).length;
      // 20 of 38; standard error √(0.53 × 0.47 / 20,000) = 0.35 %.
      expect(Math.abs(inBursts / count - 20 / 38)).toBeLessThan(0.02);
      expect(Math.abs((times.at(-1) ?? 0) / (count / 3.8) - 1)).toBeLessThan(0.05);
    }
  });
});

describe("classes of requests", () => {
  const shares: Workload = {
    kind: "open-loop",
    ratePerSecond: 10,
    requests: count,
    promptTokens: 1,
    outputTokens: 1,
    classes: [
      { name: "chat", share: 3, promptTokens: { uniform: [100, 200] }, outputTokens: 50 },
      { name: "batch", share: 1, promptTokens: 4000, outputTokens: 10 },
    ],
  };
  const shareOf = (load: Load, part: number) => load.classOf.filter((one) => one === part).length / load.measured;

  it("are drawn by their shares, with lengths of their own", () => {
    for (const seed of seeds) {
      const load = drawn(shares, seed);
      expect(Math.abs(shareOf(load, 1) - 0.25)).toBeLessThan(0.016);
      expect([...load.classOf].every((part, r) => (load.promptTokens[r] === 4000) === (part === 1))).toBe(true);
      expect(Math.abs((load.arrivalSeconds.at(-1) ?? 0) / (count / 10) - 1)).toBeLessThan(0.04);
    }
    expect(drawn(shares).classes.map(({ name }) => name)).toEqual(["chat", "batch"]);
  });

  it("have their share of requests where one of them comes in conversations", () => {
    const talk = {
      groups: 2,
      usersPerGroup: 9,
      systemPromptTokens: 16,
      questionTokens: 9,
      outputTokens: 3,
      multiTurn: true,
      turns: { uniform: [1, 7] as const },
    };
    const mixed: Workload = {
      ...shares,
      classes: [
        { name: "chat", share: 3, promptTokens: 10, outputTokens: 5 },
        { name: "agent", share: 1, promptTokens: 1, outputTokens: 1, sharedPrefix: talk },
      ],
    };
    // Conversations of four turns on average, one for twelve others.
    for (const seed of seeds) expect(Math.abs(shareOf(drawn(mixed, seed), 1) - 0.25)).toBeLessThan(0.03);
  });

  it("come at rates of their own", () => {
    const rates: Workload = {
      ...shares,
      ratePerSecond: 8,
      classes: [
        { name: "steady", ratePerSecond: 6, arrivals: "constant", promptTokens: 10, outputTokens: 1 },
        { name: "bursty", ratePerSecond: 2, cv: 2, promptTokens: 20, outputTokens: 1 },
      ],
    };
    const load = drawn(rates);
    expect(Math.abs(shareOf(load, 1) - 0.25)).toBeLessThan(0.03);
    const steady = gapsOf(load.arrivalSeconds.filter((_, r) => load.classOf[r] === 0)).slice(1);
    expect(variation(steady)).toBeLessThan(1e-6);
    expect(load.arrivalSeconds.every((time, r) => r === 0 || time >= (load.arrivalSeconds[r - 1] ?? 0))).toBe(true);
    const faster = atRate(rates, 80);
    expect(drawn(faster).arrivalSeconds.at(-1)).toBeCloseTo((load.arrivalSeconds.at(-1) ?? 0) / 10, 6);
  });

  it("keep their class and limits when all comes at once", () => {
    const slo = { ttftSeconds: 1, tpotSeconds: null, e2eSeconds: null, percentile: 95 };
    const limited: Workload = { ...shares, requests: 50, classes: (shares.classes ?? []).map((one) => ({ ...one, slo })) };
    const before = drawn(limited);
    const after = drawn(allAtOnce(limited));
    expect(after.classOf).toEqual(before.classOf);
    expect(after.promptTokens).toEqual(before.promptTokens);
    expect(after.classes.map((one) => one.slo)).toEqual([slo, slo]);
  });

  it("are read as a case writes them", () => {
    const read = readWorkload({
      kind: "open-loop",
      ratePerSecond: 3,
      classes: [
        { name: "chat", share: 2, promptTokens: 10, outputTokens: 20, slo: { ttftSeconds: 0.5 } },
        {
          name: "agent",
          share: 1,
          sharedPrefix: {
            groups: 1,
            usersPerGroup: 1,
            systemPromptTokens: 9,
            questionTokens: 1,
            outputTokens: 2,
            multiTurn: true,
            turns: 3,
            thinkSeconds: { exponential: 5 },
          },
        },
      ],
    });
    expect(read).toMatchObject({
      kind: "workload",
      workload: {
        classes: [
          { name: "chat", share: 2, slo: { ttftSeconds: 0.5, tpotSeconds: null } },
          { name: "agent", sharedPrefix: { turns: 3 } },
        ],
      },
    });
  });

  it.each([
    [{ kind: "offline", classes: [] }, "classes"],
    [
      {
        kind: "offline",
        classes: [
          { name: "a", promptTokens: 1, outputTokens: 1 },
          { name: "a", promptTokens: 1, outputTokens: 1 },
        ],
      },
      "names of their own",
    ],
    [{ kind: "offline", classes: [{ promptTokens: 1, outputTokens: 1 }] }, "classes[0].name"],
    [{ kind: "offline", classes: [{ name: "a", outputTokens: 1 }] }, "classes[0].promptTokens"],
    [{ kind: "requests", classes: [{ name: "a" }], requests: [{ promptTokens: 1, outputTokens: 1, class: "b" }] }, "requests[0].class"],
  ])("names what is wrong with %j", (value, words) => {
    expect(readWorkload(value).problem).toContain(words);
  });

  it.each([
    [{ ...shares, classes: [] }, /empty/],
    [
      {
        ...shares,
        classes: [
          { name: "a", ratePerSecond: 1, promptTokens: 1, outputTokens: 1 },
          { name: "b", promptTokens: 1, outputTokens: 1 },
        ],
      },
      /all a share/,
    ],
    [{ ...shares, classes: [{ name: "a", promptTokens: -1, outputTokens: 1 }] }, /“a”.*-1/],
    [{ kind: "requests", requests: [{ arrivalSeconds: 0, promptTokens: 1, outputTokens: 1, class: 3 }] }, /no class 3/],
  ] satisfies readonly (readonly [Workload, RegExp])[])("says why they cannot be drawn %#", (workload, words) => {
    expect(drawLoad(workload, 1).problem).toMatch(words);
  });
});

describe("conversations with time to think", () => {
  const talks: Workload = {
    kind: "open-loop",
    ratePerSecond: 1,
    requests: 9,
    arrivals: "constant",
    promptTokens: 1,
    outputTokens: 1,
    sharedPrefix: {
      groups: 1,
      usersPerGroup: 4,
      systemPromptTokens: 160,
      questionTokens: 16,
      outputTokens: 4,
      multiTurn: true,
      turns: 3,
      thinkSeconds: 2,
    },
  };
  const run = (workload: Workload) => reportFrom(simulateWith(settledOf(), [planOf()], [timing(() => 0.01)], workload, 1)).requests;

  it("ask the next question when the answer is there and thought about", () => {
    const load = drawn(talks);
    // Each turn has what was said before: 176, 176 + 4 + 16, 196 + 4 + 16.
    expect([...load.promptTokens.subarray(0, 3)]).toEqual([176, 196, 216]);
    expect([...load.follows]).toEqual([0, 1, 1, 0, 1, 1, 0, 1, 1]);
    expect([...load.sessions]).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
    const { arrival, finished, promptTokens } = run(talks);
    // Conversations begin at 1, 2 and 3 s; four steps of 10 ms and 2 s later comes the next turn.
    const first = [...arrival.keys()].filter((r) => Math.abs((arrival[r] ?? 0) % 1) < 1e-9);
    expect(first.map((r) => arrival[r])).toEqual([1, 2, 3]);
    const second = [...arrival.keys()].filter((r) => promptTokens[r] === 196);
    expect(second.map((r) => Number((arrival[r] ?? 0).toFixed(6)))).toEqual([3.04, 4.04, 5.04]);
    expect(finished.every((time) => time > 0)).toBe(true);
  });

  it("keep a user of a closed loop busy while it thinks", () => {
    const { arrival } = run({ ...talks, kind: "closed-loop", concurrency: 1 });
    // One user: a conversation of three, 40 ms an answer and 2 s of thought, then the next conversation at once.
    expect([...arrival].map((time) => Number(time.toFixed(6)))).toEqual([0, 2.04, 4.08, 4.12, 6.16, 8.2, 8.24, 10.28, 12.32]);
  });

  it("wait for the client's cap like anybody", () => {
    const { arrival, finished } = run({ ...talks, maxInFlight: 1 });
    const order = [...arrival.keys()].sort((a, b) => (arrival[a] ?? 0) - (arrival[b] ?? 0));
    for (let i = 1; i < order.length; i++) expect(arrival[order[i] ?? 0]).toBeGreaterThanOrEqual((finished[order[i - 1] ?? 0] ?? 0) - 1e-9);
  });

  it("are told in numbers: the variation is that of conversations", () => {
    expect(workloadNumbers({ ...talks, requests: 300 })?.burstiness).toBeCloseTo(0, 6);
  });
});

test("a million requests are drawn in less than a second of computing, and drawing stops when asked", () => {
  const workload: Workload = {
    kind: "open-loop",
    ratePerSecond: 10,
    requests: 1_000_000,
    promptTokens: { lognormal: [1000, 1000, 1, 100_000] },
    outputTokens: { normal: [200, 100, 1, 1000] },
  };
  const before = process.cpuUsage().user;
  drawn(workload);
  expect((process.cpuUsage().user - before) / 1e6).toBeLessThan(1);
  let looks = 0;
  const signal = {
    get aborted() {
      return ++looks > 2;
    },
  };
  expect(drawLoad(workload, 1, signal).problem).toMatch(/Stopped/);
  expect(looks).toBe(3);
});
