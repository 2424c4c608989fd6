import { describe, expect, it } from "vitest";
import { drawLoad } from "../../../src/simulation/workload/load.ts";
import { type LoadParts, loadParts } from "../../../src/simulation/workload/load-parts.ts";
import { loadNumbers } from "../../../src/simulation/workload/numbers.ts";
import { atOwnRate, withParts } from "../../../src/simulation/workload/with-parts.ts";
import type { Workload } from "../../../src/simulation/workload/workload.ts";

const lengths = { promptTokens: { lognormal: [800, 600, 10, 8000] }, outputTokens: 200 } as const;
const slo = { ttftSeconds: 0.5, tpotSeconds: null, e2eSeconds: null, percentile: 95 };
const rows = Array.from({ length: 40 }, (_, i) => ({
  arrivalSeconds: i * 0.5,
  promptTokens: 100 + i,
  outputTokens: 10 + i,
  prefixBlocks: [0, i + 1],
  class: i % 4 === 0 ? 1 : 0,
}));

const workloads: Readonly<Record<string, Workload>> = {
  poisson: { kind: "open-loop", ratePerSecond: 4, requests: 60, ...lengths },
  gamma: { kind: "open-loop", ratePerSecond: 4, cv: 2.7, requests: 60, warmup: 5, maxInFlight: 9, ...lengths, prefixShare: 0.5 },
  weibull: { kind: "open-loop", ratePerSecond: 4, arrivals: "weibull", cv: 2, requests: 60, ...lengths },
  bursts: {
    kind: "open-loop",
    ratePerSecond: 2,
    requests: 60,
    burst: { ratePerSecond: 20, durationSeconds: 1, everySeconds: 5 },
    ...lengths,
  },
  stages: {
    kind: "open-loop",
    ratePerSecond: 2,
    requests: 60,
    stages: [
      { ratePerSecond: 2, durationSeconds: 5 },
      { ratePerSecond: 9, durationSeconds: 5 },
    ],
    ...lengths,
  },
  "closed loop": { kind: "closed-loop", concurrency: 8, requests: 60, ...lengths },
  offline: { kind: "offline", requests: 60, ...lengths },
  conversations: {
    kind: "open-loop",
    ratePerSecond: 2,
    requests: 60,
    promptTokens: 1,
    outputTokens: 1,
    sharedPrefix: { groups: 2, usersPerGroup: 2, systemPromptTokens: 64, questionTokens: 50, outputTokens: 20, multiTurn: true, turns: 3 },
  },
  classes: {
    kind: "open-loop",
    ratePerSecond: 3,
    requests: 60,
    promptTokens: 1,
    outputTokens: 1,
    classes: [
      { name: "short", share: 3, promptTokens: 100, outputTokens: 20, slo },
      { name: "long", share: 1, promptTokens: { uniform: [1000, 2000] }, outputTokens: 300, prefixShare: 0.2 },
    ],
  },
  "classes by themselves": {
    kind: "open-loop",
    ratePerSecond: 3,
    requests: 60,
    promptTokens: 1,
    outputTokens: 1,
    classes: [
      { name: "short", ratePerSecond: 2, promptTokens: 100, outputTokens: 20 },
      { name: "long", ratePerSecond: 1, arrivals: "weibull", cv: 3, promptTokens: 1000, outputTokens: { values: [1, 2, 3] } },
    ],
  },
  "recorded rows": { kind: "requests", requests: rows, prefixBlockTokens: 16, classes: [{ name: "a", slo }, { name: "b" }] },
  "rows at a rate": { kind: "requests", requests: rows, ratePerSecond: 3, cv: 2.7, maxInFlight: 6 },
  "rows at once": { kind: "requests", requests: rows.map((row) => ({ ...row, arrivalSeconds: 0 })) },
};

const drawn = (workload: Workload) => drawLoad(workload, 7).load;
const changed = (name: keyof typeof workloads, change: Partial<LoadParts>, rate: number | null = null): Workload => {
  const workload = workloads[name] as Workload;
  return withParts(workload, rate, { ...loadParts(workload), ...change });
};

describe("a load in parts", () => {
  it.each(Object.keys(workloads))("is the same load with its own parts: %s", (name) => {
    expect(drawn(changed(name, {}))).toEqual(drawn(workloads[name] as Workload));
  });

  it("keeps the requests of rows, with their prefixes, under any other arrivals", () => {
    const gaps = { kind: "gamma", cv: 2 } as const;
    for (const arrivals of [
      { kind: "steady", gaps },
      { kind: "bursts", gaps, burst: { ratePerSecond: 30, durationSeconds: 1, everySeconds: 4 } },
      { kind: "stages", gaps, stages: [{ ratePerSecond: 5, durationSeconds: 2 }] },
      { kind: "at-once" },
      { kind: "closed-loop", concurrency: 4 },
    ] as const) {
      const load = drawn(changed("recorded rows", { arrivals }, 5));
      expect([...(load?.promptTokens ?? [])]).toEqual(rows.map((row) => row.promptTokens));
      expect(load?.prefixIds.length).toBe(80);
      expect(load?.classOf).toEqual(drawn(workloads["recorded rows"] as Workload)?.classOf);
    }
    expect(drawn(changed("recorded rows", { arrivals: { kind: "closed-loop", concurrency: 4 } }))?.maxInFlight).toBe(4);
  });

  it("has bursts in which the gaps are as short as their rate says", () => {
    const burst = { ratePerSecond: 50, durationSeconds: 2, everySeconds: 10 };
    const load = drawn(changed("recorded rows", { arrivals: { kind: "bursts", gaps: { kind: "constant", cv: 1 }, burst } }, 1));
    // One a second for 8 s, then every 20 ms: the rest of the 40 lie within the burst.
    const times = [...(load?.arrivalSeconds ?? [])];
    expect(times[7]).toBeCloseTo(8, 6);
    expect((times[39] ?? 0) - (times[8] ?? 0)).toBeCloseTo(31 / 50, 6);
  });

  it("takes one length from the person and the other from the rows", () => {
    const load = drawn(changed("recorded rows", { promptTokens: 512, classes: [], arrivals: { kind: "closed-loop", concurrency: 2 } }));
    expect(new Set(load?.promptTokens)).toEqual(new Set([512]));
    expect(Math.min(...(load?.outputTokens ?? []))).toBeGreaterThanOrEqual(10);
    expect(Math.max(...(load?.outputTokens ?? []))).toBeLessThanOrEqual(49);
    expect(load?.concurrency).toBe(2);
  });

  it("makes prompts begin alike where it is told to", () => {
    const load = drawn(changed("poisson", { promptTokens: 1600, prefixShare: 0.5, requests: 100 }));
    // All but the first prompt repeat half.
    expect(load && loadNumbers(load).repeatedPrefix).toBeCloseTo(0.495, 2);
  });

  it("draws classes by weight, each with lengths and limits of its own, and those it is silent of from the workload", () => {
    const part = { weight: 1, promptTokens: null, outputTokens: null, slo: null };
    const classes = [
      { ...part, name: "ours", weight: 3 },
      { ...part, name: "bulk", promptTokens: 5000, slo },
    ];
    const load = drawn(changed("poisson", { classes, requests: 4000 }));
    const bulk = [...(load?.classOf ?? [])].filter((place) => place === 1).length;
    expect(bulk / 4000).toBeCloseTo(0.25, 1);
    expect(load?.classes).toMatchObject([{ name: "ours" }, { name: "bulk", slo }]);
    expect(load?.promptTokens.filter((tokens) => tokens === 5000).length).toBe(bulk);
    expect(new Set(load?.outputTokens)).toEqual(new Set([200]));
  });

  it("keeps conversations until their lengths are changed", () => {
    expect(drawn(changed("conversations", { requests: 30 }))?.follows.includes(1)).toBe(true);
    expect(drawn(changed("conversations", { promptTokens: 90 }))?.follows.includes(1)).toBe(false);
  });

  it("changes the rate of what has one, and of nothing else", () => {
    const at = (name: keyof typeof workloads): Workload => atOwnRate(workloads[name] as Workload, 6);
    expect(at("bursts")).toMatchObject({ ratePerSecond: 6, burst: { ratePerSecond: 20 } });
    expect(at("rows at a rate")).toMatchObject({ ratePerSecond: 6, cv: 2.7 });
    expect(at("classes by themselves")).toMatchObject({ ratePerSecond: 6, classes: [{ ratePerSecond: 4 }, { ratePerSecond: 2 }] });
    for (const name of ["stages", "closed loop", "offline", "recorded rows", "rows at once"]) expect(at(name)).toBe(workloads[name]);
  });
});
