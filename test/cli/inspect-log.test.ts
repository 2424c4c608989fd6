import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, bundledCli, type Cli, fixtures } from "./support.ts";

let cli: Cli;
let cwd: string;
beforeAll(async () => {
  cli = await bundledCli();
  cwd = mkdtempSync(join(tmpdir(), "inference-lens-log-"));
  cpSync(join(fixtures, "fits.yaml"), join(cwd, "fits.yaml"));
  writeFileSync(join(cwd, "start.log"), log);
  writeFileSync(join(cwd, "other.log"), "Traceback (most recent call last):\nValueError: nothing of ours\n");
});
afterAll(() => {
  cli.dispose();
  rmSync(cwd, { recursive: true, force: true });
});

const log = `(APIServer pid=1) INFO [utils.py:233] non-default args: {'model': 'meta-llama/Llama-3.1-8B-Instruct', 'max_model_len': 8192, 'gpu_memory_utilization': 0.95}
(EngineCore pid=2) INFO [core.py:105] Initializing a V1 LLM engine (v0.19.0) with config: model='meta-llama/Llama-3.1-8B-Instruct', dtype=torch.bfloat16, max_seq_len=8192, tensor_parallel_size=1
(EngineCore pid=2) INFO [gpu_model_runner.py:4820] Model loading took 14.99 GiB memory and 3.2 seconds
(EngineCore pid=2) INFO [gpu_worker.py:436] Available KV cache memory: 58.11 GiB
(EngineCore pid=2) INFO [kv_cache_utils.py:1319] GPU KV cache size: 476,016 tokens
(APIServer pid=1) INFO:     Application startup complete.
`;

describe("inspect --log", () => {
  it("lays the start beside the prediction and says what differs", async () => {
    const { stdout, code } = await cli.run(["inspect", "fits.yaml", "--log", "start.log"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/start\.log: vLLM 0\.19\.0, started at line 1, ready/);
    expect(stdout).toMatch(/KV cache {2,}54\.\d\d GiB {2,}58\.11 GiB.*gpu-memory-utilization is 0\.95 in the log, 0\.9 in the file/);
    expect(stdout).toMatch(/--calibrate would keep this in .*calibrations.fits\.llama-8b\.yaml/);
  });

  it("keeps the figures, which count while the settings are those of the log", async () => {
    const { code } = await cli.run(["inspect", "fits.yaml", "--log", "start.log", "--calibrate"], { cwd });
    expect(code).toBe(0);
    const kept = readFileSync(join(cwd, ".inference-lens/calibrations/fits.llama-8b.yaml"), "utf8");
    expect(kept).toMatch(/gpu-memory-utilization: 0\.95/);
    const inspected = async (args: readonly string[]): Promise<unknown> =>
      JSON.parse((await cli.run(["inspect", "fits.yaml", "--format", "json", ...args], { cwd })).stdout);
    const as = await inspected(["--set", "gpu-memory-utilization=0.95"]);
    expect(at(as, "files", 0, "deployments", 0, "memory", "kvCacheTokens")).toBe(476_016);
    expect(at(as, "files", 0, "deployments", 0, "pools", 0, "calibration")).toMatchObject({
      source: "log",
      applied: ["weights", "kvCache", "kvCacheBlocks"],
      refused: [],
    });
    const otherwise = await inspected([]);
    expect(at(otherwise, "files", 0, "deployments", 0, "pools", 0, "calibration", "applied")).toEqual(["weights"]);
    expect(at(otherwise, "files", 0, "deployments", 0, "pools", 0, "calibration", "refused", 0)).toEqual({
      term: "kvCache",
      why: "gpu-memory-utilization was 0.95 when this was measured",
    });
  });

  it("as JSON has the log's figures, the comparison and where they are kept", async () => {
    const { stdout } = await cli.run(["inspect", "fits.yaml", "--log", "start.log", "--format", "json"], { cwd });
    const told = at(JSON.parse(stdout), "files", 0, "deployments", 0, "log");
    expect(told).toMatchObject({
      engine: "vllm",
      engineVersion: "0.19.0",
      outcome: "ready",
      refusal: null,
      conflicts: [],
      earlier: [],
      ranks: [{ label: "EngineCore", stage: 0, "kv-cache": Math.round(58.11 * 2 ** 30) }],
      cache: { tokens: 476_016 },
    });
    const rows = at(told, "comparison", "rows");
    expect(Array.isArray(rows) && rows.map((row) => at(row, "part"))).toEqual(["weights", "kv-cache", "tokens"]);
    // Held against the prediction, not against what was kept before.
    expect(Number(at(told, "comparison", "rows", 1, "difference")) / 2 ** 30).toBeCloseTo(4, 0);
  });

  it.each([
    [["fits.yaml", "--log", "other.log"], /other\.log: nothing of an engine's start-up was found/],
    [["fits.yaml", "--log", "none.log"], /none\.log: does not exist/],
    [["fits.yaml", "--calibrate"], /--calibrate needs --log/],
    [["start.log", "--log", "start.log"], /--log needs a deployment/],
  ])("%j ends with 2 and a reason", async (args, words) => {
    const { code, stderr } = await cli.run(["inspect", ...args], { cwd });
    expect([code, words.test(stderr)]).toEqual([2, true]);
  });
});
