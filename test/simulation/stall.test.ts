import fc from "fast-check";
import { expect, it, vi } from "vitest";
import type { Settled } from "../../src/deployment/settled.ts";
import { servedBySystem } from "../../src/deployment/systems/served.ts";
import { caseSystem } from "../../src/deployment/systems/system.ts";
import { Intake } from "../../src/simulation/engine/intake.ts";
import { noBlocks } from "../../src/simulation/engine/scheduling.ts";
import { admissible } from "../../src/simulation/placement/admissible.ts";
import { clusterPlan } from "../../src/simulation/placement/cluster-plan.ts";
import { Requests } from "../../src/simulation/requests.ts";
import { Run } from "../../src/simulation/run.ts";
import { simulateWith } from "../../src/simulation/simulate-with.ts";
import { drawLoad } from "../../src/simulation/workload/load.ts";
import type { Workload } from "../../src/simulation/workload/workload.ts";
import { type PairSetup, planOf, reportFrom, settledPair, timing } from "./fixtures.ts";
import { type RandomRun, randomRuns } from "./random-runs.ts";

/** 0.1 ms a prompt token, 10 ms a decode step. */
const steps = timing((batch) => 1e-4 * batch.prefillTokens + (batch.decodeSequences > 0 ? 0.01 : 0));

function served(setup: PairSetup): Settled {
  const { settled } = servedBySystem({ ...settledPair(setup), system: caseSystem("splitwise", { pendingTokens: 500 }) });
  if (!settled) throw new Error("not served");
  return settled;
}

function rowsOf(rows: readonly (readonly [arrivalSeconds: number, promptTokens: number, outputTokens: number])[]): Workload {
  const requests = rows.map(([arrivalSeconds, promptTokens, outputTokens]) => ({ arrivalSeconds, promptTokens, outputTokens }));
  return { kind: "requests", requests };
}

it("caches on their way out of a machine leave no room for the answers of those that come to it", () => {
  // The second request finds a queue at the prompt machine and 24 of the token machine's 64 blocks spoken for: it
  // is computed there and decoded by the other, so that 50 blocks stay until 800 tokens are sent, while the first needs 10 blocks and 13 more.
  const setup: PairSetup = {
    linkBytesPerSecond: 1e8,
    prefill: { blocks: 64, settings: { prefixCaching: true } },
    decode: { blocks: 64, settings: { prefixCaching: true } },
  };
  const workload = rowsOf([
    [0, 160, 200],
    [0, 800, 10],
    [20, 800, 100],
  ]);
  const plans = [planOf(setup.prefill), planOf(setup.decode)];
  const { summary, requests } = reportFrom(simulateWith(served(setup), plans, [steps, steps], workload, 1));
  expect(summary.requests).toBe(3);
  expect([...requests.instance]).toEqual([1, 0, 1]);
  expect(summary.kvCache.peakUsage).toBeLessThanOrEqual(1);
  // 105 MB at 80 MB a second; the first prompt is computed after 16 ms.
  expect(requests.decodeQueue[0]).toBeCloseTo((800 * 131_072) / 8e7 - 0.016, 3);
});

it("a machine that may decode what it is not meant for must hold the whole of it", () => {
  const setup: PairSetup = { prefill: { blocks: 40 }, decode: { blocks: 400 } };
  const plans = [planOf(setup.prefill), planOf(setup.decode)];
  const rows = Array.from({ length: 30 }, (_, i) => [i / 100, 600, 300] as const);
  const { requests, warnings } = reportFrom(simulateWith(served(setup), plans, [steps, steps], rowsOf(rows), 1));
  // 640 tokens.
  expect([...requests.outputTokens].every((tokens) => tokens === 40)).toBe(true);
  expect(warnings.join()).toContain("30 of 30 answers end early, at 640 tokens");
});

it("a run in which requests wait and nothing is under way ends in words", () => {
  // Nothing is known to bring it about.
  const reserve = vi.spyOn(Intake.prototype, "reserve").mockReturnValue(noBlocks);
  const setup: PairSetup = { decode: { blocks: 30, instances: 10 } };
  const plans = [planOf(setup.prefill), planOf(setup.decode)];
  const { error } = simulateWith(served(setup), plans, [steps, steps], rowsOf([[0, 320, 20]]), 1);
  reserve.mockRestore();
  expect(error).toEqual({
    code: "unsupported",
    message:
      "Splitwise comes to a stop: no step, load or transfer is under way, but requests wait: 1 for room in the core that decodes them. Blocks free by core: 20,000 of 20,000, 30 of 30, 30 of 30, 30 of 30, 30 of 30, 30 of 30, 30 of 30, 30 of 30 and 3 more.",
  });
});

/** Caches that hold hardly more than one request, those before a decode pool fewer than a whole one. */
function tight({ plans, settled, ...run }: RandomRun, promptTokens: number): RandomRun {
  const least = (i: number): number => (settled.pools[i]?.role === "prefill" ? promptTokens : 400);
  return { ...run, settled, plans: plans.map((plan, i) => ({ ...plan, kvCacheBlocks: 3 + Math.ceil(least(i) / plan.blockTokens) })) };
}

it("runs of random deployments with hardly any cache come to their end, and take no block that is not free", () => {
  fc.assert(
    fc.property(randomRuns, fc.integer({ min: 201, max: 400 }), (random, promptTokens) => {
      const { settled, plans, models, workload, routing, seed } = tight(random, promptTokens);
      const { plan } = clusterPlan(settled, plans, models);
      const { load } = drawLoad({ ...workload, warmup: 0 }, seed);
      if (!plan || !load) throw new Error("no run");
      const fitting = admissible(load, plan.pools).load;
      const run = new Run(new Requests(fitting), plan, routing, seed, {}).run();
      expect([run.stopped, run.finished + run.refused]).toEqual(["no", fitting.measured]);
      for (const { scheduler } of run.cluster.cores) {
        expect(scheduler.peakUsage).toBeLessThanOrEqual(1);
        expect(scheduler.core.pool.free).toBe(scheduler.core.pool.usable);
      }
    }),
    { numRuns: 250, seed: 3 },
  );
}, 120_000);
