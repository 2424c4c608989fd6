import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCase } from "../../../src/deployment/case.ts";
import { settle } from "../../../src/deployment/settle.ts";
import type { Scheduling } from "../../../src/deployment/settled.ts";
import { memoryPlan } from "../../../src/memory/memory-plan.ts";
import { routingOf } from "../../../src/simulation/placement/router.ts";
import { poolModels } from "../../../src/simulation/pool-models.ts";
import type { Outcome, Report, RunControl } from "../../../src/simulation/report/report.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import type { Workload } from "../../../src/simulation/workload/workload.ts";
import type { StepModel } from "../../../src/timing/step-model.ts";
import { testCatalog } from "../../support/catalog.ts";
import { reportFrom } from "../fixtures.ts";
import { tier, tiersOf } from "../kv-tiers/tiers.ts";
import { type RandomRun, randomRuns } from "../random-runs.ts";

function outcomeOf({ settled, plans, models, workload, seed, routing }: RandomRun, control: RunControl): Outcome {
  return simulateWith(settled, plans, models, workload, seed, control, routing);
}

const reportOf = (run: RandomRun, control: RunControl): Report => reportFrom(outcomeOf(run, control));

/** Numbers of a tree with their paths; texts and absent ones are the same or they are not. */
function expectNear(fast: unknown, exact: unknown, path: string): void {
  if (typeof fast === "number" && typeof exact === "number") {
    const near = Object.is(fast, exact) || Math.abs(fast - exact) <= 1e-9 * Math.max(1e-3, Math.abs(exact));
    if (!near) expect.fail(`${path}: ${fast} instead of ${exact}`);
    return;
  }
  if (fast !== null && exact !== null && typeof fast === "object" && typeof exact === "object") {
    const [ours, theirs] = [Object.entries(fast), Object.entries(exact)];
    expect(ours.map(([key]) => key)).toEqual(theirs.map(([key]) => key));
    for (const [i, [key, value]] of ours.entries()) expectNear(value, theirs[i]?.[1], `${path}.${key}`);
    return;
  }
  expect(fast, path).toEqual(exact);
}

/**
 * The report without what rests on a sample of the steps where there were many: which of several instances' steps are in it may differ.
 * Nor with the sentence on its bottleneck: numbers that are equal but for the last digit are rounded and compared there.
 */
function comparable(report: Report): unknown {
  const { modes, anatomy, warnings } = report;
  const isSampled = warnings.some((warning) => warning.startsWith("The split of step time"));
  const sums = modes.map(({ mode, label, steps, seconds }) => ({ mode, label, steps, seconds }));
  return { ...report, bottleneck: null, modes: isSampled ? sums : modes, anatomy: isSampled ? null : anatomy };
}

/** The same model, and how often it was asked for a step's time. */
function counted(model: StepModel): { readonly model: StepModel; readonly asked: () => number } {
  let times = 0;
  const stageSeconds: StepModel["stageSeconds"] = (batch, stage) => {
    times++;
    return model.stageSeconds(batch, stage);
  };
  return { model: { ...model, stageSeconds }, asked: () => times };
}

describe("steps taken in stretches", () => {
  it("leave behind what they leave one by one", () => {
    let steps = 0;
    let asked = 0;
    fc.assert(
      fc.property(randomRuns, (run) => {
        const exact = reportOf(run, { stepwise: true });
        const models = run.models.map(counted);
        const fast = reportOf({ ...run, models: models.map(({ model }) => model) }, {});
        // Requests go the same way to the last nanosecond.
        expect(fast.requests).toEqual(exact.requests);
        expect(fast.modes.map((mode) => mode.steps)).toEqual(exact.modes.map((mode) => mode.steps));
        expectNear(comparable(fast), comparable(exact), "report");
        steps += exact.modes.reduce((sum, mode) => sum + mode.steps, 0);
        asked += models.reduce((sum, model) => sum + model.asked(), 0);
      }),
      { numRuns: 400, seed: 13 },
    );
    // The runs must reach what they are to compare.
    expect(asked / steps).toBeLessThan(2);
  }, 120_000);

  it("where stores that engines share change what a waiting request needs", () => {
    const store = tier({ kind: "dram", blocks: 20, blockTokens: 64, shared: "all", readBytesPerSecond: 1e8, writeBytesPerSecond: 1e8 });
    const scheduling: Scheduling = { engine: "vllm", reserveFullPrompt: false };
    const stored = ({ settled, ...run }: RandomRun): RandomRun => {
      const pools = settled.pools.map((pool) => ({
        ...pool,
        kvTiers: tiersOf({ tiers: [store] }),
        settings: { ...pool.settings, scheduling },
      }));
      return { ...run, settled: { ...settled, pools } };
    };
    fc.assert(
      fc.property(randomRuns.filter(({ settled }) => settled.engine === "vllm").map(stored), (run) => {
        const [fast, exact] = [false, true].map((stepwise) => outcomeOf(run, { stepwise }).report?.requests);
        expect(fast).toEqual(exact);
      }),
      { numRuns: 300, seed: 3 },
    );
  }, 120_000);

  const h100 = "H100-SXM5-80GB";
  const shift = { model: "meta-llama/Llama-3.3-70B-Instruct", gpu: h100, engineVersion: "0.11.0", shiftThreshold: 256 };
  it.each([
    ["a dense model", { model: "meta-llama/Llama-3.1-8B-Instruct", gpu: h100, instances: 3 }, 12],
    ["layers that keep a window", { model: "google/gemma-3-27b-it", gpu: h100, settings: { "max-model-len": 32_768 } }, 3],
    ["kernels launched one by one", { model: "meta-llama/Llama-3.1-8B-Instruct", gpu: h100, settings: { "enforce-eager": true } }, 6],
    ["Shift Parallelism", { ...shift, pools: [{ parallel: { tensor: 4, sequence: 2 } }] }, 8],
    [
      "experts behind attention replicas",
      { model: "Qwen/Qwen3-30B-A3B", gpu: h100, pools: [{ parallel: { attentionData: 4, expert: 4 } }] },
      20,
    ],
    ["SGLang", { model: "meta-llama/Llama-3.1-8B-Instruct", gpu: h100, engine: "sglang" }, 6],
    ["TensorRT-LLM", { model: "meta-llama/Llama-3.1-8B-Instruct", gpu: h100, engine: "trtllm" }, 6],
    [
      "a pair of pools",
      { model: "meta-llama/Llama-3.1-8B-Instruct", gpu: h100, pools: [{ role: "prefill" }, { role: "decode", instances: 2 }] },
      8,
    ],
  ])("and so they do with the step models of the product: %s", (_, deployment, ratePerSecond) => {
    const read = readCase({ id: "case", deployment }, { catalog: testCatalog() });
    const settled = read.deployment && settle(read.deployment, testCatalog()).settled;
    if (!settled) throw new Error(JSON.stringify(read.error));
    const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
    const lengths = (mean: number) => ({ lognormal: [mean, mean, 1, 4 * mean] as [number, number, number, number] });
    const workload: Workload = { kind: "open-loop", ratePerSecond, requests: 120, promptTokens: lengths(900), outputTokens: lengths(250) };
    const run = { settled, plans, models: poolModels(settled, workload), workload, routing: routingOf(settled), seed: 5 };
    const exact = reportOf(run, { stepwise: true });
    const fast = reportOf(run, {});
    expect(fast.requests).toEqual(exact.requests);
    expectNear(comparable(fast), comparable(exact), "report");
  });
});
