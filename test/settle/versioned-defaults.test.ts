import { describe, expect, it, test } from "vitest";
import { readCommand } from "../../src/deployment/read-command.ts";
import { settle } from "../../src/deployment/settle.ts";
import type { SettledPool, VllmBudget } from "../../src/deployment/settled.ts";
import { noSurroundings } from "../../src/deployment/surroundings.ts";
import { analyseReading } from "../../src/language/analysis.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();

function poolOf(version: string, gpu: string, flags = "", model = "meta-llama/Llama-3.1-8B-Instruct"): SettledPool {
  const surroundings = { ...noSurroundings, argument: { gpu, engineVersion: version } };
  // Releases before 0.8 run V1 only when asked to.
  const [deployment] = readCommand(`VLLM_USE_V1=1 vllm serve ${model} ${flags}`, { catalog, surroundings }).deployments;
  const pool = deployment && settle(deployment, catalog).settled?.pools[0];
  if (!pool) throw new Error(`not settled: ${version} ${gpu} ${flags}`);
  return pool;
}

// max_num_batched_tokens/max_num_seqs of `vllm serve`, as engine/arg_utils.py of each release sets them, by device:
// 160 GiB and more (B200), 70 GiB and more (H200, H100, H20), A100-80, the rest (L40S, A100-40, L4), GB10, whose memory NVML does not name.
const batch: readonly (readonly [string, string, string, string, string, string])[] = [
  ["0.6.6", "2048/1024", "2048/1024", "2048/1024", "2048/1024", "2048/1024"],
  ["0.7.3", "2048/1024", "8192/1024", "2048/1024", "2048/1024", "2048/1024"],
  ["0.8.5", "8192/1024", "8192/1024", "8192/1024", "2048/256", "2048/256"],
  ...["0.9.2", "0.10.2", "0.11.2", "0.12.0", "0.14.1", "0.16.0", "0.18.1", "0.19.0", "0.19.1"].map(
    (version) => [version, "8192/1024", "8192/1024", "2048/256", "2048/256", "2048/256"] as const,
  ),
  ...["0.20.0", "0.20.2", "0.21.0", "0.22.1", "0.24.0", "0.26.0", "0.27.1"].map(
    (version) => [version, "8192/1024", "8192/1024", "2048/256", "2048/256", "2048/256"] as const,
  ),
  ...["0.28.0", "0.30.0", "0.31.0", "0.32.0"].map(
    (version) => [version, "16384/1024", "8192/1024", "2048/256", "2048/256", "2048/256"] as const,
  ),
  ["0.33.0", "16384/1024", "8192/1024", "2048/256", "2048/256", "2048/256"],
];
const devices: readonly (readonly string[])[] = [
  ["B200-SXM", "MI300X"],
  ["H100-SXM5-80GB", "H200-SXM"],
  ["A100-SXM4-80GB", "A100-PCIE-80GB"],
  ["L40S", "A100-SXM4-40GB", "L4", "T4"],
  ["GB10"],
];

describe("batch defaults, cell by cell", () => {
  const cells = batch.flatMap(([version, ...row]) =>
    row.flatMap((wanted, column) => (devices[column] ?? []).map((gpu) => [version, gpu, wanted] as const)),
  );
  test.each(cells)("vLLM %s on %s: %s", (version, gpu, wanted) => {
    const { maxNumBatchedTokens, maxNumSeqs } = poolOf(version, gpu).settings;
    expect(`${maxNumBatchedTokens}/${maxNumSeqs}`).toBe(wanted);
  });

  it("names decide in 0.7.3, memory from 0.8.5", () => {
    expect(poolOf("0.7.3", "H20").settings.maxNumBatchedTokens).toBe(2048);
    expect(poolOf("0.8.5", "H20").settings.maxNumBatchedTokens).toBe(8192);
  });

  it("throughput mode doubles, low-latency expert parallelism takes 256, unchunked prompts take the whole length", () => {
    expect(poolOf("0.18.1", "H100", "--performance-mode throughput").settings).toMatchObject({
      maxNumBatchedTokens: 16384,
      maxNumSeqs: 2048,
    });
    const wide = "-dp 8 --enable-expert-parallel --all2all-backend deepep_low_latency";
    expect(poolOf("0.20.0", "H200", wide, "deepseek-ai/DeepSeek-R1").settings.maxNumBatchedTokens).toBe(256);
    expect(poolOf("0.19.1", "H200", wide, "deepseek-ai/DeepSeek-R1").settings.maxNumBatchedTokens).toBe(8192);
    expect(poolOf("0.19.1", "H100", "--no-enable-chunked-prefill --max-model-len 32768").settings.maxNumBatchedTokens).toBe(32768);
  });
});

describe("memory and scheduling defaults by version", () => {
  // config/cache.py, config/vllm.py, config/scheduler.py and config/model.py of each release.
  test.each<[string, string, string, keyof SettledPool["settings"] | keyof VllmBudget, unknown]>([
    ["0.19.1", "H100", "", "gpuMemoryUtilization", 0.9],
    ["0.20.0", "H100", "", "gpuMemoryUtilization", 0.92],
    ["0.6.6", "H100", "", "gpuMemoryUtilization", 0.9],
    ["0.33.0", "H100", "--gpu-memory-utilization .85", "gpuMemoryUtilization", 0.85],
    ["0.12.0", "H100", "", "asyncScheduling", false],
    ["0.14.1", "H100", "", "asyncScheduling", true],
    ["0.14.1", "H100", "--distributed-executor-backend ray -tp 2", "asyncScheduling", false],
    ["0.12.0", "H100", "--async-scheduling", "asyncScheduling", true],
    ["0.33.0", "H100", "", "blockTokens", 16],
    ["0.33.0", "H100", "--block-size 64", "blockTokens", 64],
    ["0.10.2", "H100", "--max-num-seqs 16", "maxCaptureSize", 32],
    ["0.10.2", "H100", "", "maxCaptureSize", 512],
    ["0.10.2", "H100", "--max-num-seqs 200 --max-num-batched-tokens 256", "maxCaptureSize", 400],
    ["0.11.2", "H100", "--max-num-seqs 200 --max-num-batched-tokens 256", "maxCaptureSize", 256],
    ["0.12.0", "H100", `--max-num-seqs 16 --speculative-config '{"method":"mtp","num_speculative_tokens":3}'`, "maxCaptureSize", 32],
    // 2 × 16 × (1 + 3)
    ["0.14.1", "H100", `--max-num-seqs 16 --speculative-config '{"method":"mtp","num_speculative_tokens":3}'`, "maxCaptureSize", 128],
    ["0.26.0", "B200", "", "maxCaptureSize", 512],
    ["0.28.0", "B200", "", "maxCaptureSize", 1024],
    ["0.28.0", "H100", "", "maxCaptureSize", 512],
    ["0.33.0", "H100", "-O0", "maxCaptureSize", 0],
    ["0.33.0", "H100", "-O3", "maxCaptureSize", 512],
    ["0.33.0", "H100", "-O 0", "enforceEager", true],
    ["0.33.0", "H100", "-O.cudagraph_mode=NONE", "enforceEager", true],
    ["0.33.0", "H100", "", "prefixCaching", true],
    ["0.33.0", "H100", "--no-enable-prefix-caching", "prefixCaching", false],
    ["0.33.0", "H100", "--kv-cache-memory-bytes 20G", "kvCacheMemoryBytes", 20 * 2 ** 30],
    ["0.33.0", "H100", "--kv-cache-memory-bytes 20g", "kvCacheMemoryBytes", 20e9],
    ["0.33.0", "H100", "--max-model-len 1.5k", "maxModelLen", 1500],
    ["0.33.0", "H100", "--max-model-len 32K", "maxModelLen", 32768],
    ["0.33.0", "H100", "--max-num-batched-tokens 4K", "maxNumBatchedTokens", 4096],
  ])("vLLM %s on %s %s: %s", (version, gpu, flags, name, wanted) => {
    const { settings, budget } = poolOf(version, gpu, flags);
    expect({ ...settings, ...budget }).toMatchObject({ [name]: wanted });
  });

  it.each([
    // VLLM_USE_V1, version, GPU, length: tokens/sequences, prefixes kept.
    ["", "0.7.3", "H100", "8192", "8192/256", false],
    ["", "0.7.3", "H100", "65536", "2048/256", false],
    ["", "0.6.6", "A100", "1024", "2048/256", false],
    ["", "0.8.5", "T4", "4096", "4096/256", false],
    ["", "0.8.5", "H100", "4096", "8192/1024", true],
    ["VLLM_USE_V1=0", "0.8.5", "H100", "4096", "4096/256", false],
    ["VLLM_USE_V1=0", "0.11.2", "H100", "4096", "8192/1024", true],
  ])("%s vLLM %s on %s, length %s: %s", (environment, engineVersion, gpu, length, wanted, prefixes) => {
    const surroundings = { ...noSurroundings, argument: { gpu, engineVersion } };
    const text = `${environment} vllm serve meta-llama/Llama-3.1-8B-Instruct --dtype half --max-model-len ${length}`;
    const [deployment] = readCommand(text, { catalog, surroundings }).deployments;
    const settings = deployment && settle(deployment, catalog).settled?.pools[0]?.settings;
    expect(`${settings?.maxNumBatchedTokens}/${settings?.maxNumSeqs}`).toBe(wanted);
    expect(settings?.prefixCaching).toBe(prefixes);
  });

  // 32,768 × 4 = 131,072 up to 0.28; from 0.30 the positions as they stand.
  it.each([
    ["0.28.0", `--hf-overrides '{"rope_scaling":{"rope_type":"yarn","factor":4.0,"original_max_position_embeddings":32768}}'`, 131_072],
    ["0.30.0", `--hf-overrides '{"rope_parameters":{"rope_type":"yarn","factor":4.0,"original_max_position_embeddings":32768}}'`, 32_768],
    ["0.10.1", `--rope-scaling '{"rope_type":"yarn","factor":2.0,"original_max_position_embeddings":32768}'`, 65_536],
    ["0.30.0", "--hf-overrides.max_position_embeddings 65536", 65_536],
    ["0.30.0", "", 32_768],
  ])("derives the length of a model whose rope is overridden, vLLM %s %s", (version, flags, wanted) => {
    expect(poolOf(version, "H100", flags, "Qwen/Qwen2.5-7B-Instruct").settings.maxModelLen).toBe(wanted);
  });
});

describe("max-model-len auto", () => {
  const analysed = (length: string) => {
    const surroundings = { ...noSurroundings, argument: { gpu: "L4", engineVersion: "0.19.0" } };
    const reading = readCommand(`vllm serve meta-llama/Llama-3.1-8B-Instruct --max-model-len ${length}`, { catalog, surroundings });
    const [one] = analyseReading(reading, catalog).deployments;
    if (!one) throw new Error("nothing read");
    return one;
  };

  // Llama-3.1-8B leaves an L4 some 3 to 5 GiB of cache at 128 KiB a token: far from 131,072 tokens (16 GiB).
  it.each(["auto", "-1"])("%s ends with what the cache holds, and nothing is found", (length) => {
    const { settled, memory, findings } = analysed(length);
    expect(memory[0]?.fits).toBe(true);
    const fitted = settled?.pools[0]?.settings.maxModelLen ?? 0;
    expect(fitted).toBe(memory[0]?.longestModelLen);
    expect(fitted).toBeGreaterThan(8_192);
    expect(fitted).toBeLessThan(65_536);
    expect(memory[0]?.maxConcurrency).toBeCloseTo(1, 2);
    expect(findings.map(({ code }) => code)).not.toContain("kv-cache-too-small");
  });

  it("is refused where the full length is written out", () => {
    expect(analysed("131072").findings.map(({ code, severity }) => `${severity} ${code}`)).toContain("error kv-cache-too-small");
  });
});
