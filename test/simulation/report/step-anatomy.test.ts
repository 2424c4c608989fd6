import { describe, expect, test } from "vitest";
import { memoryPlan } from "../../../src/memory/memory-plan.ts";
import { stepAnatomies } from "../../../src/simulation/report/step-anatomy.ts";
import { ModeLog, StepLog } from "../../../src/simulation/report/step-log.ts";
import { simulate } from "../../../src/simulation/simulate.ts";
import { stepModel } from "../../../src/timing/step.ts";
import { decoding, mixed, poolOf, prompt, settledCase } from "../../timing/pools.ts";

describe("steps of a run", () => {
  test("the typical decode step is the mean of those that only decode", () => {
    const log = new ModeLog();
    log.add(decoding(10, 100), 0.01);
    log.add(decoding(20, 400), 0.01);
    log.add(mixed(decoding(90, 1000), prompt(512)), 0.02);
    // 15 sequences; 9,000 tokens of context over 30 sequences are 300 each.
    expect(log.decodeStep()).toMatchObject({ steps: 2, batch: { tokens: 15, decodeSequences: 15, decodeContext: 4500, prefillTokens: 0 } });
  });

  test("the prompt step is the one with the most prompt tokens", () => {
    const log = new ModeLog();
    log.add(prompt(512), 0.01);
    log.add(mixed(decoding(4, 100), prompt(2048)), 0.02);
    log.add(prompt(1024), 0.01);
    expect(log.promptStep()).toMatchObject({ prefillTokens: 2048, decodeSequences: 4 });
  });

  test("without such steps there is none", () => {
    const log = new ModeLog();
    expect(log.decodeStep()).toBeUndefined();
    log.add(decoding(1, 10), 0.01);
    expect(log.promptStep()).toBeUndefined();
  });

  test("the operators of a step sum to its time", () => {
    const settled = settledCase({ pools: [{ parallel: { tensor: 2 } }] });
    const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
    const workload = { kind: "closed-loop", concurrency: 8, requests: 32, promptTokens: 700, outputTokens: 40 } as const;
    const { report } = simulate(settled, plans, workload, 1);
    expect(report?.anatomy.map(({ kind }) => kind)).toEqual(["decode", "prefill"]);
    for (const { seconds, operators } of report?.anatomy ?? [])
      expect(operators.reduce((sum, one) => sum + one.seconds, 0)).toBeCloseTo(seconds, 9);
  });

  test("of several pools each step is priced by its own", () => {
    const [prefill, decode] = [poolOf({ gpu: "H200-SXM" }), poolOf()];
    const pools = [prefill, decode].map(({ model, pool }) => ({ model: stepModel(model, pool) }));
    const logs = [new StepLog(), new StepLog()];
    logs[0]?.tensor.add(prompt(2048), 0.1);
    logs[1]?.tensor.add(decoding(8, 1000), 0.1);
    const steps = stepAnatomies([prefill.pool, decode.pool], pools, logs);
    expect(steps.map(({ kind, peaks }) => [kind, peaks.bytesPerSecond])).toEqual([
      ["decode", decode.pool.gpu.memoryBytesPerSecond],
      ["prefill", prefill.pool.gpu.memoryBytesPerSecond],
    ]);
  });
});
