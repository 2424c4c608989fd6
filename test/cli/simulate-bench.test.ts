import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, bundledCli, type Cli, fixtures } from "./support.ts";

let cli: Cli;
let cwd: string;
beforeAll(async () => {
  cli = await bundledCli();
  cwd = mkdtempSync(join(tmpdir(), "inference-lens-bench-"));
  cpSync(join(fixtures, "fits.yaml"), join(cwd, "fits.yaml"));
  for (const [name, streams, tpot, ttft] of [
    ["low.json", 1, 10, 45],
    ["high.json", 16, 11, 290],
  ] as const)
    writeFileSync(join(cwd, name), JSON.stringify(result(streams, tpot, ttft)));
  writeFileSync(join(cwd, "other.json"), JSON.stringify({ ...result(1, 10, 45), model_id: "Qwen/Qwen3-8B" }));
  writeFileSync(join(cwd, "cut.json"), JSON.stringify(result(1, 10, 45)).slice(0, 100));
});
afterAll(() => {
  cli.dispose();
  rmSync(cwd, { recursive: true, force: true });
});

/** 64 tokens an answer. */
const result = (max_concurrency: number, mean_tpot_ms: number, mean_ttft_ms: number) => ({
  date: "20260311-101500",
  model_id: "meta-llama/Llama-3.1-8B-Instruct",
  num_prompts: 10 * max_concurrency,
  max_concurrency,
  request_rate: "inf",
  completed: 10 * max_concurrency,
  total_input_tokens: 5120 * max_concurrency,
  total_output_tokens: 640 * max_concurrency,
  request_throughput: (max_concurrency * 1000) / (63 * mean_tpot_ms + mean_ttft_ms),
  output_throughput: (64 * max_concurrency * 1000) / (63 * mean_tpot_ms + mean_ttft_ms),
  mean_ttft_ms,
  mean_tpot_ms,
});

describe("simulate --bench", () => {
  it("lays each load beside the simulation of the same load", async () => {
    const { stdout, code } = await cli.run(["simulate", "fits.yaml", "--bench", "low.json", "high.json"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/Load {2,}measured {2,}predicted {2,}off by {2,}corrected {2,}off by/);
    expect(stdout).toMatch(/1 in flight {2,}TTFT {2,}45\.0 ms/);
    expect(stdout).toMatch(/16 in flight {2,}TTFT[^\n]*\n {2,}TPOT {2,}11\.0 ms/);
    expect(stdout).toMatch(/Corrected: (?:GPU|steps) × \d/);
    expect(stdout).toMatch(/--calibrate would keep this in .*calibrations.fits\.llama-8b\.yaml/);
  });

  it("keeps the correction, which counts until something it depends on changes", async () => {
    const { code, stderr } = await cli.run(["simulate", "fits.yaml", "--bench", "low.json", "high.json", "--calibrate"], { cwd });
    expect([code, stderr]).toEqual([0, ""]);
    const kept = readFileSync(join(cwd, ".inference-lens/calibrations/fits.llama-8b.yaml"), "utf8");
    expect(kept).toMatch(/timing:\n {2}source: bench\n {2}date: 2026-03-11/);
    expect(kept).toMatch(/from: high\.json, tool: vllm bench serve, date: 2026-03-11, load: 16 in flight/);
    const tpot = async (...args: readonly string[]) => {
      const load = ["--concurrency", "16", "--prompt-tokens", "512", "--output-tokens", "64", "--requests", "160", "--no-bands"];
      const { stdout } = await cli.run(["simulate", "fits.yaml", ...load, "--format", "json", ...args], { cwd });
      const one = at(JSON.parse(stdout), "cases", 0);
      return { mean: Number(at(one, "summary", "tpotSeconds", "mean")), timing: at(one, "confidence", "timing") };
    };
    const [corrected, eager] = [await tpot(), await tpot("--set", "enforce-eager=true")];
    // Within the band of 11 ms; without graphs it is predicted as ever.
    expect(Math.abs(corrected.mean / 0.011 - 1)).toBeLessThan(0.1);
    expect(corrected.timing).toBe("measured");
    const inspected = async (...args: readonly string[]) => {
      const { stdout } = await cli.run(["inspect", "fits.yaml", "--format", "json", ...args], { cwd });
      return at(JSON.parse(stdout), "files", 0, "deployments", 0, "pools", 0, "timing");
    };
    expect(await inspected()).toMatchObject({ source: "bench", date: "2026-03-11", refused: null });
    expect(at(await inspected("--set", "enforce-eager=true"), "refused")).toBe("enforce-eager was false when this was measured");
    expect(eager.mean).not.toBe(corrected.mean);
    const { stdout } = await cli.run(["inspect", "fits.yaml"], { cwd });
    expect(stdout).toMatch(/calibration: Steps as measured on 2026-03-11/);
    const changed = await cli.run(["inspect", "fits.yaml", "--set", "enforce-eager=true"], { cwd });
    expect(changed.stdout).toMatch(/predicted: steps; enforce-eager was false when this was measured/);
  });

  it("as JSON has figures, correction and where they are kept", async () => {
    const { stdout } = await cli.run(["simulate", "fits.yaml", "--bench", "low.json", "--format", "json"], { cwd });
    const told = at(JSON.parse(stdout), "cases", 0, "benchmark");
    expect(told).toMatchObject({
      problem: null,
      problems: [],
      loads: [{ file: "low.json", tool: "vllm bench serve", load: "1 in flight" }],
    });
    expect(at(told, "loads", 0, "rows", 1)).toMatchObject({ metric: "tpot", statistic: "mean", unit: "s", measured: 0.01 });
    expect(at(told, "correction", "device")).toBe(at(told, "correction", "host"));
    expect(at(told, "calibration", "written")).toBe(false);
  });

  it("does not write over a file that it cannot read, and says so", async () => {
    const folder = join(cwd, "torn");
    cpSync(join(fixtures, "fits.yaml"), join(folder, "fits.yaml"));
    mkdirSync(join(folder, ".inference-lens/calibrations"), { recursive: true });
    const kept = join(folder, ".inference-lens/calibrations/fits.llama-8b.yaml");
    writeFileSync(kept, "timing: [");
    const { stdout, code } = await cli.run(["simulate", "fits.yaml", "--bench", "../low.json", "--calibrate"], { cwd: folder });
    expect(code).toBe(2);
    expect(stdout).toMatch(/not calibrated: The calibration file cannot be read as YAML: mend it first\./);
    expect(readFileSync(kept, "utf8")).toBe("timing: [");
  });

  it("keeps nothing of another model's benchmark", async () => {
    const { stdout, code } = await cli.run(["simulate", "fits.yaml", "--bench", "other.json", "--calibrate"], { cwd });
    expect(code).toBe(2);
    expect(stdout).toMatch(/nothing to keep: The benchmark is of another model: Qwen\/Qwen3-8B/);
  });

  it.each([
    [["fits.yaml", "--bench", "none.json"], /none\.json: does not exist/],
    [["fits.yaml", "--bench", "cut.json"], /cut\.json:1: The JSON breaks off or is broken here/],
    [["fits.yaml", "--bench", "fits.yaml"], /fits\.yaml: This is no result of a load generator/],
    [["fits.yaml", "--calibrate"], /--calibrate needs --bench/],
    [["low.json", "--bench", "low.json"], /--bench needs a deployment/],
    [["fits.yaml", "--bench", "low.json", "--report", "x.html"], /--report, --requests-out and --timeline-out are of one load/],
  ])("%j ends with 2 and a reason", async (args, words) => {
    const { code, stderr } = await cli.run(["simulate", ...args], { cwd });
    expect([code, words.test(stderr), stderr]).toEqual([2, true, stderr]);
  });
});
