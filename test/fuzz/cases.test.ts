import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CommandName, soundAnswer } from "../cli/sound-answer.ts";
import { cpuMs, runs, timeLimitMs } from "./runs.ts";

type Tree = { [key: string]: unknown };

const workload = { kind: "closed-loop", concurrency: 4, requests: 12, warmup: 2, promptTokens: 256, outputTokens: { uniform: [8, 32] } };
const slo = { ttftSeconds: 0.5, tpotSeconds: 0.05, percentile: 95 };
const pool = { role: "mixed", instances: 1, parallel: { tensor: 2, pipeline: 1, data: 1, expert: 1 } };
const links = { intraNodeBytesPerSecond: 4.5e11, interNodeBytesPerSecond: 5e10, latencySeconds: 5e-6 };
const common = { gpusPerNode: 8, nodes: 1, kvCacheDtype: "auto", gpuTotalBytes: null, kvCacheBlocks: null, links };

/** Cases that are right, of each engine and kind of workload. */
const good: readonly unknown[] = [
  {
    id: "dense",
    deployment: {
      engine: "vllm",
      engineVersion: "0.19.0",
      model: "meta-llama/Llama-3.3-70B-Instruct",
      gpu: "H100-SXM-80GB",
      weightQuantization: "fp8",
      pools: [pool],
      settings: { "max-num-seqs": 64, "max-num-batched-tokens": 4096, "max-model-len": 8192, "gpu-memory-utilization": 0.9 },
      ...common,
    },
    workload,
    slo,
    seed: 1,
  },
  {
    id: "experts",
    deployment: {
      engine: "sglang",
      engineVersion: "0.5.5",
      model: "Qwen/Qwen3-30B-A3B-Instruct-2507",
      gpu: "H200",
      pools: [{ ...pool, parallel: { tensor: 2, expert: 2, attentionData: 1 } }],
      settings: { "mem-fraction-static": 0.85, "chunked-prefill-size": 4096, "max-running-requests": 64, "context-length": 8192 },
      ...common,
    },
    workload: {
      kind: "open-loop",
      arrivals: "gamma",
      cv: 2,
      ratePerSecond: 8,
      requests: 12,
      promptTokens: { normal: [256, 64, 1, 1024] },
      outputTokens: 16,
    },
    seed: 2,
  },
  {
    id: "trtllm",
    deployment: {
      engine: "tensorrt-llm",
      engineVersion: "1.2.0",
      model: "meta-llama/Llama-3.1-8B-Instruct",
      gpu: "B200",
      pools: [{ ...pool, parallel: { tensor: 1 } }],
      settings: { max_batch_size: 64, max_num_tokens: 4096, max_seq_len: 8192 },
      ...common,
    },
    workload: { kind: "offline", requests: 12, promptTokens: { lognormal: [256, 128, 1, 1024] }, outputTokens: { values: [8, 16] } },
    slo,
    seed: 3,
  },
  {
    id: "shift",
    deployment: {
      engine: "vllm",
      engineVersion: "0.11.0",
      model: "meta-llama/Llama-3.1-8B-Instruct",
      gpu: "A100-80GB",
      pools: [{ ...pool, parallel: { tensor: 2, sequence: 2 } }],
      shiftThreshold: 256,
      ...common,
    },
    workload: {
      kind: "requests",
      requests: [
        { arrivalSeconds: 0, promptTokens: 100, outputTokens: 5 },
        { arrivalSeconds: 1, promptTokens: 50, outputTokens: 5 },
      ],
    },
    seed: 4,
  },
];

/** What slips into a case. */
const odd = fc.constantFrom<unknown>(
  null,
  0,
  -1,
  1,
  2,
  3,
  7,
  0.5,
  1.5,
  64,
  1e6,
  1e9,
  1e12,
  1e300,
  -1e300,
  1e-300,
  2 ** 53,
  "",
  "0",
  "auto",
  "none",
  "nan",
  "x".repeat(200),
  "__proto__",
  true,
  false,
  [],
  {},
  [null],
  [1, 2],
  { uniform: [5, 1] },
  { uniform: [1, 5] },
  { values: [] },
  { normal: [0, 0, 0, 0] },
  "H100",
  "L4",
  "MI300X",
  "TPU-v6e",
  "deepseek-ai/DeepSeek-V3",
  "openai/gpt-oss-120b",
  "acme/none",
  "fp8",
  "int4",
  "mxfp4",
  "prefill",
  "decode",
  "vllm",
  "sglang",
  "tgi",
  "0.6.0",
  "99.0.0",
);

/** Paths of all members, deepest last. */
function paths(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [[...path, key], ...paths(member, [...path, key])]);
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null;
}

/** The case with a member replaced; `undefined` takes it away. */
function changed(written: unknown, path: readonly string[], value: unknown): unknown {
  const copy: unknown = structuredClone(written);
  const owner = path.slice(0, -1).reduce<unknown>((here, key) => (isTree(here) ? here[key] : undefined), copy);
  if (isTree(owner)) owner[path.at(-1) ?? ""] = value;
  return copy;
}

const mutated = fc
  .tuple(
    fc.constantFrom(...good),
    fc.array(fc.tuple(fc.nat(10_000), fc.option(odd, { nil: undefined, freq: 9 })), { minLength: 1, maxLength: 3 }),
  )
  .map(([written, changes]) =>
    changes.reduce<unknown>((now, [at, value]) => {
      const all = paths(now);
      return changed(now, all[at % Math.max(1, all.length)] ?? ["deployment"], value);
    }, written),
  );

/** A case alone: what is drawn may be as large as a run may be. */
const patienceMs = 20_000;

describe("cases with odd members", () => {
  test("that are right are answered with figures", () => {
    for (const command of ["estimate", "simulate", "inspect"] as const)
      for (const written of good) expect(soundAnswer(command, JSON.stringify(written)).error).toBeUndefined();
  });

  test.each<[CommandName, number]>([
    ["inspect", 250],
    ["estimate", 250],
    ["simulate", 120],
  ])("%s answers with figures or an error, and soon", { timeout: timeLimitMs }, (command, count) => {
    fc.assert(
      fc.property(mutated, (written) => {
        const line = JSON.stringify(written);
        expect(
          cpuMs(() => soundAnswer(command, line)),
          line.slice(0, 500),
        ).toBeLessThan(patienceMs);
      }),
      runs(count, 6),
    );
  });
});
