import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { admissible } from "../../../src/simulation/placement/admissible.ts";
import { clusterPlan } from "../../../src/simulation/placement/cluster-plan.ts";
import { pulled, Requests } from "../../../src/simulation/requests.ts";
import { Run } from "../../../src/simulation/run.ts";
import { drawLoad } from "../../../src/simulation/workload/load.ts";
import { randomRuns } from "../random-runs.ts";

describe("caches that move between cores", () => {
  it("leave one port and reach another, whole, and no link moves more than it can", () => {
    let moves = 0;
    fc.assert(
      fc.property(randomRuns, ({ settled, plans, models, workload, routing, seed }) => {
        const { plan } = clusterPlan(settled, plans, models);
        const drawn = drawLoad({ ...workload, warmup: 0 }, seed);
        if (!plan || !drawn.load) throw new Error("no run");
        const { load } = admissible(drawn.load, plan.pools);
        const { requests, cluster, links, end, finished, refused } = new Run(new Requests(load), plan, routing, seed, {}).run();
        expect(finished + refused).toBe(load.measured);
        if (!links) return;
        const ports = [...links.bytes].slice(
          0,
          4 * plan.pools.reduce((sum, { replicas, engines, lockStep }) => sum + replicas * engines * lockStep, 0),
        );
        const through = (isIn: boolean): number => ports.reduce((sum, bytes, port) => sum + (port % 2 === (isIn ? 1 : 0) ? bytes : 0), 0);
        expect(through(true)).toBeCloseTo(through(false), 0);
        let most = 0;
        let least = 0;
        for (let r = 0; r < requests.count; r++) {
          const from = cluster.cores[requests.promptCore[r] as number];
          const to = cluster.cores[requests.decodeCore[r] as number];
          const link = from && to && plan.links[from.pool]?.[to.pool]?.far;
          // The start of a prompt that another node had.
          const source = cluster.cores[requests.copiedFrom[r] as number];
          const copied = (requests.copiedTokens[r] as number) * (plan.links[source?.pool ?? 0]?.[from?.pool ?? 0]?.far.bytesPerToken ?? 0);
          most += copied;
          least += copied;
          if (!link) continue;
          moves++;
          const whole = (requests.prompt[r] as number) * link.bytesPerToken + link.bytesPerSequence;
          most += whole;
          // What the core that decodes had in its own cache is not pulled.
          if (requests.moving[r] !== pulled) least += whole;
        }
        expect(through(false)).toBeLessThanOrEqual(most + 1);
        expect(through(false)).toBeGreaterThanOrEqual(least - 1);
        links.bytes.forEach((bytes, link) => {
          expect(bytes).toBeLessThanOrEqual((links.capacity[link] as number) * end * (1 + 1e-9) + 1);
        });
        expect(links.users.every((users) => users === 0)).toBe(true);
      }),
      { numRuns: 120, seed: 5 },
    );
    expect(moves).toBeGreaterThan(300);
  }, 60_000);
});
