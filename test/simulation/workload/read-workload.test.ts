import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawLoad } from "../../../src/simulation/workload/load.ts";
import { readWorkload } from "../../../src/simulation/workload/read-workload.ts";
import { workloadRows } from "../../../src/simulation/workload/workload-rows.ts";

describe("reading a workload as cases write it", () => {
  it.each([
    [
      { kind: "closed-loop", concurrency: 8, requests: 80, warmup: 16, promptTokens: { uniform: [820, 1024] }, outputTokens: 5 },
      { kind: "closed-loop", concurrency: 8, requests: 80, warmup: 16, promptTokens: { uniform: [820, 1024] }, outputTokens: 5 },
    ],
    [
      { kind: "open-loop", ratePerSecond: 2, arrivals: "gamma", cv: 3, requests: 10, promptTokens: 1, outputTokens: { values: [1, 2] } },
      { kind: "open-loop", ratePerSecond: 2, arrivals: "gamma", cv: 3, requests: 10, promptTokens: 1, outputTokens: { values: [1, 2] } },
    ],
    [
      {
        kind: "open-loop",
        arrivals: "stages",
        stages: [
          { ratePerSecond: 2, durationSeconds: 10 },
          { ratePerSecond: 4, durationSeconds: 5 },
        ],
        promptTokens: 1,
        outputTokens: 1,
      },
      // 2 · 10 + 4 · 5 requests fill the stages.
      {
        kind: "open-loop",
        ratePerSecond: 2,
        requests: 40,
        stages: [
          { ratePerSecond: 2, durationSeconds: 10 },
          { ratePerSecond: 4, durationSeconds: 5 },
        ],
        promptTokens: 1,
        outputTokens: 1,
      },
    ],
    [
      { kind: "requests", requests: [{ arrivalSeconds: 1, promptTokens: 3, outputTokens: 4, prefixBlocks: [7] }], maxInFlight: 3 },
      { kind: "requests", requests: [{ arrivalSeconds: 1, promptTokens: 3, outputTokens: 4, prefixBlocks: [7] }], maxInFlight: 3 },
    ],
    [
      { kind: "closed-loop", concurrency: 2, requests: 4, promptTokens: 30, outputTokens: 4, prefixShare: 0.5 },
      { kind: "closed-loop", concurrency: 2, requests: 4, promptTokens: 30, outputTokens: 4, prefixShare: 0.5 },
    ],
    [
      { kind: "offline", requests: 3, promptTokens: { lognormal: [10, 3, 1, 50] }, outputTokens: { normal: [10, 3, 1, 50] } },
      { kind: "offline", requests: 3, promptTokens: { lognormal: [10, 3, 1, 50] }, outputTokens: { normal: [10, 3, 1, 50] } },
    ],
  ])("%j", (value, workload) => {
    expect(readWorkload(value)).toEqual({ kind: "workload", workload });
  });

  it("takes names and traces as what they are", () => {
    expect(readWorkload("chat")).toMatchObject({ kind: "named", name: "chat" });
    expect(readWorkload({ name: "code", ratePerSecond: 3, requests: 20 })).toMatchObject({
      kind: "named",
      name: "code",
      ratePerSecond: 3,
      requests: 20,
    });
    expect(readWorkload({ kind: "trace", path: "t.csv", format: "azure", speedup: 2, limitSeconds: 60 })).toMatchObject({
      kind: "trace",
      trace: { path: "t.csv", format: "azure", speedup: 2, limitSeconds: 60 },
    });
  });

  it.each([
    [{}, "kind"],
    [{ kind: "sideways" }, "sideways"],
    [{ kind: "closed-loop", promptTokens: 1, outputTokens: 1 }, "concurrency"],
    [{ kind: "offline", promptTokens: "long", outputTokens: 1 }, "promptTokens"],
    [{ kind: "offline", promptTokens: { uniform: [1] }, outputTokens: 1 }, "promptTokens.uniform"],
    [{ kind: "open-loop", promptTokens: 1, outputTokens: 1 }, "ratePerSecond"],
    [{ kind: "open-loop", ratePerSecond: 1, arrivals: "weekly", promptTokens: 1, outputTokens: 1 }, "arrivals"],
    [{ kind: "requests", requests: 5 }, "requests"],
    [{ kind: "requests", requests: [{ promptTokens: 1 }] }, "requests[0].outputTokens"],
    [{ kind: "trace", path: "x", format: "pcap" }, "pcap"],
    [[], "workload"],
    [7, "workload"],
  ])("names what is wrong with %j", (value, word) => {
    expect(readWorkload(value)).toMatchObject({ problem: expect.stringContaining(word) });
  });

  it("never throws, and what it reads can be drawn or refused", () => {
    const member = fc.constantFrom(
      "kind",
      "requests",
      "concurrency",
      "ratePerSecond",
      "promptTokens",
      "outputTokens",
      "stages",
      "sharedPrefix",
      "name",
      "path",
    );
    const value = fc.oneof(
      fc.constantFrom("open-loop", "offline", "requests", "closed-loop", "trace"),
      fc.integer({ min: -5, max: 50 }),
      fc.double(),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.dictionary(member, value), (object) => {
        const read = readWorkload(object);
        if (read.kind === "workload") expect(["load", "problem"].some((key) => key in drawLoad(read.workload, 1))).toBe(true);
        else expect(read.kind === undefined ? read.problem : read.kind).not.toBe("");
      }),
    );
  });
});

describe("a workload as rows", () => {
  it("keeps lengths and shared prefixes", () => {
    const requests = [
      { arrivalSeconds: 0, promptTokens: 40, outputTokens: 5, prefixBlocks: [1, 2] },
      { arrivalSeconds: 1, promptTokens: 60, outputTokens: 6, prefixBlocks: [1, 2, 3] },
      { arrivalSeconds: 2, promptTokens: 20, outputTokens: 7, prefixBlocks: [1] },
    ];
    expect(workloadRows("own", { kind: "requests", requests, prefixBlockTokens: 16 })).toMatchObject({
      name: "own",
      blockTokens: 16,
      rows: [
        [40, 5, -1, 0],
        [60, 6, 0, 2],
        [20, 7, 1, 1],
      ],
    });
  });

  it("says why it cannot", () => {
    expect(workloadRows("own", { kind: "offline", requests: 0, promptTokens: 1, outputTokens: 1 })).toMatch(/no requests/);
  });
});
