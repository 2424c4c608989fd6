import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, bundledCli, type Cli, lines, members } from "./support.ts";

let cli: Cli;
beforeAll(async () => {
  cli = await bundledCli();
});
afterAll(() => cli.dispose());

const shift = [
  "vllm serve meta-llama/Llama-3.3-70B-Instruct --tensor-parallel-size 4 --ulysses-sequence-parallel-size 2",
  "--enable-shift-parallel --shift-parallel-threshold 256 --max-model-len 8k --enable-prefix-caching --gpu-memory-utilization 0.9",
].join(" ");

async function inspected(args: readonly string[]): Promise<unknown> {
  const { stdout, code } = await cli.run(["inspect", "--format", "json", ...args]);
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

describe("inspect --format json", () => {
  it("holds every member of the interface", async () => {
    const json = await inspected(["fits.yaml"]);
    expect(at(json, "version")).toBe(1);
    expect(at(json, "files", 0, "path")).toBe("fits.yaml");
    const one = at(json, "files", 0, "deployments", 0);
    expect(one).toMatchObject({
      name: "llama-8b",
      format: "k8s-deployment",
      engine: "vllm",
      launcher: null,
      engineVersion: "0.19.0",
      model: "meta-llama/Llama-3.1-8B-Instruct",
      gpu: "H100-SXM5-80GB",
      gpusPerNode: 1,
      nodes: 1,
      gpusPerReplica: 1,
      weightQuantization: "none",
      kvCacheDtype: "auto",
      settings: { "max-model-len": 8192 },
      origins: { gpu: "directive", engineVersion: "file" },
    });
    const pool = at(one, "pools", 0);
    expect(pool).toMatchObject({
      role: "mixed",
      instances: 1,
      engine: "vllm",
      engineVersion: "0.19.0",
      gpu: "H100-SXM5-80GB",
      gpusPerNode: 1,
      nodes: 1,
      gpusPerInstance: 1,
      sizes: { tp: null, pp: null, dp: null, ep: null },
      settings: { "max-model-len": 8192 },
    });
    expect(members(at(pool, "parallel"))).toEqual(
      ["attentionData", "data", "decodeContext", "expert", "pipeline", "prefillContext", "sequence", "tensor"].sort(),
    );
    for (const memory of [at(one, "memory"), at(pool, "memory")]) {
      expect(memory).toMatchObject({ pool: 0, fits: true });
      for (const name of ["kvCacheTokens", "kvBytesPerToken", "maxConcurrency", "longestModelLen"]) {
        expect(Number(at(memory, name))).toBeGreaterThan(0);
      }
      expect(["engine-law", "fitted", "estimated"]).toContain(at(memory, "confidence"));
      for (const name of [
        "totalBytes",
        "budgetBytes",
        "weightsBytes",
        "activationBytes",
        "nonTorchBytes",
        "cudaGraphBytes",
        "kvCacheBytes",
      ]) {
        expect(Number.isInteger(at(memory, "perGpu", name))).toBe(true);
      }
      expect(at(memory, "ranks", 0)).toMatchObject({ ranks: 1, stage: 0 });
    }
    // 8,030,261,248 parameters of Llama-3.1-8B at 2 bytes are 16.06 GB, before what the engine adds.
    expect(Number(at(one, "memory", "perGpu", "weightsBytes")) / 16_060_522_496).toBeCloseTo(1, 1);
    // K and V, 32 layers, 8 heads of 128, 2 bytes: 131,072 bytes a token.
    expect(at(one, "memory", "kvBytesPerToken")).toBe(131_072);
  });

  it("tells sizes, threshold and typed settings of a bare command", async () => {
    const json = await inspected(["--gpu", "H100", "--", shift]);
    const one = at(json, "files", 0, "deployments", 0);
    expect(at(one, "pools", 0, "sizes")).toEqual({ tp: 4, pp: null, dp: null, ep: null });
    expect(at(one, "pools", 0, "parallel")).toMatchObject({ tensor: 4, sequence: 2, pipeline: 1 });
    expect(one).toMatchObject({
      format: "command",
      shiftThreshold: 256,
      settings: { "max-model-len": 8000, "enable-prefix-caching": true, "gpu-memory-utilization": 0.9 },
      origins: { gpu: "argument", "parallel.tensor": "file" },
    });
    // 70.55 B parameters of 2 bytes over TP 4, and a second copy cut by TP × SP: 35.3 and 17.6 GB.
    expect(Number(at(one, "memory", "perGpu", "weightsBytes")) / 1e9).toBeCloseTo(35.3, 0);
    expect(Number(at(one, "memory", "perGpu", "shiftWeightsBytes")) / 1e9).toBeCloseTo(17.6, 0);
  });

  it("says null for what is unknown, and why nothing follows", async () => {
    const json = await inspected(["two.yaml", "--deployment", "large"]);
    const one = at(json, "files", 0, "deployments", 0);
    expect(one).toMatchObject({ name: "large", gpu: null, memory: null, missing: [{ what: "gpu" }] });
    expect(at(one, "pools", 0, "memory")).toBeNull();
    expect(members(at(one, "origins"))).not.toContain("gpu");
  });

  it("lists a file without deployments as such", async () => {
    expect(await inspected(["folder/values.yaml"])).toEqual({
      version: 1,
      files: [{ path: "folder/values.yaml", formats: [], deployments: [] }],
    });
  });
});

describe("inspect", () => {
  it("tells people where each value comes from", async () => {
    const { stdout, code } = await cli.run(["inspect", "fits.yaml"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/GPU +H100-SXM5-80GB +directive/);
    expect(stdout).toMatch(/weights +15\.\d GiB/);
  });

  it("answers cases with their memory, a misfit included", async () => {
    const cases = ["H100", "L4"].map((gpu) =>
      JSON.stringify({ id: gpu, deployment: { model: "meta-llama/Llama-3.3-70B-Instruct", gpu, pools: [{ parallel: { tensor: 4 } }] } }),
    );
    const { stdout, code } = await cli.run(["inspect", "--cases", "-"], { stdin: `${cases.join("\n")}\n` });
    expect(code).toBe(0);
    const [fits, not] = lines(stdout);
    expect(at(fits, "id")).toBe("H100");
    expect(at(fits, "memory", "fits")).toBe(true);
    expect(at(fits, "deployment", "gpusPerReplica")).toBe(4);
    expect(at(not, "memory", "fits")).toBe(false);
    expect(at(not, "memory", "refusal", "kind")).toBe("no-kv-memory");
  });
});

describe("inspect of engines with sums of their own", () => {
  async function tableOf(...command: readonly string[]): Promise<readonly string[]> {
    const { stdout, code } = await cli.run(["inspect", "--gpu", "H100", "--", ...command]);
    expect(code).toBe(0);
    const rows = stdout.slice(stdout.indexOf("Per GPU")).split("\n").slice(1);
    return rows.map((row) => row.trim().replace(/ {2,}.*$/, ""));
  }

  it("SGLang has no budget, but a share for weights and pools, and what it keeps free", async () => {
    expect(await tableOf("python", "-m", "sglang.launch_server", "--model-path", "Qwen/Qwen3-Next-80B-A3B-Instruct", "--tp", "4")).toEqual([
      "total",
      "taken before loading",
      "weights and pools together",
      "weights",
      "recurrent states",
      "KV cache",
      "kept free",
      "of it for activations",
      "of it for CUDA graphs",
      expect.stringContaining("KV tokens"),
      "",
    ]);
  });

  it("SGLang's draft lies in what is kept free, or with the weights, by version", async () => {
    const speculating = ["Qwen/Qwen3-8B", "--speculative-algorithm", "EAGLE3", "--speculative-draft-model-path", "a/b"];
    const { stdout } = await cli.run([
      "inspect",
      "--gpu",
      "H100",
      "--",
      "python",
      "-m",
      "sglang.launch_server",
      "--model-path",
      ...speculating,
    ]);
    expect(stdout).toContain("of it a draft model");
    expect(stdout).not.toContain("of it for a draft model");
  });

  it("TensorRT-LLM runs a trial and shares out the rest", async () => {
    const rows = await tableOf("trtllm-serve", "meta-llama/Llama-3.1-8B-Instruct");
    expect(rows.slice(0, 6)).toEqual(["total", "weights", "trial run", "non-torch", "CUDA graphs", "KV cache"]);
  });
});
