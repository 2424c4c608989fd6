import { describe, expect, it } from "vitest";
import type { WorkloadRows } from "../../../src/catalog/facts.ts";
import { randomSource } from "../../../src/simulation/random.ts";
import { allAtOnce } from "../../../src/simulation/report/saturation.ts";
import { arrivalTimes } from "../../../src/simulation/workload/arrivals.ts";
import { atRate } from "../../../src/simulation/workload/at-rate.ts";
import { builtInWorkload } from "../../../src/simulation/workload/built-in.ts";
import { lengthSampler } from "../../../src/simulation/workload/lengths.ts";
import { drawLoad } from "../../../src/simulation/workload/load.ts";
import { workloadNumbers } from "../../../src/simulation/workload/numbers.ts";
import type { Length, Workload } from "../../../src/simulation/workload/workload.ts";

describe("random numbers", () => {
  it("come in the pinned sequence: reports of old runs depend on it", () => {
    const source = randomSource(42, "arrivals");
    expect([source(), source(), source()]).toMatchInlineSnapshot(`
      [
        0.9999993701129287,
        0.8758418435769486,
        0.03919820288731701,
      ]
    `);
    const lengths = randomSource(42, "outputTokens");
    expect([lengths(), lengths()]).toMatchInlineSnapshot(`
      [
        0.9951754173010852,
        0.7195788760289057,
      ]
    `);
    const draw = lengthSampler({ lognormal: [1024, 512, 1, 8192] }, randomSource(1, "promptTokens"));
    expect([draw(), draw(), draw(), draw()]).toMatchInlineSnapshot(`
      [
        1353,
        961,
        1029,
        1025,
      ]
    `);
    const gamma = arrivalTimes(
      { kind: "gamma", cv: 3, stages: [{ ratePerSecond: 2, durationSeconds: 0 }] },
      3,
      randomSource(9, "arrivals"),
    );
    expect([...gamma]).toMatchInlineSnapshot(`
      [
        14.532233605326052,
        14.532236330444078,
        14.535304829784197,
      ]
    `);
  });

  it("of one stream do not depend on another", () => {
    const a = drawLoad({ kind: "offline", requests: 5, promptTokens: { uniform: [1, 1000] }, outputTokens: 3 }, 4).load;
    const b = drawLoad({ kind: "offline", requests: 5, promptTokens: { uniform: [1, 1000] }, outputTokens: { uniform: [1, 99] } }, 4).load;
    expect(a?.promptTokens).toEqual(b?.promptTokens);
  });
});

describe("lengths", () => {
  const draw = (length: Length, count = 20_000) => {
    const sampler = lengthSampler(length, randomSource(3, "promptTokens"));
    return Array.from({ length: count }, sampler);
  };
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  it("keep the mean and spread they name", () => {
    expect(mean(draw({ uniform: [820, 1024] }))).toBeCloseTo(922, -1);
    const logs = draw({ lognormal: [1000, 500, 1, 100_000] });
    // Standard error of the mean: 500 / √20,000 = 3.5.
    expect(Math.abs(mean(logs) - 1000)).toBeLessThan(15);
    expect(Math.abs(Math.sqrt(mean(logs.map((value) => (value - 1000) ** 2))) - 500)).toBeLessThan(40);
    const normal = draw({ normal: [100, 10, 95, 120] });
    expect(Math.min(...normal)).toBe(95);
    expect(Math.max(...normal)).toBe(120);
    expect(new Set(draw({ values: [7, 9] }))).toEqual(new Set([7, 9]));
    expect(draw({ uniform: [5, 5] }, 3)).toEqual([5, 5, 5]);
    expect(draw(0, 1)).toEqual([1]);
  });
});

describe("arrivals", () => {
  const variation = (times: Float64Array) => {
    const gaps = [...times].map((time, i) => time - (times[i - 1] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    return Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length) / mean;
  };
  const times = (kind: "poisson" | "gamma" | "constant", cv: number) =>
    arrivalTimes({ kind, cv, stages: [{ ratePerSecond: 10, durationSeconds: 0 }] }, 50_000, randomSource(11, "arrivals"));

  it("keep rate and burstiness", () => {
    expect(50_000 / (times("poisson", 1).at(-1) ?? 0)).toBeCloseTo(10, 0);
    expect(variation(times("poisson", 1))).toBeCloseTo(1, 1);
    expect(variation(times("gamma", 3))).toBeGreaterThan(2.8);
    expect(variation(times("gamma", 3))).toBeLessThan(3.2);
    expect([...times("constant", 1).slice(0, 3)]).toEqual([0.1, 0.2, 0.30000000000000004]);
  });

  it("follow stages: 10 a second for 1.95 s, none for 3 s, then 5 a second", () => {
    const stages = [
      { ratePerSecond: 10, durationSeconds: 1.95 },
      { ratePerSecond: 0, durationSeconds: 3 },
      { ratePerSecond: 5, durationSeconds: 1 },
    ];
    const constant = arrivalTimes({ kind: "constant", cv: 1, stages }, 21, randomSource(1, "arrivals"));
    expect(constant[18]).toBeCloseTo(1.9, 9);
    // Half a gap was waited for at 10 a second, the other half at 5 a second: 4.95 + 0.1.
    expect(constant[19]).toBeCloseTo(5.05, 9);
    expect(constant[20]).toBeCloseTo(5.25, 9);
  });
});

describe("workloads that make no sense are told in a sentence", () => {
  const lengths = { promptTokens: 10, outputTokens: 10 };
  it.each([
    [{ kind: "offline", requests: 0, ...lengths }, /no requests/],
    [{ kind: "offline", requests: 1e9, ...lengths }, /at most/],
    [{ kind: "offline", requests: Number.NaN, ...lengths }, /no requests/],
    [{ kind: "offline", requests: 3, warmup: -1, ...lengths }, /warm-up/],
    [{ kind: "open-loop", requests: 3, ratePerSecond: 0, ...lengths }, /above 0/],
    [{ kind: "open-loop", requests: 3, ratePerSecond: Number.NaN, ...lengths }, /not a rate/],
    [{ kind: "open-loop", requests: 3, ratePerSecond: 3, arrivals: "gamma", cv: -1, ...lengths }, /variation/],
    [{ kind: "open-loop", requests: 3, ratePerSecond: 3, maxInFlight: 0, ...lengths }, /in flight/],
    [{ kind: "closed-loop", requests: 3, concurrency: 0, ...lengths }, /concurrency/],
    [{ kind: "offline", requests: 3, promptTokens: { uniform: [10, 5] }, outputTokens: 1 }, /empty/],
    [{ kind: "offline", requests: 3, promptTokens: { values: [] }, outputTokens: 1 }, /empty/],
    [{ kind: "offline", requests: 3, promptTokens: -4, outputTokens: 1 }, /-4/],
    [{ kind: "offline", requests: 3, promptTokens: 4, outputTokens: 1e12 }, /1000000000000/],
    [{ kind: "requests", requests: [] }, /no requests/],
    [{ kind: "requests", requests: [{ arrivalSeconds: -1, promptTokens: 1, outputTokens: 1 }] }, /arrival/],
    [{ kind: "requests", requests: [{ arrivalSeconds: 0, promptTokens: Number.NaN, outputTokens: 1 }] }, /no sense/],
  ] as const satisfies readonly (readonly [Workload, RegExp])[])("%j", (workload, words) => {
    expect(drawLoad(workload, 1).problem).toMatch(words);
    expect(workloadNumbers(workload)).toBeUndefined();
  });
});

describe("built-in workloads", () => {
  const rows: WorkloadRows = {
    name: "chat",
    title: "Chat",
    source: "hand-made",
    cv: 2,
    blockTokens: 10,
    rows: [
      [100, 5, -1, 0],
      [80, 6, 0, 4],
      [45, 7, 1, 3],
    ],
  };

  it("turn rows into requests whose block ids tell the shared prefixes", () => {
    const workload = builtInWorkload(rows, 3);
    if (workload.kind !== "requests") throw new Error("not requests");
    expect(workload.requests.map((row) => row.prefixBlocks)).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      [0, 1, 2, 3, 10, 11, 12, 13],
      [0, 1, 2, 14],
    ]);
    expect(workload).toMatchObject({ ratePerSecond: 3, cv: 2, prefixBlockTokens: 10, source: "hand-made" });
    // 40 of 80 and 30 of 45 tokens repeat, none of the first 100: 70 / 225.
    expect(workloadNumbers(workload)).toMatchObject({ requests: 3, repeatedPrefix: 70 / 225, outputP95: 7, source: "hand-made" });
  });

  it("start over with fresh ids when more requests than rows are asked for", () => {
    const workload = builtInWorkload(rows, null, 7);
    if (workload.kind !== "requests") throw new Error("not requests");
    const second = workload.requests[3]?.prefixBlocks ?? [];
    expect(second).toEqual([15, 16, 17, 18, 19, 20, 21, 22, 23, 24]);
    expect(workload.requests[4]?.prefixBlocks?.slice(0, 5)).toEqual([15, 16, 17, 18, 25]);
    expect(workload.requests).toHaveLength(7);
    expect(workloadNumbers(workload)).toMatchObject({ ratePerSecond: null, burstiness: null });
  });
});

describe("conversations", () => {
  it("repeat the system prompt of the group, and in turns the whole talk before", () => {
    const shared = { groups: 1, usersPerGroup: 1, systemPromptTokens: 160, questionTokens: 32, outputTokens: 16, multiTurn: true };
    const load = drawLoad(
      { kind: "open-loop", ratePerSecond: 1, requests: 3, promptTokens: 1, outputTokens: 1, sharedPrefix: shared },
      1,
    ).load;
    // Turn 1: 160 + 32; turn 2: 192 + 16 + 32; turn 3: 240 + 16 + 32.
    expect([...(load?.promptTokens ?? [])]).toEqual([192, 240, 288]);
    const turn = (r: number) => [...(load?.prefixIds ?? []).slice(load?.prefixStart[r], load?.prefixStart[r + 1])];
    expect(turn(0)).toHaveLength(13);
    expect(turn(1).slice(0, 13)).toEqual(turn(0));
    expect(turn(2).slice(0, 16)).toEqual(turn(1));
  });

  it("begin with the same share of each prompt, block by block, so that all together repeat it", () => {
    const workload: Workload = {
      kind: "open-loop",
      ratePerSecond: 1,
      requests: 400,
      promptTokens: { values: [100, 500, 2000] },
      outputTokens: 10,
      prefixShare: 0.42,
    };
    // All but the first ones to reach so far into the common text are found again.
    expect(workloadNumbers(workload)?.repeatedPrefix).toBeCloseTo(0.42, 2);
    expect(workloadNumbers(atRate(workload, 3))?.repeatedPrefix).toBeCloseTo(0.42, 2);
    expect(workloadNumbers(allAtOnce(workload))?.repeatedPrefix).toBeCloseTo(0.42, 2);
    expect(drawLoad({ ...workload, prefixShare: 1.5 }, 1).problem).toBe("1.5 is not a share of a prompt.");
  });

  it("stop at a sentence when they would name too many blocks", () => {
    const shared = { groups: 1, usersPerGroup: 1, systemPromptTokens: 16_000, questionTokens: 100_000, outputTokens: 16, multiTurn: true };
    const workload: Workload = {
      kind: "open-loop",
      ratePerSecond: 1,
      requests: 100_000,
      promptTokens: 1,
      outputTokens: 1,
      sharedPrefix: shared,
    };
    expect(drawLoad(workload, 1).problem).toMatch(/prefix blocks/);
  });
});

describe("all at once", () => {
  it("keeps the lengths and the shared prefixes of conversations", () => {
    const sharedPrefix = { groups: 2, usersPerGroup: 5, systemPromptTokens: 320, questionTokens: 40, outputTokens: 20, multiTurn: true };
    const workload: Workload = { kind: "open-loop", ratePerSecond: 5, requests: 50, promptTokens: 1, outputTokens: 1, sharedPrefix };
    const before = workloadNumbers(workload, 7);
    expect(before?.promptMean).toBeGreaterThan(360);
    expect(workloadNumbers(allAtOnce(workload, 7))).toEqual({ ...before, ratePerSecond: null, burstiness: null, source: "requests" });
  });

  it("of other kinds is offline", () => {
    const lengths = { requests: 10, promptTokens: { uniform: [10, 20] as const }, outputTokens: 5 };
    expect(allAtOnce({ kind: "open-loop", name: "mine", ratePerSecond: 5, ...lengths })).toEqual({
      kind: "offline",
      name: "mine",
      ...lengths,
    });
  });
});
