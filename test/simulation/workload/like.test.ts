import { describe, expect, it } from "vitest";
import { plainYaml } from "../../../src/catalog/plain-yaml.ts";
import { likeText } from "../../../src/simulation/workload/like-text.ts";
import { drawLoad } from "../../../src/simulation/workload/load.ts";
import { type LoadParts, loadParts } from "../../../src/simulation/workload/load-parts.ts";
import { baseOf, type LikeWorkload, likeWorkload } from "../../../src/simulation/workload/read-like.ts";
import { readWorkload } from "../../../src/simulation/workload/read-workload.ts";
import { withParts } from "../../../src/simulation/workload/with-parts.ts";
import type { Workload } from "../../../src/simulation/workload/workload.ts";

const talk: Workload = {
  kind: "requests",
  name: "talk",
  source: "a trace",
  requests: Array.from({ length: 50 }, (_, i) => ({ arrivalSeconds: 0, promptTokens: 300 + i, outputTokens: 20, prefixBlocks: [0] })),
  ratePerSecond: 5,
  cv: 2.7,
};
const capped: Workload = { kind: "closed-loop", concurrency: 8, requests: 80, maxInFlight: 6, promptTokens: 100, outputTokens: 10 };
const known: Readonly<Record<string, Workload>> = { talk, capped };
const base = (name: string) => (known[name] ? baseOf(known[name]) : undefined);

function yaml(text: string): unknown {
  const read = plainYaml(text);
  if (read.problem !== undefined) throw new Error(read.problem);
  return read.value;
}

function written(text: string): LikeWorkload {
  const read = readWorkload(yaml(text));
  if (read.kind !== "like") throw new Error(JSON.stringify(read));
  return read;
}

describe("a workload that is like another", () => {
  it("has its requests, and what is written of it otherwise", () => {
    const { workload } = likeWorkload(
      written(
        'like: talk\nname: busy\nratePerSecond: 9\narrivals: bursts\nburst: {"ratePerSecond":40,"durationSeconds":2,"everySeconds":10}\n',
      ),
      base,
    );
    expect(workload).toMatchObject({ kind: "requests", name: "busy", ratePerSecond: 9, burst: { ratePerSecond: 40 } });
    expect(workload?.kind === "requests" && workload.requests).toEqual(talk.kind === "requests" && talk.requests);
  });

  it("keeps the other's rate and arrivals where it says nothing of them", () => {
    expect(likeWorkload(written("like: talk\nmaxInFlight: 4\n"), base).workload).toMatchObject({
      ratePerSecond: 5,
      cv: 2.7,
      maxInFlight: 4,
    });
    expect(likeWorkload(written("like: capped\nconcurrency: 2\nkind: closed-loop\n"), base).workload).toMatchObject({ concurrency: 2 });
  });

  it.each([
    ["like: nowhere\n", "The workload “nowhere”, which it is like, is not known."],
    ["like: capped\nkind: open-loop\n", "“ratePerSecond” must be a positive number."],
  ])("says what is missing: %s", (text, problem) => {
    expect(likeWorkload(written(text), base).problem).toBe(problem);
  });

  it.each([
    ["like: talk\nkind: trace\n", "“kind” beside “like” must be closed-loop, open-loop or offline."],
    [
      "like: talk\npromptTokens: long\n",
      "“promptTokens” must be a number of tokens or a distribution (uniform, normal, lognormal, values).",
    ],
    ["like: talk\nclasses: [{name: a}, {name: a}]\n", "“classes” must have names of their own."],
    ["like: talk\nprefixShare: 3\n", "“prefixShare” must be a number from 0 to 1."],
  ])("names what is not as it should be: %s", (text, problem) => {
    expect(readWorkload(yaml(text))).toEqual({ problem });
  });

  const part = { promptTokens: null, outputTokens: null, slo: null };
  const slo = { ttftSeconds: 2, tpotSeconds: null, e2eSeconds: null, percentile: 95 };
  const changes: readonly (readonly [string, Partial<LoadParts>])[] = [
    ["talk", {}],
    ["talk", { arrivals: { kind: "steady", gaps: { kind: "weibull", cv: 3 } } }],
    ["talk", { arrivals: { kind: "steady", gaps: { kind: "constant", cv: 1 } }, requests: 20 }],
    ["talk", { arrivals: { kind: "stages", gaps: { kind: "poisson", cv: 1 }, stages: [{ ratePerSecond: 3, durationSeconds: 4 }] } }],
    ["talk", { arrivals: { kind: "closed-loop", concurrency: 3 } }],
    ["talk", { arrivals: { kind: "at-once" }, maxInFlight: 7 }],
    ["talk", { promptTokens: { lognormal: [500, 300, 10, 4000] }, prefixShare: 0.3 }],
    [
      "talk",
      {
        classes: [
          { ...part, name: 'bulk: "x"', weight: 3 },
          { ...part, name: "short", weight: 1, outputTokens: 5, slo },
        ],
      },
    ],
    ["capped", { maxInFlight: null, requests: 10 }],
  ];
  it.each(changes)("is written so that it is read as the same load: %s %j", (like, change) => {
    const workload = known[like] as Workload;
    const was = loadParts(workload);
    const parts = { ...was, ...change };
    const text = likeText({ name: "mine", source: "changed on the\nreport page", like, ratePerSecond: 6, was, parts });
    const again = likeWorkload(written(text), base).workload;
    expect(again?.name).toBe("mine");
    expect(again?.source).toBe("changed on the report page");
    const drawn = (one: Workload | undefined) => one && { ...drawLoad(one, 3).load, source: "" };
    expect(drawn(again)).toEqual(drawn(withParts(workload, 6, parts)));
  });
});
