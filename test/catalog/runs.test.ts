import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { measuredRuns } from "../../src/catalog/measured-runs.ts";
import { testCatalog } from "../support/catalog.ts";

const runs = testCatalog().runs();

describe("measured runs", () => {
  test("the table is small", () => {
    expect(statSync(fileURLToPath(new URL("../../src/catalog/data/runs.json", import.meta.url))).size).toBeLessThan(150_000);
  });

  test("every run names its source, has lengths or says that they are not published, and figures in seconds", () => {
    expect(runs.length).toBeGreaterThan(1300);
    for (const { setup, ...run } of runs) {
      expect(setup.source).toMatch(/@|aiconfigurator/);
      expect(setup.pools.every(({ instances, tensor }) => instances >= 1 && tensor >= 1)).toBe(true);
      expect(run.outputTokens).toBeGreaterThan(0);
      expect([run.ttftSeconds, run.tpotSeconds, run.outputTokensPerSecond].some((value) => value !== null)).toBe(true);
      expect(run.tpotSeconds ?? 0.01).toBeLessThan(2);
      expect(run.tpotSeconds ?? 0.01).toBeGreaterThan(0.0005);
      if (setup.load === "closed-loop") expect(run.concurrency).toBeGreaterThan(0);
      if (setup.load === "open-loop") expect(run.ratePerSecond).toBeGreaterThan(0);
    }
  });

  test("no run in one pool is told on more GPUs than its node has, nor twice", () => {
    const closed = runs.filter(({ setup }) => setup.load === "closed-loop" && setup.pools.length === 1);
    const gpus = closed.map(({ setup }) => setup.pools.reduce((sum, pool) => sum + pool.tensor * pool.pipeline * pool.attentionData, 0));
    expect(Math.max(...gpus)).toBe(8);
    const told = closed.map(({ setup, ...run }) => JSON.stringify([setup.engine, setup.version, setup.gpu.id, setup.pools, run]));
    expect(new Set(told).size).toBe(told.length);
  });

  test("dense, sparse, three engines, several GPUs, one pool and two", () => {
    expect(new Set(runs.map(({ setup }) => setup.engine))).toEqual(new Set(["vllm", "sglang", "tensorrt-llm"]));
    expect(new Set(runs.map(({ setup }) => setup.gpu.id)).size).toBeGreaterThan(6);
    expect(new Set(runs.map(({ setup }) => setup.model.moe === null)).size).toBe(2);
    expect(new Set(runs.map(({ setup }) => setup.pools.length))).toEqual(new Set([1, 2]));
  });

  test("runs of models and GPUs that are not known are left out", () => {
    const group = {
      source: "a",
      engine: "vllm",
      version: null,
      model: "nobody/model",
      gpu: "H100",
      quantization: null,
      load: "offline",
      pools: [],
      rows: [[1, 1, null, null, null, 1]],
    } as const;
    const names = { gpu: (name: string) => testCatalog().gpu(name), model: () => undefined };
    expect(measuredRuns({ sources: {}, groups: [group] }, names)).toEqual([]);
  });
});
