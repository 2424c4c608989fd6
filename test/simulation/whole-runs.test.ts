import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { admissible } from "../../src/simulation/placement/admissible.ts";
import { clusterPlan } from "../../src/simulation/placement/cluster-plan.ts";
import { done, Requests, refused } from "../../src/simulation/requests.ts";
import { Run } from "../../src/simulation/run.ts";
import { timelineInstances } from "../../src/simulation/timeline/timeline-instances.ts";
import { TimelineLog } from "../../src/simulation/timeline/timeline-log.ts";
import { drawLoad } from "../../src/simulation/workload/load.ts";
import { randomRuns } from "./random-runs.ts";

/** Sees every instant of a run. */
class Clock extends TimelineLog {
  private last = 0;
  isRising = true;

  override at(now: number): void {
    if (now < this.last || !Number.isSafeInteger(now)) this.isRising = false;
    this.last = now;
    super.at(now);
  }
}

describe("whole runs of random deployments", () => {
  it("make every token once, give every block back, and never turn the clock back", () => {
    let preempted = 0;
    let turnedAway = 0;
    fc.assert(
      fc.property(randomRuns, fc.boolean(), ({ settled, plans, models, workload, routing, seed }, stepwise) => {
        const { plan } = clusterPlan(settled, plans, models);
        const drawn = drawLoad({ ...workload, warmup: 0 }, seed);
        if (!plan || !drawn.load) throw new Error("no run");
        const { load } = admissible(drawn.load, plan.pools);
        const clock = new Clock();
        clock.describe(timelineInstances(settled, plan.pools));
        const run = new Run(new Requests(load, clock), plan, routing, seed, { stepwise, timeline: clock }).run();
        const { requests, cluster, gaps, finished } = run;
        expect(clock.isRising).toBe(true);
        expect(run.stopped).toBe("no");
        expect(finished + run.refused).toBe(load.measured);
        let tokens = 0;
        let answers = 0;
        for (let r = 0; r < requests.count; r++) {
          if (requests.state[r] === refused) continue;
          expect(requests.state[r]).toBe(done);
          tokens += requests.output[r] as number;
          answers++;
          const moments = [requests.arrival, requests.firstScheduled, requests.firstToken, requests.finished].map(
            (times) => times[r] as number,
          );
          expect(moments).toEqual(moments.toSorted((a, b) => a - b));
          preempted += requests.preemptions[r] as number;
        }
        turnedAway += run.refused;
        expect(cluster.meter.outputTokens).toBe(tokens);
        // Every token but the first has one before it.
        expect(gaps.tokens).toBe(tokens - answers);
        for (const { scheduler } of cluster.cores) {
          const { pool, running, partial, pendingTokens, promisedBlocks } = scheduler.core;
          expect([pool.free, running.count, partial.count, pendingTokens]).toEqual([pool.usable, 0, 0, 0]);
          if (settled.engine === "tensorrt-llm") expect(promisedBlocks).toBe(0);
          expect(scheduler.waitingCount).toBe(0);
        }
        for (const { running, waiting, usedBlocks } of cluster.totals) expect([running, waiting, usedBlocks]).toEqual([0, 0, 0]);
      }),
      { numRuns: 250, seed: 606 },
    );
    // The runs must reach what is to be conserved.
    expect(preempted).toBeGreaterThan(50);
    expect(turnedAway).toBeGreaterThan(20);
  }, 120_000);
});
