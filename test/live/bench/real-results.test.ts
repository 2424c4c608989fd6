import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Settled } from "../../../src/deployment/settled.ts";
import { analyse } from "../../../src/language/analysis.ts";
import { benchmarkLoads } from "../../../src/live/bench/benchmark-files.ts";
import { benchmarkedDeployment } from "../../../src/live/bench/benchmarked-deployment.ts";
import type { MeasuredLoad } from "../../../src/live/bench/measured-load.ts";
import { readBenchmark } from "../../../src/live/bench/read-benchmark.ts";
import { simulate } from "../../../src/simulation/simulate.ts";
import { testCatalog } from "../../support/catalog.ts";

const folder = fileURLToPath(new URL("../../../../shared/data/bench-results/", import.meta.url));
const present = existsSync(folder);
if (!present) console.log(`Results of real benchmarks are not at ${folder}: only quoted ones were read.`);

const text = (...path: readonly string[]) => readFileSync(join(folder, ...path), "utf8");
const variants = present ? readdirSync(join(folder, "inference-perf")).filter((name) => name.startsWith("vllm")) : [];

describe.runIf(present)("results of real benchmarks", () => {
  test.each([
    ["vllm-bench-serve/vllm-0.32.0-cpu-summary.json", "vllm-bench", 1.048],
    ["vllm-bench-serve/vllm-0.32.0-cpu-detailed.json", "vllm-bench", 1.048],
    ["guidellm/guidellm-0.8.1-vllm-cpu.json", "guidellm", 0.051],
    ["guidellm/guidellm-0.8.1-vllm-cpu.csv", "guidellm", 0.051],
    ["aiperf/profile_export_aiperf.json", "aiperf", 0.0508],
    ["aiperf/profile_export_aiperf.csv", "aiperf", 0.0508],
    ["aiperf/profile_export.jsonl", "aiperf", 0.0508],
  ])("%s", (path, tool, ttft) => {
    const { runs, problems } = readBenchmark(text(path));
    expect(problems).toEqual([]);
    expect(runs.map((run) => run.tool)).toEqual([tool]);
    expect(runs[0]?.ttftSeconds?.mean).toBeCloseTo(ttft, 3);
  });

  test("of one server in several files tell the same", () => {
    const runs = ["profile_export_aiperf.json", "profile_export_aiperf.csv", "profile_export.jsonl"].map(
      (name) => readBenchmark(text("aiperf", name)).runs[0],
    );
    for (const run of runs) {
      expect(run).toMatchObject({ completed: 12, promptTokens: { mean: 64 }, outputTokens: { mean: 18 } });
      expect(run?.tpotSeconds?.p99).toBeCloseTo(0.06305, 4);
      expect(run?.requestsPerSecond).toBeCloseTo(5.63, 1);
    }
  });

  test("an H100 at seven rates: each stage is a load, and its time per token follows from its latencies", () => {
    expect(variants).toHaveLength(6);
    for (const variant of variants) {
      const { loads, problems } = benchmarkLoads(files(variant));
      expect([variant, loads.length, problems]).toEqual([variant, 7, []]);
      for (const { tpot, isLimited, words } of loads) {
        expect([variant, words, (tpot?.seconds ?? 0) > 0.007 && (tpot?.seconds ?? 1) < 0.03]).toEqual([variant, words, true]);
        // 44 workers of 10 connections each: what Little's law finds where they all waited.
        const cap = Number(/at most (\d+)/.exec(words)?.[1] ?? 440);
        expect([variant, words, isLimited, Math.abs(cap - 440) <= 35]).toEqual([variant, words, words.includes("most"), true]);
      }
    }
  });

  // The way a deployment's own benchmark is used: a rate that was not measured is predicted from those that were.
  test.each(["vllm", "vllm_eagle"])("six rates of %s correct the seventh, whichever is left out", { timeout: 120_000 }, async (variant) => {
    const loads = benchmarkLoads(files(variant)).loads.map(shorter);
    const { deployment, settled, plans } = served(variant);
    const run = (pools: Settled, load: MeasuredLoad) => simulate(pools, plans, load.workload, 1).report?.summary;
    const off = async (left: number) => {
      const others = loads.filter((_, index) => index !== left);
      const context = { deployment, settled, source: "bench" as const, date: "2026-11-28", version: null };
      const { measured } = await benchmarkedDeployment(others, {
        ...context,
        simulate: async (pools, workload) => simulate(pools, plans, workload, 1).report?.summary,
      });
      const [load] = loads.slice(left, left + 1);
      if (!load || !measured.timing) throw new Error("nothing was measured");
      const { timing } = measured;
      const corrected = {
        ...settled,
        pools: settled.pools.map((pool) => ({ ...pool, observed: { ...pool.observed, timing: { timing, refused: null } } })),
      };
      return Math.abs((run(corrected, load)?.tpotSeconds.mean ?? 0) / (load.tpot?.seconds ?? 1) - 1);
    };
    const inner = [await off(1), await off(2), await off(3), await off(4)];
    expect(inner.reduce((sum, one) => sum + one, 0) / inner.length).toBeLessThan(0.065);
    // Where the queue begins to grow a small error of a step becomes a large one of the batch.
    expect(Math.max(...inner)).toBeLessThan(0.165);
  });
});

/** The same load for as long as its means need. */
function shorter(load: MeasuredLoad): MeasuredLoad {
  const { workload } = load;
  return workload.kind === "requests" ? load : { ...load, workload: { ...workload, requests: Math.min(workload.requests, 1500) } };
}

function files(variant: string) {
  const stages = Array.from({ length: 7 }, (_, stage) => `stage_${stage}_lifecycle_metrics.json`);
  const config = { name: "config.yaml", text: text("inference-perf", "config.yaml") };
  return [config, ...stages.map((name) => ({ name, text: text("inference-perf", variant, name) }))];
}

function served(variant: string) {
  const analysis = analyse(text("inference-perf", variant, "manifests.yaml"), { catalog: testCatalog(), fileName: "manifests.yaml" });
  const [one] = analysis.deployments;
  if (!one?.settled) throw new Error(`${variant} is not settled`);
  return { deployment: one.deployment, settled: one.settled, plans: one.memory };
}
