import { describe, expect, it, test } from "vitest";
import { readCommand } from "../../src/deployment/read-command.ts";
import { settle } from "../../src/deployment/settle.ts";
import type { SettledPool, SglangBudget } from "../../src/deployment/settled.ts";
import { noSurroundings } from "../../src/deployment/surroundings.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();
const llama = "meta-llama/Llama-3.1-8B-Instruct";

function poolOf(version: string, gpu: string, flags = "", model = llama): SettledPool {
  const surroundings = { ...noSurroundings, argument: { gpu, engineVersion: version } };
  // Words before the command are its environment.
  const [before, after] = flags.includes("|") ? flags.split("|") : ["", flags];
  const command = `${before} python -m sglang.launch_server --model-path ${model} ${after}`.trim();
  const [deployment] = readCommand(command, { catalog, surroundings }).deployments;
  const pool = deployment && settle(deployment, catalog).settled?.pools[0];
  if (!pool) throw new Error(`not settled: ${version} ${gpu} ${flags}`);
  return pool;
}

function budgetOf(...args: Parameters<typeof poolOf>): SglangBudget {
  const { budget } = poolOf(...args);
  if (budget.engine !== "sglang") throw new Error("no SGLang");
  return budget;
}

// chunked_prefill_size/largest captured batch with TP 1 and TP 4, as server_args.py and memory_hook.py of each release set them.
const batches: readonly (readonly [string, Readonly<Record<string, readonly [string, string]>>])[] = [
  ["0.3.6", { L4: ["2048/4", "2048/4"], H100: ["8192/160", "8192/160"] }],
  ["0.4.3", { T4: ["2048/8", "2048/80"], L40S: ["8192/160", "8192/160"] }],
  ["0.4.6.post5", { L4: ["2048/8", "2048/80"], H100: ["8192/160", "8192/160"], H200: ["8192/256", "8192/256"] }],
  [
    "0.4.9",
    { "RTX-5090": ["2048/8", "2048/80"], H100: ["8192/160", "8192/160"], H200: ["8192/256", "8192/256"], B200: ["16384/512", "16384/512"] },
  ],
  ["0.5.1.post3", { L4: ["2048/8", "2048/80"], H20: ["8192/256", "8192/256"] }],
  ["0.5.3", { T4: ["2048/8", "2048/8"], L4: ["2048/16", "2048/80"], L40S: ["4096/32", "4096/160"], H100: ["8192/256", "8192/512"] }],
  [
    "0.5.12",
    { L4: ["2048/24", "2048/80"], "A100-40GB": ["4096/32", "4096/160"], H200: ["8192/256", "8192/512"], B200: ["16384/512", "16384/512"] },
  ],
  ["0.5.18", { "RTX-4090": ["2048/24", "2048/80"] }],
  ["0.5.23", { "RTX-4090": ["4096/48", "4096/160"], L40S: ["4096/32", "4096/160"], H100: ["8192/256", "8192/512"] }],
];

describe("chunks and captured batches, cell by cell", () => {
  const cells = batches.flatMap(([version, row]) =>
    Object.entries(row).flatMap(([gpu, wanted]) => wanted.map((one, index) => [version, gpu, index === 0 ? 1 : 4, one] as const)),
  );
  test.each(cells)("SGLang %s on %s with TP %d: %s", (version, gpu, tensor, wanted) => {
    const { maxNumBatchedTokens, maxCaptureSize } = poolOf(version, gpu, `--tp ${tensor}`).settings;
    expect(`${maxNumBatchedTokens}/${maxCaptureSize}`).toBe(wanted);
  });

  it("workers of separate roles took larger chunks in 0.4.6", () => {
    expect(poolOf("0.4.6.post5", "H100", "--disaggregation-mode prefill").settings.maxNumBatchedTokens).toBe(16_384);
  });

  it.each([
    ["0.4.3", 4096],
    ["0.5.9", 1024],
  ])("attention replicas of %s take %d tokens each", (version, chunk) => {
    const pool = poolOf(version, "H200", "--tp 8 --dp-size 8 --enable-dp-attention", "deepseek-ai/DeepSeek-V3");
    expect(pool.settings.maxNumBatchedTokens).toBe(chunk);
  });

  it("the default batch is cut to the running requests from 0.5.20 on; a list stands for its largest", () => {
    expect(poolOf("0.5.18", "H100", "--max-running-requests 32").settings.maxCaptureSize).toBe(256);
    expect(poolOf("0.5.20", "H100", "--max-running-requests 32").settings.maxCaptureSize).toBe(32);
    expect(poolOf("0.5.9", "H100", "--cuda-graph-bs 1 2 4 8").settings.maxCaptureSize).toBe(8);
    expect(poolOf("0.5.9", "H100", "--disable-cuda-graph").settings.maxCaptureSize).toBe(0);
  });
});

// Worked out by hand from the sums of the releases; totals as nvidia-smi gives them: H100 81,561 MiB, H200 143,771, B200 183,359, L40S 46,068, 4090 24,576.
describe("mem_fraction_static where nobody says it", () => {
  test.each([
    ["0.3.6", "H100", "--tp 8", llama, 0.82],
    ["0.4.3", "H100", "--tp 8", llama, 0.81],
    ["0.4.3", "H100", "", llama, 0.88],
    ["0.4.6.post5", "H100", "--tp 4", llama, 0.85],
    // min(0.88 + 48 GiB · 0.12 / 143,771 MiB, (143,771 − 18 GiB) / 143,771).
    ["0.4.6.post5", "H200", "--tp 8", llama, 0.8718],
    // 9.5 + n / 2 GiB.
    ["0.4.9", "H100", "", llama, 0.874],
    ["0.4.9", "H100", "--tp 8", llama, 0.831],
    // 2.8 + 0.1 GiB of 24,576 MiB.
    ["0.4.9", "RTX-4090", "", llama, 0.879],
    // 12 + 4 + 4 for attention replicas.
    ["0.5.1.post3", "H200", "--tp 8 --dp 8 --enable-dp-attention", "deepseek-ai/DeepSeek-V3", 0.858],
    // 512 + 12,288 + 1,024 + 2 · 512.
    ["0.5.3", "H100", "--tp 8", llama, 0.818],
    // 512 + 3,072 + 128 + 48.
    ["0.5.5", "RTX-4090", "", llama, 0.847],
    // 14,848 + 512 · 8 · 4.5.
    ["0.5.5", "H200", "--tp 8 --dp-size 8 --enable-dp-attention", "deepseek-ai/DeepSeek-V3", 0.769],
    // 512 + 12,288 + 128 + 512.
    ["0.5.9", "H100", "", llama, 0.835],
    // And 58 sizes of prefill graphs of 8 MiB each.
    ["0.5.12", "H100", "", llama, 0.83],
    ["0.5.23", "H100", "", llama, 0.83],
    ["0.5.23", "H100", "--disable-prefill-cuda-graph", llama, 0.835],
    // 512 + 24,576 + 1,024 + 1,024 + 1,536 for the graphs of a latent.
    ["0.5.12", "B200", "--tp 8", "deepseek-ai/DeepSeek-V3", 0.844],
    // A draft costs 4 GiB more up to 0.5.12, and is counted as weights since.
    ["0.5.12", "B200", "--tp 8 --speculative-algorithm EAGLE", "deepseek-ai/DeepSeek-V3", 0.821],
    ["0.5.15", "B200", "--tp 8 --speculative-algorithm EAGLE", "deepseek-ai/DeepSeek-V3", 0.844],
    ["0.5.9", "H100", "--speculative-algorithm STANDALONE", llama, 0.76],
    ["0.5.9", "H100", "--speculative-algorithm NGRAM", llama, 0.835],
    // A decode worker sees no prompts: 512 + 3,072 + 128 + 512 is below the floor of 10 GiB.
    ["0.5.15", "H100", "--disaggregation-mode decode", llama, 0.874],
    ["0.5.20", "H100", "SGLANG_ENABLE_POST_CAPTURE_KV_SIZING=1|", llama, 0.98],
    // (46,068 − 6,848) / 46,068 = 0.851, for 24 layers (the config names none) of width 1,280: · 0.95 · (1 − 0.1 · 0.5625).
    ["0.5.12", "L40S", "", "Qwen/Qwen2.5-VL-7B-Instruct", 0.851 * 0.8965625],
    ["0.4.9", "L40S", "", "Qwen/Qwen2.5-VL-7B-Instruct", 0.778 * 0.9],
  ])("SGLang %s on %s %s, %s: %d", (version, gpu, flags, model, share) => {
    const budget = budgetOf(version, gpu, flags, model);
    expect(budget.memFractionStatic).toBeCloseTo(share, 4);
    expect(budget.memFractionDerived).toBe(true);
  });

  it("what is written stands; old releases give some of it to the images of a multimodal model", () => {
    expect(budgetOf("0.5.9", "H100", "--mem-fraction-static 0.7")).toMatchObject({ memFractionStatic: 0.7, memFractionDerived: false });
    expect(budgetOf("0.4.6.post5", "H100", "--mem-fraction-static 0.8", "Qwen/Qwen2.5-VL-7B-Instruct").memFractionStatic).toBeCloseTo(0.72);
  });
});

describe("pools", () => {
  it("windows have a pool of their own where the release gives them one", () => {
    expect(budgetOf("0.5.9", "H100", "", "openai/gpt-oss-20b").windowTokenRatio).toBe(0.8);
    expect(budgetOf("0.5.9", "H100", "--swa-full-tokens-ratio 0.25", "openai/gpt-oss-20b").windowTokenRatio).toBe(0.25);
    expect(budgetOf("0.5.9", "H100", "--disable-hybrid-swa-memory", "openai/gpt-oss-20b").windowTokenRatio).toBeNull();
    expect(budgetOf("0.5.9", "H100", "", "google/gemma-3-27b-it").windowTokenRatio).toBeNull();
  });

  it("states take a share beside the tokens", () => {
    const hybrid = "Qwen/Qwen3-Next-80B-A3B-Instruct";
    expect(budgetOf("0.5.9", "H200", "--tp 4", hybrid).stateRatio).toBe(0.9);
    expect(budgetOf("0.5.9", "H200", "--tp 4 --mamba-full-memory-ratio 0.5", hybrid).stateRatio).toBe(0.5);
    expect(budgetOf("0.5.9", "H200").stateRatio).toBe(0);
  });

  it("a draft's layers share the pool from 0.5.13 on", () => {
    const flags = "--tp 8 --speculative-algorithm EAGLE3 --speculative-draft-model-path x/y";
    expect(budgetOf("0.5.12", "H100", flags).draft).toEqual({ layers: 1, isInShare: false });
    expect(budgetOf("0.5.15", "H100", flags).draft).toEqual({ layers: 1, isInShare: true });
    expect(budgetOf("0.5.15", "H100", "--speculative-algorithm NGRAM").draft).toBeNull();
  });

  it.each([
    ["--torchao-config int4wo-128", "int4"],
    ["--torchao-config fp8wo", "fp8"],
    ["--quantization w8a8_int8", "int8"],
    ["--quantization w8a8_fp8", "fp8"],
    ["--quantization fp8", "fp8"],
  ])("%s makes %s of a 16-bit checkpoint", (flags, linear) => {
    expect(poolOf("0.5.9", "H100", flags).weights.linear).toBe(linear);
  });

  it.each([
    ["fp4_e2m1", 0.5625],
    ["fp8_e5m2", 1],
    ["bf16", 2],
  ])("--kv-cache-dtype %s keeps %d bytes an element", (dtype, bytes) => {
    expect(poolOf("0.5.23", "B200", `--kv-cache-dtype ${dtype}`).kvElementBytes).toBe(bytes);
  });
});

test.each([
  ["0.5.1.post3", "", 2],
  ["0.5.9", "", 1],
  ["0.5.9", "--kv-cache-dtype bf16", 2],
])("SGLang %s %s keeps the cache of a checkpoint that asks for FP8 in %d bytes an element", (version, flags, bytes) => {
  expect(poolOf(version, "H200", flags, "nvidia/Llama-3.1-70B-Instruct-FP8").kvElementBytes).toBe(bytes);
});
