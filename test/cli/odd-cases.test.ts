import { describe, expect, test } from "vitest";
import { type CommandName, soundAnswer } from "./sound-answer.ts";

type Fields = Readonly<Record<string, unknown>>;

const deployment = {
  engine: "vllm",
  engineVersion: "0.19.0",
  model: "meta-llama/Llama-3.1-8B-Instruct",
  gpu: "H100-SXM-80GB",
  pools: [{ role: "mixed", instances: 1, parallel: { tensor: 1 } }],
};
const workload = { kind: "closed-loop", concurrency: 4, requests: 16, promptTokens: 512, outputTokens: 64 };

const deployed = (change: Fields) => ({ id: 1, deployment: { ...deployment, ...change }, workload, seed: 1 });
const parallel = (sizes: Fields) => deployed({ pools: [{ parallel: sizes }] });
const settings = (change: Fields) => deployed({ settings: change });
const loaded = (change: Fields) => ({ id: 1, deployment, workload: { ...workload, ...change }, seed: 1 });
const open = (change: Fields) => ({
  id: 1,
  deployment,
  workload: { kind: "open-loop", ratePerSecond: 4, requests: 16, promptTokens: 512, outputTokens: 64, ...change },
});
const requests = (...rows: readonly Fields[]) => ({ id: 1, deployment, workload: { kind: "requests", requests: rows } });

/** What a command says: its error's code, or that it answers with figures. */
function said(command: CommandName, written: unknown): string {
  const { error } = soundAnswer(command, JSON.stringify(written));
  return error ? error.code : "figures";
}

const huge = 1e300;

/** A case, and what estimate, simulate and inspect say of it; one word stands for all three. */
const table: readonly (readonly [name: string, written: unknown, expected: string])[] = [
  ["nothing odd", deployed({}), "figures"],
  // Layouts.
  ["TP 3 on 32 heads", parallel({ tensor: 3 }), "will-not-start, will-not-start, figures"],
  [
    "TP 3 on 64 heads",
    deployed({ model: "meta-llama/Llama-3.3-70B-Instruct", pools: [{ parallel: { tensor: 3 } }] }),
    "will-not-start, will-not-start, figures",
  ],
  [
    "TP 3 of SGLang",
    deployed({ engine: "sglang", engineVersion: "0.5.5", pools: [{ parallel: { tensor: 3 } }] }),
    "will-not-start, will-not-start, figures",
  ],
  ...[0, -1, 1.5, "4", true, [], huge].map((tensor) => [`tensor ${JSON.stringify(tensor)}`, parallel({ tensor }), "bad-case"] as const),
  ...["tensor", "pipeline", "data", "attentionData", "sequence", "prefillContext", "decodeContext"].map(
    (size) => [`${size} of 10^9`, parallel({ [size]: 1e9 }), "missing"] as const,
  ),
  ["expert 10^9", parallel({ expert: 1e9 }), "figures"],
  ["more stages than layers", parallel({ pipeline: 33 }), "missing"],
  ...["instances", "gpusPerNode", "nodes"].flatMap((count) =>
    [0, -1, 1.5, "x", huge].map((value) => [`${count} ${value}`, deployed({ pools: [{ [count]: value }] }), "bad-case"] as const),
  ),
  ["10^9 instances", deployed({ pools: [{ instances: 1e9 }] }), "figures, unsupported, figures"],
  ["10^9 GPUs in a node", deployed({ gpusPerNode: 1e9 }), "figures"],
  ["10^9 nodes", deployed({ nodes: 1e9 }), "figures"],
  ["no pools", deployed({ pools: [] }), "figures"],
  ["pools of nothing", deployed({ pools: [null] }), "bad-case"],
  ["pools as an object", deployed({ pools: {} }), "bad-case"],
  ["prefill alone", deployed({ pools: [{ role: "prefill" }] }), "missing, missing, figures"],
  ["an odd role", deployed({ pools: [{ role: "both" }] }), "bad-case"],
  // Hardware.
  ["an unknown GPU", deployed({ gpu: "Nobody 9000" }), "missing"],
  ["a GPU of no name", deployed({ gpu: "" }), "bad-case"],
  ["no GPU", deployed({ gpu: null }), "missing"],
  ...[0, -1, 1e-300, huge, "fast"].map(
    (intraNodeBytesPerSecond) =>
      [`a link of ${intraNodeBytesPerSecond}`, deployed({ links: { intraNodeBytesPerSecond } }), "bad-case"] as const,
  ),
  ["a network of 0", deployed({ links: { interNodeBytesPerSecond: 0 } }), "bad-case"],
  ["a latency of −1", deployed({ links: { latencySeconds: -1 } }), "bad-case"],
  ["a latency of centuries", deployed({ links: { latencySeconds: huge } }), "bad-case"],
  ["links as a list", deployed({ links: [] }), "bad-case"],
  ["a card of 0 bytes", deployed({ gpuTotalBytes: 0 }), "bad-case"],
  ["a card of one byte", deployed({ gpuTotalBytes: 1 }), "does-not-fit, does-not-fit, figures"],
  ["a card larger than the world", deployed({ gpuTotalBytes: huge }), "bad-case"],
  ["a cache of no blocks", deployed({ kvCacheBlocks: 0 }), "bad-case"],
  ["a cache of one block", deployed({ kvCacheBlocks: 1 }), "does-not-fit, does-not-fit, figures"],
  // Model, engine, formats.
  ["an unknown model", deployed({ model: "acme/none" }), "missing"],
  ["no model", deployed({ model: null }), "bad-case"],
  ["an unknown engine", deployed({ engine: "acme" }), "unsupported"],
  ["an odd version", deployed({ engineVersion: "newest" }), "bad-case"],
  ["an unknown cache format", deployed({ kvCacheDtype: "int3" }), "missing"],
  ["an unknown weight format", deployed({ weightQuantization: "fp7" }), "bad-case"],
  ["an unknown dtype", settings({ dtype: "fp7" }), "figures"],
  ...["max-num-seqs", "max-num-batched-tokens", "max-model-len", "block-size"].flatMap((name) => [
    ...[0, -1].map((value) => [`${name} ${value}`, settings({ [name]: value }), "figures"] as const),
    ...[huge, "nan", "inf"].map((value) => [`${name} ${value}`, settings({ [name]: value }), "missing"] as const),
  ]),
  ...[0, -1, huge, "nan"].map((share) => [`a share of ${share}`, settings({ "gpu-memory-utilization": share }), "missing"] as const),
  ["a context of 10^9 tokens", settings({ "max-model-len": 1e9 }), "does-not-fit, does-not-fit, figures"],
  // Workloads.
  ...["promptTokens", "outputTokens"].flatMap((tokens) =>
    [
      0,
      -5,
      1e9,
      huge,
      "x",
      null,
      { uniform: [5, 1] },
      { uniform: [0, 0] },
      { uniform: [1] },
      { normal: [9, -1, 1, 9] },
      { values: [] },
      { values: [0] },
      { values: ["x"] },
      { odd: 1 },
    ].map(
      (length) => [`${tokens} ${JSON.stringify(length)}`, loaded({ [tokens]: length }), "bad-workload, bad-workload, figures"] as const,
    ),
  ),
  ["a log-normal beyond numbers", loaded({ promptTokens: { lognormal: [huge, huge, 1, huge] } }), "bad-workload, bad-workload, figures"],
  ["a log-normal around nothing", loaded({ promptTokens: { lognormal: [1e-300, 128, 1, 1024] } }), "bad-workload, bad-workload, figures"],
  ["answers of one token", loaded({ outputTokens: 1 }), "figures"],
  ["prompts longer than the context", loaded({ promptTokens: 131_072 }), "bad-workload, bad-workload, figures"],
  ["answers longer than the context", loaded({ requests: 1, concurrency: 1, outputTokens: 1e6 }), "figures"],
  ...["concurrency", "requests"].flatMap((count) =>
    [0, -1, 1.5, huge].map((value) => [`${count} ${value}`, loaded({ [count]: value }), "bad-workload, bad-workload, figures"] as const),
  ),
  ["10^9 requests", loaded({ requests: 1e9 }), "bad-workload, bad-workload, figures"],
  ["10^9 at once of 16", loaded({ concurrency: 1e9 }), "figures"],
  ["more warm-up than requests", loaded({ warmup: 40 }), "figures"],
  ["a warm-up of −1", loaded({ warmup: -1 }), "bad-workload, bad-workload, figures"],
  ["10^9 to warm up", loaded({ warmup: 1e9 }), "bad-workload, bad-workload, figures"],
  ...[0, -1, 1e-300].map(
    (ratePerSecond) => [`a rate of ${ratePerSecond}`, open({ ratePerSecond }), "bad-workload, bad-workload, figures"] as const,
  ),
  ["a rate beyond numbers", open({ ratePerSecond: huge }), "figures"],
  ...[0, -1, 1e-300, huge].map(
    (cv) => [`gaps that vary by ${cv}`, open({ arrivals: "gamma", cv }), "bad-workload, bad-workload, figures"] as const,
  ),
  ["no stages", open({ ratePerSecond: null, stages: [] }), "bad-workload, bad-workload, figures"],
  [
    "stages of 10^18 requests",
    open({ requests: null, stages: [{ ratePerSecond: 1e9, durationSeconds: 1e9 }] }),
    "bad-workload, bad-workload, figures",
  ],
  ["no requests in a list", requests(), "bad-workload, bad-workload, figures"],
  ["a request before the start", requests({ arrivalSeconds: -1, promptTokens: 5, outputTokens: 5 }), "bad-workload, bad-workload, figures"],
  [
    "a request at the end of time",
    requests({ arrivalSeconds: 0, promptTokens: 5, outputTokens: 5 }, { arrivalSeconds: huge, promptTokens: 5, outputTokens: 5 }),
    "bad-workload, bad-workload, figures",
  ],
  [
    "a trace that is not there",
    { id: 1, deployment, workload: { kind: "trace", path: "nowhere.csv" } },
    "bad-workload, bad-workload, figures",
  ],
  ["a trace without end", { id: 1, deployment, workload: { kind: "trace", path: "/dev/zero" } }, "bad-workload, bad-workload, figures"],
  ["an unknown workload", { id: 1, deployment, workload: "sideways" }, "bad-workload, bad-workload, figures"],
  [
    "10^9 requests of a built-in workload",
    { id: 1, deployment, workload: { name: "chat", requests: 1e9 } },
    "bad-workload, bad-workload, figures",
  ],
  ["an unknown kind", { id: 1, deployment, workload: { kind: "sideways" } }, "bad-workload, bad-workload, figures"],
  ["a workload as a list", { id: 1, deployment, workload: [] }, "bad-workload, bad-workload, figures"],
  ["no workload", { id: 1, deployment }, "figures, missing, figures"],
  // The rest of a case.
  ...[0, -1, "soon"].map((ttftSeconds) => [`a limit of ${ttftSeconds}`, { ...deployed({}), slo: { ttftSeconds } }, "bad-case"] as const),
  ["a percentile of 1000", { ...deployed({}), slo: { ttftSeconds: 1, percentile: 1000 } }, "bad-case"],
  ...[-1, "x"].map((seed) => [`seed ${seed}`, { ...deployed({}), seed }, "bad-case"] as const),
  ...[null, [], 5, "", {}, { id: {} }, { deployment: [] }].map((value) => [JSON.stringify(value), value, "bad-case"] as const),
];

describe("a case that nobody can run is answered with figures or with an error in words, soon", () => {
  test.each(table)("%s", { timeout: 20_000 }, (_, written, expected) => {
    const [estimate = "", simulate = estimate, inspect = estimate] = expected.split(", ");
    expect({
      estimate: said("estimate", written),
      simulate: said("simulate", written),
      inspect: said("inspect", written),
    }).toEqual({ estimate, simulate, inspect });
  });
});

test("a line that is no JSON is answered", () => {
  const answer = soundAnswer("estimate", "{id: 1");
  expect(answer).toMatchObject({ id: null, error: { code: "bad-case" } });
});
